//! A relay before a server that notes how many connections its clients have open at a time.
//!
//! The kernel is asked for what the clients hold at the moment of each accept: how late a server
//! learns that a client is gone does not matter.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::server::{listen, relay};

/// The relay. It serves until the end of the process.
#[derive(Debug)]
pub(crate) struct Gauge {
    address: SocketAddr,
    peak: Arc<AtomicUsize>,
}

impl Gauge {
    /// Starts a relay to `backend`.
    pub(crate) fn before(backend: SocketAddr) -> Self {
        let (address, incoming) = listen();
        let peak = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&peak);
        thread::spawn(move || {
            for client in incoming {
                seen.fetch_max(open_to(address.port()), Ordering::Relaxed);
                thread::spawn(move || relay(client, &[], backend));
            }
        });
        Self { address, peak }
    }

    /// Where it listens.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The most connections that were open at the same time.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }
}

/// Connections to a port of this machine that are established on the side of the client.
fn open_to(port: u16) -> usize {
    let table = fs::read_to_string("/proc/net/tcp").expect("the kernel's table of connections");
    let remote = format!(":{port:04X}");
    let is_open = |line: &&str| {
        let mut columns = line.split_whitespace().skip(2);
        let is_to_port = columns.next().is_some_and(|address| address.ends_with(&remote));
        is_to_port && columns.next() == Some(ESTABLISHED)
    };
    table.lines().filter(is_open).count()
}

const ESTABLISHED: &str = "01";
