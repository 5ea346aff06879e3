//! Progress on stderr while a run lasts. Leaves nothing behind on the terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::escape::escape_limited;

/// A bar over all exchanges of a run, with what is being asked. Cheap to clone; clones share it.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar of `total_probes` steps; drawn only when `enabled` and stderr is a terminal.
    pub fn new(total_probes: u64, enabled: bool) -> Self {
        let target =
            if enabled { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self::drawn_to(target, total_probes)
    }

    /// Says what is being asked now.
    pub fn asking(&self, label: &str) {
        self.bar.set_message(escape_limited(label, LABEL_LENGTH).into_owned());
    }

    /// One exchange more is over; `label` says which.
    pub fn exchange_done(&self, label: &str) {
        self.asking(label);
        self.bar.inc(1);
    }

    /// The run has more probes than it seemed, or fewer.
    pub fn set_total(&self, total_probes: u64) {
        self.bar.set_length(total_probes);
    }

    /// Writes lines above the bar without tearing it.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn drawn_to(target: ProgressDrawTarget, total_probes: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total_probes), target);
        if !bar.is_hidden() {
            let style = ProgressStyle::with_template(TEMPLATE)
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style.progress_chars("=> "));
            bar.enable_steady_tick(TICK);
        }
        Self { bar }
    }
}

const TEMPLATE: &str = "{spinner} [{bar:24}] {pos}/{len}  {wide_msg}";
const LABEL_LENGTH: usize = 200;
const TICK: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disabled_bar_is_hidden() {
        let progress = Progress::new(3, false);
        progress.exchange_done("head");
        assert!(progress.bar.is_hidden());
        assert_eq!(progress.bar.position(), 1);
    }

    #[test]
    fn the_template_is_valid() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
