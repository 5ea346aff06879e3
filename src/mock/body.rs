//! The bytes of a reply as a stream of pieces: fixed, generated or read from upstream. Never more
//! than one piece is in memory.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use super::content::Content;
use super::emulation::Pieces;
use super::gzip::Gzip;
use super::hold;
use super::upstream::UpstreamBody;
use crate::wire::byte_range::Span;

/// A body: pieces in order.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// Each with whether all of its bytes are altered.
    pieces: VecDeque<(Piece, bool)>,
    /// Lives as long as the body is on its way.
    token: Option<Arc<()>>,
}

#[derive(Debug)]
enum Piece {
    Coded(Box<Gzip>),
    Fixed(Bytes),
    Generated {
        content: Content,
        next: u64,
        end: u64,
    },
    /// No bytes, but a pause.
    Held(Arc<hold::Inner>),
    Relayed(Box<Pieces>),
    Sent(mpsc::Receiver<io::Result<Bytes>>),
    Upstream(Box<UpstreamBody>),
}

impl Body {
    fn of(piece: Piece) -> Self {
        Self { pieces: [(piece, false)].into(), token: None }
    }

    pub(crate) fn fixed(bytes: impl Into<Bytes>) -> Self {
        Self::of(Piece::Fixed(bytes.into()))
    }

    pub(crate) fn generated(content: Content, span: Span) -> Self {
        Self::of(Piece::Generated { content, next: span.first(), end: span.last() + 1 })
    }

    pub(crate) fn upstream(body: UpstreamBody) -> Self {
        Self::of(Piece::Upstream(Box::new(body)))
    }

    /// Nothing, until the hold is over.
    pub(crate) fn held(hold: Arc<hold::Inner>) -> Self {
        Self::of(Piece::Held(hold))
    }

    /// The body in gzip.
    pub(crate) fn coded(mut self) -> Self {
        let token = self.token.take();
        Self { token, ..Self::of(Piece::Coded(Box::new(Gzip::new(self)))) }
    }

    /// Keeps the token until the body has been sent, or given up.
    pub(crate) fn carry(&mut self, token: Arc<()>) {
        self.token = Some(token);
    }

    /// Pieces that are passed on as they are.
    pub(crate) fn relayed(pieces: Pieces) -> Self {
        Self::of(Piece::Relayed(Box::new(pieces)))
    }

    /// Pieces that a task sends.
    pub(crate) fn sent(pieces: mpsc::Receiver<io::Result<Bytes>>) -> Self {
        Self::of(Piece::Sent(pieces))
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.pieces.append(&mut other.pieces);
    }

    /// Alters every byte.
    pub(crate) fn garble(&mut self) {
        for (_, garbled) in &mut self.pieces {
            *garbled = true;
        }
    }

    /// The length in bytes, when it is known before the end.
    pub(crate) fn length(&self) -> Option<u64> {
        self.pieces.iter().try_fold(0, |sum, (piece, _)| {
            Some(
                sum + match piece {
                    Piece::Coded(gzip) => gzip.length()?,
                    Piece::Fixed(bytes) => bytes.len() as u64,
                    Piece::Generated { next, end, .. } => end - next,
                    Piece::Held(_) => 0,
                    Piece::Relayed(_) | Piece::Sent(_) => return None,
                    Piece::Upstream(body) => body.remaining()?,
                },
            )
        })
    }

    /// The next bytes; nothing at the end. An error when upstream broke off.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let Some((piece, garbled)) = self.pieces.front_mut() else { return Ok(None) };
            let bytes = match piece {
                Piece::Coded(gzip) => gzip.next().await?.unwrap_or_default(),
                Piece::Fixed(bytes) => std::mem::take(bytes),
                Piece::Generated { content, next, end } => {
                    let count = (*end - *next).min(PIECE);
                    let mut bytes = BytesMut::zeroed(count as usize);
                    content.fill(*next, &mut bytes);
                    *next += count;
                    bytes.freeze()
                }
                Piece::Relayed(pieces) => pieces.next_bytes().await?.unwrap_or_default(),
                Piece::Held(hold) => {
                    hold.wait().await;
                    Bytes::new()
                }
                Piece::Sent(pieces) => pieces.recv().await.transpose()?.unwrap_or_default(),
                Piece::Upstream(body) => body.next().await?.unwrap_or_default(),
            };
            if !bytes.is_empty() {
                let bytes =
                    if *garbled { bytes.iter().map(|byte| byte ^ 1).collect() } else { bytes };
                return Ok(Some(bytes));
            }
            self.pieces.pop_front();
        }
    }

    /// All bytes at once, an error when there are more than `limit`.
    pub(crate) async fn collect(&mut self, limit: usize) -> io::Result<Bytes> {
        let mut all = BytesMut::new();
        while let Some(bytes) = self.next().await? {
            if all.len() + bytes.len() > limit {
                return Err(io::Error::other("the body is too long to be held"));
            }
            all.extend_from_slice(&bytes);
        }
        Ok(all.freeze())
    }
}

const PIECE: u64 = 16 * 1024;
