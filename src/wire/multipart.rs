//! `multipart/byteranges` (RFC 9110 sections 14.6 and 15.3.7.2; RFC 2046 section 5.1), read
//! strictly and with everything counted that BITS limits.

use std::ops::Range;

use super::fields::{BLANKS, Fields};
use super::head::is_token_byte;

/// The boundary of a `multipart/byteranges` media type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Boundary {
    /// The boundary without quotes.
    pub value: String,
    /// Sent as a quoted string, which some software mishandles (RFC 9110 14.6).
    pub quoted: bool,
    /// Holds characters that RFC 2046 section 5.1.1 forbids, or that RFC 9110 allows between
    /// quotes only. Readers take it as it is: IIS, from which WSUS serves, sends
    /// `boundary=<q1w2e3r4t5y6u7i8o9p0zaxscdvfbgnhmjklkl>`.
    pub irregular: bool,
}

/// Why a `Content-Type` does not give a usable boundary.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BoundaryError {
    /// The boundary is empty, longer than 70 characters, ends in a blank, has no closing quote or
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
    /// A header line without a colon, or header section without end.
    pub malformed_header: bool,
    /// An empty line between delimiter and header fields (some servers send one).
    pub blank_line_before_fields: bool,
    /// A header line, or the empty line behind them, ends in LF without CR.
    pub bare_lf: bool,
}

