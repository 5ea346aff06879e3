//! The prober's client: our own, over plain sockets, so that every byte of an answer is seen as
//! it came. A [`Lane`] sends its probes one after the other on one kept connection, as BITS does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::dial::{Dialer, GRACE, Stream, basic_authorization, io_failure, tls_error};
use super::exchange::{Answer, BodyEnd, Client, Exchange, ExchangeId, Leg, Request, Timing};
use super::failure::{Failure, FailureKind, Peer};
use super::probe::{Method, Probe, Purpose};
use super::reception::{MAX_STRAY, Reception, Step};
use crate::target::ProxyScheme;
use crate::wire::head::HeadError;

/// Sends probes over one route on one leg.
#[derive(Clone)]
pub struct SocketClient {
    /// Opens the connections.
    pub dialer: Dialer,
    /// The pass that the exchanges belong to.
    pub leg: Leg,
    /// Time for one exchange, connecting included.
    pub timeout: Duration,
    /// End of the whole run.
    pub deadline: Instant,
    /// Numbers the connections of the leg.
    pub connections: Arc<AtomicU32>,
}

/// Probes one after the other on one kept connection, and what came of them.
pub struct Lane<'c> {
    client: &'c SocketClient,
    connection: Option<Connection>,
    opening: Option<Opening>,
    exchanges: Vec<Exchange>,
}

/// A connection that was begun before there is anything to send on it.
struct Opening {
    /// One task. It ends, and its connection is closed, when this is dropped.
    task: JoinSet<(Dialed, Instant)>,
    /// The server that it leads to; none when it ends at the proxy, whatever the URL.
    server: Option<String>,
}

/// An open connection that can carry requests.
pub(crate) struct Connection {
    pub(crate) stream: Box<dyn Stream>,
    /// Its number within the leg.
    pub(crate) number: u32,
    /// The server that it leads to; none when it ends at the proxy, whatever the URL.
    pub(crate) server: Option<String>,
}

type Dialed = Result<Box<dyn Stream>, Failure>;

/// One try to send a request and read its answer.
struct Attempt {
    result: Result<Answer, Failure>,
    timing: Timing,
    connection: u32,
    /// Bytes that were no response head.
    unread: Vec<u8>,
    nothing_came: bool,
}

/// How an answer is to be read.
#[derive(Clone, Copy)]
struct Wanted {
    answers_head: bool,
    /// Bytes that the body of a right answer has at most.
    body: u64,
    /// A right answer is read to its end, however long it is.
    whole: bool,
    /// The whole file is asked for, and no range of it.
    file: bool,
}

impl Wanted {
    fn reception(self) -> Reception {
        let reception = Reception::new(self.answers_head, self.body);
        match self {
            Self { file: true, .. } => reception.of_whole_file(),
            Self { whole: true, .. } => reception.reading_whole(),
            _ => reception,
        }
    }
}

/// Why a kept connection could not carry a request.
enum Refused {
    /// The peer had closed it.
    Closed(Failure),
    /// Bytes that belong to the exchange before came in place of an answer. That is a fault of
    /// that exchange, whether they are seen before the request is sent or only after it.
    Stray,
}

impl SocketClient {
    /// A lane without a connection yet.
    pub fn lane(&self) -> Lane<'_> {
        Lane { client: self, connection: None, opening: None, exchanges: Vec::new() }
    }

    /// A lane whose connection is opened meanwhile, so that its first request need not wait for
    /// it. Nothing is sent on it before: where opening takes more than TCP, it is not begun.
    pub fn opened_lane(&self, url: &Url) -> Lane<'_> {
        let proxy = self.dialer.proxy.as_ref();
        let is_silent =
            url.scheme() == "http" && proxy.is_none_or(|proxy| proxy.scheme == ProxyScheme::Http);
        if !is_silent {
            return self.lane();
        }
        let (dialer, to, until) = (self.dialer.clone(), url.clone(), self.exchange_end());
        let mut task = JoinSet::new();
        task.spawn(async move { (dialer.dial(&to, until).await, Instant::now()) });
        Lane { opening: Some(Opening { task, server: self.server(url) }), ..self.lane() }
    }

    /// The end of an exchange that begins now.
    pub fn exchange_end(&self) -> Instant {
        self.deadline.min(Instant::now() + self.timeout)
    }

    /// The request as it goes out, credentials for the proxy included.
    pub(crate) fn wire_form(&self, request: &Request, url: &Url) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        for field in request.fields.iter() {
            text.extend([&field.name, ": ", &field.value, "\r\n"]);
        }
        if let Some(value) = self.authorization(url) {
            text.extend(["Proxy-Authorization: ", &value, "\r\n"]);
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// The `Proxy-Authorization` for a request that goes to the proxy in the clear.
    fn authorization(&self, url: &Url) -> Option<String> {
        let proxy = self.dialer.proxy.as_ref().filter(|_| self.dialer.speaks_to_proxy(url))?;
        proxy.credentials.as_ref().map(basic_authorization)
    }

    /// The server that a connection for `url` leads to; none when it ends at the proxy.
    pub(crate) fn server(&self, url: &Url) -> Option<String> {
        (!self.dialer.speaks_to_proxy(url)).then(|| url.origin().ascii_serialization())
    }

    /// A timeout is the deadline's when that came first.
    fn timeout_failure(&self, kind: FailureKind) -> Failure {
        let kind = if Instant::now() >= self.deadline { FailureKind::Deadline } else { kind };
        Failure::new(kind, Peer::Server)
    }
}

