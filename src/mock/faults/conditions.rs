//! Faults of conditions, and of files that change between requests.

use crate::mock::fault::{Fault, damages, fails, warns};
use crate::mock::mechanism::Step::{Answer, Body, ContentRange, Field, Length};
use crate::mock::mechanism::{Answer as A, BodyEdit, FieldEdit, LengthEdit, RangeEdit};
use crate::mock::scope::{ANY, GET, HEAD, SINGLE};

pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        name: "if-unmodified-since-412",
        summary: "a matching If-Unmodified-Since gets 412",
        rules: &[GET.with_field("If-Unmodified-Since").then(Answer(A::Status(412)))],
        promise: fails("if-unmodified-since", 0x8019_019C),
    },
    Fault {
        name: "size-changes",
        summary: "from the fifth request on, the file is one byte larger",
        rules: &[
            HEAD.since_request(5).then(Length(LengthEdit::Plus(1))),
            SINGLE.since_request(5).then(ContentRange(RangeEdit::TotalPlus(1))),
        ],
        promise: fails("unchanged-size", 0x8020_0073),
    },
    Fault {
        name: "last-modified-changes",
        summary: "from the fifth request on, Last-Modified is a day later",
        rules: &[ANY
            .since_request(5)
            .then(Field(FieldEdit::Set("Last-Modified", "Tue, 07 Jan 2025 08:00:00 GMT")))],
        promise: fails("unchanged-validators", 0x8020_0073),
    },
    Fault {
        name: "etag-changes",
        summary: "from the fifth request on, the ETag is another",
        rules: &[ANY.since_request(5).then(Field(FieldEdit::Set("ETag", "\"changed\"")))],
        promise: warns("unchanged-validators"),
    },
    Fault {
        name: "bytes-change",
        summary: "from the fifth request on, all bytes are others",
        rules: &[GET.since_request(5).then(Body(BodyEdit::Garble))],
        promise: damages("unchanged-bytes"),
    },
    Fault {
        name: "length-lost-later",
        summary: "from the fifth request on, HEAD has no Content-Length",
        rules: &[HEAD.since_request(5).then(Length(LengthEdit::Remove))],
        promise: fails("stable-answers", 0x8020_0011),
    },
    Fault {
        name: "length-lost-on-second-head",
        summary: "HEAD has no Content-Length from the second one on",
        rules: &[HEAD.later_head().then(Length(LengthEdit::Remove))],
        promise: fails("stable-answers", 0x8020_0011),
    },
    Fault {
        name: "altered-byte",
        summary: "the byte at position 900000 is altered, which only the whole file shows",
        rules: &[SINGLE.reaching(FAR).then(Body(BodyEdit::CorruptAt(FAR)))],
        promise: damages("content-hash"),
    },
];

/// No range that a check asks for in a file of 1 MiB holds it.
const FAR: u64 = 900_000;
