//! The content of one answer on its way from its connection to the sink, whatever its framing.
//! Called by [`super::link`]; what the prober's client would keep in memory flows through here.

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use tokio::time::Instant;

use super::link::{closed, read_more, too_slow};
use super::sink::{Feed, Gone};
use crate::http::client::Connection;
use crate::model::exchange::BodyEnd;
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::wire::chunked::ChunkedDecoder;
use crate::wire::head::{Framing, ResponseHead};

/// What came of a body.
#[derive(Debug)]
pub(super) struct Received {
    /// Content bytes that were handed on.
    pub(super) bytes: u64,
    /// More content came than was asked for; it was not handed on.
    pub(super) too_many: bool,
    /// Bytes after the end of the body.
    pub(super) stray: Bytes,
    pub(super) end: BodyEnd,
}

/// The content of one body on its way.
pub(super) struct Body<'b> {
    pub(super) head: &'b ResponseHead,
    /// The longest time without a byte of content.
    pub(super) silence: Duration,
    /// The position in the file of the next byte.
    pub(super) at: u64,
    /// Content bytes that may yet be handed on.
    pub(super) most: u64,
    pub(super) feed: &'b mut Feed,
}

impl Body<'_> {
    /// Hands the content on, at most `most` bytes of it. `begun`: what came with the head.
    pub(super) async fn pass_on(
        &mut self,
        connection: &mut Connection,
        begun: BytesMut,
    ) -> Result<Received, Gone> {
        match self.head.framing(false) {
            Framing::Length(length) => self.by_length(connection, begun, length).await,
            Framing::Chunked => self.by_chunks(connection, begun).await,
            Framing::Close => self.until_close(connection, begun).await,
            Framing::None => {
                let (stray, end) = (begun.freeze(), BodyEnd::Complete);
                Ok(Received { bytes: 0, too_many: false, stray, end })
            }
        }
    }

    async fn by_length(
        &mut self,
        connection: &mut Connection,
        mut begun: BytesMut,
        length: u64,
    ) -> Result<Received, Gone> {
        let wanted = length.min(self.most);
        let first = self.at;
        let here = begun.split_to(begun.len().min(usize::try_from(wanted).unwrap_or(usize::MAX)));
        self.hand_on(&here).await?;
        let mut end = BodyEnd::Complete;
        while self.at - first < wanted {
            let mut buffer = self.feed.buffer(self.at).await?;
            let room = buffer.capacity() - buffer.len();
            let left = wanted - (self.at - first);
            let limit = room.min(usize::try_from(left).unwrap_or(usize::MAX));
            let until = Instant::now() + self.silence;
            let read = read_more(connection, &mut buffer, limit, until).await;
            let read = match read {
                Ok(0) => Err(closed(self.at - first)),
                other => other,
            };
            match read {
                Ok(length) => self.at += length as u64,
                Err(failure) => end = BodyEnd::Broken(self.in_body(failure, self.at - first)),
            }
            self.feed.give(buffer).await?;
            if end != BodyEnd::Complete {
                break;
            }
        }
        self.feed.flush().await?;
        let too_many = length > self.most;
        let stray = if too_many { Bytes::new() } else { begun.freeze() };
        Ok(Received { bytes: self.at - first, too_many, stray, end })
    }

    async fn by_chunks(
        &mut self,
        connection: &mut Connection,
        mut piece: BytesMut,
    ) -> Result<Received, Gone> {
        let (first, wanted) = (self.at, self.most);
        let mut decoder = ChunkedDecoder::new();
        let (mut too_many, mut stray) = (false, Bytes::new());
        // Lines between the chunks are no progress, however long they go on.
        let mut content_until = Instant::now() + self.silence;
        let end = loop {
            let mut content = Vec::new();
            let fed = decoder.feed(&piece, &mut |chunk: &[u8]| content.extend_from_slice(chunk));
            let room = usize::try_from(wanted - (self.at - first)).unwrap_or(usize::MAX);
            too_many |= content.len() > room;
            content.truncate(room);
            self.hand_on(&content).await?;
            if !content.is_empty() {
                content_until = Instant::now() + self.silence;
            }
            match fed {
                Err(_) => {
                    break BodyEnd::Broken(Failure::new(FailureKind::MalformedChunk, Peer::Server));
                }
                Ok(progress) if progress.done => {
                    stray = Bytes::copy_from_slice(&piece[progress.consumed..]);
                    break BodyEnd::Complete;
                }
                Ok(_) if too_many => break BodyEnd::CutOff,
                Ok(_) => {}
            }
            piece.clear();
            match read_more(connection, &mut piece, PIECE, content_until).await {
                Ok(0) => break BodyEnd::Broken(closed(self.at - first)),
                Ok(_) => {}
                Err(failure) => break BodyEnd::Broken(self.in_body(failure, self.at - first)),
            }
        };
        self.feed.flush().await?;
        Ok(Received { bytes: self.at - first, too_many, stray, end })
    }

    async fn until_close(
        &mut self,
        connection: &mut Connection,
        mut piece: BytesMut,
    ) -> Result<Received, Gone> {
        let (first, wanted) = (self.at, self.most);
        let mut too_many = false;
        let end = loop {
            let room = usize::try_from(wanted - (self.at - first)).unwrap_or(usize::MAX);
            too_many |= piece.len() > room;
            piece.truncate(room);
            self.hand_on(&piece).await?;
            if too_many {
                break BodyEnd::CutOff;
            }
            piece.clear();
            let until = Instant::now() + self.silence;
            match read_more(connection, &mut piece, PIECE, until).await {
                Ok(0) => break BodyEnd::Complete,
                Ok(_) => {}
                Err(failure) => break BodyEnd::Broken(self.in_body(failure, self.at - first)),
            }
        };
        self.feed.flush().await?;
        Ok(Received { bytes: self.at - first, too_many, stray: Bytes::new(), end })
    }

    /// Copies bytes that are in memory already.
    async fn hand_on(&mut self, mut bytes: &[u8]) -> Result<(), Gone> {
        while !bytes.is_empty() {
            let mut buffer = self.feed.buffer(self.at).await?;
            let count = bytes.len().min(buffer.capacity() - buffer.len());
            let (now, later) = bytes.split_at(count);
            buffer.put_slice(now);
            self.at += count as u64;
            bytes = later;
            self.feed.give(buffer).await?;
        }
        Ok(())
    }

    /// A read that failed after the head came.
    fn in_body(&self, failure: Failure, came: u64) -> Failure {
        too_slow(failure, came + self.head.raw.len() as u64)
    }
}

/// Bytes of a body without a length that are read at once.
const PIECE: usize = 64 * 1024;