/// Reads the boundary from a `Content-Type` value.
pub fn parse_boundary(content_type: &str) -> Result<Boundary, BoundaryError> {
    let (media_type, mut rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !media_type.trim_matches(BLANKS).eq_ignore_ascii_case("multipart/byteranges") {
        return Err(BoundaryError::NotMultipart);
    }
    while let Some(at) = rest.find(['=', ';']) {
        let (name, after) = (&rest[..at], &rest[at + 1..]);
        if rest.as_bytes()[at] == b';' {
            // An empty parameter, which RFC 9110 5.6.6 allows, or a word without a value.
            rest = after;
            continue;
        }
        let Some((value, quoted, tail)) = parse_parameter_value(after) else {
            return Err(BoundaryError::Invalid);
        };
        if name.trim_matches(BLANKS).eq_ignore_ascii_case("boundary") {
            let irregular = !value
                .bytes()
                .all(|byte| is_boundary_byte(byte) && (quoted || is_token_byte(byte)));
            let usable = (1..=70).contains(&value.len())
                && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
                && !value.ends_with(' ');
            let boundary = Boundary { value, quoted, irregular };
            return if usable { Ok(boundary) } else { Err(BoundaryError::Invalid) };
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
    /// The line end before it or its own is LF without CR.
    bare_lf: bool,
}

/// Finds delimiter lines: at the start of a line, `--boundary`, blanks, line end; the closing one
/// may also end with the body. Looks at each byte once.
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
                [] if closing => 0,
                _ => continue,
            };
            let after = self.body.len() - tail.len() + blanks + line_end;
            self.from = after;
            let bare_lf = line_end == 1 || dashes - line_end_before == 1;
            // The line end of this delimiter may be the one that the next delimiter begins with.
            return Some(Delimiter { dashes, line_end_before, after, closing, bare_lf });
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
        bare_lf: false,
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

/// Reads a header line; whether it is one of the two that BITS's limit does not count.
fn read_part_field(part: &mut Part, line: &[u8]) -> bool {
    let colon = memchr::memchr(b':', line).filter(|&colon| colon > 0);
    let Some(colon) = colon.filter(|&colon| line[..colon].iter().all(|&byte| is_token_byte(byte)))
    else {
        part.malformed_header = true;
        return false;
    };
    let name = String::from_utf8_lossy(&line[..colon]);
    let standard = ["content-range", "content-type"]
        .iter()
        .any(|standard| name.eq_ignore_ascii_case(standard));
    let value = String::from_utf8_lossy(&line[colon + 1..]);
    part.fields.push(name, value.trim_matches(BLANKS));
    standard
}

/// Some servers send an empty line between the delimiter and the header fields: it is that, and
/// not a part without fields, when a `Content-` line follows it.
fn has_blank_line_before_fields(part: &[u8]) -> bool {
    let rest = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n"));
    rest.and_then(|rest| rest.get(..8)).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"))
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

/// `bchars` of RFC 2046 section 5.1.1.
fn is_boundary_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contents<'a>(body: &'a [u8], multipart: &Multipart) -> Vec<&'a [u8]> {
        multipart.parts.iter().map(|part| &body[part.content.clone()]).collect()
    }

    #[test]
    fn each_line_end_without_cr_is_noted() {
        let lines = ["\r\n", "--b", "\r\n", "A: b", "\r\n", "\r\n", "x", "\r\n", "--b--", "\r\n"];
        let bare_lf = |bare: Option<usize>| {
            let text = lines.iter().enumerate().map(|(index, &text)| {
                if bare == Some(index) { text.trim_start_matches('\r') } else { text }
            });
            let read = parse_multipart(text.collect::<String>().as_bytes(), "b");
            assert!(read.closed && read.parts.len() == 1, "{bare:?}");
            read.bare_lf
        };
        assert!(!bare_lf(None));
        for index in (0..lines.len()).filter(|&index| lines[index] == "\r\n") {
            assert!(bare_lf(Some(index)), "{index}");
        }
    }

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
        let long = format!("multipart/byteranges; boundary={}", "x".repeat(71));
        for (value, error) in [
            ("multipart/byteranges", Missing),
            ("multipart/byteranges; boundary", Missing),
            ("multipart/byteranges; boundaries=x", Missing),
            ("multipart/byteranges; boundary=", Invalid),
            ("multipart/byteranges; boundary=\"\"", Invalid),
            ("multipart/byteranges; boundary=\"a", Invalid),
            ("multipart/byteranges; boundary=\"a \"", Invalid),
            ("multipart/byteranges; boundary=\u{e4}", Invalid),
            (&long, Invalid),
            ("multipart/x-byteranges; boundary=a", NotMultipart),
            ("multipart/mixed; boundary=a", NotMultipart),
            ("", NotMultipart),
        ] {
            assert_eq!(parse_boundary(value), Err(error), "{value}");
        }
    }

    #[test]
    fn a_body_is_taken_apart_and_counted() {
        let body = b"\r\n--B\r\nContent-Type: a/b\r\nX-Y: z\r\nodd\r\nContent-Range: bytes 0-1/9\r\n\r\n\r\n\
            \r\n--B \t\r\ncontent-range:bytes 3-3/9\n\n-\r\n--B--\r\nend";
        let multipart = parse_multipart(body, "B");
        assert_eq!((multipart.preamble.clone(), multipart.closed), (0..2, true));
        assert_eq!(&body[multipart.epilogue.clone()], b"end");
        assert_eq!(contents(body, &multipart), [b"\r\n".as_slice(), b"-"]);
        let [first, second] = multipart.parts.as_slice() else { panic!("two parts") };
        assert_eq!(first.fields.first("content-range"), Some("bytes 0-1/9"));
        assert_eq!(first.other_header_bytes, b"X-Y: z\r\nodd\r\n".len());
        assert_eq!(first.other_header_bytes_without_line_ends, b"X-Y: zodd".len());
        assert!(first.malformed_header && !second.malformed_header);
        assert_eq!(second.other_header_bytes, 0);
    }

    #[test]
    fn lookalikes_are_content() {
        let content = b"x--B\r\n\r--B\r\n\r\n--Bx\r\n\r\n--B--x\r\n\r\n--B-\r\n-B\r\n--b\r\n --B";
        let body = [b"--B\r\nContent-Type: a\r\n\r\n".as_slice(), content, b"\r\n--B--"].concat();
        let multipart = parse_multipart(&body, "B");
        assert!(multipart.closed);
        assert_eq!(contents(&body, &multipart), [content]);
    }

    #[test]
    fn a_line_end_may_serve_two_delimiters() {
        let multipart = parse_multipart(b"--B\r\n--B\r\n\r\n--B\r\nA: b\r\n\r\n--B--", "B");
        assert!(multipart.closed);
        let malformed: Vec<_> = multipart.parts.iter().map(|part| part.malformed_header).collect();
        assert_eq!(malformed, [true, true, false]);
        assert!(multipart.parts.iter().all(|part| part.content.is_empty()));
    }

    #[test]
    fn what_is_missing_shows() {
        let none = parse_multipart(b"nothing here", "B");
        assert_eq!((none.preamble, none.parts.len(), none.closed), (0..12, 0, false));
        let body = b"--B\r\nA: b\r\n\r\nto the end";
        let open = parse_multipart(body, "B");
        assert_eq!((open.closed, contents(body, &open)), (false, vec![b"to the end".as_slice()]));
        let blank = parse_multipart(b"--B\r\n\r\nContent-Type: a\r\n\r\nx\r\n--B--", "B");
        assert!(blank.parts[0].blank_line_before_fields && !blank.parts[0].malformed_header);
    }

    #[test]
    fn many_parts_take_linear_time() {
        let part = b"\r\n--B\r\nContent-Range: bytes 0-0/9\r\nContent-Type: a/b\r\n\r\n-";
        let body = |count| [part.repeat(count), b"\r\n--B--\r\n".to_vec()].concat();
        let time = |count| {
            let body = body(count);
            let start = std::time::Instant::now();
            assert_eq!(parse_multipart(&body, "B").parts.len(), count);
            start.elapsed()
        };
        // Ten times the parts: ten times the time, where a square gives a hundred. The slowest of
        // the few and the fastest of the many, as the machine may be busy.
        let few = (0..3).map(|_| time(5_000)).max().unwrap();
        let many = (0..3).map(|_| time(50_000)).min().unwrap();
        assert!(many < few * 50, "{few:?} then {many:?}");
    }

    proptest! {
        #[test]
        fn any_parts_come_back(
            // No LF before a dash: a lookalike at the start of a line is a delimiter by definition.
            parts in prop::collection::vec(
                ("[A-Z][a-z-]{0,9}", "[!-~]{0,20}", prop::collection::vec(
                    any::<u8>().prop_filter("LF", |&byte| byte != b'\n'), 0..60)),
                0..8,
            ),
            boundary in "[A-Za-z0-9'()+_,./:=?-]{1,40}",
            crlfs in 0usize..4,
            quoted in any::<bool>(),
        ) {
            let mut body = b"\r\n".repeat(crlfs);
            for (index, (name, value, content)) in parts.iter().enumerate() {
                let line_end = if index > 0 { "\r\n" } else { "" };
                let head = format!("{line_end}--{boundary}\r\nX{name}:{value}\r\nContent-Type: a\r\n\r\n");
                body.extend(head.bytes());
                body.extend(content);
            }
            let line_end = if parts.is_empty() { "" } else { "\r\n" };
            body.extend(format!("{line_end}--{boundary}--\r\n").bytes());

            let quote = if quoted { "\"" } else { "" };
            let content_type = format!("multipart/byteranges; boundary={quote}{boundary}{quote}");
            let found = parse_boundary(&content_type).unwrap();
            prop_assert_eq!((&found.value, found.quoted), (&boundary, quoted));
            let multipart = parse_multipart(&body, &found.value);
            prop_assert_eq!(multipart.preamble, 0..crlfs * 2);
            prop_assert!(multipart.closed && multipart.epilogue.is_empty());
            prop_assert_eq!(multipart.parts.len(), parts.len());
            for (part, (name, value, content)) in multipart.parts.iter().zip(&parts) {
                prop_assert_eq!(&body[part.content.clone()], content);
                prop_assert_eq!(part.other_header_bytes, name.len() + value.len() + 4);
                prop_assert!(!part.malformed_header && !part.blank_line_before_fields);
            }
        }

        #[test]
        fn random_bodies_never_panic(
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "((\r?\n)?(--)?B?(--)?|Content-Type:|\r|\n|[ -]){0,30}".prop_map(String::into_bytes),
            ],
        ) {
            let multipart = parse_multipart(&body, "B");
            let mut at = multipart.preamble.end;
            for part in &multipart.parts {
                prop_assert!(at <= part.content.start && part.content.start <= part.content.end);
                at = part.content.end;
            }
            prop_assert!(at <= body.len() && multipart.epilogue.end <= body.len());
            prop_assert!(multipart.epilogue.start <= multipart.epilogue.end);
        }

        #[test]
        fn random_content_types_never_panic(
            value in "(multipart/byteranges;)?([ ;=\"\\\\]|boundary=|[a-z\u{e4}]){0,20}|.{0,60}"
        ) {
            if let Ok(boundary) = parse_boundary(&value) {
                prop_assert!((1..=70).contains(&boundary.value.len()));
            }
        }
    }
}
