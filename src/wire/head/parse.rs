//! Reads a response head from bytes. Called wherever an answer is read.

use bytes::Bytes;

use super::{HeadError, MAX_HEAD, Oddity, ResponseHead, Version};
use crate::wire::fields::Fields;

/// Reads a response head from the start of `bytes`. `Ok(None)`: more bytes are needed. Empty
/// lines before the status line are skipped. The length of the head is `head.raw.len()`.
pub fn parse_response_head(bytes: &[u8]) -> Result<Option<ResponseHead>, HeadError> {
    let blank = bytes.iter().take_while(|&&byte| byte == b'\r' || byte == b'\n').count();
    refuse_other_protocols(&bytes[blank..])?;
    let Some(end) = head_end(bytes, blank) else {
        return if bytes.len() > MAX_HEAD { Err(HeadError::TooLong) } else { Ok(None) };
    };
    if end > MAX_HEAD {
        return Err(HeadError::TooLong);
    }
    let mut oddities = Vec::new();
    let mut lines = Lines { rest: &bytes[blank..end], oddities: &mut oddities };
    let (version, status, reason) = parse_status_line(lines.next().unwrap_or_default())?;
    let mut fields = Fields::with_capacity(memchr::memchr_iter(b'\n', lines.rest).count());
    while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
        parse_field_line(line, &mut fields, lines.oddities)?;
    }
    let raw = Bytes::copy_from_slice(&bytes[..end]);
    Ok(Some(ResponseHead { version, status, reason, fields, oddities, raw }))
}

/// Lines without their ends; a bare LF is noted.
struct Lines<'a, 'o> {
    rest: &'a [u8],
    oddities: &'o mut Vec<Oddity>,
}

impl<'a> Lines<'a, '_> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let end = memchr::memchr(b'\n', self.rest)?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        if let Some(line) = line.strip_suffix(b"\r") {
            return Some(line);
        }
        note(self.oddities, Oddity::BareLf);
        Some(line)
    }
}

fn note(oddities: &mut Vec<Oddity>, oddity: Oddity) {
    if !oddities.contains(&oddity) {
        oddities.push(oddity);
    }
}

/// Ends early on bytes that can never become a status line, so that HTTP/0.9 and garbage are
/// named at once instead of waited for.
fn refuse_other_protocols(bytes: &[u8]) -> Result<(), HeadError> {
    let known = bytes.len().min(b"HTTP/".len());
    if bytes[..known].eq_ignore_ascii_case(&b"HTTP/"[..known]) {
        Ok(())
    } else {
        Err(HeadError::NotHttp(excerpt(bytes)))
    }
}

/// Offset just past the empty line that ends the head.
fn head_end(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr_iter(b'\n', &bytes[from..]).map(|index| from + index + 1).find_map(|next| {
        match &bytes[next..] {
            [b'\n', ..] => Some(next + 1),
            [b'\r', b'\n', ..] => Some(next + 2),
            _ => None,
        }
    })
}

fn parse_status_line(line: &[u8]) -> Result<(Version, u16, String), HeadError> {
    let bad = || HeadError::StatusLine(excerpt(line));
    let (version, rest) = match line {
        [_, _, _, _, b'/', major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9', b' ', rest @ ..] => {
            (Version { major: major - b'0', minor: minor - b'0' }, rest)
        }
        _ => return Err(bad()),
    };
    let (digits, reason) = match rest {
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] => ([*a, *b, *c], &[][..]),
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b' ', reason @ ..] => {
            ([*a, *b, *c], reason)
        }
        _ => return Err(bad()),
    };
    let status = digits.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    Ok((version, status, text(reason)))
}

pub(crate) fn parse_field_line(
    line: &[u8],
    fields: &mut Fields,
    oddities: &mut Vec<Oddity>,
) -> Result<(), HeadError> {
    if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
        note(oddities, Oddity::ObsoleteFold);
        note_controls(line, oddities);
        let field = fields.last_mut().ok_or_else(|| HeadError::FieldLine(excerpt(line)))?;
        let text = text(trim_blanks(line));
        if !field.value.is_empty() && !text.is_empty() {
            field.value.push(' ');
        }
        field.value.push_str(&text);
        return Ok(());
    }
    let colon = memchr::memchr(b':', line).ok_or_else(|| HeadError::FieldLine(excerpt(line)))?;
    let (mut name, value) = (&line[..colon], &line[colon + 1..]);
    if let Some(b' ' | b'\t') = name.last() {
        note(oddities, Oddity::SpaceBeforeColon);
        let blanks = name.iter().rev().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
        name = &name[..name.len() - blanks];
    }
    if name.is_empty() || !name.iter().all(|&byte| is_token_byte(byte)) {
        return Err(HeadError::FieldLine(excerpt(line)));
    }
    note_controls(value, oddities);
    fields.push(text(name), text(trim_blanks(value)));
    Ok(())
}

/// Bytes that are not UTF-8 are replaced. Most heads have none, which is quickly told.
fn text(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Without the blanks around a value (RFC 9110 5.6.3).
fn trim_blanks(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

fn note_controls(value: &[u8], oddities: &mut Vec<Oddity>) {
    if value.iter().any(|&byte| byte.is_ascii_control() && byte != b'\t') {
        note(oddities, Oddity::ControlInValue);
    }
}

/// `tchar` of RFC 9110 section 5.6.2.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'^'..=b'z' | b'|' | b'~' | b'!' | b'#'..=b'\''
        | b'*' | b'+' | b'-' | b'.')
}

