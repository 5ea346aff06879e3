//! The probes that a scene answers, as a plan would send them. Called by [`Scene`](super::Scene).

use super::BLOCK;
use crate::model::probe::Purpose;
use crate::wire::byte_range::{ByteRange, RangeSet, Span};

/// The probes of a plan for a file of this size.
pub(crate) fn probes(size: u64) -> Vec<(Purpose, RangeSet)> {
    let single = |text: String| RangeSet::parse(&format!("bytes={text}")).unwrap();
    let mut probes = vec![(Purpose::RangeFirst, single(format!("0-{}", 1023.min(size - 1))))];
    if size >= 4096 {
        let middle = size / 2;
        probes.extend([
            (Purpose::RangeNext, single("1024-3071".to_owned())),
            (Purpose::RangeMiddle, single(format!("{middle}-{}", middle + 1023))),
        ]);
    }
    if size > 16_384 {
        probes.push((Purpose::RangeLarge, single("0-16383".to_owned())));
    }
    probes.extend([
        (Purpose::RangeLastByte, single(format!("{0}-{0}", size - 1))),
        (Purpose::RangeSuffix, single("-500".to_owned())),
        (Purpose::RangeOpenEnd, RangeSet::single(ByteRange::From(size.saturating_sub(700)))),
        (Purpose::RangeClamped, single("0-2147483646".to_owned())),
        (Purpose::RangePastEnd, single(format!("{size}-{}", size + 99))),
    ]);
    for (across, from, at) in [
        (Purpose::Range2Gib, Purpose::RangeFrom2Gib, 1_u64 << 31),
        (Purpose::Range4Gib, Purpose::RangeFrom4Gib, 1 << 32),
    ] {
        if size > at + 1024 {
            probes.push((across, single(format!("{}-{}", at - 512, at + 511))));
            probes.push((from, single(format!("{at}-{}", at + 511))));
        }
    }
    probes.push((Purpose::RangeWhole, single(format!("0-{}", size - 1))));
    probes.push((Purpose::RangeUnconditional, single(format!("0-{}", 1023.min(size - 1)))));
    if size >= 4096 {
        probes.extend([
            (Purpose::MultiTwo, single("0-99,1000-1099".to_owned())),
            (Purpose::MultiFive, single("0-9,100-109,200-209,300-309,400-409".to_owned())),
            (Purpose::MultiMany, single("0-9,20-29,40-49,60-69,80-89,110-119".to_owned())),
            (Purpose::MultiDescending, single("900-999,500-599,0-99".to_owned())),
            (Purpose::MultiAdjacent, single("0-99,100-199".to_owned())),
            (Purpose::MultiNear, single("200-299,340-439".to_owned())),
        ]);
    }
    probes.push((Purpose::LastRange, single(format!("0-{}", 1023.min(size - 1)))));
    probes
}

/// The probes of Delivery Optimization for a file of this size.
pub(crate) fn blocks(size: u64) -> Vec<(Purpose, RangeSet)> {
    let set = |first: u64, width: u64| {
        RangeSet::of_spans(Span::with_width(first, width.min(size.saturating_sub(first))))
    };
    let last = (size - 1) / BLOCK * BLOCK;
    let mut blocks = vec![
        (Purpose::DoFirstBytes, RangeSet::of_spans(Span::with_width(0, 2))),
        (Purpose::DoFirstBlock, set(0, BLOCK)),
        (Purpose::DoTailBlock, set(size - (size / 2).min(5000), 5000)),
        (Purpose::DoOverlap, set(size.min(BLOCK) / 2, 2048)),
    ];
    if last > BLOCK {
        blocks.push((Purpose::DoMiddleBlock, set(BLOCK, BLOCK)));
    }
    if last > 0 {
        blocks.push((Purpose::DoLastBlock, set(last, BLOCK)));
    }
    for (purpose, at) in [(Purpose::Do2Gib, 1_u64 << 31), (Purpose::Do4Gib, 1 << 32)] {
        if size > at {
            blocks.push((purpose, set(at, BLOCK)));
        }
    }
    blocks.push((Purpose::DoRepeat, set(0, BLOCK)));
    blocks
}