impl Lane<'_> {
    /// Sends a probe and records what came of it. `expected`: bytes that the body of a right
    /// answer has at most.
    pub async fn send(
        &mut self,
        probe: Probe,
        url: &Url,
        mut request: Request,
        expected: u64,
    ) -> &Exchange {
        let (begun, started) = (SystemTime::now(), Instant::now());
        let bytes = self.client.wire_form(&request, url);
        if self.client.authorization(url).is_some() {
            request.fields.push("Proxy-Authorization", "Basic (hidden)");
        }
        let wanted = Wanted {
            answers_head: probe.method == Method::Head,
            body: expected,
            whole: probe.purpose.is_read_whole(),
            file: probe.purpose == Purpose::WarmUp,
        };
        let until = self.client.exchange_end();
        let (mut reused, mut first_attempt) = (false, None);
        let mut attempt = None;
        if let Some(connection) = self.reusable_connection(url, &mut first_attempt).await {
            let tried = self.attempt(connection, &bytes, wanted, until).await;
            match self.refused_by_stale_connection(&tried) {
                Some(Refused::Closed(failure)) => first_attempt = Some(failure),
                Some(Refused::Stray) => {}
                None => (reused, attempt) = (true, Some(tried)),
            }
        }
        let attempt = match attempt {
            Some(attempt) => attempt,
            None => self.attempt_anew(url, &bytes, wanted, until).await,
        };
        let timing = Timing { total: started.elapsed(), ..attempt.timing };
        self.exchanges.push(Exchange {
            id: ExchangeId(0),
            probe,
            leg: self.client.leg,
            client: Client::Socket,
            connection: attempt.connection,
            reused,
            first_attempt,
            request,
            result: attempt.result,
            begun,
            timing,
        });
        self.last()
    }

    /// The exchange sent last.
    ///
    /// # Panics
    /// When nothing was sent yet.
    pub fn last(&self) -> &Exchange {
        &self.exchanges[self.exchanges.len() - 1]
    }

    /// Says of the last exchange that it was a redirect which is now followed.
    pub fn mark_redirect(&mut self) {
        if let Some(last) = self.exchanges.last_mut() {
            last.probe.purpose = Purpose::Redirect;
        }
    }

    /// The exchanges so far; the lane goes on without them.
    pub fn take(&mut self) -> Vec<Exchange> {
        std::mem::take(&mut self.exchanges)
    }

    /// Whether the connection of the last exchange is kept for the next one.
    pub fn is_kept(&self) -> bool {
        self.connection.is_some()
    }

    /// Watches the kept connection for bytes that nobody asked for, and gives the exchanges.
    pub async fn finish(self) -> Vec<Exchange> {
        self.finish_keeping().await.0
    }

    /// As [`Self::finish`], and gives the connection too when it can carry more.
    pub(crate) async fn finish_keeping(mut self) -> (Vec<Exchange>, Option<Connection>) {
        if let Some(mut connection) = self.connection.take() {
            // A peer that answers at once also sends at once what it sends too much.
            let slowest = self.exchanges.iter().map(|exchange| exchange.timing.first_byte).max();
            let grace = (slowest.unwrap_or(GRACE) * 2).clamp(LEAST_GRACE, GRACE);
            let stray = watch(&mut connection.stream, grace).await;
            self.add_stray(&stray);
            if stray.is_empty() {
                self.connection = Some(connection);
            }
        }
        (self.exchanges, self.connection)
    }

    /// The kept connection, if it leads to `url` and the peer has not closed it meanwhile.
    async fn reusable_connection(
        &mut self,
        url: &Url,
        first_attempt: &mut Option<Failure>,
    ) -> Option<Connection> {
        let mut connection = self.connection.take()?;
        if connection.server != self.client.server(url) {
            return None;
        }
        let mut bytes = [0; MAX_STRAY];
        match arrived(&mut connection.stream, &mut bytes).await {
            None => Some(connection),
            Some(Ok(0) | Err(_)) => {
                let closed = Failure::new(FailureKind::Closed, Peer::Server);
                *first_attempt = Some(closed.because("the kept connection had been closed"));
                None
            }
            Some(Ok(length)) => {
                self.add_stray(&bytes[..length]);
                None
            }
        }
    }

    /// Whether an attempt on a kept connection only shows that it could not be used any more, so
    /// that the request is sent once anew. Stray bytes of the exchange before are noted there.
    fn refused_by_stale_connection(&mut self, tried: &Attempt) -> Option<Refused> {
        let failure = tried.result.as_ref().err()?;
        if matches!(failure.kind, FailureKind::MalformedHead(HeadError::NotHttp(_))) {
            self.add_stray(&tried.unread);
            return Some(Refused::Stray);
        }
        let is_stale = tried.nothing_came && failure.may_be_stale_connection();
        is_stale.then(|| Refused::Closed(failure.clone()))
    }

    fn add_stray(&mut self, bytes: &[u8]) {
        let Some(Exchange { result: Ok(answer), .. }) = self.exchanges.last_mut() else { return };
        let mut stray = answer.body.stray.to_vec();
        let room = MAX_STRAY - stray.len().min(MAX_STRAY);
        stray.extend_from_slice(&bytes[..bytes.len().min(room)]);
        answer.body.stray = Bytes::from(stray);
    }

    async fn attempt_anew(
        &mut self,
        url: &Url,
        bytes: &[u8],
        wanted: Wanted,
        until: Instant,
    ) -> Attempt {
        let started = Instant::now();
        let number = self.client.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let dialed = if started >= self.client.deadline {
            Err(self.client.timeout_failure(FailureKind::Deadline))
        } else {
            match self.opened(url).await {
                Some(opened) => opened,
                None => self.client.dialer.dial(url, until).await,
            }
        };
        let connect = started.elapsed();
        let mut attempt = match dialed {
            Ok(stream) => {
                let server = self.client.server(url);
                let connection = Connection { stream, number, server };
                self.attempt(connection, bytes, wanted, until).await
            }
            Err(failure) => Attempt {
                result: Err(self.or_deadline(failure)),
                timing: Timing::default(),
                connection: number,
                unread: Vec::new(),
                nothing_came: true,
            },
        };
        attempt.timing.connect = connect;
        attempt
    }

    /// The connection that was opened ahead, or why that failed; none when it is of no use: it
    /// leads elsewhere, waited so long that a peer may be tired of it, or was closed or written to
    /// already, which is no fault before the first request.
    async fn opened(&mut self, url: &Url) -> Option<Dialed> {
        let mut opening = self.opening.take()?;
        if opening.server != self.client.server(url) {
            return None;
        }
        let (opened, since) = opening.task.join_next().await?.ok()?;
        let Ok(mut stream) = opened else { return Some(opened) };
        let is_fresh = since.elapsed() < LONGEST_IDLE;
        (is_fresh && arrived(&mut stream, &mut [0]).await.is_none()).then_some(Ok(stream))
    }

    fn or_deadline(&self, failure: Failure) -> Failure {
        let is_timeout =
            matches!(failure.kind, FailureKind::NoAnswer | FailureKind::ConnectTimeout);
        if is_timeout && Instant::now() >= self.client.deadline {
            return self.client.timeout_failure(FailureKind::Deadline);
        }
        failure
    }

    /// Sends the request on a connection and reads the answer; keeps the connection if it can
    /// carry more.
    async fn attempt(
        &mut self,
        mut connection: Connection,
        bytes: &[u8],
        wanted: Wanted,
        until: Instant,
    ) -> Attempt {
        let mut reception = wanted.reception();
        let mut timing = Timing::default();
        let reading = transfer(&mut connection, bytes, &mut reception, &mut timing);
        let end = match timeout_at(until, reading).await {
            Ok(Ok(Step::CutOff)) => BodyEnd::CutOff,
            Ok(Ok(_)) => BodyEnd::Complete,
            Ok(Err(failure)) => BodyEnd::Broken(failure),
            Err(_) => BodyEnd::Broken(self.client.timeout_failure(timeout_kind(&reception))),
        };
        let unread = reception.unread().to_vec();
        let nothing_came = reception.wire_bytes() == 0;
        let is_complete = end == BodyEnd::Complete;
        let usable = is_complete && reception.leaves_connection_usable();
        let number = connection.number;
        let mut result = reception.finish(end);
        if usable {
            self.connection = Some(connection);
        } else if let (true, Ok(answer)) = (is_complete, &mut result)
            && answer.body.stray.is_empty()
        {
            answer.body.stray = Bytes::from(watch(&mut connection.stream, GRACE).await);
        }
        Attempt { result, timing, connection: number, unread, nothing_came }
    }
}

