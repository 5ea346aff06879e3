//! Whose turn it is: a proxy has one probe at a time, all together no more than `--jobs`, and a
//! round has all of them for itself, so that no proxy ever meets more of us than the user allows.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard};
use tokio::sync::{OwnedSemaphorePermit, RwLock, Semaphore};
use tokio::time::timeout;

use crate::config::Settings;

/// The turns.
pub(super) struct Turns {
    /// Probes read, rounds write.
    rounds: Arc<RwLock<()>>,
    /// One for each route; those of the same proxy share it.
    proxies: Vec<Arc<Mutex<()>>>,
    all: Arc<Semaphore>,
}

/// The turn of a round; over when dropped.
#[derive(Debug)]
#[must_use = "the turn is over when this is dropped"]
pub struct RoundTurn(#[expect(dead_code, reason = "held, not read")] OwnedRwLockWriteGuard<()>);

/// The turn of a probe; over when dropped.
#[derive(Debug)]
#[must_use = "the turn is over when this is dropped"]
#[expect(dead_code, reason = "held, not read")]
pub(super) struct ProbeTurn {
    round: OwnedRwLockReadGuard<()>,
    proxy: OwnedMutexGuard<()>,
    one_of_all: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new(settings: &Settings) -> Self {
        let mut proxies: Vec<Arc<Mutex<()>>> = Vec::new();
        for (place, route) in settings.routes.iter().enumerate() {
            let label = route.value.label();
            let twin = settings.routes[..place].iter().position(|one| one.value.label() == label);
            proxies.push(twin.map_or_else(Arc::default, |twin| Arc::clone(&proxies[twin])));
        }
        // A reference origin at a fixed address serves one at a time.
        let at_once = if settings.origin_listen.is_some() { 1 } else { settings.jobs.max(1) };
        Self { rounds: Arc::default(), proxies, all: Arc::new(Semaphore::new(at_once)) }
    }

    /// Waits for the end of all probes, and keeps others from beginning.
    pub(super) async fn round(&self) -> RoundTurn {
        RoundTurn(Arc::clone(&self.rounds).write_owned().await)
    }

    /// Waits for the turn of a probe over the route of this place; none when it does not come in
    /// time.
    pub(super) async fn probe(&self, route: usize, patience: Duration) -> Option<ProbeTurn> {
        let turn = async {
            // The proxy's own turn first: who waits for it must hold no other's.
            let proxy = Arc::clone(&self.proxies[route]).lock_owned().await;
            // The semaphore is never closed.
            let one_of_all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            let round = Arc::clone(&self.rounds).read_owned().await;
            Some(ProbeTurn { round, proxy, one_of_all })
        };
        timeout(patience, turn).await.ok().flatten()
    }
}
