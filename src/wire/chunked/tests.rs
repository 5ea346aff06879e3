//! Bodies decoded at any split, and each way in which the coding can be broken.

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
