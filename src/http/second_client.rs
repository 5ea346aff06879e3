//! The independent witness: the last exchanges of a leg are sent by reqwest, another HTTP client
//! on new connections. When it is answered otherwise than our own client, the answers are not
//! stable, or depend on the client, and no verdict may hide that.

mod classify;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::future::Future;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::{Method as HttpMethod, Proxy, redirect, retry};
use rustls::ClientConfig;
use tokio::time::{Instant, timeout_at};
use url::Url;

use self::classify::classify;
use super::dial::{Dialer, in_full};
use super::tls;
use crate::http::redact;
use crate::model::exchange::{
    Answer, Body, BodyEnd, Client, Exchange, ExchangeId, Leg, Request, Timing,
};
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::probe::Probe;
use crate::model::target::{Credentials, ProxyScheme, ProxySpec};
use crate::wire::fields::Fields;
use crate::wire::head::{Framing, ResponseHead, Version};

/// A second HTTP client over the same route. It keeps no connection.
#[derive(Clone)]
pub struct Witness {
    /// Without credentials; or why it cannot be set up, which is then the failure of its
    /// exchanges.
    unsigned: Result<reqwest::Client, Failure>,
    /// With those for the proxy, when there are some. It sends them unasked to an HTTP proxy, so
    /// it is used only after a challenge.
    signed: Option<Result<reqwest::Client, Failure>>,
    /// Finds out whether the proxy offers Basic.
    dialer: Dialer,
    url: Url,
    /// Time until the head of an answer is there, connecting included; then for each piece of its
    /// body.
    timeout: Duration,
    /// End of the whole run.
    deadline: Instant,
}

impl Witness {
    /// A client for requests to `url`, over the route of `dialer`.
    pub fn new(dialer: &Dialer, url: &Url, timeout: Duration, deadline: Instant) -> Self {
        let proxy = dialer.proxy.as_ref();
        let is_https_proxy = proxy.is_some_and(|proxy| proxy.scheme == ProxyScheme::Https);
        let uses_tls = is_https_proxy || url.scheme() == "https";
        let config = if uses_tls { dialer.tls.config() } else { tls::no_tls() };
        let config = config.map_err(|error| unusable(&error));
        let client = |credentials: Option<&Credentials>| {
            let config = config.as_ref().map_err(Clone::clone)?;
            build(proxy, credentials, config, timeout, dialer.user_agent)
                .map_err(|error| unusable(&error))
        };
        let (dialer, url) = (dialer.clone(), url.clone());
        let signed = dialer.login.credentials().map(|credentials| client(Some(credentials)));
        Self { unsigned: client(None), signed, dialer, url, timeout, deadline }
    }

    /// Sends a probe once; reads at most `expected` bytes of body and a little more.
    pub async fn send(&self, leg: Leg, probe: Probe, request: Request, expected: u64) -> Exchange {
        let (begun, started) = (SystemTime::now(), Instant::now());
        let mut timing = Timing::default();
        let result = self.exchange(&request, expected, &mut timing).await;
        timing.total = started.elapsed();
        Exchange {
            id: ExchangeId(0),
            probe,
            leg,
            client: Client::Reqwest,
            connection: 0,
            reused: false,
            first_attempt: None,
            request,
            result,
            begun,
            timing,
        }
    }

    async fn exchange(
        &self,
        request: &Request,
        expected: u64,
        timing: &mut Timing,
    ) -> Result<Answer, Failure> {
        let (started, until) = (Instant::now(), self.end_from_now());
        let mut response = self.within(until, FailureKind::NoAnswer, self.respond(request)).await?;
        timing.first_byte = started.elapsed();
        let head = to_head(&response);
        let (mut data, mut end) = (BytesMut::new(), BodyEnd::Complete);
        let ends_by_close = head.framing(request.method == "HEAD") == Framing::Close;
        loop {
            let late = FailureKind::TooSlow { received: data.len() as u64 };
            match self.within(self.end_from_now(), late, next_chunk(&mut response)).await {
                Ok(Some(chunk)) => data.extend_from_slice(&chunk),
                Ok(None) => break,
                // TLS without its last message.
                Err(failure) if ends_by_close && failure.kind == FailureKind::Closed => break,
                Err(failure) => {
                    end = BodyEnd::Broken(failure);
                    break;
                }
            }
            if data.len() as u64 > expected {
                end = BodyEnd::CutOff;
                break;
            }
            // The end of a body that is complete follows at once.
            let is_whole = data.len() as u64 == expected;
            if !is_whole && (until..self.deadline).contains(&Instant::now()) {
                end = BodyEnd::Slow;
                break;
            }
        }
        let received = data.len() as u64;
        let body = Body { data: data.freeze(), received, end, stray: Bytes::new() };
        let mut answer = Answer { interim: Vec::new(), head, body };
        redact::hide(self.dialer.login.credentials(), Ok(&mut answer));
        Ok(answer)
    }

