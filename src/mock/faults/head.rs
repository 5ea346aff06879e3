//! Faults of the answer to HEAD, which tells BITS the size of the file.

use crate::mock::fault::{Fault, fails, fails_unpredictably, warns};
use crate::mock::mechanism::Step::{Body, Field, Framing, Length};
use crate::mock::mechanism::{BodyEdit, FieldEdit, FramingEdit, LengthEdit};
use crate::mock::scope::{ANY, HEAD};

pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        name: "no-length-head",
        summary: "HEAD is answered without Content-Length",
        rules: &[HEAD.then(Length(LengthEdit::Remove))],
        promise: fails("head-content-length", 0x8020_0011),
    },
    Fault {
        name: "zero-length-head",
        summary: "HEAD says `Content-Length: 0` for a file that is not empty",
        rules: &[HEAD.then(Length(LengthEdit::Text("0")))],
        promise: fails_unpredictably("head-length-not-zero"),
    },
    Fault {
        name: "wrong-length-head",
        summary: "HEAD says a Content-Length that is one byte more than the file's size",
        rules: &[HEAD.then(Length(LengthEdit::Plus(1)))],
        promise: fails("head-length-matches-ranges", 0x8020_001B),
    },
    Fault {
        name: "malformed-length-head",
        summary: "HEAD says `Content-Length: 12abc`",
        rules: &[HEAD.then(Length(LengthEdit::Text("12abc")))],
        promise: fails("head-length-valid", 0x8020_0011),
    },
    Fault {
        name: "negative-length-head",
        summary: "HEAD says `Content-Length: -1`",
        rules: &[HEAD.then(Length(LengthEdit::Text("-1")))],
        promise: fails("head-length-valid", 0x8020_0011),
    },
    Fault {
        name: "huge-length-head",
        summary: "HEAD says a Content-Length of 2^63, past what BITS can hold",
        rules: &[HEAD.then(Length(LengthEdit::Text("9223372036854775808")))],
        promise: fails("head-length-valid", 0x8020_0011),
    },
    Fault {
        name: "conflicting-length-head",
        summary: "HEAD says two Content-Lengths that differ",
        rules: &[HEAD.then(Length(LengthEdit::SecondPlus(1)))],
        promise: fails("head-length-valid", 0x8020_0011),
    },
    Fault {
        name: "body-on-head",
        summary: "a body follows the answer to HEAD",
        rules: &[
            HEAD.then(Body(BodyEdit::OnHead(b"<html><body>This is no place.</body></html>\n")))
        ],
        promise: fails("head-no-body", 0x8007_2F78),
    },
    Fault {
        name: "chunked-head",
        summary: "HEAD says `Transfer-Encoding: chunked` and no Content-Length",
        rules: &[HEAD.then(Framing(FramingEdit::HeadChunked))],
        promise: fails("head-content-length", 0x8020_0011),
    },
    Fault {
        name: "gzip-head",
        summary: "HEAD says `Content-Encoding: gzip` and the length of the coded file",
        rules: &[HEAD.then(Body(BodyEdit::Gzip))],
        promise: fails("head-coding", 0x8020_001B),
    },
    Fault {
        name: "no-validators",
        summary: "no answer has Last-Modified or ETag",
        rules: &[
            ANY.then(Field(FieldEdit::Remove("Last-Modified"))),
            ANY.then(Field(FieldEdit::Remove("ETag"))),
        ],
        promise: warns("head-validators"),
    },
    Fault {
        name: "other-date-head",
        summary: "Last-Modified of HEAD is a day later than that of GET",
        rules: &[HEAD.then(Field(FieldEdit::Set("Last-Modified", "Tue, 07 Jan 2025 08:00:00 GMT")))],
        promise: fails("unchanged-validators", 0x8020_0073),
    },
    Fault {
        name: "other-etag-head",
        summary: "ETag of HEAD is not that of GET",
        rules: &[HEAD.then(Field(FieldEdit::Set("ETag", "\"other\"")))],
        promise: warns("head-validators"),
    },
];
