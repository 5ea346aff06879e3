//! Random pauses before answers, so that tests see parallel answers in every order. The same seed
//! gives the same row of pauses.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::sleep;

/// Pauses before answers; none without a seed.
#[derive(Debug)]
pub(crate) struct Delays {
    seed: Option<u64>,
    count: AtomicU64,
}

impl Delays {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self { seed, count: AtomicU64::new(0) }
    }

    /// The pause before the next answer.
    pub(crate) async fn pause(&self) {
        if let Some(pause) = self.next() {
            sleep(pause).await;
        }
    }

    fn next(&self) -> Option<Duration> {
        let seed = self.seed?;
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let mut random = StdRng::seed_from_u64(seed.rotate_left(32) ^ number);
        Some(Duration::from_micros(random.random_range(0..LONGEST)))
    }
}

/// Microseconds.
const LONGEST: u64 = 6000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_of_one_seed_are_the_same_and_those_of_another_differ() {
        let pauses = |seed| {
            let delays = Delays::new(seed);
            [(); 8].map(|()| delays.next())
        };
        assert_eq!(pauses(Some(3)), pauses(Some(3)));
        assert_ne!(pauses(Some(3)), pauses(Some(4)));
        assert_eq!(pauses(None), [None; 8]);
    }
}
