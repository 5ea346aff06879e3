//! The prober's client: our own, over plain sockets, so that every byte of an answer is seen as
//! it came. A [`Lane`] sends its probes one after the other on one kept connection, as BITS does.

mod session;
mod trailing_bytes;
mod transfer;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::dial::{Dialer, Stream};
pub use crate::http::client::session::Lane;
use crate::http::redact;
use crate::model::exchange::{Answer, Leg, Request};
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::target::ProxyScheme;
use crate::wire::head::ResponseHead;
pub(crate) use transfer::is_unclean_tls_end;

/// Sends probes over one route on one leg.
#[derive(Clone)]
pub struct SocketClient {
    /// Opens the connections.
    pub dialer: Dialer,
    /// The pass that the exchanges belong to.
    pub leg: Leg,
    /// Time until the head of an answer is there, connecting included; then the longest silence
    /// within its body.
    pub timeout: Duration,
    /// End of the whole run.
    pub deadline: Instant,
    /// Numbers the connections of the leg.
    pub connections: Arc<AtomicU32>,
}

/// An open connection that can carry requests.
pub(crate) struct Connection {
    pub(crate) stream: Box<dyn Stream>,
    /// Its number within the leg.
    pub(crate) number: u32,
    /// The server that it leads to; none when it ends at the proxy, whatever the URL.
    pub(crate) server: Option<String>,
}

/// What came of opening a connection.
type Dialed = Result<Box<dyn Stream>, Failure>;

impl SocketClient {
    /// A lane without a connection yet.
    pub fn lane(&self) -> Lane<'_> {
        Lane::new(self)
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
        Lane::opening(self, url)
    }

    /// The end of an exchange that begins now.
    pub fn exchange_end(&self) -> Instant {
        self.deadline.min(Instant::now() + self.timeout)
    }

    /// The request as it is sent, with credentials for the proxy or without.
    pub(crate) fn wire_form(request: &Request, authorization: Option<&str>) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        for field in request.fields.iter() {
            text.extend([&field.name, ": ", &field.value, "\r\n"]);
        }
        if let Some(value) = authorization {
            text.extend(["Proxy-Authorization: ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// The `Proxy-Authorization` for a request that is sent to the proxy in the clear; none before
    /// the proxy has offered Basic.
    pub(crate) fn authorization(&self, url: &Url) -> Option<String> {
        self.dialer.login.authorization().filter(|_| self.dialer.speaks_to_proxy(url))
    }

    /// Whether the proxy wants credentials for a request that was sent in the clear, and they can
    /// be sent now. In a tunnel the server answers, which must never get them.
    pub(crate) fn is_challenged(&self, url: &Url, head: &ResponseHead, was_signed: bool) -> bool {
        self.dialer.speaks_to_proxy(url) && self.dialer.login.is_challenged(head, was_signed)
    }

    /// Hides the proxy's credentials where a peer sends them back.
    pub(crate) fn hide_echo(&self, came: Result<&mut Answer, &mut Failure>) {
        redact::hide(self.dialer.login.credentials(), came);
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
