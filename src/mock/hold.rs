//! Holds back the end of a file, so that a cache that fetches it is still filling for as long as
//! a test needs, independent of timing. Used through [`super::Running::hold`].

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// The holds of a mock.
#[derive(Debug, Default)]
pub(crate) struct Holds(Mutex<Vec<Weak<Inner>>>);

/// Holds back the end of each whole file under one name until it is dropped, for 1.5 s at
/// most. Answers to ranges are not held.
#[derive(Debug)]
pub struct Hold(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    file: String,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// No client requested the whole file yet.
    Ready,
    /// An end is held back until then.
    Holding(Instant),
    Over,
}

impl Holds {
    /// Starts a hold for the files whose path ends in this.
    pub(crate) fn begin(&self, file: &str) -> Hold {
        let inner = Inner { file: file.to_owned(), state: watch::Sender::new(State::Ready) };
        let hold = Hold(Arc::new(inner));
        let mut holds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        holds.retain(|hold| hold.strong_count() > 0);
        holds.push(Arc::downgrade(&hold.0));
        drop(holds);
        hold
    }

    /// The hold for a path.
    pub(crate) fn of(&self, path: &str) -> Option<Arc<Inner>> {
        let holds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        holds.iter().filter_map(Weak::upgrade).find(|hold| path.ends_with(&hold.file))
    }
}

impl Hold {
    /// Waits until an end is held back, 1.5 s at most. Whether one is.
    pub async fn has_started(&self) -> bool {
        let mut state = self.0.state.subscribe();
        let started = state.wait_for(|state| *state != State::Ready);
        let _ = timeout_at(Instant::now() + LONGEST, started).await;
        self.is_holding()
    }

    /// Lets what is held go, and holds nothing any more.
    pub fn end(&self) {
        self.0.state.send_replace(State::Over);
    }

    fn is_holding(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Holding(until) if Instant::now() < until)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.end();
    }
}

impl Inner {
    /// Waits until the end may go.
    pub(crate) async fn wait(&self) {
        let mut until = Instant::now() + LONGEST;
        self.state.send_modify(|state| match state {
            State::Ready => *state = State::Holding(until),
            State::Holding(since) => until = *since,
            State::Over => until = Instant::now(),
        });
        let mut state = self.state.subscribe();
        let _ = timeout_at(until, state.wait_for(|state| *state == State::Over)).await;
    }
}

/// How long an end is held back at most. Proxies that let others wait until a file is there, and
/// clients behind them, are not kept longer.
const LONGEST: Duration = Duration::from_millis(1500);
