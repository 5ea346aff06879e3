//! The chunked coding: however the input is split, the same content comes out.
#![no_main]

use bitsgate::wire::chunked::{ChunkedDecoder, ChunkedError};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    let whole = decode(bytes, bytes.len());
    let split = decode(bytes, usize::from(step));
    assert_eq!(whole, split);
});

fn decode(bytes: &[u8], step: usize) -> Result<(Vec<u8>, usize), ChunkedError> {
    let (mut decoder, mut content, mut consumed) = (ChunkedDecoder::new(), Vec::new(), 0);
    for piece in bytes.chunks(step.max(1)) {
        consumed += decoder.feed(piece, &mut |bytes| content.extend_from_slice(bytes))?.consumed;
    }
    Ok((content, consumed))
}
