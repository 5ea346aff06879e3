//! Byte ranges as a client asks for them: the `Range` field (RFC 9110 section 14.1.2 and 14.2).
//!
//! The prober writes them, the checks compare answers with them, the mock reads them.

use std::fmt;

/// A closed interval of byte positions, both ends included; `first <= last` always holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Span {
    first: u64,
    last: u64,
}

impl Span {
    /// The positions `first..=last`, or nothing when they are the wrong way round.
    pub fn new(first: u64, last: u64) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The `width` positions that begin at `first`, or nothing for no width or past 2^64.
    pub fn with_width(first: u64, width: u64) -> Option<Self> {
        first.checked_add(width.checked_sub(1)?).map(|last| Self { first, last })
    }

    /// Position of the first byte.
    pub fn first(self) -> u64 {
        self.first
    }

    /// Position of the last byte, included.
    pub fn last(self) -> u64 {
        self.last
    }

    /// Number of bytes (saturating: the whole of u64 counts one less than it holds).
    pub fn width(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }

    /// The positions that both spans hold.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// One range of a `Range` field, before the file's size is known.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ByteRange {
    /// `first-last`.
    Closed(Span),
    /// `first-`: to the end of the file.
    From(u64),
    /// `-length`: the last `length` bytes.
    Suffix(u64),
}

impl ByteRange {
    /// The positions that this range selects in a file of `size` bytes; nothing when it is
    /// unsatisfiable. A last position past the end means "to the end" (RFC 9110 14.1.2).
    pub fn resolve(self, size: u64) -> Option<Span> {
        let end = size.checked_sub(1)?;
        match self {
            Self::Closed(span) => Span::new(span.first, span.last.min(end)),
            Self::From(first) => Span::new(first, end),
            Self::Suffix(0) => None,
            Self::Suffix(length) => Span::new(size.saturating_sub(length), end),
        }
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(span) => write!(f, "{span}"),
            Self::From(first) => write!(f, "{first}-"),
            Self::Suffix(length) => write!(f, "-{length}"),
        }
    }
}

/// The value of a `Range` field in bytes: one range or several, in the order asked.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RangeSet(Vec<ByteRange>);

impl RangeSet {
    /// A set of one range.
    pub fn single(range: ByteRange) -> Self {
        Self(vec![range])
    }

    /// A set of closed ranges in the given order.
    pub fn of_spans(spans: impl IntoIterator<Item = Span>) -> Self {
        Self(spans.into_iter().map(ByteRange::Closed).collect())
    }

    /// The ranges in the order asked.
    pub fn ranges(&self) -> &[ByteRange] {
        &self.0
    }

    /// Whether more than one range is asked.
    pub fn is_multiple(&self) -> bool {
        self.0.len() > 1
    }

    /// The satisfiable spans in a file of `size` bytes, in the order asked.
    pub fn resolve(&self, size: u64) -> Vec<Span> {
        self.0.iter().filter_map(|range| range.resolve(size)).collect()
    }

    /// Reads the value of a `Range` field; `bytes` in any case, blanks around the commas
    /// (RFC 9110 14.1.1). Nothing when a server must ignore it: another unit, a bad spec.
    pub fn parse(value: &str) -> Option<Self> {
        let (unit, set) = value.split_once('=')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let ranges: Vec<_> = set
            .split(',')
            .map(|spec| spec.trim_matches([' ', '\t']))
            .filter(|spec| !spec.is_empty())
            .map(parse_range)
            .collect::<Option<_>>()?;
        (!ranges.is_empty()).then_some(Self(ranges))
    }
}

impl fmt::Display for RangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes=")?;
        for (index, range) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{range}")?;
        }
        Ok(())
    }
}

fn parse_range(spec: &str) -> Option<ByteRange> {
    let (first, last) = spec.split_once('-')?;
    match (first, last) {
        ("", length) => parse_decimal(length).map(ByteRange::Suffix),
        (first, "") => parse_decimal(first).map(ByteRange::From),
        (first, last) => {
            Span::new(parse_decimal(first)?, parse_decimal(last)?).map(ByteRange::Closed)
        }
    }
}

/// Reads `1*DIGIT`: no sign, no blanks, nothing past 2^64 - 1.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_resolve_as_rfc_9110_says() {
        let resolve = |value: &str, size| RangeSet::parse(value).map(|set| set.resolve(size));
        let span = |first, last| Span::new(first, last).unwrap();
        assert_eq!(resolve("bytes=0-499", 1000), Some(vec![span(0, 499)]));
        assert_eq!(resolve("Bytes=500-9999", 1000), Some(vec![span(500, 999)]));
        assert_eq!(resolve("bytes=-1", 1000), Some(vec![span(999, 999)]));
        assert_eq!(resolve("bytes=-5000", 1000), Some(vec![span(0, 999)]));
        assert_eq!(resolve("bytes=0-0, 2-", 4), Some(vec![span(0, 0), span(2, 3)]));
        assert_eq!(resolve("bytes=1000-", 1000), Some(vec![]));
        assert_eq!(resolve("bytes=-0", 1000), Some(vec![]));
        assert_eq!(resolve("bytes=0-1", 0), Some(vec![]));
    }

    #[test]
    fn bad_specs_are_ignored() {
        for value in [
            "bytes=5-4",
            "bytes=+1-2",
            "bytes=1 -2",
            "bytes=",
            "bytes=a-b",
            "items=0-1",
            "bytes =0-1",
            "bytes 0-1",
        ] {
            assert_eq!(RangeSet::parse(value), None, "{value}");
        }
    }

    #[test]
    fn a_set_prints_as_it_is_sent() {
        let set = RangeSet::parse("bytes=0-1, 5-,-7").unwrap();
        assert_eq!(set.to_string(), "bytes=0-1,5-,-7");
    }

    fn ranges() -> impl Strategy<Value = ByteRange> {
        prop_oneof![
            (any::<u64>(), any::<u64>())
                .prop_map(|(a, b)| { ByteRange::Closed(Span::new(a.min(b), a.max(b)).unwrap()) }),
            any::<u64>().prop_map(ByteRange::From),
            any::<u64>().prop_map(ByteRange::Suffix),
        ]
    }

    proptest! {
        #[test]
        fn any_set_is_read_as_it_prints(ranges in prop::collection::vec(ranges(), 1..20)) {
            let set = RangeSet(ranges);
            prop_assert_eq!(RangeSet::parse(&set.to_string()), Some(set));
        }

        #[test]
        fn a_resolved_span_is_in_the_file(range in ranges(), size in any::<u64>()) {
            if let Some(span) = range.resolve(size) {
                prop_assert!(span.last() < size);
                prop_assert!(span.width() <= size);
                prop_assert_eq!(Span::with_width(span.first(), span.width()), Some(span));
                if let ByteRange::Suffix(length) = range {
                    prop_assert!(span.width() <= length && span.last() == size - 1);
                }
            }
        }

        #[test]
        fn any_text_is_read_without_panic(value in "(bytes=)?[0-9, \t*=-]{0,40}|.{0,40}") {
            if let Some(set) = RangeSet::parse(&value) {
                prop_assert_eq!(RangeSet::parse(&set.to_string()), Some(set));
            }
        }
    }
}
