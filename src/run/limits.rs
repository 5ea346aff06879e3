//! Whose turn it is: no proxy and no server ever has more connections of ours at a time than the
//! user allows, whatever runs side by side.
//!
//! A leg takes its turn before its clocks start, so that waiting is never mistaken for a slow
//! proxy, and holds no turn while it waits for another, so that nobody waits for ever.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// The turns at each host.
#[derive(Debug)]
pub(super) struct Gates {
    connections: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A turn; it is over when this is dropped.
#[derive(Debug)]
#[must_use = "the turn is over when this is dropped"]
pub(super) struct Turn(
    #[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>,
);

impl Gates {
    /// Gates that let so many connections through to each host.
    pub(super) fn new(connections: usize) -> Self {
        Self { connections: connections.max(1), hosts: Mutex::default() }
    }

    /// Connections that a leg may have at the same time, of those that it could use.
    pub(super) fn lanes(&self, wanted: usize) -> usize {
        wanted.min(self.connections)
    }

    /// Waits for a turn with up to `wanted` connections to `host:port`. After the deadline there
    /// are no turns, and what follows fails for that.
    pub(super) async fn turn(&self, host: String, wanted: usize, deadline: Instant) -> Turn {
        let gate = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(self.connections));
            Arc::clone(hosts.entry(host).or_insert_with(new))
        };
        let lanes = self.lanes(wanted) as u32;
        let permit = timeout_at(deadline, gate.acquire_many_owned(lanes)).await;
        Turn(permit.ok().and_then(Result::ok))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn hosts_have_turns_of_their_own() {
        let gates = Gates::new(4);
        let late = Instant::now() + Duration::from_mins(1);
        let turn = |host: &str, wanted| gates.turn(host.to_owned(), wanted, late);
        let first = turn("a:1", 4).await;
        let _other = turn("b:1", 4).await;
        assert!(turn("a:1", 1).now_or_never().is_none());
        drop(first);
        let _small = turn("a:1", 1).now_or_never().expect("a free turn");
        let _three = turn("a:1", 3).now_or_never().expect("room for three");
        assert!(turn("a:1", 1).now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_leg_is_no_wider_than_the_gate() {
        let gates = Gates::new(2);
        assert_eq!(gates.lanes(4), 2);
        let late = Instant::now() + Duration::from_mins(1);
        let _turn = gates.turn(String::from("a:1"), 4, late).now_or_never().expect("a turn");
        let soon = Instant::now() + Duration::from_millis(10);
        // After the deadline nobody waits.
        let _none = gates.turn(String::from("a:1"), 1, soon).await;
    }
}
