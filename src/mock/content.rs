//! Position-coded bytes of any size, generated and never stored: a reader of 16 of them knows
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
        let mut number = offset / RECORD;
        let from = (offset % RECORD) as usize;
        let first = buffer.len().min((RECORD as usize - from) % RECORD as usize);
        let (head, rest) = buffer.split_at_mut(first);
        if !head.is_empty() {
            head.copy_from_slice(&self.record(number)[from..from + first]);
            number += 1;
        }
        for place in rest.chunks_mut(RECORD as usize) {
            place.copy_from_slice(&self.record(number)[..place.len()]);
            number += 1;
        }
    }

    /// The bytes of `span`. They are all in memory at once: for small spans.
    pub fn bytes(self, span: Span) -> Bytes {
        let mut bytes = BytesMut::zeroed(usize::try_from(span.width()).unwrap_or(usize::MAX));
        self.fill(span.first(), &mut bytes);
        bytes.freeze()
    }

    fn record(self, number: u64) -> [u8; RECORD as usize] {
        let mut record = [b'\n'; RECORD as usize];
        record[..7].copy_from_slice(&digits(self.salt)[1..]);
        record[7..15].copy_from_slice(&digits((number & 0xffff_ffff) as u32));
        record
    }
}

/// The eight hexadecimal digits of a number, in lower case. All eight are made at once, each in its
/// byte: this is most of the work of a mock.
fn digits(number: u32) -> [u8; 8] {
    let mut bytes = u64::from(number);
    bytes = (bytes | (bytes << 16)) & 0x0000_ffff_0000_ffff;
    bytes = (bytes | (bytes << 8)) & 0x00ff_00ff_00ff_00ff;
    bytes = (bytes | (bytes << 4)) & 0x0f0f_0f0f_0f0f_0f0f;
    // One in each byte that is more than nine.
    let letters = ((bytes + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    let to_letter = u64::from(b'a' - b'0' - 10);
    (bytes + 0x3030_3030_3030_3030 + letters * to_letter).to_be_bytes()
}

const RECORD: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_number() {
        for number in [0, 9, 10, 0x1234_5678, 0x9abc_def0, u32::MAX] {
            assert_eq!(digits(number), format!("{number:08x}").as_bytes());
        }
    }

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
