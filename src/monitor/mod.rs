//! Metrics for Prometheus over HTTP: those of the last round, and checks that Prometheus itself
//! asks for, of proxies and targets that the configuration names and of no others. Started by
//! `bitsgate check --metrics-listen`.

mod known;
mod page;
mod probe;
pub mod provisioning;
pub mod schedule;
mod server;
mod turns;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::model::outcome::Outcome;
use crate::report::prometheus;
use crate::settings::Settings;
use known::Known;
pub use turns::RoundTurn;
use turns::Turns;

/// A running server. It ends, with all its connections, when this is dropped.
#[derive(Debug)]
pub struct Metrics {
    state: Arc<State>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// What all connections share.
struct State {
    settings: Settings,
    known: Known,
    turns: Turns,
    /// A permit for each probe that is made, or waits for its turn.
    queue: Semaphore,
    /// The metrics of the last round.
    last_round: Mutex<Bytes>,
}

impl Metrics {
    /// Listens on an address; port 0 takes any that is free. `settings`: what may be probed, and
    /// how.
    pub async fn start(listen: SocketAddr, settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            known: Known::of(&settings),
            turns: Turns::of(&settings),
            queue: Semaphore::new(MOST_PROBES),
            settings,
            last_round: Mutex::new(prometheus::before_first_run().into()),
        });
        let task = tokio::spawn(server::accept(listener, Arc::clone(&state)));
        Ok(Self { state, address, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until no probe runs; none begins until the turn is dropped.
    pub async fn round(&self) -> RoundTurn {
        self.state.turns.round().await
    }

    /// Shows the result of a round from now on.
    pub fn publish(&self, outcome: &Outcome) {
        let page = prometheus::render(outcome);
        *self.state.last_round.lock().unwrap_or_else(PoisonError::into_inner) = page.into();
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The settings hold passwords.
        f.debug_struct("State").field("known", &self.known).finish_non_exhaustive()
    }
}

/// Probes that are made or wait for their turn, at most.
const MOST_PROBES: usize = 64;

/// Reads where to listen: an address with a port, or a port of this machine alone.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let of_port = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    text.parse::<u16>().map(of_port).or_else(|_| text.parse()).map_err(|_| {
        String::from(
            "a port, such as 9824 for this machine only, or an address with one, such as \
             0.0.0.0:9824, is needed",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_for_this_machine_only() {
        assert!(parse_address("9824").unwrap().ip().is_loopback());
        assert_eq!(parse_address("0.0.0.0:1").unwrap().to_string(), "0.0.0.0:1");
        assert_eq!(parse_address("[::1]:0").unwrap().to_string(), "[::1]:0");
        for text in ["", ":9824", "localhost", "65536", "host:1"] {
            assert!(parse_address(text).is_err(), "{text}");
        }
    }
}
