//! What a fetch shows on standard error while it lasts.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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
    /// Silent when `quiet`; the bar is drawn on a terminal alone.
    pub(super) fn new(quiet: bool) -> Self {
        let columns = terminal_size::terminal_size_of(std::io::stderr())
            .map_or(LEAST_COLUMNS, |(width, _)| width.0);
        let target =
            if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = drawn_to(target, columns);
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
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

/// A bar for a terminal of so many columns: one that wraps would leave its lines behind.
fn drawn_to(target: ProgressDrawTarget, columns: u16) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target);
    let template = if columns < LEAST_COLUMNS { NARROW } else { WIDE };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

const WIDE: &str =
    "{spinner} [{wide_bar}] {bytes}/{total_bytes} {binary_bytes_per_sec}, {eta} left";
const NARROW: &str = "{spinner} [{wide_bar}] {percent}% {eta} left";

/// [`WIDE`] needs so many with the largest files.
const LEAST_COLUMNS: u16 = 72;

const TICK: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    #[test]
    fn the_bar_fits_into_one_line() {
        for (columns, words) in [(80, "B/5.00 TiB"), (72, "B/5.00 TiB"), (71, "% "), (30, "% ")] {
            let terminal = InMemoryTerm::new(5, columns);
            let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
            let bar = drawn_to(target, columns);
            bar.set_length(5 << 40);
            bar.set_position(1_023_999_999_999);
            bar.tick();
            let shown = terminal.contents();
            assert!(shown.contains("] ") && shown.contains(words), "{columns}: {shown:?}");
            assert!(shown.contains(" left"), "{columns}: {shown:?}");
            assert!(
                shown.lines().all(|line| line.chars().count() <= usize::from(columns)),
                "{shown:?}"
            );
            assert_eq!(shown.lines().count(), 1, "{columns}: {shown:?}");
        }
    }
}
