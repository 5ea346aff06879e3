//! Whose turn it is: a proxy has one probe at a time, all together no more than `--jobs`, and a
//! round has all of them for itself, so that no proxy ever meets more of us than the user allows.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard};
use tokio::sync::{OwnedSemaphorePermit, RwLock, Semaphore};
use tokio::time::timeout;

use crate::settings::Settings;

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
    pub(super) fn of(settings: &Settings) -> Self {
        let labels: Vec<_> = settings.routes.iter().map(|route| route.value.label()).collect();
        // A reference origin at a fixed address serves one at a time.
        let at_once = if settings.origin_listen.is_some() { 1 } else { settings.jobs.max(1) };
        Self::new(&labels, at_once)
    }

    /// `labels`: what tells the proxies of the routes from each other.
    fn new(labels: &[Option<String>], at_once: usize) -> Self {
        let mut proxies: Vec<Arc<Mutex<()>>> = Vec::new();
        for (place, label) in labels.iter().enumerate() {
            let twin = labels[..place].iter().position(|one| one == label);
            proxies.push(twin.map_or_else(Arc::default, |twin| Arc::clone(&proxies[twin])));
        }
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// Two names of one proxy, another proxy, and the direct route; two probes at a time.
    fn turns() -> Turns {
        let labels = [Some("http://a:1"), Some("http://a:1"), Some("http://b:1"), None];
        Turns::new(&labels.map(|label| label.map(str::to_owned)), 2)
    }

    const SOON: Duration = Duration::from_millis(10);

    #[tokio::test]
    async fn a_proxy_has_one_probe_at_a_time_whatever_it_is_called() {
        let turns = turns();
        let first = turns.probe(0, SOON).await.expect("a free proxy");
        assert!(turns.probe(1, SOON).await.is_none());
        let other = turns.probe(2, SOON).await.expect("another proxy");
        // Two are under way.
        assert!(turns.probe(3, SOON).await.is_none());
        drop(other);
        let _direct = turns.probe(3, SOON).await.expect("room again");
        drop(first);
        assert!(turns.probe(1, SOON).await.is_some());
    }

    #[tokio::test]
    async fn a_round_has_all_for_itself() {
        let turns = turns();
        let probe = turns.probe(0, SOON).await.expect("a free proxy");
        assert!(turns.round().now_or_never().is_none());
        drop(probe);
        let round = turns.round().now_or_never().expect("nobody else");
        assert!(turns.probe(2, SOON).await.is_none());
        drop(round);
        assert!(turns.probe(2, SOON).await.is_some());
    }
}
