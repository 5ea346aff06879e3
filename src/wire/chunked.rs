//! The chunked transfer coding (RFC 9112 section 7.1), taken off as the bytes come.
//!
//! Called by the raw client of [`crate::probe`]. Strict, so that a broken coding is named and not
//! mended; what real servers send and every reader accepts is noted in [`ChunkedFacts`]. Memory is
//! bounded whatever comes: content is handed on at once, only lines are kept until they end.

use super::fields::Fields;
use super::head::{excerpt, is_token_byte, parse_field_line};

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
                    let size = self.read_size_line(&line)?;
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

    fn read_size_line(&mut self, line: &[u8]) -> Result<u64, ChunkedError> {
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let size = parse_size(&line[..digits]).map_err(|overflow| {
            if overflow {
                ChunkedError::SizeTooLarge(excerpt(line))
            } else {
                ChunkedError::Size(excerpt(line))
            }
        })?;
        let mut rest = &line[digits..];
        loop {
            let after_blanks = skip_blanks(rest);
            match after_blanks {
                [] => {
                    self.facts.padded_size |= !rest.is_empty();
                    return Ok(size);
                }
                [b';', extension @ ..] => {
                    self.facts.extensions += 1;
                    rest = skip_extension(extension)
                        .ok_or_else(|| ChunkedError::Extension(excerpt(after_blanks)))?;
                }
                _ => return Err(ChunkedError::Size(excerpt(line))),
            }
        }
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

/// Reads `1*HEXDIG`, all digits already checked. The error says whether the number is too large.
fn parse_size(digits: &[u8]) -> Result<u64, bool> {
    if digits.is_empty() {
        return Err(false);
    }
    digits.iter().try_fold(0u64, |size, &digit| {
        let value = char::from(digit).to_digit(16).map_or(0, u64::from);
        size.checked_mul(16).map(|size| size | value).ok_or(true)
    })
}

/// Skips `chunk-ext-name [ "=" chunk-ext-val ]` with the blanks that RFC 9112 7.1.1 tolerates;
/// nothing when the grammar is broken.
fn skip_extension(extension: &[u8]) -> Option<&[u8]> {
    let rest = skip_token(skip_blanks(extension))?;
    match skip_blanks(rest) {
        [b'=', value @ ..] => match skip_blanks(value) {
            [b'"', quoted @ ..] => skip_quoted(quoted),
            value => skip_token(value),
        },
        _ => Some(rest),
    }
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    &text[blanks..]
}

fn skip_token(text: &[u8]) -> Option<&[u8]> {
    let length = text.iter().take_while(|&&byte| is_token_byte(byte)).count();
    (length > 0).then(|| &text[length..])
}

/// Skips to after the closing quote (RFC 9110 5.6.4).
fn skip_quoted(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', escaped, rest @ ..] if is_quotable(*escaped) => rest,
            [b'\\', ..] | [] => return None,
            [byte, rest @ ..] if is_quotable(*byte) => rest,
            _ => return None,
        };
    }
}