/// The first bytes of a line, for an error text; escaped where it is printed.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let shown = String::from_utf8_lossy(&line[..line.len().min(SHOWN)]);
    if line.len() > SHOWN { format!("{shown}...") } else { shown.into_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Option<ResponseHead>, HeadError> {
        parse_response_head(text.as_bytes())
    }

    fn head(text: &str) -> ResponseHead {
        parse(text).unwrap().unwrap()
    }

    #[test]
    fn a_plain_head_is_read() {
        let head =
            head("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/2\r\nX:\r\n\r\nab");
        assert_eq!((head.version, head.status), (Version::HTTP_11, 206));
        assert_eq!(head.reason, "Partial Content");
        assert_eq!(head.fields.first("content-range"), Some("bytes 0-1/2"));
        assert_eq!(head.fields.first("x"), Some(""));
        assert!(head.oddities.is_empty());
        assert_eq!(head.raw.len(), 64);
    }

    #[test]
    fn deviations_are_noted() {
        let odd = |text| head(text).oddities;
        assert_eq!(odd("HTTP/1.1 200 OK\nA: b\n\n"), [Oddity::BareLf]);
        assert_eq!(odd("HTTP/1.1 200 OK\r\nA : b\r\n\r\n"), [Oddity::SpaceBeforeColon]);
        assert_eq!(odd("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"), [Oddity::ObsoleteFold]);
        assert_eq!(odd("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n"), [Oddity::ControlInValue]);
        let fold = head("HTTP/1.1 200 OK\r\nA:\r\n b\r\n \t\r\n\tc\0\r\n\r\n");
        assert_eq!(fold.fields.first("a"), Some("b c\0"));
        assert_eq!(fold.oddities, [Oddity::ObsoleteFold, Oddity::ControlInValue]);
    }

    #[test]
    fn what_is_no_head_is_named() {
        assert!(matches!(parse("<html>"), Err(HeadError::NotHttp(_))));
        assert!(matches!(parse("HTTP/1.1 abc\r\n\r\n"), Err(HeadError::StatusLine(_))));
        assert!(matches!(parse("HTTP/1.1 2000 x\r\n\r\n"), Err(HeadError::StatusLine(_))));
        assert!(matches!(parse("HTTP/1.1 200 OK\r\nnope\r\n\r\n"), Err(HeadError::FieldLine(_))));
        assert!(matches!(parse("HTTP/1.1 200 OK\r\n: x\r\n\r\n"), Err(HeadError::FieldLine(_))));
        assert_eq!(parse("HTTP/1.1 200 OK\r\nA: b\r\n"), Ok(None));
        assert_eq!(parse(""), Ok(None));
        let long = format!("HTTP/1.1 200 OK\r\nA: {}", "x".repeat(MAX_HEAD));
        assert_eq!(parse(&long), Err(HeadError::TooLong));
    }

    proptest! {
        #[test]
        fn any_head_is_read_at_any_split(
            status in 100u16..1000,
            reason in "[ -~]{0,20}",
            fields in prop::collection::vec(("[A-Za-z-]{1,12}", "([!-~]([ -~]{0,20}[!-~])?)?"), 0..8),
            after in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut bytes = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
            for (name, value) in &fields {
                bytes.extend(format!("{name}: {value}\r\n").bytes());
            }
            bytes.extend(b"\r\n");
            let length = bytes.len();
            for end in 0..length {
                prop_assert_eq!(parse_response_head(&bytes[..end]), Ok(None), "at {}", end);
            }
            bytes.extend(after);
            let head = parse_response_head(&bytes).unwrap().unwrap();
            prop_assert_eq!((head.status, head.reason.as_str()), (status, reason.as_str()));
            prop_assert_eq!(head.fields, fields.into_iter().collect::<Fields>());
            prop_assert_eq!(head.raw.len(), length);
            prop_assert!(head.oddities.is_empty());
        }

        #[test]
        fn what_was_judged_early_stays_judged(
            bytes in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..80),
                "(HTTP/1.[01] )?[2-5][0-9]{2}( OK)?\r?\n([Aa]:? ?[b\0]?\r?\n){0,4}\r?\n?.{0,9}"
                    .prop_map(String::into_bytes),
            ],
        ) {
            let verdicts: Vec<_> =
                (0..=bytes.len()).map(|end| parse_response_head(&bytes[..end])).collect();
            let whole = verdicts.last().unwrap();
            for early in &verdicts {
                match early {
                    Ok(None) => {}
                    Ok(Some(_)) => prop_assert_eq!(early, whole),
                    // An excerpt may still have grown.
                    Err(error) => {
                        let same_kind = whole.as_ref().is_err_and(|whole| {
                            std::mem::discriminant(whole) == std::mem::discriminant(error)
                        });
                        prop_assert!(same_kind, "{:?} then {:?}", early, whole);
                    }
                }
            }
            if let Ok(Some(head)) = whole {
                let _ = (head.framing(false), head.keeps_alive(), head.media_type());
            }
        }
    }
}
