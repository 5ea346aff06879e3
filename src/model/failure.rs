//! Typed network failures: what went wrong, at which step, with whom.

use std::fmt;

use crate::wire::head::{HeadError, ResponseHead};

/// A failed exchange.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// With whom the tool was speaking.
    pub peer: Peer,
    /// The cause in the words of the system or library, for people; may be empty.
    pub detail: String,
}

/// The other end at the time of a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Peer {
    /// The proxy itself: its name, its port, its handshake.
    Proxy,
    /// The server, directly or through a tunnel; or an answer that either may have sent.
    Server,
}

/// What went wrong. The order is that of the steps of an exchange.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FailureKind {
    /// The name could not be resolved.
    NameNotResolved,
    /// The connection was refused or the host is unreachable.
    CannotConnect,
    /// No connection within the timeout.
    ConnectTimeout,
    /// The SOCKS proxy refused or spoke another protocol.
    SocksRefused,
    /// The port speaks HTTP, and the URL names another protocol.
    HttpPort {
        /// The protocol that the URL names.
        wanted: &'static str,
        /// What the URL should begin with.
        url: String,
    },
    /// The proxy answered CONNECT with another status than 2xx.
    TunnelRefused(Box<ResponseHead>),
    /// The TLS certificate was not accepted.
    CertificateInvalid,
    /// TLS failed for another reason.
    TlsFailed,
    /// Connected, but not one byte of the answer within the timeout.
    NoAnswer,
    /// The answer began, but its head was not complete within the timeout, or no byte of its body
    /// came for as long as the timeout.
    TooSlow {
        /// Bytes of head and body that came; of the body alone, where a library read the head.
        received: u64,
    },
    /// The connection was closed before the answer was complete.
    Closed,
    /// The connection was reset.
    Reset,
    /// The answer is not HTTP, or its head cannot be read.
    MalformedHead(HeadError),
    /// The chunked coding is broken.
    MalformedChunk,
    /// More interim answers came than a client ignores.
    TooManyInterim,
    /// The deadline of the whole run passed.
    Deadline,
    /// The library could not send the request or read the answer; the detail says why.
    Library,
}

/// The protocol of a SOCKS proxy, as [`FailureKind::HttpPort`] names it.
pub const SOCKS: &str = "SOCKS 5";

/// TLS, as [`FailureKind::HttpPort`] names it.
pub const TLS: &str = "TLS";

impl Failure {
    /// A failure without a detail.
    pub fn new(kind: FailureKind, peer: Peer) -> Self {
        Self { kind, peer, detail: String::new() }
    }

    /// Adds the cause in the words of the system or library.
    #[must_use]
    pub fn because(mut self, detail: impl fmt::Display) -> Self {
        self.detail = detail.to_string();
        self
    }

    /// The kebab-case name in the JSON report.
    pub fn name(&self) -> &'static str {
        match self.kind {
            FailureKind::NameNotResolved => "name-not-resolved",
            FailureKind::CannotConnect => "cannot-connect",
            FailureKind::ConnectTimeout => "connect-timeout",
            FailureKind::SocksRefused => "socks-refused",
            FailureKind::HttpPort { .. } => "http-port",
            FailureKind::TunnelRefused(_) => "tunnel-refused",
            FailureKind::CertificateInvalid => "certificate-invalid",
            FailureKind::TlsFailed => "tls-failed",
            FailureKind::NoAnswer => "no-answer",
            FailureKind::TooSlow { .. } => "too-slow",
            FailureKind::Closed => "closed",
            FailureKind::Reset => "reset",
            FailureKind::MalformedHead(_) => "malformed-head",
            FailureKind::MalformedChunk => "malformed-chunk",
            FailureKind::TooManyInterim => "too-many-interim",
            FailureKind::Deadline => "deadline",
            FailureKind::Library => "library",
        }
    }

    /// Whether a kept connection that the peer had closed would look like this, so that the
    /// request deserves one more attempt on a new one.
    pub fn may_be_stale_connection(&self) -> bool {
        matches!(self.kind, FailureKind::Closed | FailureKind::Reset)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peer = match self.peer {
            Peer::Proxy => "proxy",
            Peer::Server => "server",
        };
        match &self.kind {
            FailureKind::NameNotResolved => write!(f, "the name of the {peer} cannot be resolved"),
            FailureKind::CannotConnect => write!(f, "cannot connect to the {peer}"),
            FailureKind::ConnectTimeout => {
                write!(f, "no connection to the {peer} within the timeout")
            }
            FailureKind::SocksRefused => f.write_str("the SOCKS proxy refused"),
            FailureKind::HttpPort { wanted, url } => {
                write!(f, "the port of the {peer} speaks HTTP, not {wanted}; its URL is {url}")
            }
            FailureKind::TunnelRefused(head) => {
                write!(f, "the proxy answered CONNECT with {} {}", head.status, head.reason)
            }
            FailureKind::CertificateInvalid => {
                write!(f, "the certificate of the {peer} is not accepted")
            }
            FailureKind::TlsFailed => write!(f, "TLS with the {peer} failed"),
            FailureKind::NoAnswer => f.write_str("connected, but no answer within the timeout"),
            FailureKind::TooSlow { received } => {
                write!(f, "the answer was not complete within the timeout ({received} bytes came)")
            }
            FailureKind::Closed => f.write_str("the connection was closed before the answer ended"),
            FailureKind::Reset => f.write_str("the connection was reset"),
            FailureKind::MalformedHead(error) => write!(f, "{error}"),
            FailureKind::MalformedChunk => f.write_str("the chunked coding is broken"),
            FailureKind::TooManyInterim => f.write_str("too many interim answers"),
            FailureKind::Deadline => f.write_str("the deadline of the run passed"),
            FailureKind::Library => f.write_str("the HTTP library failed"),
        }?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}
