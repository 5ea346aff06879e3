//! How a Range field is read: by the grammar, or as C's library reads numbers. Called by the
//! [`Policy`](super::Policy) that cuts.

use serde::Deserialize;

use crate::wire::byte_range::{ByteRange, RangeSet, Span};

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

impl Reading {
    /// The field as it is read so; none when it cannot be read.
    pub(super) fn read(self, value: &str) -> Option<Read<'_>> {
        match self {
            Self::Atol => list_of_bytes(value).map(Read::Atol),
            Self::Strict => RangeSet::parse(value).map(Read::Strict),
            Self::StrictWithoutEmptySuffix => RangeSet::parse(value)
                .filter(|set| !set.ranges().contains(&ByteRange::Suffix(0)))
                .map(Read::Strict),
            Self::Strtol => list_of_bytes(value).map(Read::Strtol),
        }
    }
}

/// What follows `bytes=`, in any case.
pub(crate) fn list_of_bytes(value: &str) -> Option<&str> {
    let (unit, list) = value.split_at_checked(6)?;
    unit.eq_ignore_ascii_case("bytes=").then_some(list)
}

/// A field as it was read.
pub(super) enum Read<'a> {
    Atol(&'a str),
    Strict(RangeSet),
    Strtol(&'a str),
}

impl Read<'_> {
    pub(super) fn is_list(&self) -> bool {
        match self {
            Self::Atol(list) | Self::Strtol(list) => list.contains(','),
            Self::Strict(set) => set.is_multiple(),
        }
    }

    /// Whether it is a list even when one range is left of it.
    pub(super) fn stays_list(&self) -> bool {
        matches!(self, Self::Atol(list) if list.contains(','))
    }

    pub(super) fn resolve(&self, size: u64) -> Vec<Span> {
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
