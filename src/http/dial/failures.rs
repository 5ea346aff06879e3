//! What it means when opening a connection, or using it, fails. Called wherever one is used.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use crate::model::failure::{Failure, FailureKind, Peer};

/// A failed read or write on an open connection to `peer`.
pub(crate) fn io_failure(error: &std::io::Error, peer: Peer) -> Failure {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof};
    if let Some(tls) = tls_error(error) {
        return Failure::new(FailureKind::TlsFailed, peer).because(in_words(tls));
    }
    let kind = match error.kind() {
        ConnectionAborted | ConnectionReset => FailureKind::Reset,
        BrokenPipe | UnexpectedEof => FailureKind::Closed,
        TimedOut => FailureKind::NoAnswer,
        _ => FailureKind::Library,
    };
    Failure::new(kind, peer).because(error)
}

/// A connection that was not made. A system that gives up has waited as long as it waits: a
/// timeout, as when the tool gives up first.
pub(super) fn connect_failure(error: &io::Error, address: SocketAddr, peer: Peer) -> Failure {
    let kind = match error.kind() {
        ErrorKind::TimedOut => FailureKind::ConnectTimeout,
        _ => FailureKind::CannotConnect,
    };
    Failure::new(kind, peer).because(format_args!("{address}: {error}"))
}

/// A handshake that failed. One that was cut off says nothing of TLS: WinHTTP too calls it a
/// connection error.
pub(super) fn handshake_failure(error: &std::io::Error, peer: Peer) -> Failure {
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

/// Whether the peer answered a handshake with something that is not TLS.
pub(super) fn is_no_tls(error: &io::Error) -> bool {
    use rustls::{Error, InvalidMessage};
    let not_tls = Error::InvalidMessage(InvalidMessage::InvalidContentType);
    tls_error(error) == Some(&not_tls)
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
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Where a failure befell.
pub(super) const IN_TLS: &str = "in the TLS handshake";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connect_that_the_system_gives_up_is_a_connect_timeout() {
        let address = SocketAddr::from(([192, 0, 2, 1], 8530));
        let kind = |error: ErrorKind| connect_failure(&error.into(), address, Peer::Server).kind;
        assert_eq!(kind(ErrorKind::TimedOut), FailureKind::ConnectTimeout);
        for other in [
            ErrorKind::ConnectionRefused,
            ErrorKind::HostUnreachable,
            ErrorKind::NetworkUnreachable,
        ] {
            assert_eq!(kind(other), FailureKind::CannotConnect, "{other:?}");
        }
    }

    #[test]
    fn a_connection_that_the_system_gives_up_brought_no_answer() {
        let failure = io_failure(&ErrorKind::TimedOut.into(), Peer::Server);
        assert_eq!(failure.kind, FailureKind::NoAnswer);
    }
}
