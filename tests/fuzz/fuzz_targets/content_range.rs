//! Content-Range and Range: what is read prints as something that reads the same.
#![no_main]

use bitsgate::wire::byte_range::RangeSet;
use bitsgate::wire::content_range::ContentRange;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &str| {
    if let Ok(range) = ContentRange::parse(value) {
        assert_eq!(ContentRange::parse(&range.to_string()), Ok(range));
    }
    if let Some(set) = RangeSet::parse(value) {
        assert_eq!(RangeSet::parse(&set.to_string()), Some(set));
    }
});