fn is_quotable(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Decodes in pieces of `step` bytes; the content and how many bytes were consumed.
    fn decode(input: &[u8], step: usize) -> Result<(Vec<u8>, usize, ChunkedDecoder), ChunkedError> {
        let (mut decoder, mut content, mut consumed) = (ChunkedDecoder::new(), Vec::new(), 0);
        for piece in input.chunks(step.max(1)) {
            let progress = decoder.feed(piece, &mut |bytes| content.extend_from_slice(bytes))?;
            consumed += progress.consumed;
            if progress.done {
                break;
            }
        }
        Ok((content, consumed, decoder))
    }

    fn error(input: &[u8]) -> ChunkedError {
        let whole = decode(input, input.len()).unwrap_err();
        assert_eq!(decode(input, 1).unwrap_err(), whole, "split at every byte");
        whole
    }

    #[test]
    fn a_plain_body_is_decoded_at_any_split() {
        let input = b"5\r\nhello\r\n1;a=b;c=\"x;\\\"\"\r\n \r\n0\r\nX-T: 1\r\n\r\nHTTP/1.1";
        for step in 1..=input.len() {
            let (content, consumed, decoder) = decode(input, step).unwrap();
            assert_eq!((content.as_slice(), consumed), (b"hello ".as_slice(), input.len() - 8));
            assert!(decoder.is_done());
            let facts = decoder.facts();
            assert_eq!((facts.chunks, facts.content_bytes, facts.extensions), (2, 6, 2));
            assert!(!facts.bare_lf && !facts.padded_size);
            assert_eq!(decoder.trailers().first("x-t"), Some("1"));
        }
    }

    #[test]
    fn what_every_reader_accepts_is_noted() {
        let (content, _, decoder) = decode(b"2  \nab\n0 ; x\r\n\n", 1).unwrap();
        assert_eq!(content, b"ab");
        let facts = decoder.facts();
        assert!(decoder.is_done() && facts.bare_lf && facts.padded_size);
        assert_eq!(facts.extensions, 1);
    }

    #[test]
    fn each_error_is_named() {
        use ChunkedError::{ChunkEnd, Extension, Size, SizeTooLarge, TrailerLine};
        assert!(matches!(error(b"\r\n"), Size(_)));
        assert!(matches!(error(b"x\r\n"), Size(_)));
        assert!(matches!(error(b"-5\r\n"), Size(_)));
        assert!(matches!(error(b"0x5\r\n"), Size(_)));
        assert!(matches!(error(b"5 5\r\n"), Size(_)));
        assert!(matches!(error(b"5\r\r\n"), Size(_)));
        assert!(matches!(error(b"10000000000000000\r\n"), SizeTooLarge(_)));
        assert!(matches!(error(b"5;\r\n"), Extension(_)));
        assert!(matches!(error(b"5;a=\r\n"), Extension(_)));
        assert!(matches!(error(b"5;a=\"b\r\n"), Extension(_)));
        assert_eq!(error(b"1\r\nab\r\n"), ChunkEnd);
        assert_eq!(error(b"1\r\na\r\r\n"), ChunkEnd);
        assert!(matches!(error(b"0\r\nno colon\r\n\r\n"), TrailerLine(_)));
    }

    #[test]
    fn lines_are_bounded() {
        let long_line = [b"1;".to_vec(), vec![b'a'; MAX_SIZE_LINE]].concat();
        assert_eq!(error(&long_line), ChunkedError::SizeLineTooLong);
        let trailers = [b"0\r\n".to_vec(), b"A: b\r\n".repeat(MAX_TRAILERS / 6 + 1)].concat();
        assert_eq!(error(&trailers), ChunkedError::TrailersTooLong);
        let zeros = [vec![b'0'; 4000], b"1\r\na".to_vec()].concat();
        assert_eq!(decode(&zeros, 7).unwrap().0, b"a");
    }

    #[test]
    fn an_error_is_final() {
        let mut decoder = ChunkedDecoder::new();
        let first = decoder.feed(b"x\r\n", &mut |_| {});
        assert_eq!(decoder.feed(b"1\r\na\r\n", &mut |_| unreachable!()), first);
        assert_eq!(decoder.feed(b"", &mut |_| {}), first);
    }

    #[test]
    fn an_endless_chunk_needs_no_memory() {
        let mut decoder = ChunkedDecoder::new();
        decoder.feed(b"ffffffffffffffff\r\n", &mut |_| {}).unwrap();
        for _ in 0..1000 {
            let progress = decoder.feed(&[0; 4096], &mut |_| {}).unwrap();
            assert_eq!(progress, Progress { consumed: 4096, done: false });
        }
        assert_eq!(decoder.line.capacity(), 0);
    }

    proptest! {
        #[test]
        fn any_body_in_any_chunks_at_any_split_comes_back(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..12),
            extension in "(;[a-z]{1,5}(=[a-z]{1,5}|=\"[ -!#-\\[\\]-~]{0,8}\")?){0,3}",
            trailers in prop::collection::vec("[A-Z][a-z]{0,5}: [a-z]{0,9}", 0..3),
            after in prop::collection::vec(any::<u8>(), 0..9),
            cuts in prop::collection::vec(1usize..50, 1..80),
        ) {
            let mut input = Vec::new();
            for chunk in &chunks {
                input.extend(format!("{:X}{extension}\r\n", chunk.len()).bytes());
                input.extend(chunk);
                input.extend(b"\r\n");
            }
            input.extend(b"0\r\n");
            input.extend(trailers.iter().flat_map(|line| line.bytes().chain(*b"\r\n")));
            input.extend(b"\r\n");
            let length = input.len();
            input.extend(after);

            let (mut decoder, mut content, mut consumed) = (ChunkedDecoder::new(), Vec::new(), 0);
            let mut cuts = cuts.iter().cycle();
            while !decoder.is_done() {
                let step = *cuts.next().unwrap();
                let piece = &input[consumed..input.len().min(consumed + step)];
                let progress = decoder.feed(piece, &mut |bytes| content.extend_from_slice(bytes));
                consumed += progress.unwrap().consumed;
            }
            prop_assert_eq!(content, chunks.concat());
            prop_assert_eq!(consumed, length);
            prop_assert_eq!(decoder.trailers().len(), trailers.len());
        }

        #[test]
        fn random_bytes_never_panic_and_splits_do_not_matter(
            input in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "[0-3a\r\n;=\" x:]{0,60}".prop_map(String::into_bytes),
            ],
            step in 1usize..20,
        ) {
            let whole = decode(&input, input.len());
            let split = decode(&input, step);
            match (whole, split) {
                (Ok(whole), Ok(split)) => {
                    prop_assert_eq!(whole.0, split.0);
                    prop_assert_eq!(whole.1, split.1);
                    prop_assert_eq!(whole.2.facts(), split.2.facts());
                }
                (Err(whole), Err(split)) => prop_assert_eq!(whole, split),
                (whole, split) => prop_assert!(false, "{:?} {:?}", whole.is_ok(), split.is_ok()),
            }
        }
    }
}
