//! A real HTTP/1.1 origin and a real forward proxy that misbehave on request. They listen on real
//! sockets; "a reset" is a reset. Called by `bitsgate mock`, by embedded targets and by tests.
//!
//! A request goes through the rules of the [`Behaviour`] to a source (generated objects or the next
//! server), and the reply back through them to a server. A mock whose rules all keep to what hyper
//! can say is served by hyper, which writes names in title case (`Etag`); as soon as one rule changes
//! framing, timing, the raw head or the end of the connection, the raw writer serves all of the
//! mock, right replies too. The proxy reads upstream with hyper and answers 502 where that cannot.
//! A proxy may also emulate a product: its answers are then made by `emulation`, which reads upstream
//! byte by byte, and written raw.
//! The mock knows `wire` and the codes of `bits`, never the prober or the checks: what it sends is
//! no opinion.

pub mod behaviour;
mod body;
mod catalog;
mod condition;
pub mod content;
mod cut;
mod delay;
mod edit;
pub mod emulation;
mod engine;
pub mod expectation;
pub mod fault;
mod gzip;
mod hold;
mod hyper_server;
mod journal;
mod layout;
mod mechanism;
mod message;
mod origin;
mod parts;
mod proxy;
mod reader;
mod rewrite;
mod scope;
mod server;
#[cfg(test)]
mod tests;
mod upstream;
mod values;
pub mod variation;
mod writer;

use crate::model::journal::LoggedRequest;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use behaviour::Behaviour;
use engine::{Mock, Source};
pub use hold::Hold;
pub use origin::MAX_SIZE;
pub use proxy::ProxySettings;

/// A mock that runs until this is dropped.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    mock: Arc<Mock>,
    accepting: JoinHandle<()>,
}

/// Starts an origin. Port 0 takes a free one.
pub async fn start_origin(listen: SocketAddr, behaviour: Behaviour) -> io::Result<Running> {
    start(listen, Source::Objects { only: None }, behaviour).await
}

/// Starts a compliant origin that serves only the objects under `/object/<name>/`: a client
/// that does not know the name gets nothing.
pub async fn start_reference(listen: SocketAddr, name: &str) -> io::Result<Running> {
    let source = Source::Objects { only: Some(name.to_owned()) };
    start(listen, source, Behaviour::default()).await
}

/// Starts a proxy that requires no credentials. Port 0 takes a free one.
pub async fn start_proxy(listen: SocketAddr, behaviour: Behaviour) -> io::Result<Running> {
    start_proxy_with(listen, behaviour, ProxySettings::default()).await
}

/// Starts a proxy with settings.
pub async fn start_proxy_with(
    listen: SocketAddr,
    behaviour: Behaviour,
    settings: ProxySettings,
) -> io::Result<Running> {
    start(listen, Source::Upstream(settings), behaviour).await
}

async fn start(listen: SocketAddr, source: Source, behaviour: Behaviour) -> io::Result<Running> {
    let listener = TcpListener::bind(listen).await?;
    let addr = listener.local_addr()?;
    let mock = Arc::new(Mock::new(source, behaviour));
    let accepting = tokio::spawn(server::accept(listener, Arc::clone(&mock)));
    Ok(Running { addr, mock, accepting })
}

impl Running {
    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://ADDR`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The URL of an origin's object of `size` bytes.
    pub fn object_url(&self, size: u64) -> String {
        format!("http://{}/object/{size}.bin", self.addr)
    }

    /// Holds back the end of the whole file at paths that end in this, until the hold is dropped or
    /// its time is over.
    pub fn hold(&self, file: &str) -> Hold {
        self.mock.holds.begin(file)
    }

    /// The behaviour that it was started with.
    pub fn behaviour(&self) -> &Behaviour {
        &self.mock.behaviour
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> u64 {
        self.mock.journal.connections()
    }

    /// How many requests were read.
    pub fn requests(&self) -> u64 {
        self.mock.journal.requests()
    }

    /// The last requests, oldest first; at most 512.
    pub fn log(&self) -> Vec<LoggedRequest> {
        self.mock.journal.last()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
