//! Text files as people of all systems write them: UTF-8, with or without a byte order mark, and
//! UTF-16 with one, as `>` of Windows `PowerShell` writes it. Called for all that is read from
//! files: configuration, lists, passwords, earlier reports.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Reads a file. Its text begins behind the byte order mark.
///
/// # Errors
///
/// When the file cannot be read, or is no text: of kind [`ErrorKind::InvalidData`].
pub fn read(path: &Path) -> io::Result<String> {
    decode(&fs::read(path)?)
}

/// The text of a file (Unicode 16.0, section 23.8: the byte order mark).
///
/// # Errors
///
/// Of kind [`ErrorKind::InvalidData`] when it is no text.
pub fn decode(bytes: &[u8]) -> io::Result<String> {
    match bytes {
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] | text => {
            std::str::from_utf8(text).map(str::to_owned).map_err(|_| no_text("UTF-8"))
        }
    }
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> io::Result<String> {
    let (pairs, rest) = bytes.as_chunks();
    let text = String::from_utf16(&pairs.iter().map(|&pair| read(pair)).collect::<Vec<_>>());
    text.ok().filter(|_| rest.is_empty()).ok_or_else(|| no_text("UTF-16"))
}

fn no_text(encoding: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("it is no text in {encoding}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        for bytes in [
            &b"\xc3\xa4\n"[..],
            b"\xef\xbb\xbf\xc3\xa4\n",
            b"\xff\xfe\xe4\x00\n\x00",
            b"\xfe\xff\x00\xe4\x00\n",
        ] {
            assert_eq!(decode(bytes).unwrap(), "\u{e4}\n");
        }
        assert_eq!(decode(b"").unwrap(), "");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"\xe4\n"[..], b"\xff\xfe\xe4", b"\xff\xfe\x00\xd8"] {
            assert_eq!(decode(bytes).unwrap_err().kind(), ErrorKind::InvalidData, "{bytes:?}");
        }
    }
}
