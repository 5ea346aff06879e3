//! The plan: which probes the chosen checks need, each once, and which ranges they ask in a file
//! of a given size. A right answer to all of them is some 260 KiB.

use std::collections::BTreeSet;

use super::plan_do;
use crate::model::check::Check;
use crate::model::evidence::History;
use crate::model::probe::{Probe, Purpose};
use crate::model::profile::Profile;
use crate::wire::byte_range::{ByteRange, RangeSet, Span};

/// The purposes that the checks of a profile need. Its first two requests are always among them:
/// without them the size is not known.
pub(super) fn purposes(checks: &[&Check], profile: Profile) -> BTreeSet<Purpose> {
    let metas = checks.iter();
    let needed = metas.filter(|meta| meta.profiles.contains(&profile)).flat_map(|meta| meta.probes);
    let is_do = profile == Profile::Do;
    let asked = needed.copied().filter(|purpose| purpose.is_of_delivery_optimization() == is_do);
    let always = match profile {
        Profile::Bits => [Purpose::Head, Purpose::RangeFirst],
        Profile::Do => [Purpose::DoFirstBytes, Purpose::DoFirstBlock],
    };
    asked.chain(always).collect()
}

/// The histories of siblings that the checks of a profile want to see.
pub(super) fn histories(checks: &[&Check], profile: Profile) -> Vec<History> {
    let of_profile = checks.iter().filter(|check| check.profiles.contains(&profile));
    let mut histories: Vec<History> = of_profile.filter_map(|check| check.history).collect();
    histories.dedup();
    histories
}

/// The probe for a purpose in a file of `size` bytes; none when such a file is too small for it.
pub(super) fn probe(purpose: Purpose, size: u64) -> Option<Probe> {
    if let Some(first) = purpose.repeats() {
        return probe(first, size).map(|probe| Probe { purpose, ..probe });
    }
    match purpose {
        Purpose::Redirect => None,
        _ if purpose.is_whole_file() => None,
        Purpose::Head | Purpose::LastHead => Some(Probe::head(purpose)),
        Purpose::RangeUnconditional => {
            let probe = Probe::get(purpose, ranges(Purpose::RangeFirst, size)?);
            Some(Probe { conditional: false, ..probe })
        }
        _ if purpose.is_of_delivery_optimization() => plan_do::probe(purpose, size),
        Purpose::LastRange => Some(Probe::get(purpose, ranges(Purpose::RangeFirst, size)?)),
        _ => Some(Probe::get(purpose, ranges(purpose, size)?)),
    }
}

/// The first range of a file whose size the HEAD did not tell.
pub(super) fn first_range_of_unknown_size() -> Probe {
    let ranges = RangeSet::of_spans(Span::with_width(0, FIRST_WIDTH));
    Probe::get(Purpose::RangeFirst, ranges)
}

/// Bytes that the body of a right answer has at most.
pub(super) fn expected_body(probe: &Probe, size: Option<u64>) -> u64 {
    let Some(ranges) = &probe.ranges else {
        return size.filter(|_| probe.purpose.is_whole_file()).unwrap_or_default();
    };
    let spans = ranges.resolve(size.unwrap_or(u64::MAX));
    let content = spans.iter().fold(0_u64, |sum, span| sum.saturating_add(span.width()));
    let framing = if ranges.is_multiple() { spans.len() as u64 * PART_FRAMING } else { 0 };
    content.saturating_add(framing)
}

