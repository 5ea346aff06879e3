//! `multipart/byteranges` (RFC 9110 sections 14.6 and 15.3.7.2; RFC 2046 section 5.1), read
//! strictly and with everything counted that BITS limits.

use std::ops::Range;

use super::fields::Fields;
use super::head::is_token_byte;

/// The boundary of a `multipart/byteranges` media type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Boundary {
    /// The boundary without quotes.
    pub value: String,
    /// Sent as a quoted string, which some software mishandles (RFC 9110 14.6).
    pub quoted: bool,
}

/// Why a `Content-Type` does not give a usable boundary.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BoundaryError {
    /// The boundary is empty, longer than 70 characters or holds characters RFC 2046 forbids.
    #[error("the boundary breaks the rules of RFC 2046 section 5.1.1")]
    Invalid,
    /// No boundary parameter.
    #[error("there is no boundary parameter")]
    Missing,
    /// Another media type.
    #[error("the media type is not multipart/byteranges")]
    NotMultipart,
}

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
    /// A header line without a colon, or header section without end.
    pub malformed_header: bool,
    /// An empty line between delimiter and header fields (some servers send one).
    pub blank_line_before_fields: bool,
}

/// Reads the boundary from a `Content-Type` value.
pub fn parse_boundary(content_type: &str) -> Result<Boundary, BoundaryError> {
    let (media_type, mut rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !media_type.trim().eq_ignore_ascii_case("multipart/byteranges") {
        return Err(BoundaryError::NotMultipart);
    }
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once('=') else { break };
        let (value, quoted, tail) = parse_parameter_value(after);
        if name.trim().eq_ignore_ascii_case("boundary") {
            return if is_boundary(&value) {
                Ok(Boundary { value, quoted })
            } else {
                Err(BoundaryError::Invalid)
            };
        }
        rest = tail;
    }
    Err(BoundaryError::Missing)
}

/// Takes a body apart. Never fails: what is missing shows in the result.
/// Content that runs to the end of the body belongs to the last part.
pub fn parse_multipart(body: &[u8], boundary: &str) -> Multipart {
    let mut delimiters = Delimiters::new(body, boundary);
    let Some(first) = delimiters.next() else {
        let preamble = 0..body.len();
        return Multipart { preamble, parts: Vec::new(), closed: false, epilogue: 0..0 };
    };
    let preamble = 0..first.dashes;
    let (mut parts, mut current) = (Vec::new(), first);
    loop {
        if current.closing {
            let epilogue = current.after..body.len();
            return Multipart { preamble, parts, closed: true, epilogue };
        }
        let next = delimiters.next();
        let end = next.as_ref().map_or(body.len(), |delimiter| delimiter.line_end_before);
        parts.push(parse_part(body, current.after..end.max(current.after)));
        match next {
            Some(delimiter) => current = delimiter,
            None => return Multipart { preamble, parts, closed: false, epilogue: 0..0 },
        }
    }
}

/// A delimiter line.
struct Delimiter {
    /// Offset of its two dashes.
    dashes: usize,
    /// Offset of the line end before it, which belongs to it.
    line_end_before: usize,
    /// Offset of the first byte after its line.
    after: usize,
    /// It is the closing one.
    closing: bool,
}

/// Finds delimiter lines: at the start of a line, `--boundary`, blanks, line end.
struct Delimiters<'a> {
    body: &'a [u8],
    finder: memchr::memmem::Finder<'static>,
    length: usize,
    from: usize,
}

impl<'a> Delimiters<'a> {
    fn new(body: &'a [u8], boundary: &str) -> Self {
        let needle = format!("--{boundary}");
        let finder = memchr::memmem::Finder::new(needle.as_bytes()).into_owned();
        Self { body, finder, length: needle.len(), from: 0 }
    }
}

impl Iterator for Delimiters<'_> {
    type Item = Delimiter;

    fn next(&mut self) -> Option<Delimiter> {
        loop {
            let dashes = self.from + self.finder.find(&self.body[self.from..])?;
            self.from = dashes + self.length;
            let line_end_before = match &self.body[..dashes] {
                [] => 0,
                [.., b'\r', b'\n'] => dashes - 2,
                [.., b'\n'] => dashes - 1,
                _ => continue,
            };
            let tail = &self.body[self.from..];
            let (closing, tail) = match tail {
                [b'-', b'-', rest @ ..] => (true, rest),
                _ => (false, tail),
            };
            let blanks = tail.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
            let line_end = match &tail[blanks..] {
                [b'\r', b'\n', ..] => 2,
                [b'\n', ..] => 1,
                _ if closing => 0,
                _ => continue,
            };
            let after = self.body.len() - tail.len() + blanks + line_end;
            self.from = after;
            // The line end of this delimiter may be the one that the next delimiter begins with.
            return Some(Delimiter { dashes, line_end_before, after, closing });
        }
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
    };
    let mut at = range.start;
    if has_blank_line_before_fields(&body[range.clone()]) {
        part.blank_line_before_fields = true;
        at += if body[at] == b'\r' { 2 } else { 1 };
    }
    while let Some(length) = memchr::memchr(b'\n', &body[at..range.end]) {
        let line = &body[at..at + length];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        at += length + 1;
        if line.is_empty() {
            part.content = at..range.end;
            return part;
        }
        read_part_field(&mut part, line);
        let is_counted = !matches!(
            part.fields.iter().last().map(|field| field.name.to_ascii_lowercase()).as_deref(),
            Some("content-range" | "content-type")
        );
        if is_counted {
            part.other_header_bytes += length + 1;
            part.other_header_bytes_without_line_ends += line.len();
        }
    }
    part.malformed_header = true;
    part
}

fn read_part_field(part: &mut Part, line: &[u8]) {
    match memchr::memchr(b':', line) {
        Some(colon) if colon > 0 && line[..colon].iter().all(|&byte| is_token_byte(byte)) => {
            part.fields.push(
                String::from_utf8_lossy(&line[..colon]),
                String::from_utf8_lossy(&line[colon + 1..]).trim_matches([' ', '\t']),
            );
        }
        _ => part.malformed_header = true,
    }
}

/// Some servers send an empty line between the delimiter and the header fields: it is that, and
/// not a part without fields, when a `Content-` line follows it.
fn has_blank_line_before_fields(part: &[u8]) -> bool {
    let rest = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n"));
    rest.and_then(|rest| rest.get(..8)).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"))
}

fn parse_parameter_value(text: &str) -> (String, bool, &str) {
    let Some(quoted) = text.trim_start().strip_prefix('"') else {
        let (value, tail) = text.split_once(';').unwrap_or((text, ""));
        return (value.trim().to_owned(), false, tail);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((index, char)) = chars.next() {
        match char {
            '"' => {
                let tail = &quoted[index + 1..];
                return (value, true, tail.split_once(';').map_or("", |(_, tail)| tail));
            }
            '\\' => value.extend(chars.next().map(|(_, char)| char)),
            char => value.push(char),
        }
    }
    (value, true, "")
}

/// RFC 2046 section 5.1.1: 1 to 70 characters of `bchars`, not ending in a blank.
fn is_boundary(value: &str) -> bool {
    let is_bchar = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    (1..=70).contains(&value.len()) && value.bytes().all(is_bchar) && !value.ends_with(' ')
}
