//! The head of a response: status line and header section (RFC 9112 sections 2, 4 and 5).
//!
//! Our own parser, so that each deviation is named instead of mended in silence: what a lenient
//! reader would accept is read and noted as an [`Oddity`], what none could read is a [`HeadError`].

mod parse;

use bytes::Bytes;

use super::fields::{BLANKS, ContentLength, Fields};
pub use parse::parse_response_head;
pub(crate) use parse::{excerpt, is_token_byte, parse_field_line};

/// Longest head that is read, in bytes: more than [`CLIENT_HEAD_LIMIT`], so that a head that is too
/// long for WinHTTP can still be shown and tells which program sent it.
pub const MAX_HEAD: usize = 256 * 1024;

/// Longest header section that WinHTTP accepts by default, in bytes; BITS and Delivery
/// Optimization run on it (Microsoft: `WINHTTP_OPTION_MAX_RESPONSE_HEADER_SIZE`).
pub const CLIENT_HEAD_LIMIT: usize = 64 * 1024;

/// Interim 1xx answers that WinHTTP ignores before one final answer; one more is an error
/// (Microsoft: `WINHTTP_OPTION_MAX_HTTP_STATUS_CONTINUE`).
pub const MAX_INTERIM: usize = 10;

/// The HTTP version of a status line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Version {
    /// The digit before the dot.
    pub major: u8,
    /// The digit after the dot.
    pub minor: u8,
}

/// A parsed response head.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ResponseHead {
    /// Version of the status line.
    pub version: Version,
    /// Status code, 100 to 999.
    pub status: u16,
    /// Reason phrase; may be empty.
    pub reason: String,
    /// The header section.
    pub fields: Fields,
    /// Deviations from the grammar that did not prevent reading, each at most once.
    pub oddities: Vec<Oddity>,
    /// The bytes as they came, with the empty line.
    pub raw: Bytes,
}

/// A deviation from the grammar of RFC 9112 that lenient readers accept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Oddity {
    /// A line that ends in LF without CR (RFC 9112 2.2).
    BareLf,
    /// A CR, NUL or other control character inside a field value (RFC 9110 5.5).
    ControlInValue,
    /// A folded field line (RFC 9112 5.2).
    ObsoleteFold,
    /// A blank between field name and colon (RFC 9112 5.1).
    SpaceBeforeColon,
}

/// Why bytes are not a response head.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeadError {
    /// A header line without a colon or with a bad name.
    #[error("malformed header line {0:?}")]
    FieldLine(String),
    /// The bytes do not begin with `HTTP/`: HTTP/0.9, another protocol, or stray bytes.
    #[error("the answer does not begin with an HTTP status line but with {0:?}")]
    NotHttp(String),
    /// A status line that cannot be read.
    #[error("malformed status line {0:?}")]
    StatusLine(String),
    /// More than [`MAX_HEAD`] bytes.
    #[error("the header section is longer than {MAX_HEAD} bytes")]
    TooLong,
}

/// How the end of a body is told (RFC 9112 section 6.3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Framing {
    /// Chunked transfer coding.
    Chunked,
    /// Until the connection closes.
    Close,
    /// Exactly so many bytes.
    Length(u64),
    /// There is no body: HEAD, 1xx, 204, 304.
    None,
}

impl ResponseHead {
    /// How the body that follows this head ends. Both framing fields at once: the transfer
    /// coding wins (RFC 9112 6.3). Lengths that cannot be used read until the close.
    pub fn framing(&self, answers_head: bool) -> Framing {
        if answers_head || matches!(self.status, 100..200 | 204 | 304) {
            Framing::None
        } else if let Some(codings) = self.fields.all("transfer-encoding").last() {
            // Only as the last coding does chunked tell the end.
            let last = codings.rsplit(',').next().unwrap_or_default().trim_matches(BLANKS);
            if last.eq_ignore_ascii_case("chunked") { Framing::Chunked } else { Framing::Close }
        } else if let ContentLength::Valid { value, .. } = self.fields.content_length() {
            Framing::Length(value)
        } else {
            Framing::Close
        }
    }

    /// A 1xx answer, after which the final one follows (RFC 9110 15.2).
    pub fn is_interim(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }

    /// Whether the sender keeps the connection open after this answer (RFC 9112 9.3).
    pub fn keeps_alive(&self) -> bool {
        let says = |token| {
            self.fields.lists("connection", token) || self.fields.lists("proxy-connection", token)
        };
        !says("close") && (self.version >= Version::HTTP_11 || says("keep-alive"))
    }

    /// The media type in lower case, without parameters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.fields.first("content-type")?;
        let media_type = value.split(';').next().unwrap_or_default();
        Some(media_type.trim_matches(BLANKS).to_ascii_lowercase())
    }
}

impl Version {
    /// HTTP/1.0.
    pub const HTTP_10: Self = Self { major: 1, minor: 0 };
    /// HTTP/1.1.
    pub const HTTP_11: Self = Self { major: 1, minor: 1 };
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some((self.major, self.minor).cmp(&(other.major, other.minor)))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HTTP/{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> ResponseHead {
        parse_response_head(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn framing_follows_rfc_9112() {
        let framing =
            |fields: &str| head(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n")).framing(false);
        assert_eq!(framing("Content-Length: 3\r\n"), Framing::Length(3));
        assert_eq!(
            framing("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
            Framing::Chunked
        );
        assert_eq!(framing("Transfer-Encoding: gzip\r\nTransfer-Encoding: x, Chunked\r\n"), {
            Framing::Chunked
        });
        assert_eq!(framing("Transfer-Encoding: chunked, gzip\r\n"), Framing::Close);
        assert_eq!(framing("Content-Length: x\r\n"), Framing::Close);
        assert_eq!(framing(""), Framing::Close);
        assert_eq!(
            head("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n").framing(true),
            Framing::None
        );
        assert_eq!(head("HTTP/1.1 304 Not Modified\r\n\r\n").framing(false), Framing::None);
    }

    #[test]
    fn keep_alive_follows_version_and_connection() {
        let keeps = |text| head(text).keeps_alive();
        assert!(keeps("HTTP/1.1 200 OK\r\n\r\n"));
        assert!(!keeps("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"));
        assert!(!keeps("HTTP/1.0 200 OK\r\n\r\n"));
        assert!(keeps("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n"));
    }
}
