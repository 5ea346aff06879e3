//! The handshake with a SOCKS proxy (RFC 1928, RFC 1929). Called by [`super::Dialer`].

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_socks::tcp::Socks5Stream;
use url::Host;

use super::failures::io_failure;
use super::protocol::{http_instead, unless_http};
use crate::model::failure::{Failure, FailureKind, Peer, SOCKS};
use crate::model::target::Credentials;

/// Has the proxy open a connection to `host:port`. `written`: the address of the proxy as its URL
/// has it.
pub(super) async fn start_socks(
    tcp: TcpStream,
    written: &str,
    host: &Host<String>,
    port: u16,
    credentials: Option<&Credentials>,
    until: Instant,
) -> Result<Socks5Stream<TcpStream>, Failure> {
    let address = tcp.peer_addr().map_err(|error| io_failure(&error, Peer::Proxy))?;
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
    // A server of HTTP waits for the end of the line that the greeting seems to begin.
    let is_odd =
        |error: &tokio_socks::Error| matches!(error, tokio_socks::Error::InvalidResponseVersion);
    let handshake = unless_http(address, SILENCE, handshake, is_odd);
    match timeout_at(until, handshake).await {
        Err(_) => Err(Failure::new(FailureKind::NoAnswer, Peer::Proxy).because(IN_SOCKS)),
        Ok(None) => Err(http_instead(SOCKS, written, Peer::Proxy)),
        Ok(Some(Err(error))) => Err(socks_failure(&error)),
        Ok(Some(Ok(stream))) => Ok(stream),
    }
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

/// How long a greeting is not answered before the port is asked whether it speaks HTTP.
const SILENCE: Duration = Duration::from_secs(1);

const IN_SOCKS: &str = "in the SOCKS handshake";
