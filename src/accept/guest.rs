//! What the accept loop knows of a connection: whether it works on a request, or since when it
//! waits for one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A connection, as its server and the accept loop share it.
#[derive(Clone, Debug)]
pub(crate) struct Guest(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Requests under way.
    busy: usize,
    /// Requests so far.
    turn: u64,
    /// The end of the last one, or the beginning of the connection.
    since: Instant,
}

/// A request is under way until this is dropped.
#[derive(Debug)]
#[must_use = "the request is over when this is dropped"]
pub(crate) struct Busy(Guest);

impl Guest {
    /// One that waits for its first request.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { busy: 0, turn: 0, since: Instant::now() })))
    }

    /// A request was read, and is now worked on.
    pub(crate) fn begin(&self) -> Busy {
        self.with(|state| {
            state.busy += 1;
            state.turn += 1;
        });
        Busy(self.clone())
    }

    /// Since when it waits for a request; none while one is under way.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        self.with(|state| (state.busy == 0).then_some(state.since))
    }

    /// The number of the request that it waits for; none while one is under way.
    pub(super) fn awaited(&self) -> Option<u64> {
        self.with(|state| (state.busy == 0).then_some(state.turn))
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Busy {
    /// Another request of the same connection, such as a tunnel that follows CONNECT.
    pub(crate) fn again(&self) -> Self {
        self.0.begin()
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.with(|state| {
            state.busy -= 1;
            state.since = Instant::now();
        });
    }
}
