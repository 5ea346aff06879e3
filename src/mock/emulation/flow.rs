//! An answer on its way through the filters of an emulation: fields in order, and the body in the
//! pieces in which it comes. A piece is what one call of a filter handles; it becomes one chunk.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::coding::Gzip;
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
    /// What the rest goes through.
    coder: Option<Box<Gzip>>,
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
        Self { ready: pieces.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn read(reader: Reader) -> Self {
        Self { rest: Some(Box::new(reader)), ..Self::default() }
    }

    /// The next piece. After the one that says `end`, empty ones follow for ever.
    pub(super) async fn next(&mut self) -> io::Result<Piece> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Ok(piece);
            }
            let Some(reader) = &mut self.rest else { return Ok(Piece::last(Bytes::new())) };
            // To give up a read loses nothing: what came is kept with the connection.
            let piece = match &self.coder {
                Some(coder) if coder.holds_bytes() => {
                    let next = tokio::time::timeout(PAUSE, reader.next()).await;
                    next.unwrap_or_else(|_| Ok(Piece::default()))?
                }
                _ => reader.next().await?,
            };
            if piece.end {
                self.rest = None;
            }
            match &mut self.coder {
                Some(coder) => self.ready.extend(coder.code(&piece)?),
                None => return Ok(piece),
            }
        }
    }

    /// Sends all pieces through `coder`, those that are still to come when they come.
    pub(super) fn code(&mut self, mut coder: Gzip) -> io::Result<()> {
        for piece in std::mem::take(&mut self.ready) {
            self.ready.extend(coder.code(&piece)?);
        }
        self.coder = Some(Box::new(coder));
        Ok(())
    }

    /// The same pieces, but their end comes apart.
    pub(super) fn followed_by_end(mut self) -> Self {
        if let Some(last) = self.ready.back_mut().filter(|piece| piece.end) {
            last.end = false;
            self.ready.push_back(Piece::last(Bytes::new()));
        }
        self
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

/// What a coder holds back goes out when nothing comes for this time. The real program does not wait
/// at all; here the next server may share a busy computer with the proxy.
const PAUSE: Duration = Duration::from_millis(150);
/// Of a body, in bytes: the real program takes as much memory as the file, the emulation stops here.
pub(super) const MOST_IN_MEMORY: usize = 64 << 20;