/// The ranges that a purpose asks for. But for the whole file all are strict sub-ranges, since a
/// 200 to the whole file as a range is tolerated, to a part it is not; only a file of one byte has
/// none, and is asked whole, as BITS asks small files.
fn ranges(purpose: Purpose, size: u64) -> Option<RangeSet> {
    let end = size.checked_sub(1)?;
    let one = |range| Some(RangeSet::single(range));
    let closed = |span: Option<Span>| one(ByteRange::Closed(span?));
    // Widths that a small file leaves for a strict sub-range, one byte at least.
    let part = |width: u64| width.min(end);
    match purpose {
        Purpose::RangeFirst => closed(Span::with_width(0, first_width(size))),
        Purpose::RangeNext => {
            let first = first_width(size);
            closed(Span::with_width(first, NEXT_WIDTH.min(size.checked_sub(first)?)))
        }
        Purpose::RangeMiddle => {
            let width = part(MIDDLE_WIDTH.min(size / 8).max(1));
            closed(Span::with_width((size - width) / 2, width))
        }
        Purpose::RangeLarge if size > LARGE_START + LEAST_LARGE_WIDTH => {
            closed(Span::with_width(LARGE_START, LARGE_WIDTH.min(size - LARGE_START)))
        }
        Purpose::RangeLarge if end > LARGE_LIMIT => {
            closed(Span::with_width(0, part(LEAST_LARGE_WIDTH)))
        }
        Purpose::RangeLastByte if end > 0 => closed(Span::with_width(end, 1)),
        Purpose::RangeSuffix if end > 0 => one(ByteRange::Suffix(part(SUFFIX_LENGTH))),
        Purpose::RangeOpenEnd if end > 0 => one(ByteRange::From(size - part(OPEN_LENGTH))),
        Purpose::RangeClamped if end > 0 => {
            let first = size - part(CLAMPED_LENGTH);
            closed(Span::new(first, size.checked_add(FAR_PAST_THE_END)?))
        }
        Purpose::RangePastEnd => closed(Span::with_width(size, PAST_WIDTH)),
        Purpose::Range2Gib => closed(across(1 << 31, size)),
        Purpose::RangeFrom2Gib => closed(from(1 << 31, size)),
        Purpose::Range4Gib => closed(across(1 << 32, size)),
        Purpose::RangeFrom4Gib => closed(from(1 << 32, size)),
        Purpose::RangeWhole => closed(Span::with_width(0, size)),
        Purpose::MultiTwo => spread(size, &[0, 2]),
        Purpose::MultiFive => spread(size, &[0, 1, 2, 3, 4]),
        Purpose::MultiMany => many(size),
        Purpose::MultiDescending => spread(size, &[4, 2, 0]),
        Purpose::MultiAdjacent => {
            let width = multi_width(size)?;
            Some(RangeSet::of_spans([Span::with_width(0, width)?, Span::with_width(width, width)?]))
        }
        Purpose::MultiNear => {
            let width = multi_width(size)?;
            let first = size.checked_sub(2 * width + NEAR_GAP)? / 3;
            let second = first + width + NEAR_GAP;
            Some(RangeSet::of_spans([
                Span::with_width(first, width)?,
                Span::with_width(second, width)?,
            ]))
        }
        _ => None,
    }
}

fn first_width(size: u64) -> u64 {
    FIRST_WIDTH.min(size / 2).max(1)
}

/// A span half before and half after an offset, in a file that reaches beyond it.
fn across(offset: u64, size: u64) -> Option<Span> {
    let span = Span::with_width(offset - ACROSS_WIDTH / 2, ACROSS_WIDTH)?;
    (span.last() < size).then_some(span)
}

/// The second half of the span across an offset. Software that keeps the first position in too
/// few bits answers it with other bytes under a right head; only an overlap shows that.
fn from(offset: u64, size: u64) -> Option<Span> {
    Span::with_width(offset, across(offset, size)?.last() + 1 - offset)
}

/// Ranges at quarters of the file, from its first bytes to its last ones, which neither touch nor
/// overlap.
fn spread(size: u64, quarters: &[u64]) -> Option<RangeSet> {
    let width = multi_width(size)?;
    let spans =
        quarters.iter().map(|quarter| Span::with_width((size - width) / 4 * quarter, width));
    Some(RangeSet::of_spans(spans.collect::<Option<Vec<_>>>()?))
}

/// A dozen ranges from the first bytes of the file to its last ones, which neither touch nor
/// overlap.
fn many(size: u64) -> Option<RangeSet> {
    let width = MULTI_WIDTH.min(size / (4 * MANY));
    let step = size.checked_sub(width)? / (MANY - 1);
    let spans = (0..MANY).map(|index| Span::with_width(step * index, width));
    Some(RangeSet::of_spans(spans.collect::<Option<Vec<_>>>()?))
}

fn multi_width(size: u64) -> Option<u64> {
    let width = MULTI_WIDTH.min(size / 20);
    (width > 0).then_some(width)
}

