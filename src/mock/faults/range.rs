//! Faults of the answer to one range.

use crate::mock::fault::{Fault, damages, fails, notes, warns};
use crate::mock::mechanism::Step::{
    Answer, Body, ContentRange, Field, Framing, Head, Length, Request, Shape,
};
use crate::mock::mechanism::{
    Answer as A, BodyEdit, FieldEdit, FramingEdit, HeadEdit, LengthEdit, ListEdit, RangeEdit,
    RequestEdit, Shape as S,
};
use crate::mock::scope::{ANY, GET, HEAD, RANGED, SINGLE};

pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        name: "range-ignored",
        summary: "every range is answered 200 with the whole file",
        rules: &[RANGED.then(Request(RequestEdit::DropField("Range")))],
        promise: fails("range-first", 0x8020_0013),
    },
    Fault {
        name: "strip-range",
        summary: "Range and If-Range are removed before the request goes on",
        rules: &[
            GET.then(Request(RequestEdit::DropField("Range"))),
            GET.then(Request(RequestEdit::DropField("If-Range"))),
        ],
        promise: fails("range-first", 0x8020_0013),
    },
    Fault {
        name: "range-ignored-after-start",
        summary: "ranges that do not begin at 0 are answered 200 with the whole file",
        rules: &[SINGLE.behind(1).then(Request(RequestEdit::DropField("Range")))],
        promise: fails("range-next", 0x8020_0013),
    },
    Fault {
        name: "range-ignored-while-filling",
        summary: "ranges are answered 200 while somebody is sent the whole file",
        rules: &[SINGLE.while_whole_underway().then(Request(RequestEdit::DropField("Range")))],
        promise: fails("range-while-filling", 0x8020_0013),
    },
    Fault {
        name: "first-range-kept",
        summary: "a range that comes before all else is what every later request gets",
        rules: &[
            GET.once_begun_with_range().then(Request(RequestEdit::FirstRangeSeen)),
            HEAD.once_begun_with_range().then(Field(FieldEdit::Status(206))),
        ],
        promise: fails("range-before-head", 0x8019_00CE),
    },
    Fault {
        name: "range-refused-after-start",
        summary: "ranges that do not begin at 0 are answered 416 though satisfiable",
        rules: &[SINGLE.behind(1).then(Answer(A::Unsatisfiable))],
        promise: fails("range-next", 0x8019_01A0),
    },
    Fault {
        name: "no-content-range",
        summary: "206 comes without Content-Range",
        rules: &[SINGLE.then(ContentRange(RangeEdit::Remove))],
        promise: fails("range-first", 0x8020_0013),
    },
    Fault {
        name: "slice-as-200",
        summary: "the slice comes with its Content-Range, but as 200, as from Apache 2.0",
        rules: &[SINGLE.then(Field(FieldEdit::Status(200)))],
        promise: fails("range-first", 0x8020_0013),
    },
    Fault {
        name: "two-content-ranges",
        summary: "206 has two Content-Ranges that differ",
        rules: &[SINGLE.then(ContentRange(RangeEdit::AddOther))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "malformed-content-range",
        summary: "206 has a Content-Range that breaks the grammar (`bytes=0-99/100`)",
        rules: &[SINGLE.then(ContentRange(RangeEdit::Text("bytes=0-99/100")))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "wrong-content-range",
        summary: "Content-Range names positions one higher than asked and sent",
        rules: &[SINGLE.then(ContentRange(RangeEdit::Shifted(1)))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "shifted-range",
        summary: "positions one higher than asked are sent, and Content-Range says so",
        rules: &[SINGLE.then(Request(RequestEdit::Ranges(ListEdit::Shift(1))))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "wrong-total",
        summary: "the total in Content-Range is one more than the size that HEAD tells",
        rules: &[SINGLE.then(ContentRange(RangeEdit::TotalPlus(1)))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "unknown-total",
        summary: "the total in Content-Range is `*`",
        rules: &[SINGLE.then(ContentRange(RangeEdit::TotalUnknown))],
        promise: warns("range-first"),
    },
    Fault {
        name: "reversed-content-range",
        summary: "Content-Range has its last position before its first",
        rules: &[SINGLE.then(ContentRange(RangeEdit::Reversed))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "negative-content-range",
        summary: "206 says `Content-Range: bytes 0--1/0`, as Caddy does for an empty file",
        rules: &[SINGLE.then(ContentRange(RangeEdit::Text("bytes 0--1/0")))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "no-length-206",
        summary: "206 has no Content-Length and ends with the connection",
        rules: &[SINGLE.then(Framing(FramingEdit::CloseDelimited))],
        promise: fails("range-first", 0x8020_0013),
    },
    Fault {
        name: "chunked-206",
        summary: "206 is chunked and has no Content-Length",
        rules: &[SINGLE.then(Framing(FramingEdit::Chunked))],
        promise: fails("range-first", 0x8020_0013),
    },
    Fault {
        name: "unfinished-chunked-206",
        summary: "206 is chunked and its last chunk never comes",
        rules: &[SINGLE.then(Framing(FramingEdit::ChunkedWithoutEnd))],
        promise: fails("range-first", 0x8020_0013),
    },
    Fault {
        name: "length-too-long-206",
        summary: "206 says one byte more in Content-Length than the range has, then closes",
        rules: &[SINGLE.then(Length(LengthEdit::Plus(1)))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "length-too-short-206",
        summary: "206 says one byte less in Content-Length than the range has",
        rules: &[SINGLE.then(Length(LengthEdit::Plus(-1)))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "length-of-file-206",
        summary: "206 says the size of the whole file in Content-Length",
        rules: &[SINGLE.then(Length(LengthEdit::Whole))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "gzip-206",
        summary: "the part is coded with gzip, Content-Range speaks of the plain file",
        rules: &[SINGLE.then(Body(BodyEdit::Gzip))],
        promise: fails("range-first", 0x8020_001B),
    },
    Fault {
        name: "multipart-for-one",
        summary: "one range is answered as multipart/byteranges",
        rules: &[SINGLE.then(Shape(S::MultipartForOne))],
        promise: fails("range-first", 0x8020_0013),
    },
    Fault {
        name: "first-range-always",
        summary: "the range that was asked first is served ever after, as a poisoned cache does",
        rules: &[SINGLE.then(Request(RequestEdit::FirstRangeSeen))],
        promise: fails("range-next", 0x8020_001B),
    },
    Fault {
        name: "large-range-capped",
        summary: "ranges of more than 14336 bytes are cut to 14336",
        rules: &[SINGLE
            .wider_than(14_336)
            .then(Request(RequestEdit::Ranges(ListEdit::Cap(14_336))))],
        promise: fails("range-large", 0x8020_001B),
    },
    Fault {
        name: "large-range-refused",
        summary: "ranges of more than 14336 bytes get 416",
        rules: &[SINGLE.wider_than(14_336).then(Answer(A::Unsatisfiable))],
        promise: fails("range-large", 0x8019_01A0),
    },
    Fault {
        name: "large-range-ignored",
        summary: "ranges of more than 14336 bytes get 200 with the whole file",
        rules: &[SINGLE.wider_than(14_336).then(Request(RequestEdit::DropField("Range")))],
        promise: fails("range-large", 0x8020_0013),
    },
    Fault {
        name: "wrap-2gib",
        summary: "positions are held in 31 bits: ranges that reach 2 GiB come from elsewhere",
        rules: &[SINGLE.reaching(1 << 31).then(Request(RequestEdit::Ranges(ListEdit::Wrap(31))))],
        promise: fails("range-2gib", 0x8020_0013),
    },
    Fault {
        name: "wrap-4gib",
        summary: "positions are held in 32 bits: ranges that reach 4 GiB come from elsewhere",
        rules: &[SINGLE.reaching(1 << 32).then(Request(RequestEdit::Ranges(ListEdit::Wrap(32))))],
        promise: fails("range-4gib", 0x8020_0013),
    },
    Fault {
        name: "shifted-from-2gib",
        summary: "ranges that begin at 2 GiB or after it hold other bytes under a right head",
        rules: &[
            SINGLE.behind(1 << 31).then(Body(BodyEdit::Skip(1))),
            SINGLE.behind(1 << 31).then(Body(BodyEdit::Append(b"x"))),
        ],
        promise: damages("range-bytes-agree"),
    },
    Fault {
        name: "shifted-from-4gib",
        summary: "ranges that begin at 4 GiB or after it hold other bytes under a right head",
        rules: &[
            SINGLE.behind(1 << 32).then(Body(BodyEdit::Skip(1))),
            SINGLE.behind(1 << 32).then(Body(BodyEdit::Append(b"x"))),
        ],
        promise: damages("range-bytes-agree"),
    },
    Fault {
        name: "refused-beyond-2gib",
        summary: "ranges that reach 2 GiB get 416",
        rules: &[SINGLE.reaching(1 << 31).then(Answer(A::Unsatisfiable))],
        promise: fails("range-2gib", 0x8019_01A0),
    },
    Fault {
        name: "refused-beyond-4gib",
        summary: "ranges that reach 4 GiB get 416",
        rules: &[SINGLE.reaching(1 << 32).then(Answer(A::Unsatisfiable))],
        promise: fails("range-4gib", 0x8019_01A0),
    },
    Fault {
        name: "open-end-refused",
        summary: "ranges without a last position get 416",
        rules: &[SINGLE.open_end().then(Answer(A::Unsatisfiable))],
        promise: warns("range-open-end"),
    },
    Fault {
        name: "suffix-as-prefix",
        summary: "`bytes=-500` is read as `bytes=0-500`, as polipo does",
        rules: &[SINGLE.suffix().then(Request(RequestEdit::Ranges(ListEdit::SuffixAsPrefix)))],
        promise: warns("range-suffix"),
    },
    Fault {
        name: "suffix-ignored",
        summary: "a suffix range gets 200 with the whole file",
        rules: &[SINGLE.suffix().then(Request(RequestEdit::DropField("Range")))],
        promise: warns("range-suffix"),
    },
    Fault {
        name: "overlong-refused",
        summary: "a last position past the end of the file gets 416",
        rules: &[SINGLE.overlong().then(Answer(A::Unsatisfiable))],
        promise: fails("range-clamped", 0x8019_01A0),
    },
    Fault {
        name: "whole-range-refused",
        summary: "the whole file as a range gets 416",
        rules: &[SINGLE.whole_file().then(Answer(A::Unsatisfiable))],
        promise: fails("range-whole", 0x8019_01A0),
    },
    Fault {
        name: "past-end-200",
        summary: "a range past the end gets 200 with the whole file, as from Squid's cache",
        rules: &[SINGLE.past_end().then(Request(RequestEdit::DropField("Range")))],
        promise: notes("range-past-end"),
    },
    Fault {
        name: "past-end-206",
        summary: "a range past the end gets 206 with the first bytes",
        rules: &[SINGLE.past_end().then(Request(RequestEdit::SetRange("bytes=0-99")))],
        promise: notes("range-past-end"),
    },
    Fault {
        name: "past-end-502",
        summary: "a range past the end gets 502, as polipo answers",
        rules: &[SINGLE.past_end().then(Answer(A::Status(502)))],
        promise: notes("range-past-end"),
    },
    Fault {
        name: "http-1.0-without-ranges",
        summary: "answers are HTTP/1.0, and ranges get 200 with the whole file",
        rules: &[
            ANY.then(Head(HeadEdit::Version10)),
            RANGED.then(Request(RequestEdit::DropField("Range"))),
        ],
        promise: fails("range-first", 0x8020_0013),
    },
    Fault {
        name: "flaky-range",
        summary: "every second range is answered 200 with the whole file",
        rules: &[RANGED.every_nth_range(2).then(Request(RequestEdit::DropField("Range")))],
        promise: fails("range-next", 0x8020_0013),
    },
];
