//! The one cutter: what becomes of a Range field, as a policy says. The compliant origin cuts by
//! the default policy, an emulation by the section `[emulation.ranges]` of its table. Faults bend
//! the ranges before they come here, with the same [`ListEdit`]s.

use serde::Deserialize;

use super::mechanism::ListEdit;
use super::rewrite::edit_list;
use crate::wire::byte_range::{ByteRange, RangeSet, Span};

/// What is to be sent of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Cut {
    /// What the next server answers, as if nothing were kept. Who keeps nothing sends all.
    Forwarded,
    /// One range, as a plain 206.
    One(Span),
    /// 416.
    Refused,
    Several(Vec<Span>),
    /// All of it: the field counts for nothing.
    Whole,
}

/// How a Range field is read and answered. The default is what RFC 9110 section 14.2 wants.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Policy {
    pub(crate) reading: Reading,
    /// A field that cannot be read.
    pub(crate) unreadable: Otherwise,
    /// Nothing of what is asked is in the file.
    pub(crate) past_end: Otherwise,
    /// Any range of an empty file.
    pub(crate) of_empty: Otherwise,
    pub(crate) several: Several,
    /// Several ranges that do not ascend or that overlap, when they are not answered alike.
    pub(crate) out_of_order: Option<Otherwise>,
    /// What is made of the ranges that are in the file, in this order.
    pub(crate) edits: Vec<ListEdit>,
    pub(crate) ignored_when_sum: Sum,
    /// More ranges than this are ignored; 0: no limit.
    pub(crate) limit: usize,
}

/// How the field is read.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reading {
    /// As by C's `atol`: there is nothing that cannot be read, and a list stays one whatever is
    /// left of it.
    Atol,
    /// By the grammar.
    #[default]
    Strict,
    /// By the grammar, but `-0` cannot be read.
    StrictWithoutEmptySuffix,
    /// As by C's `strtol`: the first member that cannot be read, or is not in the file, ends the
    /// reading. What stands before the dash of a suffix is read too, as 0.
    Strtol,
}

/// What is answered in place of a range.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Otherwise {
    /// What the next server answers, as if nothing were kept.
    Forwarded,
    /// 416.
    Refused,
    /// 200 with the whole file.
    Whole,
}

/// What is answered to several ranges.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Several {
    /// All of them, as asked.
    #[default]
    Parts,
    /// 416.
    Refused,
    /// 200 with the whole file.
    Whole,
}

/// How much may be asked in sum; the whole file comes when it is too much.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sum {
    /// More than the file.
    AboveSize,
    #[default]
    Never,
    /// As much as the file, or more.
    ReachesSize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            reading: Reading::default(),
            unreadable: Otherwise::Whole,
            past_end: Otherwise::Refused,
            of_empty: Otherwise::Refused,
            several: Several::default(),
            out_of_order: None,
            edits: Vec::new(),
            ignored_when_sum: Sum::default(),
            limit: 0,
        }
    }
}

impl Policy {
    /// What of a file answers the Range field `value`. The size is in bytes, when it is known by
    /// now; without it only what needs no file is refused.
    pub(crate) fn cut(&self, value: &str, size: Option<u64>) -> Cut {
        if size == Some(0) {
            return self.of_empty.cut();
        }
        let Some(read) = self.read(value) else { return self.unreadable.cut() };
        // Whoever does not read lists refuses them before it looks at the file.
        if read.is_list() && self.several == Several::Refused {
            return Cut::Refused;
        }
        let Some(size) = size else { return Cut::Whole };
        let found: Vec<_> = read.resolve(size).into_iter().map(ByteRange::Closed).collect();
        let found = self.edits.iter().fold(found, |ranges, &edit| edit_list(&ranges, edit));
        let spans: Vec<Span> = found.iter().filter_map(|range| range.resolve(size)).collect();
        let sum = spans.iter().fold(0_u64, |sum, span| sum.saturating_add(span.width()));
        let is_too_much = match self.ignored_when_sum {
            Sum::AboveSize => sum > size,
            Sum::Never => false,
            Sum::ReachesSize => sum >= size,
        };
        match spans.as_slice() {
            [] => self.past_end.cut(),
            _ if is_too_much || (self.limit > 0 && spans.len() > self.limit) => Cut::Whole,
            [span] if !read.stays_list() => Cut::One(*span),
            _ => self.cut_several(spans),
        }
    }

