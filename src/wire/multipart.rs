//! `multipart/byteranges` (RFC 9110 sections 14.6 and 15.3.7.2; RFC 2046 section 5.1), read
//! strictly and with everything counted that BITS limits.
//!
//! Called by the checks of several ranges, by the HTML report and by the mock. `boundary` reads the
//! media type, `delimiters` finds where the parts are.

mod boundary;
mod delimiters;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::fields::Fields;
use super::head::{Oddity, parse_field_line};
pub use boundary::{Boundary, BoundaryError, parse_boundary};
use delimiters::Delimiters;

/// A body taken apart at its delimiters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Multipart {
    /// Where the bytes before the first delimiter are. The CRLF that belongs to the delimiter is
    /// counted here, as BITS's rule counts it.
    pub preamble: Range<usize>,
    /// The parts in order.
    pub parts: Vec<Part>,
    /// Whether the closing delimiter (`--boundary--`) came.
    pub closed: bool,
    /// Where the bytes after the closing delimiter are.
    pub epilogue: Range<usize>,
    /// A delimiter, or a header line of a part, ends in LF without CR, or no CR stands before the LF
    /// ahead of a delimiter (RFC 2046 5.1.1 wants CRLF).
    pub bare_lf: bool,
}

/// One part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// Its header fields.
    pub fields: Fields,
    /// Length in bytes of all header lines but `Content-Range` and `Content-Type`, with names and
    /// line ends: what BITS limits to 180.
    pub other_header_bytes: usize,
    /// The same without the line ends: the lenient count.
    pub other_header_bytes_without_line_ends: usize,
    /// Where its content is in the body.
    pub content: Range<usize>,
    /// A header line without a colon or with a bad name, or a header section without end.
    pub malformed_header: bool,
    /// An empty line between delimiter and header fields (some servers send one).
    pub blank_line_before_fields: bool,
    /// A header line, or the empty line behind them, ends in LF without CR.
    pub bare_lf: bool,
    /// Other deviations of its header lines from the grammar of HTTP, each at most once. Readers of
    /// MIME accept folded lines (RFC 2046 5.1, RFC 5322 2.2.3).
    pub oddities: Vec<Oddity>,
}

/// Takes a body apart. Never fails: what is missing shows in the result.
/// Content that runs to the end of the body belongs to the last part.
pub fn parse_multipart(body: &[u8], boundary: &str) -> Multipart {
    let mut delimiters = Delimiters::new(body, boundary);
    let Some(first) = delimiters.next() else {
        let preamble = 0..body.len();
        let (parts, epilogue) = (Vec::new(), 0..0);
        return Multipart { preamble, parts, closed: false, epilogue, bare_lf: false };
    };
    let preamble = 0..first.dashes;
    let (mut parts, mut current, mut bare_lf) = (Vec::<Part>::new(), first, false);
    loop {
        bare_lf |= current.bare_lf;
        if current.closing {
            let epilogue = current.after..body.len();
            return Multipart { preamble, parts, closed: true, epilogue, bare_lf };
        }
        let next = delimiters.next();
        let end = next.as_ref().map_or(body.len(), |delimiter| delimiter.line_end_before);
        let part = parse_part(body, current.after..end.max(current.after));
        bare_lf |= part.bare_lf;
        parts.push(part);
        let Some(delimiter) = next else {
            return Multipart { preamble, parts, closed: false, epilogue: 0..0, bare_lf };
        };
        current = delimiter;
    }
}

fn parse_part(body: &[u8], range: Range<usize>) -> Part {
    let mut part = Part {
        fields: Fields::default(),
        other_header_bytes: 0,
        other_header_bytes_without_line_ends: 0,
        content: range.end..range.end,
        malformed_header: false,
        blank_line_before_fields: false,
        bare_lf: false,
        oddities: Vec::new(),
    };
    let mut at = range.start;
    if has_blank_line_before_fields(&body[range.clone()]) {
        part.blank_line_before_fields = true;
        at += if body[at] == b'\r' { 2 } else { 1 };
    }
    while let Some(length) = memchr::memchr(b'\n', &body[at..range.end]) {
        let line = &body[at..at + length];
        part.bare_lf |= !line.ends_with(b"\r");
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        at += length + 1;
        if line.is_empty() {
            part.content = at..range.end;
            return part;
        }
        if !read_part_field(&mut part, line) {
            part.other_header_bytes += length + 1;
            part.other_header_bytes_without_line_ends += line.len();
        }
    }
    // The line end of the empty line may be the one that the next delimiter begins with: a part
    // without content (RFC 2046 5.1.1).
    part.malformed_header |= at < range.end || at == range.start;
    part
}

/// Reads a header line; whether it is of one of the two fields that BITS's limit does not count.
fn read_part_field(part: &mut Part, line: &[u8]) -> bool {
    if parse_field_line(line, &mut part.fields, &mut part.oddities).is_err() {
        part.malformed_header = true;
        return false;
    }
    // A folded line goes on with the field before it, which is then the last.
    part.fields.iter().last().is_some_and(|field| {
        ["content-range", "content-type"].iter().any(|name| field.name.eq_ignore_ascii_case(name))
    })
}

/// Some servers send an empty line between the delimiter and the header fields: it is that, and
/// not a part without fields, when a `Content-` line follows it.
fn has_blank_line_before_fields(part: &[u8]) -> bool {
    let rest = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n"));
    rest.and_then(|rest| rest.get(..8)).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"))
}
