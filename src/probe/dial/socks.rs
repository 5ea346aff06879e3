//! The handshake with a SOCKS proxy (RFC 1928, RFC 1929). Called by [`super::Dialer`].

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_socks::tcp::Socks5Stream;
use url::Host;

use super::failures::io_failure;
use crate::probe::failure::{Failure, FailureKind, Peer};
use crate::target::Credentials;

/// Has the proxy open a connection to `host:port`.
pub(super) async fn start_socks(
    tcp: TcpStream,
    host: &Host<String>,
    port: u16,
    credentials: Option<&Credentials>,
    until: Instant,
) -> Result<Socks5Stream<TcpStream>, Failure> {
    let (tcp, watched) =
        doubled(tcp).map_err(|error| io_failure(&error, Peer::Proxy).because(IN_SOCKS))?;
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
    let silent = || Failure::new(FailureKind::NoAnswer, Peer::Proxy).because(IN_SOCKS);
    tokio::select! {
        done = timeout_at(until, handshake) => match done {
            Err(_) => Err(silent()),
            Ok(Err(error)) => Err(socks_failure(&error)),
            Ok(Ok(stream)) => Ok(stream),
        },
        () = no_greeting(&watched) => Err(silent()),
    }
}

/// Ends when the proxy has said nothing to the greeting for a while: a SOCKS server answers it at
/// once, before it connects anywhere. Another service waits for more.
async fn no_greeting(watched: &TcpStream) {
    if timeout(GREETING, watched.readable()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

/// The connection twice, so that one can be watched while the other is used.
fn doubled(tcp: TcpStream) -> std::io::Result<(TcpStream, TcpStream)> {
    let tcp = tcp.into_std()?;
    let watched = TcpStream::from_std(tcp.try_clone()?)?;
    Ok((TcpStream::from_std(tcp)?, watched))
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

/// How long a greeting may stay without an answer.
const GREETING: Duration = Duration::from_secs(5);

const IN_SOCKS: &str = "in the SOCKS handshake";
