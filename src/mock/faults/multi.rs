//! Faults of the answer to several ranges. Ordinary downloads do not need them.

use crate::mock::fault::{Fault, fails_ranges, notes, warns};
use crate::mock::mechanism::Step::{Answer, Field, Parts, Request, Shape};
use crate::mock::mechanism::{Answer as A, FieldEdit, ListEdit, PartEdit, RequestEdit, Shape as S};
use crate::mock::scope::SEVERAL;

pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        name: "multi-200",
        summary: "several ranges are answered 200 with the whole file",
        rules: &[SEVERAL.then(Request(RequestEdit::DropField("Range")))],
        promise: fails_ranges("multi-two", 0x8020_0013),
    },
    Fault {
        name: "multi-stripped-to-first",
        summary: "all ranges but the first are removed before the request goes on",
        rules: &[SEVERAL.then(Request(RequestEdit::Ranges(ListEdit::First)))],
        promise: fails_ranges("multi-two", 0x8020_0013),
    },
    Fault {
        name: "multi-asked-backwards",
        summary: "the ranges are reversed before the request goes on",
        rules: &[SEVERAL.then(Request(RequestEdit::Ranges(ListEdit::Reverse)))],
        promise: fails_ranges("multi-two", 0x8020_001B),
    },
    Fault {
        name: "multi-403",
        summary: "several ranges are answered 403, as ModSecurity does",
        rules: &[SEVERAL.then(Answer(A::Page(403, "Forbidden")))],
        promise: fails_ranges("multi-two", 0x8019_0193),
    },
    Fault {
        name: "multi-416",
        summary: "several ranges are answered 416 though satisfiable, as Varnish does",
        rules: &[SEVERAL.then(Answer(A::Unsatisfiable))],
        promise: fails_ranges("multi-two", 0x8019_01A0),
    },
    Fault {
        name: "multi-503",
        summary: "several ranges are answered 503",
        rules: &[SEVERAL.then(Answer(A::Status(503)))],
        promise: fails_ranges("multi-two", 0x8019_01F7),
    },
    Fault {
        name: "multi-first-only",
        summary: "only the first of several ranges is answered, as one range",
        rules: &[SEVERAL.then(Shape(S::FirstPart))],
        promise: fails_ranges("multi-two", 0x8020_0013),
    },
    Fault {
        name: "multi-merged",
        summary: "several ranges are merged to one from the lowest to the highest position",
        rules: &[SEVERAL.then(Request(RequestEdit::Ranges(ListEdit::Merge)))],
        promise: fails_ranges("multi-two", 0x8020_001B),
    },
    Fault {
        name: "multi-adjacent-merged",
        summary: "ranges that touch are merged, as Apache does",
        rules: &[SEVERAL.then(Request(RequestEdit::Ranges(ListEdit::MergeTouching)))],
        promise: notes("multi-adjacent"),
    },
    Fault {
        name: "multi-reversed",
        summary: "the parts come in the reverse of the order asked",
        rules: &[SEVERAL.then(Parts(PartEdit::Reverse))],
        promise: fails_ranges("multi-two", 0x8020_001B),
    },
    Fault {
        name: "multi-dropped",
        summary: "the second of several ranges is left out",
        rules: &[SEVERAL.then(Parts(PartEdit::DropPart(1)))],
        promise: fails_ranges("multi-two", 0x8020_001B),
    },
    Fault {
        name: "multi-at-most-four",
        summary: "the fifth of several ranges is left out",
        rules: &[SEVERAL.then(Request(RequestEdit::Ranges(ListEdit::DropAt(4))))],
        promise: fails_ranges("multi-five", 0x8020_001B),
    },
    Fault {
        name: "multi-at-most-five",
        summary: "more than five ranges are answered 200, as the advice for CVE-2011-3192 has it",
        rules: &[SEVERAL.more_than(5).then(Request(RequestEdit::DropField("Range")))],
        promise: notes("multi-many"),
    },
    Fault {
        name: "multi-200-at-first",
        summary: "several ranges are answered 200 when they are the first request for a file",
        rules: &[SEVERAL.first_request().then(Request(RequestEdit::DropField("Range")))],
        promise: fails_ranges("multi-first-contact", 0x8020_0013),
    },
    Fault {
        name: "multi-200-first-of-several",
        summary: "the first request with several ranges is answered 200, whatever came before",
        rules: &[SEVERAL.first_of_several().then(Request(RequestEdit::DropField("Range")))],
        promise: fails_ranges("multi-first-contact", 0x8020_0013),
    },
    Fault {
        name: "multi-200-while-filling",
        summary: "several ranges are answered 200 while somebody is sent the whole file",
        rules: &[SEVERAL.while_whole_underway().then(Request(RequestEdit::DropField("Range")))],
        promise: fails_ranges("multi-while-filling", 0x8020_0013),
    },
    Fault {
        name: "multi-preamble-2",
        summary: "two CRLFs come before the first boundary",
        rules: &[SEVERAL.then(Parts(PartEdit::Preamble(b"\r\n\r\n")))],
        promise: warns("multi-preamble"),
    },
    Fault {
        name: "multi-preamble-3",
        summary: "three CRLFs come before the first boundary",
        rules: &[SEVERAL.then(Parts(PartEdit::Preamble(b"\r\n\r\n\r\n")))],
        promise: fails_ranges("multi-preamble", 0x8020_0013),
    },
    Fault {
        name: "multi-preamble-5",
        summary: "five CRLFs come before the first boundary",
        rules: &[SEVERAL.then(Parts(PartEdit::Preamble(b"\r\n\r\n\r\n\r\n\r\n")))],
        promise: fails_ranges("multi-preamble", 0x8020_0013),
    },
    Fault {
        name: "multi-preamble-text",
        summary: "a line of text comes before the first boundary",
        rules: &[SEVERAL.then(Parts(PartEdit::Preamble(b"This is a multi-part message.\r\n")))],
        promise: fails_ranges("multi-preamble", 0x8020_0013),
    },
    Fault {
        name: "multi-part-headers-181",
        summary: "each part has 181 bytes of other header fields, 179 without line ends",
        rules: &[SEVERAL.then(Parts(PartEdit::ExtraFields(&[("X-Part", HEADER_OF_171)])))],
        promise: warns("multi-part-headers"),
    },
    Fault {
        name: "multi-part-headers-300",
        summary: "each part has 300 bytes of other header fields",
        rules: &[SEVERAL.then(Parts(PartEdit::ExtraFields(&[
            ("X-Part-1", HEADER_OF_138),
            ("X-Part-2", HEADER_OF_138),
        ])))],
        promise: fails_ranges("multi-part-headers", 0x8020_0013),
    },
    Fault {
        name: "multi-blank-line",
        summary: "an empty line comes between boundary and part headers, as Jetty 9.2 sends it",
        rules: &[SEVERAL.then(Parts(PartEdit::BlankLineFirst))],
        promise: fails_ranges("multi-part-fields", 0x8020_001B),
    },
    Fault {
        name: "multi-bare-lf",
        summary: "boundaries and part headers end in LF without CR",
        rules: &[SEVERAL.then(Parts(PartEdit::BareLf))],
        promise: warns("multi-part-fields"),
    },
    Fault {
        name: "multi-no-boundary",
        summary: "Content-Type names no boundary",
        rules: &[SEVERAL.then(Parts(PartEdit::BoundaryMissing))],
        promise: fails_ranges("multi-boundary", 0x8020_0013),
    },
    Fault {
        name: "multi-wrong-boundary",
        summary: "Content-Type names another boundary than the body uses",
        rules: &[SEVERAL.then(Parts(PartEdit::BoundaryMismatch))],
        promise: fails_ranges("multi-boundary", 0x8020_0013),
    },
    Fault {
        name: "multi-html-type",
        summary: "Content-Type is text/html",
        rules: &[SEVERAL.then(Parts(PartEdit::ContentType("text/html")))],
        promise: fails_ranges("multi-boundary", 0x8020_0013),
    },
    Fault {
        name: "multi-no-part-range",
        summary: "the parts have no Content-Range",
        rules: &[SEVERAL.then(Parts(PartEdit::RemoveField("Content-Range")))],
        promise: fails_ranges("multi-part-fields", 0x8020_001B),
    },
    Fault {
        name: "multi-no-part-type",
        summary: "the parts have no Content-Type",
        rules: &[SEVERAL.then(Parts(PartEdit::RemoveField("Content-Type")))],
        promise: warns("multi-part-fields"),
    },
    Fault {
        name: "multi-no-closing",
        summary: "the closing delimiter is missing",
        rules: &[SEVERAL.then(Parts(PartEdit::NoClosing))],
        promise: fails_ranges("multi-closing-delimiter", 0x8020_001B),
    },
    Fault {
        name: "multi-top-content-range",
        summary: "the header section of a multipart answer has a Content-Range",
        rules: &[SEVERAL.then(Field(FieldEdit::Set("Content-Range", "bytes 0-9/100")))],
        promise: fails_ranges("multi-no-top-content-range", 0x8020_001B),
    },
    Fault {
        name: "multi-wrong-bytes",
        summary: "the second part holds other bytes than its Content-Range says",
        rules: &[SEVERAL.then(Parts(PartEdit::GarblePart(1)))],
        promise: fails_ranges("multi-part-bytes", 0x8020_001B),
    },
];

/// With `X-Part: ` and CRLF: 181 bytes.
const HEADER_OF_171: &str = "ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp";
/// With `X-Part-1: ` and CRLF: 150 bytes.
const HEADER_OF_138: &str = "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp";
