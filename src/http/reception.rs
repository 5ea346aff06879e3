//! Reads one response from bytes as they arrive, cut anywhere: a state machine without I/O.

use std::sync::Arc;

use bytes::Bytes;

use super::whole_file::{FileReader, Gate};
use crate::model::exchange::{Answer, Body, BodyEnd};
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::wire::chunked::ChunkedDecoder;
use crate::wire::head::{Framing, MAX_HEAD, MAX_INTERIM, ResponseHead, parse_response_head};

/// A response in the course of arriving.
pub struct Reception {
    answers_head: bool,
    /// Content bytes that a right 206 would have, framing of parts included.
    expected: u64,
    /// The status of a right answer.
    right_status: u16,
    /// Parts of more bytes than this are not read to their end.
    largest_part: u64,
    /// What looks at the bytes of a whole file.
    file: Option<FileReader>,
    interim: Vec<ResponseHead>,
    head: Option<ResponseHead>,
    framing: Framing,
    chunks: ChunkedDecoder,
    /// Bytes of a head that is not complete yet.
    pending: Vec<u8>,
    data: Vec<u8>,
    received: u64,
    wire_bytes: u64,
    stray: Vec<u8>,
}

/// What to do after some bytes were fed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// The response is complete.
    Complete,
    /// Enough was seen; the rest is not worth its bytes.
    CutOff,
    /// Read on.
    More,
}

impl Reception {
    /// A response to a HEAD (`answers_head`), or to a GET whose right answer has at most
    /// `expected` bytes of body.
    pub fn new(answers_head: bool, expected: u64) -> Self {
        Self {
            answers_head,
            expected,
            right_status: 206,
            largest_part: LARGEST_PART,
            file: None,
            interim: Vec::new(),
            head: None,
            framing: Framing::None,
            chunks: ChunkedDecoder::new(),
            pending: Vec::new(),
            data: Vec::new(),
            received: 0,
            wire_bytes: 0,
            stray: Vec::new(),
        }
    }

    /// Reads a right 206 to its end, however long it is.
    #[must_use]
    pub fn reading_whole(self) -> Self {
        Self { largest_part: u64::MAX - SLACK, ..self }
    }

    /// Reads a right 200 to its end, however long it is: no range was asked for. Only its beginning
    /// is kept; `file` sees all of it.
    #[must_use]
    pub fn of_whole_file(self, file: Option<FileReader>) -> Self {
        Self { right_status: 200, file, ..self.reading_whole() }
    }

    /// Where the reading of a whole file stops for a while, once.
    pub(in crate::http) fn take_gate(&mut self) -> Option<Arc<Gate>> {
        self.file.as_mut()?.take_gate()
    }

    /// What saw the bytes of a whole file.
    pub fn take_file(&mut self) -> Option<FileReader> {
        self.file.take()
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Step, FailureKind> {
        self.wire_bytes += bytes.len() as u64;
        if self.head.is_some() {
            return self.feed_body(bytes);
        }
        self.pending.extend_from_slice(bytes);
        let is_first = self.wire_bytes == bytes.len() as u64;
        let may_tell =
            bytes.contains(&b'\n') || self.pending.len() < 8 || self.pending.len() > MAX_HEAD;
        if is_first || may_tell {
            return self.read_heads();
        }
        Ok(Step::More)
    }

    /// The peer closed: whether that ends the response rightly.
    pub fn end_of_stream(&self) -> Result<(), FailureKind> {
        match (&self.head, &self.framing) {
            (Some(_), Framing::Close | Framing::None) => Ok(()),
            _ => Err(FailureKind::Closed),
        }
    }

    /// Bytes that came, heads and framing included.
    pub fn wire_bytes(&self) -> u64 {
        self.wire_bytes
    }

    /// What could not be read as a head so far.
    pub fn unread(&self) -> &[u8] {
        &self.pending
    }

    /// The final head came: what follows is the body.
    pub fn has_head(&self) -> bool {
        self.head.is_some()
    }

    /// All content that a right answer would have is here, though its end is not.
    pub fn waits_only_for_the_end(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.status == 206)
            && matches!(self.framing, Framing::Chunked | Framing::Close)
            && self.received > 0
            && self.received >= self.expected
    }

