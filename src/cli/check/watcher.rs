//! What is told while a check runs.

use std::net::SocketAddr;
use std::sync::Mutex;

use crate::probe::probe::Purpose;
use crate::run::Observer;
use crate::run::outcome::RouteResult;
use crate::target::{Route, Target};
use crate::ui::progress::Progress;

/// Tells the progress bar, and keeps finished results for the case that the run is interrupted.
pub(super) struct Watcher {
    pub(super) progress: Progress,
    pub(super) done: Mutex<Vec<RouteResult>>,
}

impl Observer for Watcher {
    fn exchange_done(&self, route: &Route, target: &Target, purpose: Purpose) {
        let via = route.label().unwrap_or_else(|| String::from("direct"));
        self.progress.exchange_done(&format!("{target} via {via}: {}", purpose.as_str()));
    }

    fn origin_listens(&self, address: SocketAddr) {
        self.progress.suspend(|| {
            eprintln!("reference origin: http://{address} (its own files only, while this runs)");
        });
    }

    fn result_done(&self, result: &RouteResult) {
        lock(&self.done).push(result.clone());
    }
}

/// The lock of a mutex whose holders cannot panic.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
