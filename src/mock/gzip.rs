//! A gzip member (RFC 1952) of stored blocks: a real content coding without a compressor.

use bytes::{BufMut, Bytes, BytesMut};

/// The longest body that is coded, in bytes; it is held in memory.
pub(crate) const LIMIT: usize = 1024 * 1024;

/// Codes `plain`.
pub(crate) fn stored(plain: &[u8]) -> Bytes {
    let mut coded = BytesMut::with_capacity(plain.len() + 64);
    coded.put_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    let mut blocks = plain.chunks(0xffff).peekable();
    if blocks.peek().is_none() {
        coded.put_slice(&[1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        coded.put_u8(u8::from(blocks.peek().is_none()));
        coded.put_u16_le(length);
        coded.put_u16_le(!length);
        coded.put_slice(block);
    }
    coded.put_u32_le(crc32(plain));
    coded.put_u32_le(plain.len() as u32);
    coded.freeze()
}

fn crc32(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(stored(b"a").len(), 10 + 5 + 1 + 8);
    }
}
