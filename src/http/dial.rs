//! Opens connections over a route: name, TCP, proxy handshake, tunnel, TLS; each step fails with
//! its own kind of [`Failure`].

mod failures;
mod limit;
mod protocol;
mod socks;
mod tunnel;

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::cookies::Cookies;
use super::login::Login;
use super::tls::Tls;
use crate::model::exchange::Request;
use crate::model::failure::{Failure, FailureKind, Peer, TLS};
use crate::model::target::{Credentials, ProxyScheme, ProxySpec};
use crate::wire::head::ResponseHead;
use crate::wire::redirect::{MAX_REDIRECTS, redirect_target};
use failures::{IN_TLS, connect_failure, handshake_failure, is_no_tls};
pub(crate) use failures::{in_full, io_failure, tls_error};
pub use limit::{Limit, Permit};
use protocol::{http_instead, unless_http};
use socks::start_socks;
use tunnel::open_tunnel;

/// A connected byte stream, with or without TLS and tunnel inside.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Opens connections over one route.
#[derive(Clone)]
pub struct Dialer {
    /// The proxy; none for the direct route.
    pub proxy: Option<ProxySpec>,
    /// Whether credentials may be sent to it.
    pub login: Arc<Login>,
    /// What redirects set.
    pub cookies: Arc<Cookies>,
    /// What TLS trusts.
    pub tls: Arc<Tls>,
    /// What the client calls itself in CONNECT.
    pub user_agent: &'static str,
    /// How much a peer can send ahead, which nobody reads.
    pub window: Window,
    /// Bounds the connections at the same time, where few are allowed.
    pub limit: Option<Limit>,
}

/// The receive buffer of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Window {
    /// As the system sizes it: for whole files.
    Free,
    /// Small: a proxy that sends the whole file for a range can then push 32 KiB and no more
    /// before the connection is dropped.
    Small,
}

impl Dialer {
    /// Where a response redirects to, when that is to be followed: `visited` are the URLs that
    /// were requested so far, the last one included. A URL is requested again only with a cookie
    /// that is new.
    pub fn redirect(&self, head: &ResponseHead, visited: &[Url]) -> Option<Url> {
        let from = visited.last()?;
        let next = redirect_target(head, from)?;
        let is_new = self.cookies.keep(head, from) || !visited.contains(&next);
        (is_new && visited.len() <= MAX_REDIRECTS).then_some(next)
    }

    /// Opens a connection on which requests for `url` can be sent.
    pub async fn dial(&self, url: &Url, until: Instant) -> Result<Box<dyn Stream>, Failure> {
        let permit = match &self.limit {
            Some(limit) => limit.permit().await,
            None => None,
        };
        self.dial_now(url, until).await.map(|stream| limit::limited(stream, permit))
    }

    async fn dial_now(&self, url: &Url, until: Instant) -> Result<Box<dyn Stream>, Failure> {
        let (host, port) = host_and_port(url)?;
        let is_inner = url.scheme() == "https";
        let stream: Box<dyn Stream> = match &self.proxy {
            None => {
                let tcp = connect(&host, port, Peer::Server, self.window, until).await?;
                if is_inner {
                    return self.start_tls_on(tcp, &host, port, Peer::Server, until).await;
                }
                Box::new(tcp)
            }
            Some(proxy) => self.dial_through(proxy, &host, port, url, until).await?,
        };
        if is_inner {
            let handshake = self.start_tls(stream, &host, Peer::Server)?;
            return match timeout_at(until, handshake).await {
                Ok(result) => tls_stream(result, Peer::Server),
                Err(_) => Err(Failure::new(FailureKind::NoAnswer, Peer::Server).because(IN_TLS)),
            };
        }
        Ok(stream)
    }

    /// The request with the cookies that redirects set for its URL.
    pub fn with_cookies(&self, mut request: Request, url: &Url) -> Request {
        self.cookies.add_to(&mut request, url);
        request
    }

    /// Whether requests for `url` go to an HTTP proxy in the clear, in absolute form.
    pub fn speaks_to_proxy(&self, url: &Url) -> bool {
        url.scheme() == "http"
            && self.proxy.as_ref().is_some_and(|proxy| proxy.scheme != ProxyScheme::Socks5)
    }