    /// The end of an exchange, or of the wait for a piece, that begins now.
    fn end_from_now(&self) -> Instant {
        self.deadline.min(Instant::now() + self.timeout)
    }

    /// Waits until `until`; after that the failure is `late`, or the deadline's when that came
    /// first. The library is told no such time: two clocks would race.
    async fn within<T>(
        &self,
        until: Instant,
        late: FailureKind,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let is_cut = self.deadline <= until;
        let kind = if is_cut { FailureKind::Deadline } else { late };
        let failed = |_| Err(Failure::new(kind, Peer::Server));
        timeout_at(until, work).await.unwrap_or_else(failed)
    }

    /// Sends a request and gives the answer, its body still to come. Credentials are sent only
    /// when the proxy has asked for them.
    async fn respond(&self, request: &Request) -> Result<reqwest::Response, Failure> {
        let Some(signed) = &self.signed else { return start(&self.unsigned, request).await };
        let login = &self.dialer.login;
        if login.authorization().is_some() {
            let answer = start(signed, request).await;
            if let Ok(response) = &answer
                && self.dialer.speaks_to_proxy(&self.url)
            {
                login.is_challenged(&to_head(response), true);
            }
            return answer;
        }
        let answer = start(&self.unsigned, request).await;
        if self.is_challenged(&answer).await { start(signed, request).await } else { answer }
    }

    /// Whether an answer without credentials was a challenge that they answer.
    async fn is_challenged(&self, answer: &Result<reqwest::Response, Failure>) -> bool {
        let Dialer { proxy, login, .. } = &self.dialer;
        let is_socks = proxy.as_ref().is_some_and(|proxy| proxy.scheme == ProxyScheme::Socks5);
        match answer {
            Ok(response) => {
                self.dialer.speaks_to_proxy(&self.url)
                    && login.is_challenged(&to_head(response), false)
            }
            // The library offers a SOCKS proxy one method; with both, the proxy chooses.
            Err(failure) if is_socks => failure.kind == FailureKind::CannotConnect,
            // The library does not say what a proxy wants that refused a tunnel.
            Err(_) => {
                let _ = self.dialer.dial(&self.url, self.end_from_now()).await;
                login.authorization().is_some()
            }
        }
    }
}

async fn start(
    client: &Result<reqwest::Client, Failure>,
    request: &Request,
) -> Result<reqwest::Response, Failure> {
    let client = client.as_ref().map_err(Clone::clone)?;
    let method = if request.method == "HEAD" { HttpMethod::HEAD } else { HttpMethod::GET };
    let mut builder = client.request(method, &request.url);
    for field in request.fields.iter() {
        builder = builder.header(&field.name, &field.value);
    }
    builder.send().await.map_err(|error| classify(&error))
}

async fn next_chunk(response: &mut reqwest::Response) -> Result<Option<Bytes>, Failure> {
    response.chunk().await.map_err(|error| classify(&error))
}

fn unusable(error: &dyn Error) -> Failure {
    Failure::new(FailureKind::Library, Peer::Server).because(in_full(error))
}

/// Nothing of reqwest's comfort, only what is asked.
fn build(
    proxy: Option<&ProxySpec>,
    credentials: Option<&Credentials>,
    tls: &ClientConfig,
    timeout: Duration,
    user_agent: &str,
) -> Result<reqwest::Client, reqwest::Error> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .http1_title_case_headers()
        .http1_max_headers(MAX_FIELDS)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .pool_max_idle_per_host(0)
        // Shorter than the exchange, or it would be chance which of the two ends first.
        .connect_timeout(timeout.mul_f64(0.95))
        .user_agent(user_agent)
        .no_proxy();
    match proxy {
        Some(proxy) => builder.proxy(to_reqwest(proxy, credentials)?).build(),
        None => builder.build(),
    }
}

fn to_reqwest(
    proxy: &ProxySpec,
    credentials: Option<&Credentials>,
) -> Result<Proxy, reqwest::Error> {
    let scheme = match proxy.scheme {
        ProxyScheme::Http => "http",
        ProxyScheme::Https => "https",
        ProxyScheme::Socks5 => "socks5h",
    };
    let spec = Proxy::all(format!("{scheme}://{}:{}", proxy.host, proxy.port))?;
    Ok(match credentials {
        Some(Credentials { user, password }) => spec.basic_auth(user, password),
        None => spec,
    })
}

/// The head as reqwest tells it: names in lower case, its bytes unknown.
fn to_head(response: &reqwest::Response) -> ResponseHead {
    let version = match response.version() {
        reqwest::Version::HTTP_10 => Version::HTTP_10,
        _ => Version::HTTP_11,
    };
    let fields: Fields = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect();
    ResponseHead {
        version,
        status: response.status().as_u16(),
        reason: response.status().canonical_reason().unwrap_or_default().to_owned(),
        fields,
        oddities: Vec::new(),
        raw: Bytes::new(),
    }
}

/// Header fields that an answer may have.
const MAX_FIELDS: usize = 4096;
