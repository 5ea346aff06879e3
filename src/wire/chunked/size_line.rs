//! The chunk-size line: the size and the extensions behind it (RFC 9112 sections 7.1 and 7.1.1).
//! Called by the decoder for each line that has come whole.

use super::{ChunkedError, ChunkedFacts};
use crate::wire::head::{excerpt, is_token_byte};

/// The size that a line without its end says. What else it holds is noted.
pub(super) fn read_size_line(line: &[u8], facts: &mut ChunkedFacts) -> Result<u64, ChunkedError> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let size = parse_size(&line[..digits]).map_err(|overflow| {
        if overflow {
            ChunkedError::SizeTooLarge(excerpt(line))
        } else {
            ChunkedError::Size(excerpt(line))
        }
    })?;
    let mut rest = &line[digits..];
    loop {
        let after_blanks = skip_blanks(rest);
        match after_blanks {
            [] => {
                facts.padded_size |= !rest.is_empty();
                return Ok(size);
            }
            [b';', extension @ ..] => {
                facts.extensions += 1;
                rest = skip_extension(extension)
                    .ok_or_else(|| ChunkedError::Extension(excerpt(after_blanks)))?;
            }
            _ => return Err(ChunkedError::Size(excerpt(line))),
        }
    }
}

/// Reads `1*HEXDIG`, all digits already checked. The error says whether the number is too large.
fn parse_size(digits: &[u8]) -> Result<u64, bool> {
    if digits.is_empty() {
        return Err(false);
    }
    digits.iter().try_fold(0u64, |size, &digit| {
        let value = char::from(digit).to_digit(16).map_or(0, u64::from);
        size.checked_mul(16).map(|size| size | value).ok_or(true)
    })
}

/// Skips `chunk-ext-name [ "=" chunk-ext-val ]` with the blanks that RFC 9112 7.1.1 tolerates;
/// nothing when the grammar is broken.
fn skip_extension(extension: &[u8]) -> Option<&[u8]> {
    let rest = skip_token(skip_blanks(extension))?;
    match skip_blanks(rest) {
        [b'=', value @ ..] => match skip_blanks(value) {
            [b'"', quoted @ ..] => skip_quoted(quoted),
            value => skip_token(value),
        },
        _ => Some(rest),
    }
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    &text[blanks..]
}

fn skip_token(text: &[u8]) -> Option<&[u8]> {
    let length = text.iter().take_while(|&&byte| is_token_byte(byte)).count();
    (length > 0).then(|| &text[length..])
}

/// Skips to after the closing quote (RFC 9110 5.6.4).
fn skip_quoted(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', escaped, rest @ ..] if is_quotable(*escaped) => rest,
            [b'\\', ..] | [] => return None,
            [byte, rest @ ..] if is_quotable(*byte) => rest,
            _ => return None,
        };
    }
}

fn is_quotable(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}
