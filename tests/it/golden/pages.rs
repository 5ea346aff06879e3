//! Bodies: coded for the origin, and told in words for a recording.

use std::fmt::Write as _;
use std::io::Read as _;

use bitsgate::mock::content::Content;
use bitsgate::wire::byte_range::Span;
use flate2::read::GzDecoder;

/// A gzip member (RFC 1952) of stored blocks.
pub(crate) fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut coded = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = plain.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        // No longer than 65535 bytes.
        let length = block.len() as u16;
        coded.push(u8::from(blocks.peek().is_none()));
        coded.extend(length.to_le_bytes());
        coded.extend((!length).to_le_bytes());
        coded.extend(block);
    }
    coded.extend(crc32(plain).to_le_bytes());
    coded.extend((plain.len() as u32).to_le_bytes());
    coded
}

fn crc32(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    });
    !crc
}

/// A body in words: bytes of the object by their positions, a gzip member by what is coded in it, all
/// else as it is. Lines that ended in CR LF look the same: `\r` stands before the line's end.
pub(crate) fn describe(body: &[u8]) -> String {
    if body.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        return match GzDecoder::new(body).read_to_end(&mut plain) {
            Ok(_) => format!("[gzip, and in it:]\n{}", describe(&plain)),
            Err(_) => "[the beginning of gzip]".to_owned(),
        };
    }
    let mut text = String::new();
    let mut rest = body;
    while !rest.is_empty() {
        // A line's end before the object's first byte is not the end of the record before it.
        let ends_line = rest[0] == b'\n' && text.ends_with("\\r");
        if let Some(span) = object_bytes(rest).filter(|_| !ends_line) {
            let _ = write!(text, "[bytes {span}]");
            rest = &rest[span.width() as usize..];
        } else {
            match rest[0] {
                b'\r' => text.push_str("\\r"),
                b'\n' => text.push('\n'),
                byte @ 0x20..0x7f => text.push(char::from(byte)),
                byte => {
                    let _ = write!(text, "\\x{byte:02x}");
                }
            }
            rest = &rest[1..];
        }
    }
    text
}

/// Which bytes of an object these begin with; none when they are fewer than two records.
fn object_bytes(bytes: &[u8]) -> Option<Span> {
    // A record ends in a line feed: the first one that is whole tells the position.
    let end = bytes.iter().take(16).position(|&byte| byte == b'\n')? + 1;
    let record = bytes.get(end..end + 16)?;
    let number = u64::from_str_radix(std::str::from_utf8(&record[..15]).ok()?, 16).ok()?;
    let first = (number * 16).checked_sub(end as u64)?;
    let expected = Content::default().bytes(Span::with_width(first, bytes.len() as u64)?);
    let width = bytes.iter().zip(expected.iter()).take_while(|(one, two)| one == two).count();
    (width >= 32).then(|| Span::with_width(first, width as u64))?
}
