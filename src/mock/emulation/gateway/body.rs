//! Bodies: what is kept, what still comes, and which bytes of it go to the client. What comes is
//! read by a task of its own, so that it can be kept whole while only a part is sent.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use flate2::write::GzDecoder;
use tokio::sync::mpsc;

use super::slice::Slices;
use super::store::{Kept, Store};
use crate::mock::body::Body;
use crate::mock::emulation::reading::Reader;
use crate::wire::byte_range::Span;

/// Where the bytes of a file come from.
#[derive(Debug)]
pub(super) enum Source {
    Coming(Box<Coming>),
    Held(Bytes),
    Slices(Box<Slices>),
}

/// A body that is still read from the next server.
#[derive(Debug)]
pub(super) struct Coming {
    pub(super) reader: Reader,
    /// It is coded with gzip, and the client gets it plain.
    pub(super) is_gzip: bool,
    pub(super) keeping: Option<Keeping>,
}

/// Where a body is kept once it came whole.
#[derive(Debug)]
pub(super) struct Keeping {
    pub(super) store: Arc<Store>,
    /// The URL, or that of a slice.
    pub(super) name: String,
    /// Its head; the body is still to come.
    pub(super) answer: Kept,
    /// In bytes.
    pub(super) largest: u64,
}

/// A piece of what is sent.
#[derive(Clone, Debug)]
pub(super) enum Segment {
    /// The whole body, to its end.
    All,
    /// Bytes of the body. Those of a body that still comes ascend.
    Span(Span),
    Text(Bytes),
}

/// The body that sends these segments.
pub(super) fn body(source: Source, segments: Vec<Segment>) -> Body {
    match source {
        Source::Held(bytes) => held(&bytes, segments),
        Source::Coming(coming) => {
            spawned(async |sender| coming.send(sender, segments.into()).await)
        }
        Source::Slices(slices) => spawned(async |sender| slices.send(&sender, segments).await),
    }
}

fn held(bytes: &Bytes, segments: Vec<Segment>) -> Body {
    let mut body = Body::default();
    for segment in segments {
        body.append(Body::fixed(match segment {
            Segment::All => bytes.clone(),
            // The span was cut to the length of the body, which is in memory.
            Segment::Span(span) => bytes.slice(span.first() as usize..=span.last() as usize),
            Segment::Text(text) => text,
        }));
    }
    body
}

/// A way for bytes, or for the error that ends them, to the client.
type Sender = mpsc::Sender<io::Result<Bytes>>;

fn spawned<F>(task: impl FnOnce(Sender) -> F + Send + 'static) -> Body
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        if let Err(error) = task(sender.clone()).await {
            let _ = sender.send(Err(error)).await;
        }
    });
    Body::sent(receiver)
}

impl Coming {
    async fn send(self, sender: Sender, segments: VecDeque<Segment>) -> io::Result<()> {
        let Self { mut reader, is_gzip, mut keeping } = self;
        let mut decoder = is_gzip.then(|| GzDecoder::new(Vec::new()));
        let mut cutter = Cutter { segments, position: 0 };
        let mut whole = BytesMut::new();
        loop {
            let piece = reader.next().await?;
            let mut bytes = piece.bytes;
            if let Some(decoder) = &mut decoder {
                decoder.write_all(&bytes)?;
                if piece.end {
                    decoder.try_finish()?;
                }
                bytes = std::mem::take(decoder.get_mut()).into();
            }
            if let Some(kept) = &keeping {
                whole.extend_from_slice(&bytes);
                if whole.len() as u64 > kept.largest {
                    keeping = None;
                }
            }
            // Kept before the client can know that it has all.
            if let Some(kept) = keeping.take_if(|_| piece.end) {
                let body = std::mem::take(&mut whole).freeze();
                kept.store.keep(kept.name, Kept { body, ..kept.answer });
            }
            for bytes in cutter.cut(&bytes, piece.end) {
                let is_gone = sender.send(Ok(bytes)).await.is_err();
                if is_gone && keeping.is_none() {
                    return Ok(());
                }
            }
            if piece.end || (cutter.segments.is_empty() && keeping.is_none()) {
                return Ok(());
            }
        }
    }
}

/// Picks the segments out of a body that passes by.
#[derive(Debug)]
struct Cutter {
    segments: VecDeque<Segment>,
    position: u64,
}

impl Cutter {
    /// What of the next `bytes` is sent.
    fn cut(&mut self, bytes: &Bytes, is_end: bool) -> Vec<Bytes> {
        let (begin, end) = (self.position, self.position + bytes.len() as u64);
        self.position = end;
        let mut cuts = Vec::new();
        while let Some(segment) = self.segments.front() {
            match segment {
                Segment::All if is_end => cuts.push(bytes.clone()),
                Segment::All => {
                    cuts.push(bytes.clone());
                    break;
                }
                Segment::Span(span) => {
                    let (from, to) = (span.first().max(begin), (span.last() + 1).min(end));
                    if from < to {
                        // Both are within these bytes.
                        cuts.push(bytes.slice((from - begin) as usize..(to - begin) as usize));
                    }
                    if span.last() >= end {
                        break;
                    }
                }
                Segment::Text(text) => cuts.push(text.clone()),
            }
            self.segments.pop_front();
        }
        cuts.retain(|cut| !cut.is_empty());
        cuts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_picked_out_of_what_passes_by() {
        let span = |first, last| Segment::Span(Span::new(first, last).unwrap());
        let text = |text: &'static str| Segment::Text(Bytes::from_static(text.as_bytes()));
        let segments = [text("<"), span(1, 4), text("|"), span(6, 6), text(">")];
        let mut cutter = Cutter { segments: segments.into(), position: 0 };
        let mut sent = Vec::new();
        for (bytes, is_end) in [("012", false), ("345", false), ("6789", true)] {
            sent.extend(cutter.cut(&Bytes::from_static(bytes.as_bytes()), is_end));
        }
        assert_eq!(sent.concat(), b"<1234|6>");
    }
}