    /// Whether the connection can carry another request now that the response is complete.
    pub fn leaves_connection_usable(&self) -> bool {
        self.stray.is_empty()
            && self.framing != Framing::Close
            && self.head.as_ref().is_some_and(ResponseHead::keeps_alive)
    }

    /// The result: an answer as soon as its head came, else the failure.
    pub fn finish(self, end: BodyEnd) -> Result<Answer, Failure> {
        match (self.head, end) {
            (Some(head), end) => Ok(Answer {
                interim: self.interim,
                head,
                body: Body {
                    data: Bytes::from(self.data),
                    received: self.received,
                    end,
                    stray: Bytes::from(self.stray),
                },
            }),
            (None, BodyEnd::Broken(failure)) => Err(failure),
            (None, _) => Err(Failure::new(FailureKind::Closed, Peer::Server)),
        }
    }

    fn read_heads(&mut self) -> Result<Step, FailureKind> {
        while let Some(head) =
            parse_response_head(&self.pending).map_err(FailureKind::MalformedHead)?
        {
            self.pending.drain(..head.raw.len());
            if head.is_interim() {
                if self.interim.len() == MAX_INTERIM {
                    return Err(FailureKind::TooManyInterim);
                }
                self.interim.push(head);
                continue;
            }
            self.framing = head.framing(self.answers_head);
            self.head = Some(head);
            let rest = std::mem::take(&mut self.pending);
            return self.feed_body(&rest);
        }
        Ok(Step::More)
    }

    fn feed_body(&mut self, bytes: &[u8]) -> Result<Step, FailureKind> {
        match self.framing {
            Framing::None => Ok(self.end_with_stray(bytes)),
            Framing::Close => Ok(self.take(bytes)),
            Framing::Length(length) => {
                let missing = length.saturating_sub(self.received);
                let here = bytes.len().min(usize::try_from(missing).unwrap_or(usize::MAX));
                match self.take(&bytes[..here]) {
                    Step::More if self.received == length => {
                        Ok(self.end_with_stray(&bytes[here..]))
                    }
                    step => Ok(step),
                }
            }
            Framing::Chunked => self.feed_chunks(bytes),
        }
    }

    fn feed_chunks(&mut self, bytes: &[u8]) -> Result<Step, FailureKind> {
        let mut content = Vec::new();
        let progress = self
            .chunks
            .feed(bytes, &mut |chunk: &[u8]| content.extend_from_slice(chunk))
            .map_err(|_| FailureKind::MalformedChunk)?;
        match self.take(&content) {
            Step::More if progress.done => Ok(self.end_with_stray(&bytes[progress.consumed..])),
            step => Ok(step),
        }
    }

    /// Keeps content bytes, and says when there are more than the probe needs.
    fn take(&mut self, content: &[u8]) -> Step {
        self.received += content.len() as u64;
        let limit = self.limit();
        let is_file = self.right_status == 200;
        let most = if is_file { limit.min(ONE_BUFFER) } else { limit };
        let room = most.saturating_sub(self.data.len() as u64);
        let kept = content.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        self.data.extend_from_slice(&content[..kept]);
        if let (Some(file), true) =
            (&mut self.file, self.head.as_ref().is_some_and(|x| x.status == 200))
        {
            file.feed(content);
        }
        if self.received > limit { Step::CutOff } else { Step::More }
    }

    /// How much content is worth reading: what was asked and a little more, to see that it is too
    /// long; of anything else one buffer.
    fn limit(&self) -> u64 {
        let is_right = self.head.as_ref().is_some_and(|head| head.status == self.right_status);
        if is_right && self.expected <= self.largest_part {
            self.expected + SLACK
        } else {
            ONE_BUFFER
        }
    }

    fn end_with_stray(&mut self, rest: &[u8]) -> Step {
        let room = MAX_STRAY - self.stray.len().min(MAX_STRAY);
        self.stray.extend_from_slice(&rest[..rest.len().min(room)]);
        Step::Complete
    }
}

/// At most so many stray bytes are kept.
pub const MAX_STRAY: usize = 256;

/// Parts up to this size are read whole, in bytes.
const LARGEST_PART: u64 = 256 * 1024;

/// Bytes read beyond what a right part has.
const SLACK: u64 = 1024;

