//! The `Content-Range` field (RFC 9110 section 14.4), read strictly.
//!
//! A lenient reader hides the very defects that make BITS fail, so nothing is forgiven here but
//! the case of the unit.

use std::fmt;

use super::byte_range::{Span, parse_decimal};

/// A valid `Content-Range` value in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ContentRange {
    /// `bytes first-last/total`; a total of `*` is unknown.
    Part {
        /// The positions enclosed.
        span: Span,
        /// Size of the whole file in bytes, when stated.
        total: Option<u64>,
    },
    /// `bytes */total`: no range was satisfiable.
    Unsatisfied {
        /// Size of the whole file in bytes.
        total: u64,
    },
}

/// Why a value is not a valid `Content-Range`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ContentRangeError {
    /// Not the grammar `bytes first-last/total`.
    #[error("does not follow the grammar `bytes first-last/total`")]
    Grammar,
    /// The last position is before the first.
    #[error("its last position is before its first")]
    Reversed,
    /// The total is not larger than the last position.
    #[error("its total is not larger than its last position")]
    TotalTooSmall,
    /// Another unit than bytes.
    #[error("its unit is not bytes")]
    Unit,
}

impl ContentRange {
    /// Reads the value of a `Content-Range` field.
    pub fn parse(value: &str) -> Result<Self, ContentRangeError> {
        let (unit, rest) = value.split_once(' ').ok_or(ContentRangeError::Grammar)?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return Err(ContentRangeError::Unit);
        }
        let (range, total) = rest.split_once('/').ok_or(ContentRangeError::Grammar)?;
        let number = |text| parse_decimal(text).ok_or(ContentRangeError::Grammar);
        if range == "*" {
            return Ok(Self::Unsatisfied { total: number(total)? });
        }
        let (first, last) = range.split_once('-').ok_or(ContentRangeError::Grammar)?;
        let span = Span::new(number(first)?, number(last)?).ok_or(ContentRangeError::Reversed)?;
        let total = if total == "*" { None } else { Some(number(total)?) };
        if total.is_some_and(|total| total <= span.last()) {
            return Err(ContentRangeError::TotalTooSmall);
        }
        Ok(Self::Part { span, total })
    }

    /// The size of the whole file, when stated.
    pub fn total(self) -> Option<u64> {
        match self {
            Self::Part { total, .. } => total,
            Self::Unsatisfied { total } => Some(total),
        }
    }
}

impl fmt::Display for ContentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part { span, total: Some(total) } => write!(f, "bytes {span}/{total}"),
            Self::Part { span, total: None } => write!(f, "bytes {span}/*"),
            Self::Unsatisfied { total } => write!(f, "bytes */{total}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn good_values_are_read_and_printed_again() {
        for value in ["bytes 0-0/1", "bytes 42-1233/1234", "bytes 0-9/*", "bytes */0"] {
            assert_eq!(ContentRange::parse(value).unwrap().to_string(), value);
        }
        assert!(ContentRange::parse("Bytes 0-0/1").is_ok());
    }

    #[test]
    fn each_error_is_named() {
        use ContentRangeError::{Grammar, Reversed, TotalTooSmall, Unit};
        for (value, error) in [
            ("", Grammar),
            ("bytes", Grammar),
            ("bytes=0-1/2", Grammar),
            ("bytes 0-1", Grammar),
            ("bytes  0-1/2", Grammar),
            ("bytes 0 - 1/2", Grammar),
            ("bytes -1/2", Grammar),
            ("bytes 0-1/", Grammar),
            ("bytes */*", Grammar),
            ("bytes 0-1/2 ", Grammar),
            ("bytes 0-18446744073709551616/*", Grammar),
            ("bytes 5-4/10", Reversed),
            ("bytes 0-9/9", TotalTooSmall),
            ("items 0-1/2", Unit),
        ] {
            assert_eq!(ContentRange::parse(value), Err(error), "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn any_value_is_read_as_it_prints(
            first in any::<u64>(), width in 1u64..1 << 40, past in 1u64..1 << 40,
            form in 0..3,
        ) {
            let span = Span::with_width(first >> 1, width).unwrap();
            let range = match form {
                0 => ContentRange::Part { span, total: None },
                1 => ContentRange::Part { span, total: Some(span.last() + past) },
                _ => ContentRange::Unsatisfied { total: first },
            };
            prop_assert_eq!(ContentRange::parse(&range.to_string()), Ok(range));
        }

        #[test]
        fn any_text_is_read_without_panic(
            value in "(bytes )?[0-9*/ -]{0,30}|bytes [0-9]{1,20}-[0-9]{1,20}/[0-9]{1,20}|.{0,40}"
        ) {
            if let Ok(range) = ContentRange::parse(&value) {
                prop_assert_eq!(ContentRange::parse(&range.to_string()), Ok(range));
                if let ContentRange::Part { span, total: Some(total) } = range {
                    prop_assert!(span.last() < total);
                }
            }
        }
    }
}
