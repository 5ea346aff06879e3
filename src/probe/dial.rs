//! Opens connections over a route: name, TCP, proxy handshake, tunnel, TLS; each step fails with
//! its own kind of [`Failure`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_socks::tcp::Socks5Stream;
use url::{Host, Url};

use super::failure::{Failure, FailureKind, Peer};
use super::tls::Tls;
use crate::target::{Credentials, ProxyScheme, ProxySpec};
use crate::wire::head::{HeadError, ResponseHead, parse_response_head};

/// A connected byte stream, with or without TLS and tunnel inside.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Opens connections over one route.
#[derive(Clone)]
pub struct Dialer {
    /// The proxy; none for the direct route.
    pub proxy: Option<ProxySpec>,
    /// What TLS trusts.
    pub tls: Arc<Tls>,
    /// What the client calls itself in CONNECT.
    pub user_agent: &'static str,
    /// How much a peer can send ahead, which nobody reads.
    pub window: Window,
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
    /// Opens a connection on which requests for `url` can be sent.
    pub async fn dial(&self, url: &Url, until: Instant) -> Result<Box<dyn Stream>, Failure> {
        let (host, port) = host_and_port(url)?;
        let stream: Box<dyn Stream> = match &self.proxy {
            None => Box::new(connect(&host, port, Peer::Server, self.window, until).await?),
            Some(proxy) => self.dial_through(proxy, &host, port, url, until).await?,
        };
        if url.scheme() == "https" {
            return Ok(Box::new(self.start_tls(stream, &host, Peer::Server, until).await?));
        }
        Ok(stream)
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
        let tcp = connect(&proxy.host, proxy.port, Peer::Proxy, self.window, until).await?;
        let mut stream: Box<dyn Stream> = match proxy.scheme {
            ProxyScheme::Socks5 => {
                let credentials = proxy.credentials.as_ref();
                return Ok(Box::new(start_socks(tcp, host, port, credentials, until).await?));
            }
            ProxyScheme::Http => Box::new(tcp),
            ProxyScheme::Https => {
                Box::new(self.start_tls(tcp, &proxy.host, Peer::Proxy, until).await?)
            }
        };
        if url.scheme() == "https" {
            let request = self.connect_request(proxy, host, port);
            open_tunnel(&mut stream, &request, until).await?;
        }
        Ok(stream)
    }

