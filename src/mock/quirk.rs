//! Legal oddities: the mock differs from most servers, and every check must still pass.

use std::time::Duration;

use super::mechanism::{
    Answer, BodyEdit, ConnectionEdit, FieldEdit, HeadEdit, LengthEdit, Pace, PartEdit, RangeEdit,
    RequestEdit, Rule, Step,
};
use super::scope::{ANY, INVALID_RANGE, RANGED, SEVERAL, SINGLE};

/// One quirk.
#[derive(Debug)]
pub struct Quirk {
    /// Permanent, kebab-case.
    pub name: &'static str,
    /// What is unusual on the wire, in one line.
    pub summary: &'static str,
    pub(crate) rules: &'static [Rule],
}

/// All quirks.
pub fn all() -> impl Iterator<Item = &'static Quirk> {
    QUIRKS.iter()
}

/// The quirk of this name.
pub fn find(name: &str) -> Option<&'static Quirk> {
    all().find(|quirk| quirk.name == name)
}

static QUIRKS: &[Quirk] = &[
    Quirk {
        name: "arrives-stale",
        summary: "answers are of 20 minutes ago and may be cached for 10, as from a stale cache",
        rules: &[
            ANY.then(Step::Field(FieldEdit::Set("Cache-Control", "max-age=600"))),
            ANY.then(Step::Field(FieldEdit::Set("Age", "1200"))),
        ],
    },
    Quirk {
        name: "bare-416",
        summary: "416 comes without Content-Range, as Apache sends it",
        rules: &[SINGLE.past_end().then(Step::Field(FieldEdit::Remove("Content-Range")))],
    },
    Quirk {
        name: "capital-unit",
        summary: "the unit in Content-Range is `Bytes`",
        rules: &[RANGED.then(Step::ContentRange(RangeEdit::CapitalUnit))],
    },
    Quirk {
        name: "close-each",
        summary: "each answer says `Connection: close`, and the connection is closed",
        rules: &[ANY.then(Step::Connection(ConnectionEdit::Close))],
    },
    Quirk {
        name: "http-1.0",
        summary: "answers are HTTP/1.0, with right lengths and ranges",
        rules: &[ANY.then(Step::Head(HeadEdit::Version10))],
    },
    Quirk {
        name: "idle-close",
        summary: "a connection that is idle for 1 s is closed without a word",
        rules: &[ANY.then(Step::Connection(ConnectionEdit::CloseWhenIdle(Duration::from_secs(1))))],
    },
    Quirk {
        name: "ignore-if-unmodified-since",
        summary: "If-Unmodified-Since is ignored, as caches may",
        rules: &[ANY.then(Step::Request(RequestEdit::DropField("If-Unmodified-Since")))],
    },
    Quirk {
        name: "interim-100",
        summary: "an unasked 100 comes before each answer",
        rules: &[ANY.then(Step::Head(HeadEdit::Interim(&[100])))],
    },
    Quirk {
        name: "interim-103",
        summary: "102 and 103 come before each answer",
        rules: &[ANY.then(Step::Head(HeadEdit::Interim(&[102, 103])))],
    },
    Quirk {
        name: "interim-ten",
        summary: "ten interim answers come before each answer, as many as WinHTTP ignores",
        rules: &[ANY.then(Step::Head(HeadEdit::Interim(&[103; 10])))],
    },
    Quirk {
        name: "invalid-range-refused",
        summary: "a Range field that breaks the grammar gets 416 in place of 200",
        rules: &[INVALID_RANGE.then(Step::Answer(Answer::Unsatisfiable))],
    },
    Quirk {
        name: "large-head",
        summary: "60 KB of header fields, which WinHTTP accepts",
        rules: &[ANY.then(Step::Head(HeadEdit::Filler(60_000)))],
    },
    Quirk {
        name: "lower-case-names",
        summary: "all field names are in lower case",
        rules: &[ANY.then(Step::Field(FieldEdit::LowerCaseNames))],
    },
    Quirk {
        name: "max-age",
        summary: "answers may be cached for 10 minutes",
        rules: &[ANY.then(Step::Field(FieldEdit::Set("Cache-Control", "max-age=600")))],
    },
    Quirk {
        name: "no-accept-ranges",
        summary: "there is no Accept-Ranges",
        rules: &[ANY.then(Step::Field(FieldEdit::Remove("Accept-Ranges")))],
    },
    Quirk {
        name: "no-etag",
        summary: "there is no ETag",
        rules: &[ANY.then(Step::Field(FieldEdit::Remove("ETag")))],
    },
    Quirk {
        name: "no-preamble",
        summary: "the first boundary of a multipart body has no CRLF before it, as Go's",
        rules: &[SEVERAL.then(Step::Parts(PartEdit::Preamble(b"")))],
    },
    Quirk {
        name: "odd-writes",
        summary: "bodies are written in pieces of 1, 7, 3, 64 and 511 bytes",
        rules: &[
            ANY.then(Step::Body(BodyEdit::Paced(Pace::of(&[1, 7, 3, 64, 511], Duration::ZERO))))
        ],
    },
    Quirk {
        name: "one-byte-writes",
        summary: "heads and bodies are written one byte at a time",
        rules: &[
            ANY.then(Step::Head(HeadEdit::Paced(Pace::of(&[1], Duration::ZERO)))),
            ANY.then(Step::Body(BodyEdit::Paced(Pace::of(&[1], Duration::ZERO)))),
        ],
    },
    Quirk {
        name: "quoted-boundary",
        summary: "the boundary parameter is quoted, as Squid's",
        rules: &[SEVERAL.then(Step::Parts(PartEdit::BoundaryQuoted))],
    },
    Quirk {
        name: "redirect",
        summary: "302 leads to the file",
        rules: &[ANY
            .path_not_ending("?moved")
            .then(Step::Answer(Answer::RedirectAppending("?moved")))],
    },
    Quirk {
        name: "repeated-length",
        summary: "Content-Length is sent twice with the same value",
        rules: &[ANY.then(Step::Length(LengthEdit::Repeat))],
    },
];