    async fn dial_through(
        &self,
        proxy: &ProxySpec,
        host: &Host<String>,
        port: u16,
        url: &Url,
        until: Instant,
    ) -> Result<Box<dyn Stream>, Failure> {
        let connected = || connect(&proxy.host, proxy.port, Peer::Proxy, self.window, until);
        if proxy.scheme == ProxyScheme::Socks5 {
            let credentials = proxy.credentials.as_ref();
            let tcp = connected().await?;
            let written = format!("{}:{}", proxy.host, proxy.port);
            let stream = start_socks(tcp, &written, host, port, credentials, until).await?;
            return Ok(Box::new(stream));
        }
        let mut authorization = self.login.authorization();
        loop {
            let tcp = connected().await?;
            let mut stream: Box<dyn Stream> = match proxy.scheme {
                ProxyScheme::Https => {
                    self.start_tls_on(tcp, &proxy.host, proxy.port, Peer::Proxy, until).await?
                }
                _ => Box::new(tcp),
            };
            if url.scheme() != "https" {
                return Ok(stream);
            }
            let request = self.connect_request(authorization.as_deref(), host, port);
            match open_tunnel(&mut stream, &request, until).await {
                Ok(()) => return Ok(stream),
                Err(failure) if self.is_challenged(&failure, authorization.is_some()) => {
                    // Without them, another connection has met that the offer is withdrawn.
                    authorization = Some(self.login.authorization().ok_or(failure)?);
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Whether a refused tunnel is to be asked for again, with credentials.
    fn is_challenged(&self, failure: &Failure, was_signed: bool) -> bool {
        match &failure.kind {
            FailureKind::TunnelRefused(head) => self.login.is_challenged(head, was_signed),
            _ => false,
        }
    }

    /// Speaks TLS on a connection that leads straight to the peer, whose port may speak HTTP.
    async fn start_tls_on(
        &self,
        tcp: TcpStream,
        host: &Host<String>,
        port: u16,
        peer: Peer,
        until: Instant,
    ) -> Result<Box<dyn Stream>, Failure> {
        let address = tcp.peer_addr().map_err(|error| io_failure(&error, peer))?;
        let handshake = self.start_tls(tcp, host, peer)?;
        // Silence shows nothing: servers of TLS may answer a request in the clear with an error.
        let left = until.saturating_duration_since(Instant::now());
        let handshake = unless_http(address, left, handshake, is_no_tls);
        match timeout_at(until, handshake).await {
            Ok(None) => Err(http_instead(TLS, &format!("{host}:{port}"), peer)),
            Ok(Some(result)) => tls_stream(result, peer),
            Err(_) => Err(Failure::new(FailureKind::NoAnswer, peer).because(IN_TLS)),
        }
    }

    /// The handshake with a peer of this name.
    fn start_tls<S: Stream>(
        &self,
        stream: S,
        host: &Host<String>,
        peer: Peer,
    ) -> Result<tokio_rustls::Connect<S>, Failure> {
        let name = match host {
            Host::Domain(name) => ServerName::try_from(name.clone())
                .map_err(|error| Failure::new(FailureKind::TlsFailed, peer).because(error))?,
            Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(*address)),
            Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(*address)),
        };
        let config = self
            .tls
            .config()
            // The tool's own failure, and no peer's: the run reports it as such.
            .map_err(|error| Failure::new(FailureKind::Library, peer).because(in_full(&error)))?;
        Ok(TlsConnector::from(config).connect(name, stream))
    }

    fn connect_request(
        &self,
        authorization: Option<&str>,
        host: &Host<String>,
        port: u16,
    ) -> String {
        let authorization = authorization
            .map(|value| format!("Proxy-Authorization: {value}\r\n"))
            .unwrap_or_default();
        format!(
            "CONNECT {host}:{port} HTTP/1.1\r\nUser-Agent: {}\r\nHost: {host}:{port}\r\n\
             Proxy-Connection: Keep-Alive\r\n{authorization}\r\n",
            self.user_agent
        )
    }
}

/// The stream within TLS, or why there is none.
fn tls_stream<S: Stream + 'static>(
    result: std::io::Result<tokio_rustls::client::TlsStream<S>>,
    peer: Peer,
) -> Result<Box<dyn Stream>, Failure> {
    match result {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(handshake_failure(&error, peer)),
    }
}

/// The value of `Proxy-Authorization` in the Basic scheme (RFC 7617).
pub fn basic_authorization(credentials: &Credentials) -> String {
    let pair = format!("{}:{}", credentials.user, credentials.password);
    format!("Basic {}", BASE64.encode(pair))
}

/// Host and port of an http or https URL.
fn host_and_port(url: &Url) -> Result<(Host<String>, u16), Failure> {
    let unusable = || Failure::new(FailureKind::NameNotResolved, Peer::Server).because(url);
    let host = url.host().ok_or_else(unusable)?.to_owned();
    Ok((host, url.port_or_known_default().ok_or_else(unusable)?))
}

async fn connect(
    host: &Host<String>,
    port: u16,
    peer: Peer,
    window: Window,
    until: Instant,
) -> Result<TcpStream, Failure> {
    let addresses = resolve(host, port, peer, until).await?;
    let mut last = Failure::new(FailureKind::NameNotResolved, peer).because("no address");
    for (index, address) in addresses.iter().enumerate() {
        // Each address left gets an equal share, so that one that is filtered cannot eat all.
        let left = until.saturating_duration_since(Instant::now());
        let share = left / (addresses.len() - index) as u32;
        last = match timeout_at(Instant::now() + share, connect_to(*address, window)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => connect_failure(&error, *address, peer),
            Err(_) => Failure::new(FailureKind::ConnectTimeout, peer).because(address),
        };
    }
    Err(last)
}

async fn connect_to(address: SocketAddr, window: Window) -> std::io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    if window == Window::Small {
        // Must be set before connecting to limit the window.
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    }
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn resolve(
    host: &Host<String>,
    port: u16,
    peer: Peer,
    until: Instant,
) -> Result<Vec<SocketAddr>, Failure> {
    let name = match host {
        Host::Ipv4(address) => return Ok(vec![SocketAddr::from((*address, port))]),
        Host::Ipv6(address) => return Ok(vec![SocketAddr::from((*address, port))]),
        Host::Domain(name) => name,
    };
    let unresolved = Failure::new(FailureKind::NameNotResolved, peer);
    match timeout_at(until, lookup_host((name.as_str(), port))).await {
        Err(_) => Err(unresolved.because(format_args!("{name}: no answer from DNS in time"))),
        Ok(Err(error)) => Err(unresolved.because(format_args!("{name}: {error}"))),
        Ok(Ok(addresses)) => Ok(addresses.collect()),
    }
}

/// Receive buffer of a probe's socket in bytes; Linux doubles it for its own use.
const RECEIVE_BUFFER: u32 = 32 * 1024;
