//! Which requests come before others, so that no finding depends on the order in which answers
//! arrive.
//!
//! Two kinds of requests are often answered otherwise the first time than later: the first request
//! for a file, and the first one for several ranges. Within a phase the probe with two ranges is
//! answered before the other probes for several ranges are sent. Of two phases at the same time the
//! one through the proxy goes first: the server may count as well.

use tokio::sync::Semaphore;

/// What a phase waits for, and what others wait for in this phase.
pub(in crate::run) struct Order<'r> {
    /// This phase.
    pub(super) own: &'r Milestones,
    /// The phase at the same time that goes first.
    pub(super) before: Option<&'r Milestones>,
}

/// What has happened in a phase. Each point is reached when its semaphore is closed.
pub(in crate::run) struct Milestones {
    first: Semaphore,
    several: Semaphore,
}

impl Default for Milestones {
    fn default() -> Self {
        Self { first: Semaphore::new(0), several: Semaphore::new(0) }
    }
}

impl Milestones {
    /// The first request was answered, or failed.
    pub(super) fn first_was_answered(&self) {
        self.first.close();
    }

    /// The first request for several ranges was answered, or is not sent at all.
    pub(super) fn several_were_answered(&self) {
        self.several.close();
    }

    /// No more requests are sent.
    pub(in crate::run) fn is_over(&self) {
        self.first_was_answered();
        self.several_were_answered();
    }
}

impl<'r> Order<'r> {
    /// The order of a phase, after the one that goes first when there is one.
    pub(in crate::run) fn new(own: &'r Milestones, before: Option<&'r Milestones>) -> Self {
        Self { own, before }
    }

    /// Waits until the first request may be sent.
    pub(in crate::run) async fn first_request(&self) {
        if let Some(before) = self.before {
            reached(&before.first).await;
        }
    }

    /// Waits until the first request for several ranges may be sent.
    pub(super) async fn first_of_several(&self) {
        if let Some(before) = self.before {
            reached(&before.several).await;
        }
    }

    /// Waits until the other requests for several ranges may be sent.
    pub(super) async fn more_of_several(&self) {
        reached(&self.own.several).await;
        self.first_of_several().await;
    }
}

/// Returns when the semaphore is closed: it never has a permit.
async fn reached(point: &Semaphore) {
    let _ = point.acquire().await;
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn the_phase_through_the_proxy_goes_first() {
        let (cold, direct) = (Milestones::default(), Milestones::default());
        let first = Order::new(&cold, None);
        let second = Order::new(&direct, Some(&cold));
        assert!(first.first_request().now_or_never().is_some());
        assert!(second.first_request().now_or_never().is_none());
        cold.first_was_answered();
        assert!(second.first_request().now_or_never().is_some());

        assert!(first.first_of_several().now_or_never().is_some());
        assert!(second.first_of_several().now_or_never().is_none());
        assert!(first.more_of_several().now_or_never().is_none());
        cold.several_were_answered();
        assert!(first.more_of_several().now_or_never().is_some());
        assert!(second.first_of_several().now_or_never().is_some());
        assert!(second.more_of_several().now_or_never().is_none());
        direct.is_over();
        assert!(second.more_of_several().now_or_never().is_some());
    }
}
