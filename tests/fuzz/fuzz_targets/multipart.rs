//! multipart/byteranges: the pieces lie in the body, in order and without overlap.
#![no_main]

use bitsgate::wire::multipart::{parse_boundary, parse_multipart};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8])| {
    let (content_type, body) = input;
    let boundary = parse_boundary(content_type).map_or("B".to_owned(), |found| found.value);
    let multipart = parse_multipart(body, &boundary);
    let mut at = multipart.preamble.end;
    for part in &multipart.parts {
        assert!(at <= part.content.start && part.content.start <= part.content.end);
        at = part.content.end;
    }
    assert!(at <= body.len() && multipart.epilogue.end <= body.len());
});
