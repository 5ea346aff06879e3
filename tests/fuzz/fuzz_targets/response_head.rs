//! Response heads: once read, what follows the head does not change it.
#![no_main]

use bitsgate::wire::head::parse_response_head;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some(head)) = parse_response_head(bytes) {
        let again = parse_response_head(&bytes[..head.raw.len()]);
        assert_eq!(again, Ok(Some(head.clone())));
        let _ = (head.framing(true), head.framing(false), head.keeps_alive(), head.media_type());
    }
});
