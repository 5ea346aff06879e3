//! Faults of the answer to HEAD, which tells BITS the size of the file.

use crate::mock::fault::{Fault, fails, fails_gate, warns};
use crate::mock::mechanism::Step::{Answer, Body, Field, Framing, Length};
use crate::mock::mechanism::{Answer as A, BodyEdit, FieldEdit, FramingEdit, LengthEdit};
use crate::mock::scope::{ANY, GET, HEAD};

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
        promise: fails("head-length-not-zero", 0x8020_0011),
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
        promise: fails("head-content-length", 0x8020_0011),
    },
    Fault {
        name: "body-on-head",
        summary: "a body follows the answer to HEAD",
        rules: &[
            HEAD.then(Body(BodyEdit::OnHead(b"<html><body>This is no place.</body></html>\n")))
        ],
        promise: fails_gate("head-no-body"),
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
        name: "other-validators-head",
        summary: "Last-Modified and ETag of HEAD are not those of GET",
        rules: &[
            HEAD.then(Field(FieldEdit::Set("Last-Modified", "Tue, 07 Jan 2025 08:00:00 GMT"))),
            HEAD.then(Field(FieldEdit::Set("ETag", "\"other\""))),
        ],
        promise: warns("head-validators"),
    },
    Fault {
        name: "head-403",
        summary: "HEAD gets 403, GET is right",
        rules: &[HEAD.then(Answer(A::Page(403, "Access Denied")))],
        promise: fails("head-status", 0x8019_0193),
    },
    Fault {
        name: "head-404",
        summary: "HEAD gets 404, GET is right",
        rules: &[HEAD.then(Answer(A::Status(404)))],
        promise: fails("head-status", 0x8019_0194),
    },
    Fault {
        name: "head-405",
        summary: "HEAD gets 405, GET is right",
        rules: &[HEAD.then(Answer(A::Status(405)))],
        promise: fails("head-status", 0x8019_0195),
    },
    Fault {
        name: "head-407",
        summary: "HEAD gets 407 with a Basic challenge, GET is right",
        rules: &[HEAD.then(Answer(A::Challenge(&["Basic realm=\"proxy\""])))],
        promise: fails("proxy-authentication", 0x8019_0197),
    },
    Fault {
        name: "head-416",
        summary: "HEAD gets 416, GET is right",
        rules: &[HEAD.then(Answer(A::Status(416)))],
        promise: fails("head-status", 0x8019_01A0),
    },
    Fault {
        name: "head-500",
        summary: "HEAD gets 500, GET is right",
        rules: &[HEAD.then(Answer(A::Status(500)))],
        promise: fails("head-status", 0x8019_01F4),
    },
    Fault {
        name: "head-501",
        summary: "HEAD gets 501, GET is right",
        rules: &[HEAD.then(Answer(A::Status(501)))],
        promise: fails("head-status", 0x8019_01F5),
    },
    Fault {
        name: "head-503",
        summary: "HEAD gets 503, GET is right",
        rules: &[HEAD.then(Answer(A::Status(503)))],
        promise: fails("head-status", 0x8019_01F7),
    },
    Fault {
        name: "get-403",
        summary: "GET gets 403, HEAD is right",
        rules: &[GET.then(Answer(A::Page(403, "Access Denied")))],
        promise: fails("range-first", 0x8019_0193),
    },
    Fault {
        name: "get-404",
        summary: "GET gets 404, HEAD is right",
        rules: &[GET.then(Answer(A::Status(404)))],
        promise: fails("range-first", 0x8019_0194),
    },
    Fault {
        name: "get-405",
        summary: "GET gets 405, HEAD is right",
        rules: &[GET.then(Answer(A::Status(405)))],
        promise: fails("range-first", 0x8019_0195),
    },
    Fault {
        name: "get-407",
        summary: "GET gets 407 with a Basic challenge, HEAD is right",
        rules: &[GET.then(Answer(A::Challenge(&["Basic realm=\"proxy\""])))],
        promise: fails("proxy-authentication", 0x8019_0197),
    },
    Fault {
        name: "get-416",
        summary: "GET gets 416 for every range, HEAD is right",
        rules: &[GET.then(Answer(A::Unsatisfiable))],
        promise: fails("range-first", 0x8019_01A0),
    },
    Fault {
        name: "get-500",
        summary: "GET gets 500, HEAD is right",
        rules: &[GET.then(Answer(A::Status(500)))],
        promise: fails("range-first", 0x8019_01F4),
    },
    Fault {
        name: "get-503",
        summary: "GET gets 503, HEAD is right",
        rules: &[GET.then(Answer(A::Status(503)))],
        promise: fails("range-first", 0x8019_01F7),
    },
];
