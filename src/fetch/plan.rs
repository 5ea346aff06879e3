//! Which range is asked next: small ones that grow with the measured speed, few large ones, or
//! blocks side by side. Pure; called by [`super::job`].

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::wire::byte_range::Span;

/// How a file is cut into ranges.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    /// BITS in the background: contiguous and irregular. Captures begin with a few KiB and show no
    /// fixed width: it follows the speed.
    Background,
    /// BITS in the foreground: few large ranges. One of 2147483647 bytes was observed.
    Foreground,
    /// Delivery Optimization: blocks of 1 MiB, in an order that is a little shuffled.
    Blocks,
}

/// What to do next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Next {
    /// Ask this.
    Ask(Span),
    /// Everything has been asked; what is under way may yet come back.
    Done,
    /// Too far ahead of what has been put in order: wait.
    Wait,
}

/// The ranges of one file that are left to ask.
#[derive(Debug)]
pub(super) struct Plan {
    cut: Cut,
    size: u64,
    /// Nothing from here on was asked yet, but for what is in `returned`.
    fresh: u64,
    /// What must be asked once more, by its first position: end (excluded).
    returned: BTreeMap<u64, u64>,
    /// Nothing was asked yet.
    untouched: bool,
    /// The width that the speed allows.
    width: u64,
    random: StdRng,
}

impl Plan {
    /// The plan for a file of `size` bytes of which the first `done` are there. `seed` decides what
    /// is irregular.
    pub(super) fn new(cut: Cut, size: u64, done: u64, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        let returned = BTreeMap::new();
        let fresh = done.min(size);
        Self { cut, size, fresh, returned, untouched: true, width: FIRST_WIDTH, random }
    }

    /// The next range. `in_order`: how many bytes from the beginning on are through; nothing is
    /// asked that lies [`WINDOW`] or more beyond it.
    pub(super) fn next(&mut self, in_order: u64) -> Next {
        let horizon = in_order.saturating_add(WINDOW);
        if let Some((&first, &end)) = self.returned.first_key_value() {
            if first >= horizon {
                return Next::Wait;
            }
            self.returned.pop_first();
            return span(first, end);
        }
        if self.fresh >= self.size {
            return Next::Done;
        }
        let is_first = std::mem::take(&mut self.untouched);
        match self.cut {
            Cut::Background => self.ask_fresh(self.irregular_width()),
            Cut::Foreground => self.ask_fresh(LARGEST),
            Cut::Blocks => self.next_block(horizon, if is_first { 1 } else { SHUFFLED }),
        }
    }

    /// A range, or what is left of one, did not come: it will be asked again.
    pub(super) fn give_back(&mut self, span: Span) {
        self.returned.insert(span.first(), span.last() + 1);
    }

    /// So many bytes of one range took so long, from request to last byte.
    pub(super) fn measured(&mut self, bytes: u64, took: Duration) {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let in_time = bytes.saturating_mul(TIME_OF_A_RANGE) / millis;
        let most = self.width.saturating_mul(GROWTH).min(WIDEST);
        self.width = in_time.clamp(LEAST_WIDTH, most.max(LEAST_WIDTH));
    }

    fn ask_fresh(&mut self, width: u64) -> Next {
        let first = self.fresh;
        self.fresh = first.saturating_add(width).min(self.size);
        span(first, self.fresh)
    }

    /// About the width that the speed allows, an eighth more or less; the very first one is that of
    /// a capture.
    fn irregular_width(&self) -> u64 {
        if self.fresh == 0 {
            return FIRST_WIDTH;
        }
        // From the position, so that asking needs no state.
        let spread = self.width / 4;
        let mixed = self.fresh.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        self.width - spread / 2 + mixed % (spread + 1)
    }

    /// One of the lowest `choice` blocks. The rest of those is given back, so that they come next.
    fn next_block(&mut self, horizon: u64, choice: u64) -> Next {
        if self.fresh >= horizon {
            return Next::Wait;
        }
        let limit = horizon.min(self.size);
        let blocks = (limit - self.fresh).div_ceil(BLOCK).min(choice);
        let first = self.fresh;
        // A resumed download may begin within a block; then up to its end comes first.
        let end = |from: u64| ((from / BLOCK + 1) * BLOCK).min(self.size);
        let mut starts = vec![first];
        while (starts.len() as u64) < blocks {
            let next = end(starts[starts.len() - 1]);
            if next >= limit {
                break;
            }
            starts.push(next);
        }
        let chosen = self.random.random_range(0..starts.len());
        for &start in &starts[..chosen] {
            self.returned.insert(start, end(start));
        }
        let (from, to) = (starts[chosen], end(starts[chosen]));
        self.fresh = to;
        span(from, to)
    }
}

fn span(first: u64, end: u64) -> Next {
    Span::with_width(first, end.saturating_sub(first)).map_or(Next::Done, Next::Ask)
}

