//! The ranges that Delivery Optimization asks: two bytes, then blocks. Called by [`super::plan`].
//!
//! Of the blocks of 1 MiB the first alone is read whole. A right answer to all of them costs less
//! than 1.5 MiB, whatever the size of the file.

use crate::model::probe::{Probe, Purpose};
use crate::wire::byte_range::{RangeSet, Span};

/// The probe for a purpose in a file of `size` bytes; none when it has no such block.
pub(super) fn probe(purpose: Purpose, size: u64) -> Option<Probe> {
    let blocks = size.div_ceil(BLOCK);
    let block = |index: u64| {
        let first = index * BLOCK;
        Span::with_width(first, BLOCK.min(size.checked_sub(first)?))
    };
    let span = match purpose {
        Purpose::DoFirstBytes | Purpose::DoWithoutLength => return Some(first_bytes(purpose)),
        Purpose::DoFirstBlock | Purpose::DoRepeat => block(0),
        Purpose::DoHead => return Some(Probe::head(purpose)),
        Purpose::DoTailBlock => {
            let width = TAIL.min(size / 2);
            // A multiple of the block size, be it 0, is where an ordinary block begins.
            let aligned = (size.checked_sub(width)?).is_multiple_of(BLOCK);
            let width = width - u64::from(aligned && width > 1);
            (width > 0).then(|| Span::with_width(size - width, width)).flatten()
        }
        Purpose::DoOverlap => {
            let first = size.min(BLOCK) / 2;
            Span::with_width(first, OVERLAP.min(size - first))
        }
        Purpose::DoMiddleBlock if blocks > 2 => block(blocks / 2),
        Purpose::DoLastBlock if blocks > 1 => block(blocks - 1),
        Purpose::Do2Gib => block((1 << 31) / BLOCK),
        Purpose::Do4Gib => block((1 << 32) / BLOCK),
        _ => None,
    };
    Some(Probe::unconditional(purpose, RangeSet::of_spans([span?])))
}

/// `bytes=0-1`, for which no size needs to be known.
pub(super) fn first_bytes(purpose: Purpose) -> Probe {
    Probe::unconditional(purpose, RangeSet::of_spans(Span::with_width(0, 2)))
}

/// The first block of a file whose size the first answer did not tell.
pub(super) fn first_block_of_unknown_size() -> Probe {
    Probe::unconditional(Purpose::DoFirstBlock, RangeSet::of_spans(Span::with_width(0, BLOCK)))
}

/// The second block, of a file of unknown size whose first one came whole.
pub(super) fn second_block_of_unknown_size() -> Probe {
    let span = Span::with_width(BLOCK, BLOCK);
    Probe::unconditional(Purpose::DoMiddleBlock, RangeSet::of_spans(span))
}

/// Width of the last piece of a file that a log of Windows shows (21202006+66560).
const TAIL: u64 = 66_560;

/// What of the first block is asked once more by itself, in bytes.
const OVERLAP: u64 = 2048;

/// What is read of the repeat of the first block, in bytes.
pub(super) const REPEAT_READ: u64 = 16 * 1024;

/// The size of all blocks but the last, in bytes.
pub(super) const BLOCK: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn range(purpose: Purpose, size: u64) -> Option<String> {
        probe(purpose, size).map(|probe| probe.ranges.unwrap().to_string())
    }

    #[test]
    fn blocks_are_those_of_the_captures() {
        let of = |purpose| range(purpose, 2_323_765);
        assert_eq!(of(Purpose::DoFirstBytes).unwrap(), "bytes=0-1");
        assert_eq!(of(Purpose::DoFirstBlock).unwrap(), "bytes=0-1048575");
        assert_eq!(of(Purpose::DoMiddleBlock).unwrap(), "bytes=1048576-2097151");
        assert_eq!(of(Purpose::DoLastBlock).unwrap(), "bytes=2097152-2323764");
        assert_eq!(of(Purpose::DoTailBlock).unwrap(), "bytes=2257205-2323764");
        assert_eq!(of(Purpose::DoOverlap).unwrap(), "bytes=524288-526335");
        assert_eq!(of(Purpose::Do2Gib), None);
    }

    #[test]
    fn a_file_below_one_mib_is_one_block() {
        assert_eq!(range(Purpose::DoFirstBlock, 1).unwrap(), "bytes=0-0");
        assert_eq!(range(Purpose::DoFirstBlock, 1000).unwrap(), "bytes=0-999");
        for size in [1, 1000, BLOCK] {
            assert_eq!(range(Purpose::DoMiddleBlock, size), None);
            assert_eq!(range(Purpose::DoLastBlock, size), None);
        }
        assert_eq!(range(Purpose::DoLastBlock, BLOCK + 1).unwrap(), "bytes=1048576-1048576");
        assert_eq!(range(Purpose::DoOverlap, 1000).unwrap(), "bytes=500-999");
        assert_eq!(range(Purpose::DoTailBlock, 1000).unwrap(), "bytes=500-999");
        assert_eq!(range(Purpose::DoTailBlock, 2).unwrap(), "bytes=1-1");
        assert_eq!(range(Purpose::DoTailBlock, 1), None);
        assert_eq!(range(Purpose::DoTailBlock, 0), None);
        let aligned = BLOCK + TAIL;
        assert_eq!(range(Purpose::DoTailBlock, aligned).unwrap(), "bytes=1048577-1115135");
        assert_eq!(range(Purpose::DoFirstBlock, 0), None);
        assert_eq!(range(Purpose::DoOverlap, 0), None);
    }

    #[test]
    fn large_files_have_blocks_that_begin_at_two_and_four_gib() {
        assert_eq!(range(Purpose::Do2Gib, 5 << 30).unwrap(), "bytes=2147483648-2148532223");
        assert_eq!(range(Purpose::Do4Gib, 5 << 30).unwrap(), "bytes=4294967296-4296015871");
        assert_eq!(range(Purpose::Do2Gib, 1 << 31), None);
        assert_eq!(range(Purpose::Do2Gib, (1 << 31) + 1).unwrap(), "bytes=2147483648-2147483648");
    }
}