/// The widths of a first and a next chunk that a capture of BITS shows (0-5690, 5691-13739).
const FIRST_WIDTH: u64 = 5691;
const NEXT_WIDTH: u64 = 8049;
const MIDDLE_WIDTH: u64 = 2048;
/// The large range begins where the next chunk ended.
const LARGE_START: u64 = FIRST_WIDTH + NEXT_WIDTH;
/// BITS was seen to ask for 71,745 bytes at once. Gateways that scan answers break those beyond
/// 24, 48 or 64 KiB, so the range is longer than any such limit that is known.
const LARGE_WIDTH: u64 = 192 * 1024;
/// A file with fewer bytes behind the next chunk is asked for so many from its start.
const LEAST_LARGE_WIDTH: u64 = 20_000;
/// What "large" must exceed, in bytes.
const LARGE_LIMIT: u64 = 14_336;
const SUFFIX_LENGTH: u64 = 500;
const OPEN_LENGTH: u64 = 700;
const CLAMPED_LENGTH: u64 = 1024;
/// BITS was seen to ask `bytes=0-2147483646` of a small file.
const FAR_PAST_THE_END: u64 = 2_147_483_646;
const PAST_WIDTH: u64 = 1024;
const ACROSS_WIDTH: u64 = 1024;
const MULTI_WIDTH: u64 = 200;
/// Fewer bytes than delimiter and fields of a part take, so that HTTP lets a server merge the
/// ranges on both sides (RFC 9110 15.3.7.2).
const NEAR_GAP: u64 = 40;
/// More than the five that filters against an old attack on Apache allow, and than the ten that
/// lighttpd answers. A file of a BITS job has up to 500 ranges; how many of them go into one
/// request is not documented.
const MANY: u64 = 12;
/// Bytes that delimiter and header fields of one part take at most, generously.
const PART_FRAMING: u64 = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::rules::single_range::too_small_for;
    use crate::checks::table;

    const RANGED: [Purpose; 20] = [
        Purpose::RangeFirst,
        Purpose::RangeNext,
        Purpose::RangeMiddle,
        Purpose::RangeLarge,
        Purpose::RangeLastByte,
        Purpose::RangeSuffix,
        Purpose::RangeOpenEnd,
        Purpose::RangeClamped,
        Purpose::Range2Gib,
        Purpose::RangeFrom2Gib,
        Purpose::Range4Gib,
        Purpose::RangeFrom4Gib,
        Purpose::RangeUnconditional,
        Purpose::MultiTwo,
        Purpose::MultiFive,
        Purpose::MultiMany,
        Purpose::MultiDescending,
        Purpose::MultiAdjacent,
        Purpose::MultiNear,
        Purpose::LastRange,
    ];

    #[test]
    fn each_purpose_has_a_probe_from_the_size_on_that_its_check_states() {
        for profile in Profile::ALL {
            for purpose in purposes(table::all(), *profile) {
                if purpose.repeats().is_some() || purpose.is_whole_file() {
                    continue;
                }
                let least = too_small_for(purpose);
                assert!(probe(purpose, least + 1).is_some(), "{purpose:?} of {}", least + 1);
                if least > 0 {
                    assert!(probe(purpose, least).is_none(), "{purpose:?} of {least}");
                }
            }
        }
    }

    #[test]
    fn every_range_is_a_strict_part_of_the_file() {
        for size in (2..200).chain([1000, 1024, 14_337, 33_740, 65_536, 1 << 20, 5 << 30]) {
            for purpose in RANGED {
                let Some(probe) = probe(purpose, size) else { continue };
                let set = probe.ranges.unwrap();
                let spans = set.resolve(size);
                assert_eq!(spans.len(), set.ranges().len(), "{purpose:?} of {size}");
                let width: u64 = spans.iter().map(|span| span.width()).sum();
                assert!(width < size, "{purpose:?} of {size}: {set}");
            }
            let past = probe(Purpose::RangePastEnd, size).unwrap().ranges.unwrap();
            assert!(past.resolve(size).is_empty());
        }
    }

    #[test]
    fn several_ranges_do_not_touch_but_where_they_should() {
        for size in (20..500).chain([1 << 20, 5 << 30]) {
            use Purpose::{MultiDescending, MultiFive, MultiMany, MultiTwo};
            for purpose in [MultiTwo, MultiFive, MultiMany, MultiDescending] {
                let Some(probe) = probe(purpose, size) else {
                    assert!(purpose == MultiMany && size < 48, "{purpose:?} {size}");
                    continue;
                };
                let mut spans = probe.ranges.unwrap().resolve(size);
                spans.sort();
                assert!(spans.is_sorted_by(|a, b| a.last() + 1 < b.first()), "{purpose:?} {size}");
            }
            let spans = probe(Purpose::MultiAdjacent, size).unwrap().ranges.unwrap().resolve(size);
            assert_eq!(spans[0].last() + 1, spans[1].first());
            let Some(near) = probe(Purpose::MultiNear, size) else {
                assert!(size < 44, "{size}");
                continue;
            };
            let spans = near.ranges.unwrap().resolve(size);
            assert_eq!(spans[0].last() + 1 + NEAR_GAP, spans[1].first(), "{size}");
        }
    }

    #[test]
    fn a_long_range_exceeds_128_kib_in_every_file_that_has_them() {
        for size in [160 << 10, 1 << 20, 5 << 30] {
            let set = probe(Purpose::RangeLarge, size).unwrap().ranges.unwrap();
            assert!(set.resolve(size)[0].width() >= 128 << 10, "{size}: {set}");
        }
        let set = probe(Purpose::RangeLarge, 100_000).unwrap().ranges.unwrap();
        assert_eq!(set.to_string(), "bytes=13740-99999");
    }

    #[test]
    fn a_right_answer_to_everything_is_small() {
        let size = 5 << 30;
        let total: u64 = RANGED
            .iter()
            .filter_map(|&purpose| probe(purpose, size))
            .map(|probe| expected_body(&probe, Some(size)))
            .sum();
        assert!((200 * 1024..300 * 1024).contains(&total), "{total}");
    }

    #[test]
    fn tiny_files_get_only_what_they_can_show() {
        assert!(probe(Purpose::RangeFirst, 0).is_none());
        assert!(probe(Purpose::RangeLastByte, 1).is_none());
        assert!(probe(Purpose::RangeLarge, 14_337).is_none());
        assert!(probe(Purpose::RangeLarge, 14_338).is_some());
        assert!(probe(Purpose::Range2Gib, 1 << 31).is_none());
        assert!(probe(Purpose::Range2Gib, (1 << 31) + 512).is_some());
    }
}
