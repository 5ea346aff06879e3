//! gzip without compression (RFC 1952, stored blocks of RFC 1951), made while the plain body comes:
//! a body of any size is coded in little memory, and its length is known before.

use std::io;

use bytes::{BufMut as _, Bytes, BytesMut};
use flate2::Crc;

use super::body::Body;

/// A body on its way into gzip.
#[derive(Debug)]
pub(crate) struct Gzip {
    plain: Body,
    crc: Crc,
    /// Plain bytes that do not fill a block yet.
    held: BytesMut,
    /// Plain bytes still to be written; none when their number is not known.
    left: Option<u64>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Header,
    Blocks,
    Trailer,
    End,
}

/// How long so many plain bytes are when they are coded.
pub(crate) fn coded_length(plain: u64) -> u64 {
    let blocks = plain.div_ceil(BLOCK as u64).max(1);
    (HEADER.len() + TRAILER) as u64 + blocks * BLOCK_HEADER + plain
}

impl Gzip {
    pub(crate) fn new(plain: Body) -> Self {
        let left = plain.length();
        Self { plain, crc: Crc::new(), held: BytesMut::new(), left, stage: Stage::Header }
    }

    /// The length of the whole, when it is known before the end.
    pub(crate) fn length(&self) -> Option<u64> {
        self.left.map(coded_length)
    }

    /// The next bytes; nothing at the end.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        match self.stage {
            Stage::Header => {
                self.stage = Stage::Blocks;
                Ok(Some(Bytes::from_static(HEADER)))
            }
            Stage::Blocks => self.next_block().await.map(Some),
            Stage::Trailer => {
                self.stage = Stage::End;
                let mut trailer = BytesMut::with_capacity(TRAILER);
                trailer.put_u32_le(self.crc.sum());
                trailer.put_u32_le(self.crc.amount());
                Ok(Some(trailer.freeze()))
            }
            Stage::End => Ok(None),
        }
    }

    /// A full block, or the last one.
    async fn next_block(&mut self) -> io::Result<Bytes> {
        while self.held.len() < BLOCK {
            let Some(bytes) = Box::pin(self.plain.next()).await? else { break };
            self.crc.update(&bytes);
            self.held.extend_from_slice(&bytes);
        }
        let count = self.held.len().min(BLOCK);
        let is_last = match &mut self.left {
            // Even a body that is shorter than it says has an end.
            Some(left) => {
                *left = left.saturating_sub(count as u64);
                *left == 0 || count < BLOCK
            }
            None => count < BLOCK,
        };
        if is_last {
            self.stage = Stage::Trailer;
        }
        // At most BLOCK, which fits.
        let length = count as u16;
        let mut block = BytesMut::with_capacity(count + BLOCK_HEADER as usize);
        block.put_u8(u8::from(is_last));
        block.put_u16_le(length);
        block.put_u16_le(!length);
        block.extend_from_slice(&self.held.split_to(count));
        Ok(block.freeze())
    }
}

/// No name, no time, no system.
const HEADER: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// Bytes of a stored block that are not content.
const BLOCK_HEADER: u64 = 5;
/// The most content of a stored block.
const BLOCK: usize = 65_535;
/// CRC and length.
const TRAILER: usize = 8;

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;
    use crate::mock::content::Content;
    use crate::wire::byte_range::Span;

    #[tokio::test]
    async fn a_coded_body_of_any_size_is_gzip_and_as_long_as_it_says() {
        let block = BLOCK as u64;
        for size in [1, 100, block - 1, block, block + 1, 2 * block, 3 * block + 7] {
            let span = Span::with_width(7, size).unwrap();
            let mut gzip = Gzip::new(Body::generated(Content::default(), span));
            assert_eq!(gzip.length(), Some(coded_length(size)));
            let mut coded = Vec::new();
            while let Some(bytes) = gzip.next().await.unwrap() {
                coded.extend_from_slice(&bytes);
            }
            assert_eq!(coded.len() as u64, coded_length(size), "{size}");
            let (mut plain, mut expected) = (Vec::new(), vec![0; size as usize]);
            GzDecoder::new(&coded[..]).read_to_end(&mut plain).unwrap();
            Content::default().fill(7, &mut expected);
            assert!(plain == expected, "{size}");
        }
    }

    #[tokio::test]
    async fn a_coded_body_of_nothing_is_gzip_too() {
        let mut gzip = Gzip::new(Body::default());
        let mut coded = Vec::new();
        while let Some(bytes) = gzip.next().await.unwrap() {
            coded.extend_from_slice(&bytes);
        }
        assert_eq!(coded.len() as u64, coded_length(0));
        let mut plain = Vec::new();
        GzDecoder::new(&coded[..]).read_to_end(&mut plain).unwrap();
        assert!(plain.is_empty());
    }
}
