//! What a fetch shows on standard error while it lasts.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::fetch::Observer;
use crate::fetch::outcome::State;
use crate::ui::escape::escape;

/// States on stderr as they come, and a bar where that is a terminal.
pub(super) struct Watcher {
    bar: ProgressBar,
    begun: Instant,
    quiet: bool,
    /// The state told last.
    last: Mutex<Option<State>>,
}

impl Watcher {
    pub(super) fn new(quiet: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { bar, begun: Instant::now(), quiet, last: Mutex::new(None) }
    }

    fn line(&self, text: &str) {
        if !self.quiet {
            let seconds = self.begun.elapsed().as_secs_f64();
            self.bar.suspend(|| eprintln!("[{seconds:9.3} s] {}", escape(text)));
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Watcher {
    fn state(&self, state: State, why: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // The end was told when it was only a pause.
        if last.replace(state) == Some(state) {
            return;
        }
        drop(last);
        match why {
            "" => self.line(&state.to_string()),
            why => self.line(&format!("{state} {why}")),
        }
    }

    fn size(&self, bytes: u64) {
        self.bar.set_length(bytes);
    }

    fn progress(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    fn remark(&self, text: &str) {
        self.line(text);
    }
}

const TEMPLATE: &str = "{spinner} [{bar:24}] {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_valid() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
