//! Codes answers with gzip as `mod_deflate` does under `force-gzip`: no Accept-Encoding is needed. The
//! filter stands before the one that cuts ranges. Called by the emulated proxy.

use std::io;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use super::flow::{Flow, Piece};
use crate::mock::message::{remove, set};

/// Codes the answer, unless it is empty or very small, coded already, or a part of a file that
/// says which (Content-Range).
pub(super) async fn gzip(flow: &mut Flow) -> io::Result<()> {
    if ["content-range", "content-encoding"].iter().any(|name| flow.fields.has(name)) {
        return Ok(());
    }
    let first = flow.pieces.next().await?;
    let is_small = first.end && first.bytes.len() <= SMALL;
    flow.pieces.put_back(vec![first]);
    if is_small {
        return Ok(());
    }
    let vary = match flow.fields.first("vary") {
        Some(others) => format!("{others}, Accept-Encoding"),
        None => "Accept-Encoding".to_owned(),
    };
    set(&mut flow.fields, "Vary", &vary);
    set(&mut flow.fields, "Content-Encoding", "gzip");
    remove(&mut flow.fields, "Content-Length");
    remove(&mut flow.fields, "Content-MD5");
    let tag = flow.fields.first("etag").and_then(|tag| tag.strip_suffix('"'));
    if let Some(tag) = tag.map(|tag| format!("{tag}-gzip\"")) {
        set(&mut flow.fields, "ETag", &tag);
    }
    flow.pieces.code(Gzip::new())
}

/// A gzip member (RFC 1952) that is being written, piece by piece.
#[derive(Debug)]
pub(super) struct Gzip {
    compress: Compress,
    checksum: Crc,
    /// What the compressor gave since the last piece went out, the head of the member included.
    held: Vec<u8>,
    buffer: Box<[u8]>,
    /// Bytes of `buffer` that are in use.
    filled: usize,
    /// Whether all that came went out too.
    is_flushed: bool,
}

impl Gzip {
    fn new() -> Self {
        Self {
            compress: Compress::new(Compression::new(LEVEL), false),
            checksum: Crc::new(),
            held: HEAD_OF_MEMBER.to_vec(),
            buffer: vec![0; BUFFER].into(),
            filled: 0,
            is_flushed: false,
        }
    }

    /// Whether the compressor may hold bytes that came.
    pub(super) fn holds_bytes(&self) -> bool {
        !self.is_flushed
    }

    /// The pieces that go out because of this one: whenever the buffer is full, when nothing more
    /// is there for now (an empty piece), and at the end.
    pub(super) fn code(&mut self, piece: &Piece) -> io::Result<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut input = &piece.bytes[..];
        self.checksum.update(input);
        self.is_flushed = input.is_empty();
        while !input.is_empty() {
            if self.filled == self.buffer.len() {
                self.empty_buffer();
                pieces.push(Piece::more(std::mem::take(&mut self.held)));
            }
            let before = self.compress.total_in();
            self.step(input, FlushCompress::None)?;
            // No more than the input is read.
            input = &input[(self.compress.total_in() - before) as usize..];
        }
        if piece.end {
            while self.step(&[], FlushCompress::Finish)? != Status::StreamEnd {
                self.empty_buffer();
            }
            self.empty_buffer();
            self.held.extend(self.checksum.sum().to_le_bytes());
            self.held.extend(self.checksum.amount().to_le_bytes());
            pieces.push(Piece::last(std::mem::take(&mut self.held)));
        } else if piece.bytes.is_empty() {
            self.empty_buffer();
            loop {
                self.step(&[], FlushCompress::Sync)?;
                let is_full = self.filled == self.buffer.len();
                self.empty_buffer();
                if !is_full {
                    break;
                }
            }
            pieces.push(Piece::more(std::mem::take(&mut self.held)));
        }
        Ok(pieces)
    }

    fn step(&mut self, input: &[u8], flush: FlushCompress) -> io::Result<Status> {
        let before = self.compress.total_out();
        let room = &mut self.buffer[self.filled..];
        let status = self.compress.compress(input, room, flush).map_err(io::Error::other)?;
        // No more than the room is written.
        self.filled += (self.compress.total_out() - before) as usize;
        Ok(status)
    }

    fn empty_buffer(&mut self) {
        self.held.extend(&self.buffer[..self.filled]);
        self.filled = 0;
    }
}

