//! Faults of head and body framing, and of the bytes of the body.

use crate::mock::fault::{Fault, damages, fails, warns};
use crate::mock::mechanism::Step::{Body, Framing, Head, Length};
use crate::mock::mechanism::{BodyEdit, FramingEdit, HeadEdit, LengthEdit};
use crate::mock::message::After;
use crate::mock::scope::{ANY, GET, HEAD, SINGLE};

pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        name: "two-lengths",
        summary: "GET has two Content-Lengths that differ",
        rules: &[GET.then(Length(LengthEdit::SecondPlus(1)))],
        promise: fails("framing-fields", 0x8007_2F78),
    },
    Fault {
        name: "length-and-chunked",
        summary: "GET is chunked and has a Content-Length too",
        rules: &[GET.then(Framing(FramingEdit::ChunkedWithLength))],
        promise: fails("framing-fields", 0x8007_2F78),
    },
    Fault {
        name: "stray-bytes",
        summary: "five bytes follow each body, beyond its Content-Length",
        rules: &[GET.then(Body(BodyEdit::Append(b"stray")))],
        promise: fails("stray-bytes", 0x8007_2F78),
    },
    Fault {
        name: "endless-body",
        summary: "bytes without end follow each body, beyond its Content-Length",
        rules: &[GET.then(Body(BodyEdit::EndlessAfter))],
        promise: fails("stray-bytes", 0x8007_2F78),
    },
    Fault {
        name: "short-body",
        summary: "the connection is closed after 100 bytes of a longer body",
        rules: &[GET.then(Body(BodyEdit::CutAfter(100, After::Close)))],
        promise: fails("range-first", 0x8007_2EFE),
    },
    Fault {
        name: "shifted-body",
        summary: "ranges that do not begin at 0 hold the bytes of one position higher",
        rules: &[
            SINGLE.behind(1).then(Body(BodyEdit::Skip(1))),
            SINGLE.behind(1).then(Body(BodyEdit::Append(b"x"))),
        ],
        promise: damages("range-bytes-agree"),
    },
    Fault {
        name: "corrupt-byte",
        summary: "one byte of each range that does not begin at 0 is altered",
        rules: &[SINGLE.behind(1).then(Body(BodyEdit::Corrupt(0)))],
        promise: damages("range-bytes-agree"),
    },
    Fault {
        name: "garbage-status-line",
        summary: "every answer begins with a line that is no HTTP status line",
        rules: &[ANY.then(Head(HeadEdit::StatusLine(b"garbage 200 OK")))],
        promise: fails("reachable", 0x8007_2F78),
    },
    Fault {
        name: "garbage-status-line-get",
        summary: "GET is answered with a line that is no HTTP status line",
        rules: &[GET.then(Head(HeadEdit::StatusLine(b"garbage 206 Partial Content")))],
        promise: fails("range-first", 0x8007_2F78),
    },
    Fault {
        name: "malformed-status-line",
        summary: "every answer has a status of two digits",
        rules: &[ANY.then(Head(HeadEdit::StatusLine(b"HTTP/1.1 20 OK")))],
        promise: fails("reachable", 0x8007_2F78),
    },
    Fault {
        name: "http-2.0-head",
        summary: "HEAD is answered with HTTP/2.0 in the status line",
        rules: &[HEAD.then(Head(HeadEdit::StatusLine(b"HTTP/2.0 200 OK")))],
        promise: warns("http-version"),
    },
    Fault {
        name: "http-0.9",
        summary: "answers are the bare body without a head",
        rules: &[
            ANY.then(Head(HeadEdit::None)),
            HEAD.then(Body(BodyEdit::OnHead(b"<html><body>0.9</body></html>\n"))),
        ],
        promise: fails("reachable", 0x8007_2F78),
    },
    Fault {
        name: "malformed-field",
        summary: "every answer has a header line without a colon",
        rules: &[ANY.then(Head(HeadEdit::RawLine(b"this line has no colon")))],
        promise: fails("reachable", 0x8007_2F78),
    },
    Fault {
        name: "endless-head",
        summary: "header fields come without end",
        rules: &[ANY.then(Head(HeadEdit::Endless))],
        promise: fails("reachable", 0x8007_2F96),
    },
    Fault {
        name: "nul-in-head",
        summary: "a header field holds a NUL",
        rules: &[ANY.then(Head(HeadEdit::RawLine(b"X-Nul: a\0b")))],
        promise: warns("framing-fields"),
    },
    Fault {
        name: "bare-lf",
        summary: "the lines of the head end in LF without CR",
        rules: &[ANY.then(Head(HeadEdit::BareLf))],
        promise: warns("framing-fields"),
    },
    Fault {
        name: "space-before-colon",
        summary: "a header field has a blank before its colon",
        rules: &[ANY.then(Head(HeadEdit::RawLine(b"X-Space : a")))],
        promise: warns("framing-fields"),
    },
    Fault {
        name: "folded-field",
        summary: "a header field goes on in a second line",
        rules: &[ANY.then(Head(HeadEdit::RawLine(b"X-Folded: a\r\n b")))],
        promise: warns("framing-fields"),
    },
];
