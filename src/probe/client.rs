//! The prober's client: our own, over plain sockets, so that every byte of an answer is seen as
//! it came. A [`Lane`] sends its probes one after the other on one kept connection, as BITS does.

mod lane;
mod surplus;
mod transfer;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::dial::{Dialer, Stream, basic_authorization};
use super::echo;
use super::exchange::{Answer, Leg, Request};
use super::failure::{Failure, FailureKind, Peer};
use crate::target::{Credentials, ProxyScheme};
pub use lane::Lane;
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
        let credentials = self.credentials().filter(|_| self.dialer.speaks_to_proxy(url));
        credentials.map(basic_authorization)
    }

    /// Hides the proxy's credentials where a peer sends them back.
    pub(crate) fn hide_echo(&self, came: Result<&mut Answer, &mut Failure>) {
        echo::hide(self.credentials(), came);
    }

    /// Those for the proxy.
    fn credentials(&self) -> Option<&Credentials> {
        self.dialer.proxy.as_ref()?.credentials.as_ref()
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