/// The size of all blocks of Delivery Optimization but the last, in bytes.
pub(super) const BLOCK: u64 = 1024 * 1024;

/// How far ahead of what is in order may be asked, in bytes: that much may have to be held.
pub(super) const WINDOW: u64 = 10 * BLOCK;

/// Among so many blocks the next one is chosen. The very first is the lowest: it comes alone, and
/// what lies beyond a gap is lost when the fetch is killed.
const SHUFFLED: u64 = 3;

/// The width of the first chunk in a capture of BITS.
const FIRST_WIDTH: u64 = 5691;

const LEAST_WIDTH: u64 = 4096;

/// The widest range in the background, in bytes. Not observed: a bound.
const WIDEST: u64 = 64 * 1024 * 1024;

/// A range is to take so long, in milliseconds. Chosen: captures only show that it follows the
/// speed.
const TIME_OF_A_RANGE: u64 = 500;

/// A range is at most so many times as wide as the one before.
const GROWTH: u64 = 4;

/// The widest range in the foreground: `bytes=0-2147483646` was observed.
const LARGEST: u64 = 2_147_483_647;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(cut: Cut, size: u64, done: u64) -> Vec<Span> {
        let mut plan = Plan::new(cut, size, done, 7);
        let (mut spans, mut arrived) = (Vec::new(), BTreeMap::new());
        let mut in_order = done;
        loop {
            match plan.next(in_order) {
                Next::Done => return spans,
                Next::Wait => panic!("{cut:?}: waits though nothing is under way"),
                Next::Ask(span) => {
                    assert!(span.first() < in_order + WINDOW, "{span} is too far ahead");
                    plan.measured(span.width(), Duration::from_millis(100));
                    arrived.insert(span.first(), span.last() + 1);
                    spans.push(span);
                }
            }
            while let Some(end) = arrived.remove(&in_order) {
                in_order = end;
            }
        }
    }

    proptest! {
        #[test]
        fn every_byte_is_asked_once(
            cut in prop_oneof![Just(Cut::Background), Just(Cut::Foreground), Just(Cut::Blocks)],
            size in 0u64..200_000_000, done in 0u64..200_000_000,
        ) {
            let done = done.min(size);
            let mut spans = all(cut, size, done);
            spans.sort_unstable();
            let mut at = done;
            for span in spans {
                prop_assert_eq!(span.first(), at);
                at = span.last() + 1;
            }
            prop_assert_eq!(at, size);
        }
    }

    #[test]
    fn background_ranges_begin_small_grow_and_are_irregular() {
        let spans = all(Cut::Background, 1 << 31, 0);
        assert_eq!(spans[0].to_string(), "0-5690");
        let widths: Vec<_> = spans.iter().map(|span| span.width()).collect();
        assert!(widths[1] < 4 * 5691 * 9 / 8 && widths[1] > 5691, "{widths:?}");
        assert!(widths.iter().all(|&width| width <= WIDEST + WIDEST / 8), "{widths:?}");
        assert!(widths.windows(2).all(|pair| pair[0] != pair[1]), "{widths:?}");
        assert!(spans.is_sorted(), "{spans:?}");
    }

    #[test]
    fn a_slow_line_gets_small_ranges() {
        let mut plan = Plan::new(Cut::Background, 1 << 30, 0, 7);
        plan.next(0);
        plan.measured(5691, Duration::from_secs(5));
        let Next::Ask(span) = plan.next(0) else { panic!() };
        assert!(span.width() < 5000, "{span}");
    }

    #[test]
    fn the_foreground_asks_a_small_file_whole() {
        assert_eq!(all(Cut::Foreground, 1120, 0)[0].to_string(), "0-1119");
        let large = all(Cut::Foreground, 5 << 30, 0);
        assert_eq!((large.len(), large[0].to_string().as_str()), (3, "0-2147483646"));
    }

    #[test]
    fn blocks_are_aligned_and_shuffled() {
        let spans = all(Cut::Blocks, (20 << 20) + 5, 1000);
        assert!(!spans.is_sorted());
        assert_eq!(spans[0].to_string(), "1000-1048575", "the first is the lowest");
        let mut sorted = spans.clone();
        sorted.sort_unstable();
        assert_eq!(sorted[0].to_string(), "1000-1048575");
        assert_eq!(sorted[1].to_string(), "1048576-2097151");
        assert_eq!(sorted[sorted.len() - 1].to_string(), "20971520-20971524");
        assert_eq!(sorted.len(), 21);
    }

    #[test]
    fn what_did_not_come_is_asked_first() {
        let mut plan = Plan::new(Cut::Blocks, 50 << 20, 0, 7);
        let lost = Span::new(100, 199).unwrap();
        plan.give_back(lost);
        assert_eq!(plan.next(0), Next::Ask(lost));
        plan.give_back(Span::new(WINDOW, WINDOW + 9).unwrap());
        assert_eq!(plan.next(0), Next::Wait);
        assert!(matches!(plan.next(1), Next::Ask(_)));
    }
}