async fn transfer(
    connection: &mut Connection,
    request: &[u8],
    reception: &mut Reception,
    timing: &mut Timing,
) -> Result<Step, Failure> {
    let started = Instant::now();
    let stream = &mut connection.stream;
    let sent = async {
        stream.write_all(request).await?;
        stream.flush().await
    };
    // A peer may answer and close before it has read the request: then the answer counts.
    let write_error = sent.await.err();
    let mut buffer = vec![0; READ_BUFFER];
    loop {
        let read = stream.read(&mut buffer);
        let length = if reception.waits_only_for_the_end() {
            let silence = |_| {
                Failure::new(timeout_kind(reception), Peer::Server)
                    .because("all content came, but not its end")
            };
            timeout(END_PATIENCE, read).await.map_err(silence)?
        } else {
            read.await
        };
        let length = match length {
            Ok(length) => length,
            Err(error) if is_unclean_tls_end(&error) => 0,
            Err(error) => {
                let is_tls = tls_error(&error).is_some();
                let error = write_error.as_ref().filter(|_| !is_tls).unwrap_or(&error);
                // Whoever sent an answer, the TLS around it is that of the peer.
                let is_of_proxy = is_tls && connection.server.is_none();
                return Err(io_failure(
                    error,
                    if is_of_proxy { Peer::Proxy } else { Peer::Server },
                ));
            }
        };
        if reception.wire_bytes() == 0 {
            timing.first_byte = started.elapsed();
        }
        if length == 0 {
            return reception.end_of_stream().map(|()| Step::Complete).map_err(|kind| {
                let bytes = reception.wire_bytes();
                Failure::new(kind, Peer::Server).because(format_args!("{bytes} bytes had come"))
            });
        }
        match reception.feed(&buffer[..length]) {
            Ok(Step::More) => {}
            Ok(step) => return Ok(step),
            Err(kind) => return Err(Failure::new(kind, Peer::Server)),
        }
    }
}