/// zlib-rs finds at this level what zlib finds at its default one, 6, in position-coded bytes.
const LEVEL: u32 = 9;
/// Deflate, no name, no time, Unix.
const HEAD_OF_MEMBER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
/// `DeflateBufferSize`, in bytes.
const BUFFER: usize = 8096;
/// A body that comes at once and is no longer than what coding adds is left alone: head and
/// checksum of the member, and 50 for the fields.
const SMALL: usize = HEAD_OF_MEMBER.len() + 8 + 50;

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use bytes::Bytes;
    use flate2::read::GzDecoder;

    use super::*;
    use crate::mock::content::Content;
    use crate::mock::emulation::flow::{Pieces, joined};
    use crate::wire::byte_range::Span;
    use crate::wire::fields::Fields;

    fn content(length: u64) -> Bytes {
        Span::with_width(0, length).map_or(Bytes::new(), |span| Content::default().bytes(span))
    }

    async fn coded(fields: &[(&str, &str)], pieces: Vec<Piece>) -> (Flow, Vec<Piece>) {
        let mut flow = Flow {
            status: 200,
            status_line: None,
            error_fields: Fields::default(),
            fields: fields.iter().copied().collect(),
            content_type: None,
            pieces: Pieces::of(pieces),
        };
        gzip(&mut flow).await.unwrap();
        let pieces = flow.pieces.take(usize::MAX).await.unwrap();
        (flow, pieces)
    }

    fn plain(pieces: &[Piece]) -> Vec<u8> {
        let (coded, mut plain) = (joined(pieces), Vec::new());
        GzDecoder::new(&coded[..]).read_to_end(&mut plain).unwrap();
        plain
    }

    #[tokio::test]
    async fn what_fits_in_the_compressor_comes_in_one_piece() {
        let halves = [content(100_000).split_to(60_000), content(100_000).split_off(60_000)];
        let [first, second] = halves.clone();
        let fields = [("ETag", "\"a\""), ("Vary", "Cookie"), ("Content-Length", "100000")];
        let (flow, pieces) = coded(&fields, vec![Piece::more(first), Piece::last(second)]).await;
        assert_eq!(pieces.len(), 1);
        // As zlib 1.2.13 at level 6.
        assert_eq!(pieces[0].bytes.len(), 13_884);
        assert_eq!(plain(&pieces), halves.concat());
        let fields: Vec<_> = flow.fields.iter().map(|field| field.value.as_str()).collect();
        assert_eq!(fields, ["\"a-gzip\"", "Cookie, Accept-Encoding", "gzip"]);
    }

    #[tokio::test]
    async fn what_does_not_fit_comes_in_several() {
        let (_, pieces) = coded(&[], vec![Piece::last(content(1 << 20))]).await;
        assert!(pieces.len() > 1, "{}", pieces.len());
        assert_eq!(pieces[0].bytes.len(), HEAD_OF_MEMBER.len() + BUFFER);
        assert_eq!(plain(&pieces), content(1 << 20));
    }

    #[tokio::test]
    async fn a_pause_flushes() {
        let (_, pieces) = coded(&[], vec![Piece::default(), Piece::last(content(100))]).await;
        assert_eq!(pieces.len(), 2);
        assert!(pieces[0].bytes.ends_with(&[0, 0, 0xff, 0xff]));
        assert_eq!(plain(&pieces), content(100));
    }

    #[tokio::test]
    async fn small_cut_and_coded_bodies_are_left_alone() {
        let (small, more) = (SMALL as u64, SMALL as u64 + 1);
        let cut = ("Content-Range", "bytes 0-99/1000");
        let other = ("Content-Encoding", "br");
        for (fields, length) in [(vec![], 0), (vec![], small), (vec![cut], 99), (vec![other], 99)] {
            let (flow, pieces) = coded(&fields, vec![Piece::last(content(length))]).await;
            assert_eq!(flow.fields.iter().count(), fields.len());
            assert_eq!(joined(&pieces), content(length));
        }
        let (flow, _) = coded(&[], vec![Piece::last(content(more))]).await;
        assert_eq!(flow.fields.first("content-encoding"), Some("gzip"));
    }
}