    fn cut_several(&self, spans: Vec<Span>) -> Cut {
        let is_in_order = spans.is_sorted_by(|one, two| one.last() < two.first());
        match self.out_of_order.filter(|_| !is_in_order) {
            Some(answer) => answer.cut(),
            None => self.several.cut(spans),
        }
    }

    fn read<'a>(&self, value: &'a str) -> Option<Read<'a>> {
        match self.reading {
            Reading::Atol => list_of_bytes(value).map(Read::Atol),
            Reading::Strict => RangeSet::parse(value).map(Read::Strict),
            Reading::StrictWithoutEmptySuffix => RangeSet::parse(value)
                .filter(|set| !set.ranges().contains(&ByteRange::Suffix(0)))
                .map(Read::Strict),
            Reading::Strtol => list_of_bytes(value).map(Read::Strtol),
        }
    }
}

impl Otherwise {
    pub(crate) fn cut(self) -> Cut {
        match self {
            Self::Forwarded => Cut::Forwarded,
            Self::Refused => Cut::Refused,
            Self::Whole => Cut::Whole,
        }
    }
}

impl Several {
    fn cut(self, spans: Vec<Span>) -> Cut {
        match self {
            Self::Parts => Cut::Several(spans),
            Self::Whole => Cut::Whole,
            Self::Refused => Cut::Refused,
        }
    }
}

/// What follows `bytes=`, in any case.
pub(crate) fn list_of_bytes(value: &str) -> Option<&str> {
    let (unit, list) = value.split_at_checked(6)?;
    unit.eq_ignore_ascii_case("bytes=").then_some(list)
}

/// A field as it was read.
enum Read<'a> {
    Atol(&'a str),
    Strict(RangeSet),
    Strtol(&'a str),
}

impl Read<'_> {
    fn is_list(&self) -> bool {
        match self {
            Self::Atol(list) | Self::Strtol(list) => list.contains(','),
            Self::Strict(set) => set.is_multiple(),
        }
    }

    /// Whether it is a list even when one range is left of it.
    fn stays_list(&self) -> bool {
        matches!(self, Self::Atol(list) if list.contains(','))
    }

    fn resolve(&self, size: u64) -> Vec<Span> {
        match self {
            Self::Atol(list) => resolve_as_atol(list, size),
            Self::Strict(set) => set.resolve(size),
            Self::Strtol(list) => resolve_as_strtol(list, size),
        }
    }
}

/// What stands between commas; several commas in a row are one (Apache's `ap_getword`).
fn members(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .enumerate()
        .filter_map(|(index, member)| (index == 0 || !member.is_empty()).then_some(member))
}

/// What of the ends of a range is in the file; nothing when that is no range.
fn within(first: i128, last: i128, size: i128) -> Option<Span> {
    let first = u64::try_from(first.max(0)).ok()?;
    Span::new(first, u64::try_from(last.min(size - 1)).ok()?)
}

fn resolve_as_atol(text: &str, size: u64) -> Vec<Span> {
    let size = i128::from(size);
    let mut spans = Vec::new();
    for member in members(text) {
        // The first member that is no range ends the reading.
        let Some((first, last)) = member.split_once('-') else { break };
        let (first, last) = match (first, last) {
            ("", length) => (size - atol(length), size - 1),
            (first, "") => (atol(first), size - 1),
            (first, last) => (atol(first), atol(last)),
        };
        spans.extend(within(first, last, size));
    }
    spans
}

