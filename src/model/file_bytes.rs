//! What the bytes of a file showed as they arrived.

use bytes::Bytes;

use super::probe::Purpose;

/// A piece of a file that was received before.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The position of its first byte in the file.
    pub first: u64,
    /// The bytes.
    pub data: Bytes,
}

/// What the bytes of one answer to a plain GET showed. All bytes that arrived were read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileBytes {
    /// The request that was answered.
    pub purpose: Purpose,
    /// The first byte that is not as it must be.
    pub difference: Option<ByteDifference>,
    /// How many bytes were compared.
    pub compared: u64,
    /// The SHA-1 of the bytes, in lower hex digits; none where the name of the file states none.
    pub sha1: Option<String>,
    /// The SHA-1 that the name of the file states.
    pub named: Option<String>,
}

/// A byte that is not as it must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ByteDifference {
    /// Its position in the file.
    pub position: u64,
    /// The byte that arrived.
    pub received: u8,
    /// The byte that it must be, or that an earlier range had.
    pub expected: u8,
}

/// The index of the first byte that differs, where both have one.
pub(crate) fn differing_at(one: &[u8], other: &[u8]) -> Option<usize> {
    // Nearly all are equal, and comparing them at once is much faster.
    if one == other {
        return None;
    }
    one.iter().zip(other).position(|(one, other)| one != other)
}
