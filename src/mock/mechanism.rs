//! The few mechanisms out of which every fault and variation is made: in this scope, this step. The
//! catalogue writes them as `rule`, names in kebab-case, for emulations too (`[[emulation.rule]]`).

mod suits;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;

use super::message::After;
use super::scope::Scope;
use super::values::{bytes, milliseconds};

/// In this scope, this step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default)]
    pub(crate) scope: Scope,
    pub(crate) step: Step,
}

/// One mechanism.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    /// Answers itself, the source is not asked.
    Answer(Answer),
    Body(BodyEdit),
    Connection(ConnectionEdit),
    ContentRange(RangeEdit),
    Field(FieldEdit),
    Framing(FramingEdit),
    Head(HeadEdit),
    Length(LengthEdit),
    Parts(PartEdit),
    /// Changes what the source is asked.
    Request(RequestEdit),
    /// Makes a multipart reply of a single range, or the other way round.
    Shape(Shape),
}

/// What is answered in place of the source's reply.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// 407 with these `Proxy-Authenticate` values.
    Challenge(Vec<String>),
    /// An HTML page with this status.
    Page(u16, String),
    /// 302 to the target with this text appended.
    RedirectAppending(String),
    /// 302 to this path on the same host.
    RedirectTo(String),
    /// The asked range of an HTML page, as 206 with the page's total.
    SlicedPage(String),
    /// A one-line error in plain text.
    Status(u16),
    /// 416 with `Content-Range: bytes */N`; asks the source for the size.
    Unsatisfiable,
}

/// Changes to the request before the source sees it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RequestEdit {
    /// This field is removed.
    DropField(String),
    /// The range that was asked first for this path is requested from then on.
    FirstRangeSeen,
    /// The list of ranges is changed.
    Ranges(ListEdit),
    SetRange(String),
}

/// Changes to a list of ranges. Those of which nothing is left are not asked for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ListEdit {
    /// No range has more than so many bytes.
    Cap(u64),
    /// The range of this index is left out, when others remain.
    DropAt(usize),
    /// Only the first range stays.
    First,
    /// One range from the lowest to the highest position.
    Merge,
    /// A range whose gap to the one before it has fewer bytes than this is merged with that.
    MergeNear(u64),
    /// A range that overlaps or touches the one before it is merged with that.
    MergeTouching,
    Reverse,
    /// All positions move up.
    Shift(u64),
    /// `-500` becomes `0-500`.
    SuffixAsPrefix,
    /// Positions lose all but so many low bits; a range that this turns round is gone.
    Wrap(u32),
}

/// Changes to the fields, to the status line's words included.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FieldEdit {
    LowerCaseNames,
    Remove(String),
    Set(String, String),
    /// The value is the time of the answer.
    SetToNow(String),
    /// The status is another; all else stays.
    Status(u16),
}

/// Changes to the Content-Range of a 206.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RangeEdit {
    /// Adds another one, of the next range.
    AddOther,
    /// `Bytes 0-1/2`.
    CapitalUnit,
    Remove,
    /// Last position before the first.
    Reversed,
    /// First and last position are higher by this.
    Shifted(u64),
    /// This text.
    Text(String),
    TotalPlus(u64),
    /// `*`.
    TotalUnknown,
}

/// Changes to Content-Length, the body stays as it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LengthEdit {
    /// Added to it.
    Plus(i64),
    Remove,
    /// The same value again.
    Repeat,
    /// Another value as a second field.
    SecondPlus(i64),
    /// This text.
    Text(String),
    /// The size of the whole file.
    Whole,
}

/// How the body is framed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FramingEdit {
    Chunked,
    /// Content-Length stays next to the chunked body.
    ChunkedWithLength,
    ChunkedWithoutEnd,
    /// No Content-Length; the close ends the body.
    CloseDelimited,
    /// On HEAD: `Transfer-Encoding: chunked` and no length.
    HeadChunked,
}

/// What happens to the bytes of the body.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BodyEdit {
    /// Of a body that is longer than this only so many bytes come, then this happens.
    BreakBeyond(u64, After),
    /// These follow the body.
    Append(#[serde(deserialize_with = "bytes")] Bytes),
    /// The byte at this place is altered.
    Corrupt(u64),
    /// The byte at this position of the file is altered, in the range that holds it.
    CorruptAt(u64),
    /// Only so many come, then this happens.
    CutAfter(u64, After),
    /// Bytes without end follow the body.
    EndlessAfter,
    /// Every byte is altered.
    Garble,
    /// Coded with gzip, and said to be.
    Gzip,
    /// These follow the head of a HEAD.
    OnHead(#[serde(deserialize_with = "bytes")] Bytes),
    /// Written in pieces.
    Paced(Pace),
    /// So many bytes are left out at the start.
    Skip(u64),
}

/// How the head is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HeadEdit {
    /// Lines end in LF alone.
    BareLf,
    /// After so many bytes of the head, this happens.
    CutAfter(usize, After),
    Endless,
    /// So many bytes of fields more.
    Filler(usize),
    /// Unasked interim answers before it.
    Interim(Vec<u16>),
    /// No head at all: HTTP/0.9.
    None,
    /// Written in pieces.
    Paced(Pace),
    /// A line as it is.
    RawLine(#[serde(deserialize_with = "bytes")] Bytes),
    /// In place of the status line.
    StatusLine(#[serde(deserialize_with = "bytes")] Bytes),
    /// HTTP/1.0; an answer that leaves the connection open says `Connection: keep-alive`.
    Version10,
}

/// The layout of multipart/byteranges.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PartEdit {
    /// The lines of the parts, not those of the head, end in LF without CR.
    BareLf,
    /// An empty line between boundary and part headers.
    BlankLineFirst,
    /// The body uses another boundary than Content-Type says.
    BoundaryMismatch,
    BoundaryMissing,
    BoundaryQuoted,
    /// The Content-Type of the whole.
    ContentType(String),
    DropPart(usize),
    /// More fields in each part, as names and values.
    ExtraFields(Vec<(String, String)>),
    /// Every byte of the part of this index is altered.
    GarblePart(usize),
    NoClosing,
    /// What comes before the first boundary.
    Preamble(#[serde(deserialize_with = "bytes")] Bytes),
    /// This field is missing in each part.
    RemoveField(String),
    Reverse,
}

/// Another shape of a 206.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shape {
    /// The first part alone, as for one range.
    FirstPart,
    /// One range as multipart/byteranges.
    MultipartForOne,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ConnectionEdit {
    /// `Connection: close`, and closed.
    Close,
    /// Closed after the answer without a word.
    CloseSilently,
    /// Closed without a word after so much idle time.
    CloseWhenIdle(#[serde(deserialize_with = "milliseconds")] Duration),
}

/// How something is written: in pieces of these sizes in turn, with this pause after each.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Pace {
    pub(crate) sizes: Vec<usize>,
    #[serde(deserialize_with = "milliseconds")]
    pub(crate) pause: Duration,
    /// After so many pieces the rest comes at once; none: never.
    pub(crate) times: Option<usize>,
}