/// What has arrived on a connection though nothing was asked, or does within [`GLANCE`]; none
/// when nothing has.
async fn arrived(stream: &mut Box<dyn Stream>, bytes: &mut [u8]) -> Option<std::io::Result<usize>> {
    let begun = Instant::now();
    loop {
        // Not a timer: those go by milliseconds, and each request would wait for one.
        yield_now().await;
        let read = stream.read(bytes).now_or_never();
        if read.is_some() || begun.elapsed() >= GLANCE {
            return read;
        }
    }
}

/// Bytes that arrive on a connection though nothing was asked.
async fn watch(stream: &mut Box<dyn Stream>, grace: Duration) -> Vec<u8> {
    let mut bytes = vec![0; MAX_STRAY];
    match timeout(grace, stream.read(&mut bytes)).await {
        Ok(Ok(length)) => bytes.truncate(length),
        _ => bytes.clear(),
    }
    bytes
}

fn timeout_kind(reception: &Reception) -> FailureKind {
    match reception.wire_bytes() {
        0 => FailureKind::NoAnswer,
        received => FailureKind::TooSlow { received },
    }
}

/// Many servers close TLS connections without `close_notify`; the framing tells whether anything
/// is missing.
pub(crate) fn is_unclean_tls_end(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::UnexpectedEof
}

/// Bytes read from a socket at once.
const READ_BUFFER: usize = 16 * 1024;

/// How long the end of a body is waited for when all of its content is there.
const END_PATIENCE: Duration = Duration::from_secs(3);

/// For what follows an answer closely, such as the body that an answer to HEAD must not have.
const GLANCE: Duration = Duration::from_micros(200);

/// The least time for which a connection is watched after its last exchange.
const LEAST_GRACE: Duration = Duration::from_millis(2);

/// How long a connection may wait for its first request.
const LONGEST_IDLE: Duration = Duration::from_secs(2);
