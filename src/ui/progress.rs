//! Progress on stderr while a run lasts: how far it is and how long it will take, one line for
//! each thing in hand, and failures as they come. Silent off a terminal. Leaves nothing behind but
//! the failures.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::escape::escape_limited;

/// A bar over all steps of a run, above it a line for each thing in hand. Cheap to clone; clones
/// share it.
#[derive(Clone, Debug)]
pub struct Progress {
    lines: MultiProgress,
    bar: ProgressBar,
    in_hand: Arc<Mutex<Vec<InHand>>>,
    /// Things in all, and when the first began.
    total: u64,
    ended: Arc<AtomicU64>,
    started: Instant,
    /// Columns of the terminal.
    width: u16,
}

/// Something that has begun and not ended.
#[derive(Debug)]
struct InHand {
    key: String,
    title: String,
    /// Steps that are expected, and those that are over.
    planned: u64,
    done: u64,
    /// None when there are too many lines already.
    line: Option<ProgressBar>,
}

impl Progress {
    /// A bar of `total` things, each of several steps; drawn only when `enabled` and stderr is a terminal.
    pub fn new(total: u64, enabled: bool) -> Self {
        let target =
            if enabled { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let size = terminal_size::terminal_size_of(std::io::stderr());
        Self::drawn_to(target, total, size.map_or(80, |(width, _)| width.0))
    }

    /// Something of about `steps` steps begins. `key` tells it from the others.
    pub fn begin(&self, key: &str, title: &str, steps: u64) {
        let mut in_hand = self.in_hand();
        let shown = in_hand.iter().filter(|one| one.line.is_some()).count();
        let line = (shown < MOST_LINES && !self.lines.is_hidden()).then(|| {
            let line = self.lines.insert_before(&self.bar, ProgressBar::new_spinner());
            // Every terminal has these.
            line.set_style(style(LINE).tick_chars("|/-\\ "));
            line.set_message(short(title));
            line.enable_steady_tick(TICK);
            line
        });
        in_hand.push(InHand {
            key: key.to_owned(),
            title: title.to_owned(),
            planned: steps.max(1),
            done: 0,
            line,
        });
    }

    /// One step more of it is over; `what` says which.
    pub fn step(&self, key: &str, what: &str) {
        let mut in_hand = self.in_hand();
        let Some(one) = in_hand.iter_mut().find(|one| one.key == key) else { return };
        one.done += 1;
        if let Some(line) = &one.line {
            line.set_message(short(&format!("{}: {what}", one.title)));
        }
        self.show(&in_hand);
    }

    /// It is over, with all steps that it did not need.
    pub fn end(&self, key: &str) {
        let mut in_hand = self.in_hand();
        let Some(index) = in_hand.iter().position(|one| one.key == key) else { return };
        let one = in_hand.remove(index);
        self.ended.fetch_add(1, Ordering::Relaxed);
        self.show(&in_hand);
        if let Some(line) = one.line {
            line.finish_and_clear();
            self.lines.remove(&line);
        }
    }

    /// Writes a line above all, which stays.
    pub fn tell(&self, text: &str) {
        // What follows three dots stays on the line.
        let room = usize::from(self.width.max(MOST_NARROW)) - "...".len();
        // A terminal that cannot be written to has nobody to tell.
        let _ = self.lines.println(escape_limited(text, room));
    }

    /// Lets others write lines without tearing the bar.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.lines.suspend(write)
    }

    /// Takes everything away.
    pub fn finish(&self) {
        for one in self.in_hand().drain(..) {
            one.line.iter().for_each(ProgressBar::finish_and_clear);
        }
        self.bar.finish_and_clear();
    }

    /// Shows how far all is. More steps than planned do not make a thing end.
    fn show(&self, in_hand: &[InHand]) {
        let ended = self.ended.load(Ordering::Relaxed);
        let part = |one: &InHand| (one.done * PARTS / one.planned).min(PARTS - PARTS / 10);
        let position = ended * PARTS + in_hand.iter().map(part).sum::<u64>();
        self.bar.set_position(position);
        let left = left(self.started.elapsed(), position, self.total * PARTS);
        self.bar.set_message(format!("{ended}/{} proxies{left}", self.total));
    }

