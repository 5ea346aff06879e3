//! The chunked transfer coding (RFC 9112 section 7.1), taken off as the bytes come.
//!
//! Strict, so that a broken coding is named and not
//! mended; what real servers send and every reader accepts is noted in [`ChunkedFacts`]. Memory is
//! bounded whatever comes: content is handed on at once, only lines are kept until they end.

mod size_line;
#[cfg(test)]
mod tests;

use super::fields::Fields;
use super::head::{excerpt, parse_field_line};
use size_line::read_size_line;

/// Longest chunk-size line with its extensions, in bytes without the line end.
pub const MAX_SIZE_LINE: usize = 4 * 1024;

/// Longest trailer section, in bytes with the line ends.
pub const MAX_TRAILERS: usize = 64 * 1024;

/// Takes the chunked coding off a body, fed in pieces of any size.
#[derive(Debug)]
pub struct ChunkedDecoder {
    state: State,
    /// The line that has begun but not ended; empty between lines.
    line: Vec<u8>,
    trailer_bytes: usize,
    trailers: Fields,
    facts: ChunkedFacts,
}

/// How far one call came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// Bytes of the input that belong to the body; all of them unless `done`.
    pub consumed: usize,
    /// The body has ended. What follows the consumed bytes is not part of it.
    pub done: bool,
}

/// What is worth knowing of the coding so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ChunkedFacts {
    /// Chunks with content that have begun.
    pub chunks: u64,
    /// Content bytes handed on.
    pub content_bytes: u64,
    /// Chunk extensions, which BITS has no use for.
    pub extensions: u64,
    /// A line ended in LF without CR, which RFC 9112 does not allow here.
    pub bare_lf: bool,
    /// Blanks between a chunk size and its line end, as the old Apache sent them.
    pub padded_size: bool,
}

/// Why the coding is broken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChunkedError {
    /// More bytes than the chunk size says, or another end of the chunk than a line end.
    #[error("a chunk is not followed by a line end")]
    ChunkEnd,
    /// An extension that breaks the grammar.
    #[error("malformed chunk extension {0:?}")]
    Extension(String),
    /// A chunk size that is no hexadecimal number.
    #[error("malformed chunk size {0:?}")]
    Size(String),
    /// A chunk-size line of more than [`MAX_SIZE_LINE`] bytes.
    #[error("a chunk-size line is longer than {MAX_SIZE_LINE} bytes")]
    SizeLineTooLong,
    /// A chunk size of 2^64 or more.
    #[error("chunk size {0:?} is beyond 64 bits")]
    SizeTooLarge(String),
    /// A trailer line that is no header field.
    #[error("malformed trailer line {0:?}")]
    TrailerLine(String),
    /// A trailer section of more than [`MAX_TRAILERS`] bytes.
    #[error("the trailer section is longer than {MAX_TRAILERS} bytes")]
    TrailersTooLong,
}

impl ChunkedDecoder {
    /// A decoder at the first byte of a body.
    pub fn new() -> Self {
        Self {
            state: State::Size,
            line: Vec::new(),
            trailer_bytes: 0,
            trailers: Fields::default(),
            facts: ChunkedFacts::default(),
        }
    }

    /// Decodes the next piece and hands its content to `out`, in order and never empty. An error
    /// is final: every later call returns it again.
    pub fn feed(
        &mut self,
        input: &[u8],
        out: &mut impl FnMut(&[u8]),
    ) -> Result<Progress, ChunkedError> {
        let mut rest = input;
        loop {
            if let State::Failed(error) = &self.state {
                return Err(error.clone());
            }
            if self.is_done() || rest.is_empty() {
                break;
            }
            if let Err(error) = self.step(&mut rest, out) {
                self.state = State::Failed(error);
            }
        }
        Ok(Progress { consumed: input.len() - rest.len(), done: self.is_done() })
    }

    /// Whether the last chunk and the trailer section have ended.
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Bytes of the current chunk that are still to come; 0 between chunks.
    pub(crate) fn chunk_left(&self) -> u64 {
        match self.state {
            State::Content(left) => left,
            _ => 0,
        }
    }

    /// What is worth knowing of the coding so far.
    pub fn facts(&self) -> ChunkedFacts {
        self.facts
    }

    /// The trailer fields that came.
    pub fn trailers(&self) -> &Fields {
        &self.trailers
    }

    /// Takes one element, or its beginning, off a non-empty rest.
    fn step(&mut self, rest: &mut &[u8], out: &mut impl FnMut(&[u8])) -> Result<(), ChunkedError> {
        match self.state {
            State::Content(left) => {
                let length = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let (content, after) = rest.split_at(length);
                *rest = after;
                out(content);
                self.facts.content_bytes += length as u64;
                let left = left - length as u64;
                self.state = if left == 0 { State::ContentEnd } else { State::Content(left) };
            }
            State::ContentEnd => {
                // Two bytes at most are ever kept here.
                if let Some(line) = self.take_line(rest, 1, || ChunkedError::ChunkEnd)? {
                    self.state = if line.is_empty() {
                        State::Size
                    } else {
                        return Err(ChunkedError::ChunkEnd);
                    };
                } else if self.line != b"\r" {
                    return Err(ChunkedError::ChunkEnd);
                }
            }
            State::Size => {
                let limit = MAX_SIZE_LINE + 1;
                if let Some(line) = self.take_line(rest, limit, || ChunkedError::SizeLineTooLong)? {
                    let size = read_size_line(&line, &mut self.facts)?;
                    self.facts.chunks += u64::from(size > 0);
                    self.state = if size == 0 { State::Trailers } else { State::Content(size) };
                }
            }
            State::Trailers => {
                let limit = MAX_TRAILERS - self.trailer_bytes;
                if let Some(line) = self.take_line(rest, limit, || ChunkedError::TrailersTooLong)? {
                    self.trailer_bytes = (self.trailer_bytes + line.len() + 2).min(MAX_TRAILERS);
                    if line.is_empty() {
                        self.state = State::Done;
                    } else {
                        parse_field_line(&line, &mut self.trailers, &mut Vec::new())
                            .map_err(|_| ChunkedError::TrailerLine(excerpt(&line)))?;
                    }
                }
            }
            // `feed` never steps in these.
            State::Done | State::Failed(_) => {}
        }
        Ok(())
    }

    /// The next line without its end, when it is complete. `limit` counts the bytes before LF.
    fn take_line(
        &mut self,
        rest: &mut &[u8],
        limit: usize,
        too_long: impl Fn() -> ChunkedError,
    ) -> Result<Option<Vec<u8>>, ChunkedError> {
        let end = memchr::memchr(b'\n', rest);
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        if self.line.len() + piece.len() > limit {
            return Err(too_long());
        }
        self.line.extend_from_slice(piece);
        *rest = after.get(1..).unwrap_or_default();
        if end.is_none() {
            return Ok(None);
        }
        let mut line = std::mem::take(&mut self.line);
        if line.last() == Some(&b'\r') {
            line.pop();
        } else {
            self.facts.bare_lf = true;
        }
        Ok(Some(line))
    }
}

impl Default for ChunkedDecoder {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug)]
enum State {
    /// In a chunk-size line.
    Size,
    /// In a chunk, with so many bytes to come; never 0.
    Content(u64),
    /// In the line end after a chunk.
    ContentEnd,
    /// After the last chunk.
    Trailers,
    Done,
    Failed(ChunkedError),
}
