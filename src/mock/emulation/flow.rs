//! An answer on its way through the filters of an emulation: fields in order, and the body in the
//! pieces in which it comes. A piece is what one call of a filter handles; it becomes one chunk.

use std::collections::VecDeque;
use std::io;

use bytes::{Bytes, BytesMut};

use super::reading::Reader;
use crate::wire::fields::Fields;

/// The answer.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) status: u16,
    /// Code and words of the origin's status line; none when the answer is from a cache.
    pub(super) status_line: Option<(u16, String)>,
    /// Fields that come before the others and stay when an error page replaces them.
    pub(super) error_fields: Fields,
    pub(super) fields: Fields,
    pub(super) content_type: Option<String>,
    pub(super) pieces: Pieces,
}

/// A piece of a body.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    pub(super) bytes: Bytes,
    /// Whether the end of the body was seen with it.
    pub(super) end: bool,
}

/// A body in pieces: some are there already, the rest is read when it is wanted.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    ready: VecDeque<Piece>,
    rest: Option<Box<Reader>>,
}

impl Piece {
    /// The whole of a body, and its end.
    pub(super) fn last(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), end: true }
    }

    pub(super) fn more(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), end: false }
    }
}

impl Pieces {
    pub(super) fn of(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self { ready: pieces.into_iter().collect(), rest: None }
    }

    pub(super) fn read(reader: Reader) -> Self {
        Self { ready: VecDeque::new(), rest: Some(Box::new(reader)) }
    }

    /// The next piece. After the one that says `end`, empty ones follow for ever.
    pub(super) async fn next(&mut self) -> io::Result<Piece> {
        if let Some(piece) = self.ready.pop_front() {
            return Ok(piece);
        }
        match &mut self.rest {
            Some(reader) => {
                let piece = reader.next().await?;
                if piece.end {
                    self.rest = None;
                }
                Ok(piece)
            }
            None => Ok(Piece::last(Bytes::new())),
        }
    }

    /// Puts pieces back, ahead of the rest.
    pub(super) fn put_back(&mut self, pieces: Vec<Piece>) {
        for piece in pieces.into_iter().rev() {
            self.ready.push_front(piece);
        }
    }

    /// Takes the first pieces: until the end, or until they hold more than `limit` bytes.
    pub(super) async fn take(&mut self, limit: usize) -> io::Result<Vec<Piece>> {
        let (mut taken, mut held) = (Vec::new(), 0);
        loop {
            let piece = self.next().await?;
            held += piece.bytes.len();
            let is_last = piece.end || held > limit;
            taken.push(piece);
            if is_last {
                return Ok(taken);
            }
        }
    }

    /// The bytes of the next piece that has any; nothing at the end.
    pub(crate) async fn next_bytes(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let piece = self.next().await?;
            if !piece.bytes.is_empty() {
                if piece.end {
                    self.put_back(vec![Piece::last(Bytes::new())]);
                }
                return Ok(Some(piece.bytes));
            }
            if piece.end {
                return Ok(None);
            }
        }
    }
}

/// Whether the pieces reach the end of the body.
pub(super) fn are_whole(pieces: &[Piece]) -> bool {
    pieces.last().is_some_and(|piece| piece.end)
}

/// All bytes of the pieces.
pub(super) fn joined(pieces: &[Piece]) -> Bytes {
    if let [piece] = pieces {
        return piece.bytes.clone();
    }
    let mut bytes = BytesMut::new();
    for piece in pieces {
        bytes.extend_from_slice(&piece.bytes);
    }
    bytes.freeze()
}