    async fn start_tls<S: Stream>(
        &self,
        stream: S,
        host: &Host<String>,
        peer: Peer,
        until: Instant,
    ) -> Result<tokio_rustls::client::TlsStream<S>, Failure> {
        let name = match host {
            Host::Domain(name) => ServerName::try_from(name.clone())
                .map_err(|error| Failure::new(FailureKind::TlsFailed, peer).because(error))?,
            Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(*address)),
            Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(*address)),
        };
        let config = self
            .tls
            .config()
            .map_err(|error| Failure::new(FailureKind::TlsFailed, peer).because(in_full(&error)))?;
        let handshake = TlsConnector::from(config).connect(name, stream);
        match timeout_at(until, handshake).await {
            Err(_) => Err(Failure::new(FailureKind::NoAnswer, peer).because(IN_TLS)),
            Ok(Err(error)) => Err(handshake_failure(&error, peer)),
            Ok(Ok(stream)) => Ok(stream),
        }
    }

    fn connect_request(&self, proxy: &ProxySpec, host: &Host<String>, port: u16) -> String {
        let authorization = match &proxy.credentials {
            Some(credentials) => {
                format!("Proxy-Authorization: {}\r\n", basic_authorization(credentials))
            }
            None => String::new(),
        };
        format!(
            "CONNECT {host}:{port} HTTP/1.1\r\nUser-Agent: {}\r\nHost: {host}:{port}\r\n\
             Proxy-Connection: Keep-Alive\r\n{authorization}\r\n",
            self.user_agent
        )
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
            Ok(Err(error)) => Failure::new(FailureKind::CannotConnect, peer)
                .because(format_args!("{address}: {error}")),
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

async fn start_socks(
    tcp: TcpStream,
    host: &Host<String>,
    port: u16,
    credentials: Option<&Credentials>,
    until: Instant,
) -> Result<Socks5Stream<TcpStream>, Failure> {
    let name = host.to_string();
    let target = (name.trim_matches(['[', ']']), port);
    let handshake = async {
        match credentials {
            None => Socks5Stream::connect_with_socket(tcp, target).await,
            Some(Credentials { user, password }) => {
                Socks5Stream::connect_with_password_and_socket(tcp, target, user, password).await
            }
        }
    };
    match timeout_at(until, handshake).await {
        Err(_) => Err(Failure::new(FailureKind::NoAnswer, Peer::Proxy).because(IN_SOCKS)),
        Ok(Err(error)) => Err(socks_failure(&error)),
        Ok(Ok(stream)) => Ok(stream),
    }
}

/// Sends CONNECT and reads the proxy's answer.
async fn open_tunnel(
    stream: &mut Box<dyn Stream>,
    request: &str,
    until: Instant,
) -> Result<(), Failure> {
    let fail = |kind| Failure::new(kind, Peer::Proxy);
    let mut received = 0;
    let exchange = async {
        let sent = async {
            stream.write_all(request.as_bytes()).await?;
            stream.flush().await
        };
        sent.await.map_err(|error| lost_after_connect(&error, 0))?;
        read_tunnel_head(stream, &mut received).await
    };
    match timeout_at(until, exchange).await {
        Err(_) if received > 0 => Err(fail(FailureKind::TooSlow { received }).because(ON_CONNECT)),
        Err(_) => Err(fail(FailureKind::NoAnswer).because(ON_CONNECT)),
        Ok(Err(failure)) => Err(failure),
        Ok(Ok(head)) if (200..300).contains(&head.status) => Ok(()),
        Ok(Ok(head)) => Err(fail(FailureKind::TunnelRefused(Box::new(head)))),
    }
}

/// Reads byte by byte: what follows the head belongs to the tunnel. Counts what it read.
async fn read_tunnel_head(
    stream: &mut Box<dyn Stream>,
    received: &mut u64,
) -> Result<ResponseHead, Failure> {
    let fail = |kind| Failure::new(kind, Peer::Proxy);
    let mut bytes = Vec::new();
    let mut interim = 0;
    loop {
        let byte = stream.read_u8().await.map_err(|error| lost_after_connect(&error, *received))?;
        *received += 1;
        bytes.push(byte);
        if bytes.len() > TUNNEL_HEAD_MAX {
            return Err(fail(FailureKind::MalformedHead(HeadError::TooLong)));
        }
        // Only a line end can complete a head, and only its first bytes show that it is none.
        if byte != b'\n' && bytes.len() > HTTP_NAME {
            continue;
        }
        match parse_response_head(&bytes) {
            Err(error) => return Err(fail(FailureKind::MalformedHead(error))),
            Ok(Some(head)) if head.is_interim() && interim < 9 => {
                interim += 1;
                bytes.clear();
            }
            Ok(Some(head)) => return Ok(head),
            Ok(None) => {}
        }
    }
}

fn lost_after_connect(error: &std::io::Error, received: u64) -> Failure {
    let failure = io_failure(error, Peer::Proxy);
    match failure.kind {
        FailureKind::Closed | FailureKind::Reset => {
            failure.because(format_args!("{ON_CONNECT}, after {received} bytes"))
        }
        _ => failure,
    }
}

/// A failed read or write on an open connection to `peer`.
pub(crate) fn io_failure(error: &std::io::Error, peer: Peer) -> Failure {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    if let Some(tls) = tls_error(error) {
        return Failure::new(FailureKind::TlsFailed, peer).because(in_words(tls));
    }
    let kind = match error.kind() {
        ConnectionAborted | ConnectionReset => FailureKind::Reset,
        BrokenPipe | UnexpectedEof => FailureKind::Closed,
        _ => FailureKind::Library,
    };
    Failure::new(kind, peer).because(error)
}

/// A handshake that failed. One that was cut off says nothing of TLS: WinHTTP too calls it a
/// connection error.
fn handshake_failure(error: &std::io::Error, peer: Peer) -> Failure {
    match tls_error(error) {
        Some(tls @ rustls::Error::InvalidCertificate(_)) => {
            Failure::new(FailureKind::CertificateInvalid, peer).because(in_words(tls))
        }
        Some(_) => io_failure(error, peer),
        None => io_failure(error, peer).because(IN_TLS),
    }
}

/// What of a failed read or write is the fault of TLS.
pub(crate) fn tls_error(error: &std::io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// What the TLS library says, or what it means where that is not plain.
fn in_words(error: &rustls::Error) -> String {
    use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};
    match error {
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what came is not TLS; the port may be one for plain HTTP".to_owned()
        }
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "its issuer is not trusted on this machine".to_owned()
        }
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "it wants a client certificate".to_owned()
        }
        other => other.to_string(),
    }
}

/// An error with its causes.
pub(super) fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// What a refusing SOCKS proxy means.
fn socks_failure(error: &tokio_socks::Error) -> Failure {
    use tokio_socks::Error;
    let unreachable = |why| format!("it cannot reach the server: {why}");
    let words = match error {
        Error::Io(error) => return io_failure(error, Peer::Proxy).because(IN_SOCKS),
        Error::InvalidResponseVersion => "it does not speak SOCKS 5".to_owned(),
        Error::AuthorizationRequired | Error::NoAcceptableAuthMethods => {
            "it wants a user and a password, or another way to sign in".to_owned()
        }
        Error::PasswordAuthFailure(_) => "user or password is wrong".to_owned(),
        Error::ConnectionRefused => unreachable("connection refused"),
        Error::HostUnreachable => unreachable("host unreachable"),
        Error::NetworkUnreachable => unreachable("network unreachable"),
        Error::TtlExpired => unreachable("time to live expired"),
        other => other.to_string().to_lowercase(),
    };
    Failure::new(FailureKind::SocksRefused, Peer::Proxy).because(words)
}

/// Receive buffer of a probe's socket in bytes; Linux doubles it for its own use.
const RECEIVE_BUFFER: u32 = 32 * 1024;

/// Bytes that show whether an answer begins like HTTP.
const HTTP_NAME: usize = 5;

const IN_SOCKS: &str = "in the SOCKS handshake";
const IN_TLS: &str = "in the TLS handshake";
const ON_CONNECT: &str = "in answer to CONNECT";

/// Longest head of an answer to CONNECT, in bytes.
const TUNNEL_HEAD_MAX: usize = 64 * 1024;

/// How long a connection is watched for bytes that nobody asked for, after its last exchange.
pub(super) const GRACE: Duration = Duration::from_millis(15);
