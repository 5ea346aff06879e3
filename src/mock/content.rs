//! Position-coded bytes of any size, generated and never stored: whoever reads 16 of them knows
//! from which offset of which object they came.
//!
//! An object is a row of 16-byte records: 15 lower hex digits and a line feed. The lower 8 digits
//! are the record's number (offset / 16), the upper 7 the salt of the object.

use bytes::{Bytes, BytesMut};

use crate::wire::byte_range::Span;

/// The bytes of one object.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Content {
    salt: u32,
}

impl Content {
    /// The content of the object of this name (`NAME` in `/object/NAME/SIZE.bin`). The empty name
    /// has salt 0; other names differ in every record, so that mixed-up objects show.
    pub fn of_object(name: &str) -> Self {
        if name.is_empty() {
            return Self::default();
        }
        let hash = name
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        Self { salt: hash & 0x0fff_ffff }
    }

    /// The salt that the records carry, 28 bits.
    pub fn salt(self) -> u32 {
        self.salt
    }

    /// Fills `buffer` with the bytes that begin at `offset`.
    pub fn fill(self, offset: u64, buffer: &mut [u8]) {
        let mut at = offset;
        let mut rest = buffer;
        while !rest.is_empty() {
            let record = self.record(at / RECORD);
            let from = (at % RECORD) as usize;
            let count = rest.len().min(record.len() - from);
            let (now, later) = rest.split_at_mut(count);
            now.copy_from_slice(&record[from..from + count]);
            at += count as u64;
            rest = later;
        }
    }

    /// The bytes of `span`. They are all in memory at once: for small spans.
    pub fn bytes(self, span: Span) -> Bytes {
        let mut bytes = BytesMut::zeroed(usize::try_from(span.width()).unwrap_or(usize::MAX));
        self.fill(span.first(), &mut bytes);
        bytes.freeze()
    }

    fn record(self, number: u64) -> [u8; RECORD as usize] {
        let mut value = (u64::from(self.salt) << 32) | (number & 0xffff_ffff);
        let mut record = [b'\n'; RECORD as usize];
        for digit in record[..15].iter_mut().rev() {
            *digit = b"0123456789abcdef"[(value & 0xf) as usize];
            value >>= 4;
        }
        record
    }
}

const RECORD: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_known_by_its_position() {
        let content = Content::default();
        let bytes = content.bytes(Span::new(0, 47).unwrap());
        assert_eq!(&bytes[..], b"000000000000000\n000000000000001\n000000000000002\n");
        let far = content.bytes(Span::new((5 << 30) + 13, (5 << 30) + 33).unwrap());
        assert_eq!(&far[..], b"00\n000000014000001\n00");
    }

    #[test]
    fn objects_of_other_names_differ() {
        let (one, two) = (Content::of_object("a"), Content::of_object("b"));
        assert_ne!(one, two);
        let span = Span::new(0, 15).unwrap();
        assert_ne!(one.bytes(span), two.bytes(span));
    }
}