    fn in_hand(&self) -> MutexGuard<'_, Vec<InHand>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drawn_to(target: ProgressDrawTarget, total: u64, width: u16) -> Self {
        let lines = MultiProgress::with_draw_target(target);
        let bar = lines.add(ProgressBar::new(total * PARTS));
        if !lines.is_hidden() {
            bar.set_style(style(BAR).progress_chars("=> "));
            bar.enable_steady_tick(TICK);
        }
        Self {
            lines,
            bar,
            in_hand: Arc::default(),
            total,
            ended: Arc::default(),
            started: Instant::now(),
            width,
        }
    }
}

/// `, about 40 s left`: as long as it took so far for what is over. Empty before that says anything.
fn left(elapsed: Duration, position: u64, whole: u64) -> String {
    if position * 10 < whole || position == 0 {
        return String::new();
    }
    let left = elapsed.as_secs_f64() * whole.saturating_sub(position) as f64 / position as f64;
    match left {
        ..1.0 => String::new(),
        ..90.0 => format!(", about {left:.0} s left"),
        _ => format!(", about {:.0} min left", left / 60.0),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn short(text: &str) -> String {
    escape_limited(text, LONGEST).into_owned()
}

const BAR: &str = "[{wide_bar}] {msg}";
const LINE: &str = "{spinner} {wide_msg}";
const LONGEST: usize = 200;
/// Columns below which nothing is made shorter.
const MOST_NARROW: u16 = 20;
/// Parts of a thing, for the bar.
const PARTS: u64 = 100;
const TICK: Duration = Duration::from_millis(100);

/// Things in hand that have a line of their own.
const MOST_LINES: usize = 8;

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    #[test]
    fn a_disabled_bar_is_hidden() {
        let progress = Progress::new(3, false);
        progress.begin("a", "a", 2);
        progress.step("a", "head");
        assert!(progress.lines.is_hidden());
        assert_eq!(progress.bar.position(), 50);
        for _ in 0..9 {
            progress.step("a", "more than planned");
        }
        assert_eq!(progress.bar.position(), 90);
        progress.end("a");
        assert_eq!(progress.bar.position(), 100);
        assert_eq!(progress.bar.message(), "1/3 proxies");
    }

    #[test]
    fn time_left_is_that_of_the_part_done() {
        let seconds = Duration::from_secs;
        assert_eq!(left(seconds(10), 0, 300), "");
        assert_eq!(left(seconds(10), 20, 300), "");
        assert_eq!(left(seconds(10), 100, 300), ", about 20 s left");
        assert_eq!(left(seconds(100), 100, 300), ", about 3 min left");
        assert_eq!(left(seconds(100), 300, 300), "");
    }

    #[test]
    fn the_templates_are_valid() {
        for template in [BAR, LINE] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn lines_fit_the_terminal_and_failures_stay() {
        for width in [80, 40] {
            let term = InMemoryTerm::new(20, width);
            let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
            let progress = Progress::drawn_to(target, 4, width);
            progress.begin("a", "http://wsus.example/Content/8A/0123456789.cab via berlin", 2);
            progress.step("a", "range-first");
            progress.tell("FAIL b via c\u{1b}[31m");
            progress.tell(&"long ".repeat(40));
            // Nothing is drawn more often than a person could see, and another thread draws.
            let wanted = ["0/4 proxies", "wsus.example", "FAIL b via c\\x1b"];
            let begun = std::time::Instant::now();
            let shown = loop {
                std::thread::sleep(2 * TICK);
                progress.bar.tick();
                let shown = term.contents();
                if wanted.iter().all(|text| shown.contains(text)) {
                    break shown;
                }
                assert!(begun.elapsed().as_secs() < 30, "{shown}");
            };
            let is_narrow = |line: &str| line.chars().count() <= usize::from(width);
            assert!(shown.lines().all(is_narrow), "{shown}");
            progress.finish();
            let left = term.contents();
            let left: Vec<&str> = left.trim_end().lines().collect();
            assert_eq!(left[0], "FAIL b via c\\x1b[31m");
            assert!(left[1].ends_with("...") && left.len() == 2, "{left:?}");
        }
    }
}