fn resolve_as_strtol(text: &str, size: u64) -> Vec<Span> {
    let size = i128::from(size);
    let span_of = |member: &str| {
        let (first, last) = member.split_once('-')?;
        let last = if last.is_empty() { size - 1 } else { strtol(last)? };
        within(strtol(first)?, last, size)
    };
    members(text).map_while(span_of).collect()
}

/// C's `strtol`, when it reads all of the text. Nothing at all is 0.
fn strtol(text: &str) -> Option<i128> {
    let number = text.trim_start();
    let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
    match text {
        "" => Some(0),
        _ if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            number.parse::<i64>().ok().map(i128::from)
        }
        _ => None,
    }
}

/// C's `atol`: blanks, a sign, and the digits up to what is none. Nothing of it is 0.
fn atol(text: &str) -> i128 {
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

    fn of_1000(policy: &Policy, list: &str) -> Cut {
        policy.cut(&format!("bytes={list}"), Some(1000))
    }

    #[test]
    fn the_default_is_what_rfc_9110_wants() {
        let cut = |list| of_1000(&Policy::default(), list);
        assert_eq!(cut("0-99"), Cut::One(span(0, 99)));
        assert_eq!(cut("20-29, 0-9"), Cut::Several(vec![span(20, 29), span(0, 9)]));
        assert_eq!(cut("0-9,2000-"), Cut::One(span(0, 9)));
        assert_eq!((cut("x"), cut("5-2")), (Cut::Whole, Cut::Whole));
        assert_eq!((cut("1000-"), cut("-0")), (Cut::Refused, Cut::Refused));
        assert_eq!(Policy::default().cut("items=0-1", Some(9)), Cut::Whole);
        assert_eq!(Policy::default().cut("bytes=0-1", Some(0)), Cut::Refused);
        assert_eq!(Policy::default().cut("bytes=0-1", None), Cut::Whole);
    }

    #[test]
    fn the_old_reading_is_that_of_atol() {
        let policy = Policy { reading: Reading::Atol, ..Policy::default() };
        let cut = |list| of_1000(&policy, list);
        assert_eq!(cut("0-99"), Cut::One(span(0, 99)));
        assert_eq!(cut("990-2000"), Cut::One(span(990, 999)));
        assert_eq!(cut("-10"), Cut::One(span(990, 999)));
        assert_eq!(cut("-5000"), Cut::One(span(0, 999)));
        assert_eq!(cut("990-"), Cut::One(span(990, 999)));
        assert_eq!(cut("x-9"), Cut::One(span(0, 9)));
        assert_eq!(cut("99999999999999999999-"), Cut::Refused);
        for nothing in ["abc", "99-0", "2000-3000"] {
            assert_eq!(cut(nothing), Cut::Refused, "{nothing}");
        }
        assert_eq!(cut("0-9,2000-3000"), Cut::Several(vec![span(0, 9)]));
        assert_eq!(cut("0-9,abc,20-29"), Cut::Several(vec![span(0, 9)]));
        assert_eq!(cut("0-9,5-14"), Cut::Several(vec![span(0, 9), span(5, 14)]));
        assert_eq!(cut("0-9,,20-29,"), Cut::Several(vec![span(0, 9), span(20, 29)]));
        assert_eq!(cut(",0-9"), Cut::Refused);
    }

    #[test]
    fn the_reading_of_strtol_takes_a_suffix_for_a_start() {
        let policy = Policy { reading: Reading::Strtol, ..Policy::default() };
        let cut = |list| of_1000(&policy, list);
        assert_eq!(cut("0-99"), Cut::One(span(0, 99)));
        assert_eq!(cut("-10"), Cut::One(span(0, 10)));
        assert_eq!((cut("-0"), cut("990-")), (Cut::One(span(0, 0)), Cut::One(span(990, 999))));
        assert_eq!(cut("0-9, 20-29"), Cut::Several(vec![span(0, 9), span(20, 29)]));
        assert_eq!(cut("0-9,,20-29"), Cut::Several(vec![span(0, 9), span(20, 29)]));
        for first in ["0-9,", "0-9,2000-,20-29", "0-9,x,20-29", "0-9,1-2x,20-29", "0-9,+-1"] {
            assert_eq!(cut(first), Cut::One(span(0, 9)), "{first}");
        }
        for nothing in ["abc", "x-9", "99-0", "2000-3000", "--5", "99999999999999999999-", " -9"] {
            assert_eq!(cut(nothing), Cut::Refused, "{nothing}");
        }
    }

    #[test]
    fn what_is_too_much_is_ignored() {
        let policy = Policy {
            reading: Reading::StrictWithoutEmptySuffix,
            ignored_when_sum: Sum::AboveSize,
            limit: 2,
            ..Policy::default()
        };
        for list in ["-0", "0-999,0-0", "0-1,3-4,6-7"] {
            assert_eq!(of_1000(&policy, list), Cut::Whole, "{list}");
        }
        assert_eq!(of_1000(&policy, "0-999"), Cut::One(span(0, 999)));
        assert_eq!(of_1000(&policy, "0-1,3-4"), Cut::Several(vec![span(0, 1), span(3, 4)]));
        let policy = Policy { ignored_when_sum: Sum::ReachesSize, ..Policy::default() };
        for whole in ["0-999", "0-", "-1000", "0-499,500-999"] {
            assert_eq!(of_1000(&policy, whole), Cut::Whole, "{whole}");
        }
        assert_eq!(of_1000(&policy, "1-999"), Cut::One(span(1, 999)));
    }

    #[test]
    fn several_ranges_are_edited_and_answered_as_the_policy_says() {
        let policy = Policy { edits: vec![ListEdit::MergeTouching], ..Policy::default() };
        assert_eq!(of_1000(&policy, "0-99,50-149"), Cut::One(span(0, 149)));
        let merged = Cut::Several(vec![span(0, 19), span(30, 39)]);
        assert_eq!(of_1000(&policy, "0-9,10-19,30-39"), merged);
        let cut = |several, list| of_1000(&Policy { several, ..Policy::default() }, list);
        let parts = || Cut::Several(vec![span(0, 9), span(20, 29)]);
        for (otherwise, answer) in
            [(Otherwise::Whole, Cut::Whole), (Otherwise::Forwarded, Cut::Forwarded)]
        {
            let policy = Policy { out_of_order: Some(otherwise), ..Policy::default() };
            assert_eq!(of_1000(&policy, "0-9,20-29"), parts());
            assert_eq!(of_1000(&policy, "20-29,0-9"), answer);
            assert_eq!(of_1000(&policy, "0-9,9-29"), answer);
        }
        assert_eq!(cut(Several::Whole, "0-9,20-29"), Cut::Whole);
        assert_eq!(cut(Several::Whole, "0-9,2000-"), Cut::One(span(0, 9)));
        assert_eq!(cut(Several::Refused, "0-9,2000-"), Cut::Refused);
    }

    #[test]
    fn what_cannot_be_served_is_refused_or_whole() {
        let policy = Policy {
            unreadable: Otherwise::Refused,
            past_end: Otherwise::Whole,
            of_empty: Otherwise::Whole,
            ..Policy::default()
        };
        assert_eq!(of_1000(&policy, "5-2"), Cut::Refused);
        assert_eq!(of_1000(&policy, "1000-"), Cut::Whole);
        assert_eq!(policy.cut("bytes=0-", Some(0)), Cut::Whole);
        let refuses = Policy { several: Several::Refused, ..Policy::default() };
        assert_eq!(refuses.cut("bytes=0-1,4-5", None), Cut::Refused);
    }
}
