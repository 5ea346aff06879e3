//! Reads the next server's answer off the socket as the real program does: in pieces of a certain
//! size, names in their own case and order. Where a piece ends decides what some versions do.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::flow::Piece;
use super::table::Reading;
use crate::mock::upstream::connect;
use crate::wire::chunked::ChunkedDecoder;
use crate::wire::head::{Framing, ResponseHead, parse_response_head};

/// Where a connection to the next server waits for the next request of the same client.
pub(super) type Slot = Arc<Mutex<Option<Connection>>>;

/// A connection to the next server.
#[derive(Debug)]
pub(super) struct Connection {
    authority: String,
    stream: TcpStream,
    /// What was read and not used yet.
    input: BytesMut,
}

/// The body of an answer, read piece by piece.
#[derive(Debug)]
pub(super) struct Reader {
    connection: Option<Connection>,
    slot: Option<Slot>,
    reading: Reading,
    body: Coded,
    ready: VecDeque<Piece>,
}

/// The part of the body that is still to come.
#[derive(Debug)]
enum Coded {
    Chunked(ChunkedDecoder),
    Length(u64),
    UntilClose,
}

impl Connection {
    /// Sends a request and reads the head of the answer to it, over the waiting connection if it
    /// goes to the same server and still lives. Interim answers are passed over.
    pub(super) async fn ask(
        slot: &Slot,
        authority: &str,
        request: &[u8],
        is_head: bool,
        reading: Reading,
    ) -> io::Result<(ResponseHead, Self)> {
        let waiting = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut waiting) = waiting.filter(|waiting| waiting.authority == authority)
            && let Ok(head) = waiting.exchange(request, is_head, reading).await
        {
            return Ok((head, waiting));
        }
        let stream = connect(authority).await?;
        stream.set_nodelay(true)?;
        let (authority, input) = (authority.to_owned(), BytesMut::new());
        let mut fresh = Self { authority, stream, input };
        let head = fresh.exchange(request, is_head, reading).await?;
        Ok((head, fresh))
    }

    async fn exchange(
        &mut self,
        request: &[u8],
        is_head: bool,
        reading: Reading,
    ) -> io::Result<ResponseHead> {
        self.stream.write_all(request).await?;
        loop {
            let head = self.head(is_head, reading).await?;
            self.input.advance(head.raw.len());
            if !head.is_interim() {
                return Ok(head);
            }
        }
    }

    async fn head(&mut self, is_head: bool, reading: Reading) -> io::Result<ResponseHead> {
        let mut limit = reading.piece;
        loop {
            let is_enough = |input: &[u8]| match parse_response_head(input) {
                Ok(Some(head)) => match head.framing(is_head) {
                    Framing::None => true,
                    Framing::Length(length) => (input.len() - head.raw.len()) as u64 >= length,
                    Framing::Chunked | Framing::Close => false,
                },
                Ok(None) => false,
                Err(_) => true,
            };
            let is_open = self.fill(limit, is_enough).await?;
            match parse_response_head(&self.input).map_err(io::Error::other)? {
                Some(head) => return Ok(head),
                None if !is_open => return Err(io::ErrorKind::UnexpectedEof.into()),
                None => limit += reading.piece,
            }
        }
    }

    /// Reads until `limit` bytes are there, or as much as is wanted, or nothing more comes for a
    /// moment. Waits as long as nothing is there at all. Whether the connection is still open.
    async fn fill(&mut self, limit: usize, is_enough: impl Fn(&[u8]) -> bool) -> io::Result<bool> {
        while self.input.len() < limit && !is_enough(&self.input) {
            let room = limit - self.input.len();
            let is_first = self.input.is_empty();
            let mut within = (&mut self.stream).take(room as u64);
            let read = within.read_buf(&mut self.input);
            let count = if is_first {
                read.await?
            } else {
                match tokio::time::timeout(SETTLE, read).await {
                    Ok(count) => count?,
                    Err(_) => return Ok(true),
                }
            };
            if count == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The body that follows `head`. With `slot` the connection waits there afterwards.
    pub(super) fn body(
        self,
        head: &ResponseHead,
        is_head: bool,
        reading: Reading,
        slot: Option<Slot>,
    ) -> Reader {
        let slot = slot.filter(|_| head.keeps_alive());
        let body = match head.framing(is_head) {
            Framing::Chunked => Coded::Chunked(ChunkedDecoder::new()),
            Framing::Close => Coded::UntilClose,
            Framing::Length(length) => Coded::Length(length),
            Framing::None => Coded::Length(0),
        };
        let comes_later = self.input.is_empty() && !matches!(body, Coded::Length(0));
        let flush = (reading.flushes_head && comes_later).then(Piece::default);
        let ready = flush.into_iter().collect();
        Reader { connection: Some(self), slot, reading, body, ready }
    }
}

impl Reader {
    /// The next piece; not to be called after the end.
    pub(super) async fn next(&mut self) -> io::Result<Piece> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                if piece.end {
                    self.release();
                }
                return Ok(piece);
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> io::Result<()> {
        let Some(connection) = &mut self.connection else {
            self.ready.push_back(Piece::last(Bytes::new()));
            return Ok(());
        };
        let Reading { piece, counts_head, .. } = self.reading;
        match &mut self.body {
            Coded::Length(left) => {
                let wanted = usize::try_from(*left).unwrap_or(usize::MAX).min(piece);
                let is_open = connection.settle(wanted, counts_head).await?;
                let bytes = connection.split(wanted);
                *left -= bytes.len() as u64;
                if bytes.is_empty() && *left > 0 && !is_open {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                self.ready.push_back(Piece { bytes, end: *left == 0 });
            }
            Coded::UntilClose => {
                let is_open = connection.settle(piece, counts_head).await?;
                let bytes = connection.split(piece);
                // That the connection was closed is only seen with the next read.
                let end = bytes.is_empty() && !is_open;
                self.ready.push_back(Piece { bytes, end });
            }
            Coded::Chunked(decoder) if counts_head => {
                connection.wait(piece).await?;
                let mut found = Vec::new();
                let mut keep = |bytes: &[u8]| found.push(Bytes::copy_from_slice(bytes));
                let progress =
                    decoder.feed(&connection.input, &mut keep).map_err(io::Error::other)?;
                connection.input.advance(progress.consumed);
                self.ready.extend(found.into_iter().map(Piece::more));
                if progress.done {
                    self.ready.push_back(Piece::last(Bytes::new()));
                }
            }
            Coded::Chunked(decoder) => {
                // Up to the first byte of the next chunk, so that the chunk can be filled.
                while decoder.chunk_left() == 0 && !decoder.is_done() {
                    connection.wait(piece).await?;
                    let byte = connection.split(1);
                    decoder.feed(&byte, &mut |_| {}).map_err(io::Error::other)?;
                }
                let wanted = usize::try_from(decoder.chunk_left()).unwrap_or(usize::MAX).min(piece);
                connection.settle(wanted, false).await?;
                let bytes = connection.split(wanted);
                if bytes.is_empty() && wanted > 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                decoder.feed(&bytes, &mut |_| {}).map_err(io::Error::other)?;
                self.ready.push_back(Piece { bytes, end: decoder.is_done() });
            }
        }
        Ok(())
    }

    /// The body is over: the connection is good for another request, or it is closed.
    fn release(&mut self) {
        let connection = self.connection.take().filter(|connection| connection.input.is_empty());
        let can_wait = !matches!(self.body, Coded::UntilClose);
        if let (Some(slot), Some(connection), true) = (&self.slot, connection, can_wait) {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        }
    }
}

impl Connection {
    /// Reads when nothing is there, or, for a piece that is filled, when less than `wanted` is.
    async fn settle(&mut self, wanted: usize, counts_head: bool) -> io::Result<bool> {
        if wanted == 0 || (counts_head && !self.input.is_empty()) {
            return Ok(true);
        }
        self.fill(wanted, |_| false).await
    }

    fn split(&mut self, wanted: usize) -> Bytes {
        let count = self.input.len().min(wanted);
        self.input.split_to(count).freeze()
    }

    /// Reads when nothing is there; an error when nothing comes any more.
    async fn wait(&mut self, limit: usize) -> io::Result<()> {
        if !self.settle(limit, true).await? && self.input.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// When nothing more comes for this time, the real program would have gone on with what it has.
const SETTLE: Duration = Duration::from_millis(25);
