//! What the members of a Range field ask for, as the versions read them: the old reading is that
//! of C's `atol`, the new one is strict.

use super::table::{Ranges, Sum};
use crate::wire::byte_range::{ByteRange, RangeSet, Span};

/// What is to be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Cut {
    /// The whole file: the field counts for nothing.
    Ignored,
    /// One range as a plain 206.
    One(Span),
    /// Nothing of it is in the file.
    Unsatisfiable,
    /// Parts; in the old reading also a single one that is left of a list.
    Several(Vec<Span>),
}

/// Reads the list after `bytes=` for a file of `size` bytes.
pub(super) fn read(text: &str, size: u64, rules: &Ranges) -> Cut {
    if rules.lenient { read_leniently(text, size) } else { read_strictly(text, size, rules) }
}

fn read_leniently(text: &str, size: u64) -> Cut {
    let size = i128::from(size);
    let mut spans = Vec::new();
    for member in text.split(',') {
        // The first member that is no range ends the reading.
        let Some((first, last)) = member.split_once('-') else { break };
        let (first, last) = match (first, last) {
            ("", length) => (size - number(length), size - 1),
            (first, "") => (number(first), size - 1),
            (first, last) => (number(first), number(last)),
        };
        let ends = (u64::try_from(first.max(0)), u64::try_from(last.min(size - 1)));
        if let (Ok(first), Ok(last)) = ends {
            spans.extend(Span::new(first, last));
        }
    }
    match spans.as_slice() {
        [] => Cut::Unsatisfiable,
        [span] if !text.contains(',') => Cut::One(*span),
        _ => Cut::Several(spans),
    }
}

fn read_strictly(text: &str, size: u64, rules: &Ranges) -> Cut {
    let mut spans: Vec<Span> = Vec::new();
    for member in text.split(',').map(str::trim).filter(|member| !member.is_empty()) {
        let Some(range) = parse_member(member) else { return Cut::Ignored };
        // Behind the end: this member is not satisfiable.
        let Some(span) = range.resolve(size) else { continue };
        match spans.last_mut() {
            Some(before) if rules.merges && touch(*before, span) => {
                let first = before.first().min(span.first());
                *before = Span::new(first, before.last().max(span.last())).unwrap_or(span);
            }
            _ => spans.push(span),
        }
    }
    let sum = spans.iter().fold(0_u64, |sum, span| sum.saturating_add(span.width()));
    let is_too_much = match rules.ignored_when_sum {
        Sum::AboveSize => sum > size,
        Sum::Never => false,
        Sum::ReachesSize => sum >= size,
    };
    if is_too_much || (rules.limit > 0 && spans.len() > rules.limit) {
        return Cut::Ignored;
    }
    match spans.as_slice() {
        [] => Cut::Unsatisfiable,
        [span] => Cut::One(*span),
        _ => Cut::Several(spans),
    }
}

/// One range by the grammar; `-0` is none.
fn parse_member(member: &str) -> Option<ByteRange> {
    let set = RangeSet::parse(&format!("bytes={member}"))?;
    match set.ranges() {
        [ByteRange::Suffix(0)] => None,
        [range] => Some(*range),
        _ => None,
    }
}

/// Whether two ranges overlap or follow each other.
fn touch(one: Span, other: Span) -> bool {
    one.first() <= other.last().saturating_add(1) && other.first() <= one.last().saturating_add(1)
}

/// C's `atol`: blanks, a sign, and the digits up to what is none. Nothing of it is 0.
fn number(text: &str) -> i128 {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.bytes().take_while(u8::is_ascii_digit).count();
    sign * digits[..end].parse().unwrap_or(if end == 0 { 0 } else { i128::from(i64::MAX) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(first: u64, last: u64) -> Span {
        Span::new(first, last).unwrap()
    }

    #[test]
    fn the_old_reading_is_that_of_atol() {
        let rules = Ranges { lenient: true, ..Ranges::default() };
        let read = |list| read(list, 1000, &rules);
        assert_eq!(read("0-99"), Cut::One(span(0, 99)));
        assert_eq!(read("990-2000"), Cut::One(span(990, 999)));
        assert_eq!(read("-10"), Cut::One(span(990, 999)));
        assert_eq!(read("-5000"), Cut::One(span(0, 999)));
        assert_eq!(read("990-"), Cut::One(span(990, 999)));
        assert_eq!(read("x-9"), Cut::One(span(0, 9)));
        assert_eq!(read("99999999999999999999-"), Cut::Unsatisfiable);
        for nothing in ["abc", "99-0", "2000-3000"] {
            assert_eq!(read(nothing), Cut::Unsatisfiable, "{nothing}");
        }
        assert_eq!(read("0-9,2000-3000"), Cut::Several(vec![span(0, 9)]));
        assert_eq!(read("0-9,abc,20-29"), Cut::Several(vec![span(0, 9)]));
        assert_eq!(read("0-9,5-14"), Cut::Several(vec![span(0, 9), span(5, 14)]));
    }

    #[test]
    fn the_new_reading_is_strict() {
        let rules = Ranges { ignored_when_sum: Sum::AboveSize, limit: 2, ..Ranges::default() };
        let read = |list| read(list, 1000, &rules);
        assert_eq!(read("0-999"), Cut::One(span(0, 999)));
        assert_eq!(read("0-9,2000-3000"), Cut::One(span(0, 9)));
        assert_eq!(read("2000-3000"), Cut::Unsatisfiable);
        for bad in ["abc", "99-0", "x-9", "-0", "-", "0-999,0-0", "0-1,3-4,6-7"] {
            assert_eq!(read(bad), Cut::Ignored, "{bad}");
        }
        assert_eq!(read("0-9, 5-14"), Cut::Several(vec![span(0, 9), span(5, 14)]));
    }

    #[test]
    fn a_sum_that_reaches_the_size_may_be_too_much() {
        let rules = Ranges { ignored_when_sum: Sum::ReachesSize, ..Ranges::default() };
        for whole in ["0-999", "0-", "-1000", "0-499,500-999"] {
            assert_eq!(read(whole, 1000, &rules), Cut::Ignored, "{whole}");
        }
        assert_eq!(read("1-999", 1000, &rules), Cut::One(span(1, 999)));
    }

    #[test]
    fn ranges_that_touch_are_merged() {
        let rules = Ranges { merges: true, ..Ranges::default() };
        let read = |list| read(list, 1000, &rules);
        assert_eq!(read("0-99,50-149"), Cut::One(span(0, 149)));
        assert_eq!(read("0-9,10-19,30-39"), Cut::Several(vec![span(0, 19), span(30, 39)]));
    }
}