/// What is read of an answer that is not the part asked for, in bytes.
const ONE_BUFFER: u64 = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::head::HeadError;

    fn receive(bytes: &[u8], piece: usize, answers_head: bool) -> Answer {
        let mut reception = Reception::new(answers_head, 10);
        let mut end = None;
        for part in bytes.chunks(piece) {
            match reception.feed(part) {
                Ok(Step::More) => {}
                Ok(Step::Complete) => end = Some(BodyEnd::Complete),
                Ok(Step::CutOff) => end = Some(BodyEnd::CutOff),
                Err(kind) => end = Some(BodyEnd::Broken(Failure::new(kind, Peer::Server))),
            }
            if end.is_some() && answers_head {
                break;
            }
        }
        let end = end.unwrap_or_else(|| match reception.end_of_stream() {
            Ok(()) => BodyEnd::Complete,
            Err(kind) => BodyEnd::Broken(Failure::new(kind, Peer::Server)),
        });
        reception.finish(end).unwrap()
    }

    #[test]
    fn answers_are_read_however_they_are_cut() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
        let head = "HTTP/1.1 206 Partial Content\r\n";
        for framed in [
            "Content-Length: 10\r\n\r\n0123456789",
            "Transfer-Encoding: chunked\r\n\r\n4;x=y\r\n0123\r\n6\r\n456789\r\n0\r\nT: u\r\n\r\n",
            "\r\n0123456789",
        ] {
            let text = format!("{interim}{head}{framed}");
            for piece in 1..text.len() {
                let answer = receive(text.as_bytes(), piece, false);
                assert_eq!(answer.interim.len(), 2);
                assert_eq!(answer.head.status, 206);
                assert_eq!(answer.body.data, "0123456789", "{framed} in pieces of {piece}");
                assert_eq!(answer.body.end, BodyEnd::Complete);
                assert!(answer.body.stray.is_empty());
            }
        }
    }

    #[test]
    fn bytes_beyond_the_end_are_stray() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabMORE";
        assert_eq!(receive(text, text.len(), false).body.stray, "MORE");
        let head = receive(text, text.len(), true);
        assert_eq!((head.body.received, head.body.stray), (0, Bytes::from("abMORE")));
    }

    #[test]
    fn a_whole_file_in_place_of_a_part_is_cut_off() {
        let mut text = b"HTTP/1.1 200 OK\r\nContent-Length: 5368709120\r\n\r\n".to_vec();
        text.resize(1 << 20, b'x');
        let answer = receive(&text, 16 * 1024, false);
        assert_eq!(answer.body.end, BodyEnd::CutOff);
        assert_eq!(answer.body.data.len() as u64, ONE_BUFFER);
    }

    #[test]
    fn a_head_line_without_end_is_refused() {
        let mut reception = Reception::new(false, 10);
        reception.feed(b"HTTP/1.1 206 x\r\nA: ").unwrap();
        let piece = [b'a'; 16 * 1024];
        let error = (0..100).find_map(|_| reception.feed(&piece).err());
        assert_eq!(error, Some(FailureKind::MalformedHead(HeadError::TooLong)));
        assert!(reception.unread().len() <= MAX_HEAD + piece.len());
    }

    #[test]
    fn ten_interim_answers_are_ignored_and_the_eleventh_fails() {
        let text = |interim: usize| {
            let one = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(interim);
            format!("{one}HTTP/1.1 206 x\r\nContent-Length: 2\r\n\r\nab")
        };
        assert_eq!(receive(text(10).as_bytes(), 16, false).interim.len(), 10);
        let fed = Reception::new(false, 10).feed(text(11).as_bytes());
        assert_eq!(fed, Err(FailureKind::TooManyInterim));
    }

    #[test]
    fn what_ends_too_early_is_broken() {
        for text in [
            "HTTP/1.1 206 x\r\nContent-Length: 10\r\n\r\n01234",
            "HTTP/1.1 206 x\r\nTransfer-Encoding: chunked\r\n\r\na\r\n01234",
        ] {
            let end = receive(text.as_bytes(), 7, false).body.end;
            assert!(matches!(end, BodyEnd::Broken(Failure { kind: FailureKind::Closed, .. })));
        }
    }
}
