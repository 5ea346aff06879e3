//! Fetches a file in aligned pieces, each with a Range of its own, as nginx's `slice` does. Each
//! piece is kept under its own name.

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use super::body::Segment;
use super::fetch::{Asker, Fetched};
use super::store::{Kept, Store};
use super::table::Keeps;
use crate::wire::byte_range::{ByteRange, Span};
use crate::wire::content_range::ContentRange;

/// A file in slices.
#[derive(Debug)]
pub(super) struct Slices {
    asker: Asker,
    store: Arc<Store>,
    keeps: Option<&'static Keeps>,
    /// Of each slice but the last, in bytes.
    size: u64,
    /// Of the file, in bytes.
    total: u64,
}

/// What the request for the first slice brought.
#[derive(Debug)]
pub(super) enum First {
    /// The head of the slice, and the file; whether it was kept.
    Sliced(Kept, Slices, bool),
    /// Something else, as it came, and the name under which it may be kept.
    Other(Fetched, String),
    /// Something else, kept.
    Kept(Kept),
}

impl Slices {
    /// Fetches the slice in which the client's range begins. `size` is that of a slice.
    pub(super) async fn first(
        asker: Asker,
        store: Arc<Store>,
        keeps: Option<&'static Keeps>,
        size: u64,
    ) -> io::Result<First> {
        let begins = asker.request.ranges().and_then(|set| match set.ranges() {
            [ByteRange::Closed(span)] => Some(span.first()),
            [ByteRange::From(first)] => Some(*first),
            _ => None,
        });
        let number = begins.unwrap_or(0) / size;
        let mut slices = Self { asker, store, keeps, size, total: 0 };
        let kept = slices.kept(number);
        let (head, hit) = match kept {
            Some(head) if head.status != 206 => return Ok(First::Kept(head)),
            Some(head) => (head, true),
            None => match slices.fetch(number).await? {
                Ok(head) => (head, false),
                Err(other) => return Ok(First::Other(other, slices.name(number))),
            },
        };
        let range = head.fields.first("content-range").unwrap_or_default();
        let Ok(ContentRange::Part { total: Some(total), .. }) = ContentRange::parse(range) else {
            return Err(io::Error::other("its answer to a slice has no complete length"));
        };
        slices.total = total;
        Ok(First::Sliced(head, slices, hit))
    }

    /// Size of the file in bytes.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Sends the segments, slice by slice.
    pub(super) async fn send(
        self,
        sender: &mpsc::Sender<io::Result<Bytes>>,
        segments: Vec<Segment>,
    ) -> io::Result<()> {
        for segment in segments {
            let span = match segment {
                Segment::Text(text) => {
                    let _ = sender.send(Ok(text)).await;
                    continue;
                }
                Segment::All => Span::with_width(0, self.total),
                Segment::Span(span) => Some(span),
            };
            let Some(span) = span else { continue };
            for number in span.first() / self.size..=span.last() / self.size {
                let bytes = self.slice(number).await?;
                let begin = number * self.size;
                let from = span.first().max(begin) - begin;
                let to = (span.last() + 1 - begin).min(bytes.len() as u64);
                // Within the slice, which is in memory.
                let part = bytes.slice((from as usize).min(bytes.len())..to as usize);
                if !part.is_empty() && sender.send(Ok(part)).await.is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    async fn slice(&self, number: u64) -> io::Result<Bytes> {
        if let Some(kept) = self.kept(number) {
            return Ok(kept.body);
        }
        match self.fetch(number).await? {
            Ok(kept) => Ok(kept.body),
            Err(other) => {
                Err(io::Error::other(format!("unexpected status {} for a slice", other.status)))
            }
        }
    }

    fn kept(&self, number: u64) -> Option<Kept> {
        self.store.find(self.keeps?, &self.name(number))
    }

    async fn fetch(&self, number: u64) -> io::Result<Result<Kept, Fetched>> {
        let (first, last) = (number * self.size, (number + 1) * self.size - 1);
        let fetched = self.asker.fetch(Some(&format!("bytes={first}-{last}"))).await?;
        if fetched.status != 206 {
            return Ok(Err(fetched));
        }
        let Fetched { status, reason, fields, mut body, .. } = fetched;
        let mut bytes = BytesMut::new();
        loop {
            let piece = body.next().await?;
            bytes.extend_from_slice(&piece.bytes);
            if piece.end {
                break;
            }
            if bytes.len() as u64 > self.size {
                return Err(io::Error::other("its answer is longer than the slice"));
            }
        }
        let since = SystemTime::now();
        let kept = Kept { status, reason, fields, body: bytes.freeze(), since };
        if self.keeps.is_some_and(|keeps| keeps.wants(status, &kept.fields)) {
            self.store.keep(self.name(number), kept.clone());
        }
        Ok(Ok(kept))
    }

    fn name(&self, number: u64) -> String {
        format!("{}#{number}", self.asker.request.target)
    }
}
