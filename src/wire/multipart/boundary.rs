//! The boundary, out of a `Content-Type` (RFC 9110 section 14.6; RFC 2046 section 5.1.1).

use crate::wire::fields::BLANKS;
use crate::wire::head::is_token_byte;

/// The boundary of a `multipart/byteranges` media type.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // Independent oddities.
pub struct Boundary {
    /// The boundary without quotes.
    pub value: String,
    /// Sent as a quoted string, which some software mishandles (RFC 9110 14.6).
    pub quoted: bool,
    /// Holds characters that RFC 2046 section 5.1.1 forbids, or that RFC 9110 allows between
    /// quotes only. Readers take it as it is: IIS, from which WSUS serves, sends
    /// `boundary=<q1w2e3r4t5y6u7i8o9p0zaxscdvfbgnhmjklkl>`.
    pub irregular: bool,
    /// Longer than the 70 characters of RFC 2046 section 5.1.1.
    pub too_long: bool,
    /// Another boundary parameter follows it.
    pub repeated: bool,
}

/// Why a `Content-Type` does not give a usable boundary.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BoundaryError {
    /// The boundary is empty, ends in a space, has no closing quote or
    /// holds control or non-ASCII characters.
    #[error("the boundary breaks the rules of RFC 2046 section 5.1.1")]
    Invalid,
    /// No boundary parameter.
    #[error("there is no boundary parameter")]
    Missing,
    /// Another media type.
    #[error("the media type is not multipart/byteranges")]
    NotMultipart,
}

/// Reads the boundary from a `Content-Type` value.
pub fn parse_boundary(content_type: &str) -> Result<Boundary, BoundaryError> {
    let (media_type, mut rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !media_type.trim_matches(BLANKS).eq_ignore_ascii_case("multipart/byteranges") {
        return Err(BoundaryError::NotMultipart);
    }
    let mut found: Option<Boundary> = None;
    while let Some(at) = rest.find(['=', ';']) {
        let (name, after) = (&rest[..at], &rest[at + 1..]);
        if rest.as_bytes()[at] == b';' {
            // An empty parameter, which RFC 9110 5.6.6 allows, or a word without a value.
            rest = after;
            continue;
        }
        let is_boundary = name.trim_matches(BLANKS).eq_ignore_ascii_case("boundary");
        if let (true, Some(first)) = (is_boundary, &mut found) {
            first.repeated = true;
            break;
        }
        let Some((value, quoted, tail)) = parse_parameter_value(after) else {
            return found.ok_or(BoundaryError::Invalid);
        };
        if is_boundary {
            found = Some(boundary_of(value, quoted).ok_or(BoundaryError::Invalid)?);
        }
        rest = tail;
    }
    found.ok_or(BoundaryError::Missing)
}

/// A boundary that is named once; none when no reader could use it.
fn boundary_of(value: String, quoted: bool) -> Option<Boundary> {
    let is_allowed = |byte| is_boundary_byte(byte) && (quoted || is_token_byte(byte));
    let irregular = !value.bytes().all(is_allowed);
    let usable = !value.is_empty()
        && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && !value.ends_with(' ');
    let too_long = value.len() > MOST_CHARACTERS;
    usable.then_some(Boundary { value, quoted, irregular, too_long, repeated: false })
}

/// The value, whether it was quoted, and what follows its semicolon; nothing without a closing
/// quote.
fn parse_parameter_value(text: &str) -> Option<(String, bool, &str)> {
    let Some(quoted) = text.trim_start_matches(BLANKS).strip_prefix('"') else {
        let (value, tail) = text.split_once(';').unwrap_or((text, ""));
        return Some((value.trim_matches(BLANKS).to_owned(), false, tail));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((index, char)) = chars.next() {
        match char {
            '"' => {
                let tail = &quoted[index + 1..];
                return Some((value, true, tail.split_once(';').map_or("", |(_, tail)| tail)));
            }
            '\\' => value.extend(chars.next().map(|(_, char)| char)),
            char => value.push(char),
        }
    }
    None
}

/// RFC 2046 section 5.1.1.
const MOST_CHARACTERS: usize = 70;

/// `bchars` of RFC 2046 section 5.1.1.
fn is_boundary_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn boundaries_are_read_bare_and_quoted() {
        let read = |value: &str| {
            parse_boundary(value).map(|found| (found.value, found.quoted, found.irregular))
        };
        let is = |value: &str, quoted, irregular| Ok((value.to_owned(), quoted, irregular));
        assert_eq!(read("multipart/byteranges; boundary=0012"), is("0012", false, false));
        assert_eq!(read("Multipart/ByteRanges;Boundary=a ; x=y"), is("a", false, false));
        assert_eq!(
            read("multipart/byteranges; x=\"a;boundary=b\"; boundary=c"),
            is("c", false, false)
        );
        assert_eq!(read("multipart/byteranges;; foo; boundary=c"), is("c", false, false));
        assert_eq!(read("multipart/byteranges; boundary=\"squid/5.7:0f\""), {
            is("squid/5.7:0f", true, false)
        });
        assert_eq!(read("multipart/byteranges; boundary=squid/5.7:0f"), {
            is("squid/5.7:0f", false, true)
        });
        assert_eq!(read("multipart/byteranges; boundary=<q1w2e3>"), is("<q1w2e3>", false, true));
        assert_eq!(read("multipart/byteranges; boundary=\"a\\\"b\""), is("a\"b", true, true));
    }

    #[test]
    fn unusable_boundaries_are_named() {
        use BoundaryError::{Invalid, Missing, NotMultipart};
        let of = |length| format!("multipart/byteranges; boundary={}", "x".repeat(length));
        let is_too_long = |length| parse_boundary(&of(length)).map(|found| found.too_long);
        assert_eq!((is_too_long(70), is_too_long(71)), (Ok(false), Ok(true)));
        let is_repeated = |value: &str| parse_boundary(value).map(|found| found.repeated);
        assert_eq!(is_repeated("multipart/byteranges; boundary=a; x=y"), Ok(false));
        assert_eq!(is_repeated("multipart/byteranges; boundary=a; boundary=b"), Ok(true));
        for (value, error) in [
            ("multipart/byteranges", Missing),
            ("multipart/byteranges; boundary", Missing),
            ("multipart/byteranges; boundaries=x", Missing),
            ("multipart/byteranges; boundary=", Invalid),
            ("multipart/byteranges; boundary=\"\"", Invalid),
            ("multipart/byteranges; boundary=\"a", Invalid),
            ("multipart/byteranges; boundary=\"a \"", Invalid),
            ("multipart/byteranges; boundary=\u{e4}", Invalid),
            ("multipart/x-byteranges; boundary=a", NotMultipart),
            ("multipart/mixed; boundary=a", NotMultipart),
            ("", NotMultipart),
        ] {
            assert_eq!(parse_boundary(value), Err(error), "{value}");
        }
    }

    proptest! {
        #[test]
        fn random_content_types_never_panic(
            value in "(multipart/byteranges;)?([ ;=\"\\\\]|boundary=|[a-z\u{e4}]){0,20}|.{0,60}"
        ) {
            if let Ok(boundary) = parse_boundary(&value) {
                prop_assert!(!boundary.value.is_empty());
                prop_assert_eq!(boundary.too_long, boundary.value.len() > 70);
            }
        }
    }
}
