//! The few mechanisms out of which every fault and quirk is made: in this scope, this step. Tables
//! of emulations hold such rules too (`[[emulation.rule]]`), names in kebab-case.

mod suits;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Deserialize;

use super::lasting::{Bytes, Sizes, Statuses, Text, Texts};
use super::lasting::{bytes, lasting, milliseconds, text, texts};
use super::message::After;
use super::scope::Scope;

/// In this scope, this step.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default)]
    pub(crate) scope: Scope,
    pub(crate) step: Step,
}

/// One mechanism.
#[derive(Clone, Copy, Debug, Deserialize)]
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
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// 407 with these `Proxy-Authenticate` values.
    Challenge(#[serde(deserialize_with = "texts")] Texts),
    /// An HTML page with this status.
    Page(u16, #[serde(deserialize_with = "text")] Text),
    /// 302 to the target with this text appended.
    RedirectAppending(#[serde(deserialize_with = "text")] Text),
    /// 302 to this path on the same host.
    RedirectTo(#[serde(deserialize_with = "text")] Text),
    /// The asked range of an HTML page, as 206 with the page's total.
    SlicedPage(#[serde(deserialize_with = "text")] Text),
    /// A one-line error in plain text.
    Status(u16),
    /// 416 with `Content-Range: bytes */N`; asks the source for the size.
    Unsatisfiable,
}

/// Changes to the request before the source sees it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RequestEdit {
    /// This field is removed.
    DropField(#[serde(deserialize_with = "text")] Text),
    /// The range that was asked first for this path is asked ever after.
    FirstRangeSeen,
    /// The list of ranges is changed.
    Ranges(ListEdit),
    SetRange(#[serde(deserialize_with = "text")] Text),
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
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FieldEdit {
    LowerCaseNames,
    Remove(#[serde(deserialize_with = "text")] Text),
    Set(#[serde(deserialize_with = "text")] Text, #[serde(deserialize_with = "text")] Text),
    /// The value is the time of the answer.
    SetToNow(#[serde(deserialize_with = "text")] Text),
    /// The status is another; all else stays.
    Status(u16),
}

/// Changes to the Content-Range of a 206.
#[derive(Clone, Copy, Debug, Deserialize)]
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
    Text(#[serde(deserialize_with = "text")] Text),
    TotalPlus(u64),
    /// `*`.
    TotalUnknown,
}

/// Changes to Content-Length, the body stays as it is.
#[derive(Clone, Copy, Debug, Deserialize)]
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
    Text(#[serde(deserialize_with = "text")] Text),
    /// The size of the whole file.
    Whole,
}

/// How the body is framed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FramingEdit {
    Chunked,
    /// Content-Length stays beside the chunked body.
    ChunkedWithLength,
    ChunkedWithoutEnd,
    /// No Content-Length; the close ends the body.
    CloseDelimited,
    /// On HEAD: `Transfer-Encoding: chunked` and no length.
    HeadChunked,
}

/// What happens to the bytes of the body.
#[derive(Clone, Copy, Debug, Deserialize)]
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
#[derive(Clone, Copy, Debug, Deserialize)]
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
    Interim(#[serde(deserialize_with = "lasting")] Statuses),
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
#[derive(Clone, Copy, Debug, Deserialize)]
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
    ContentType(#[serde(deserialize_with = "text")] Text),
    DropPart(usize),
    /// More fields in each part; not for tables.
    #[serde(skip)]
    ExtraFields(&'static [(&'static str, &'static str)]),
    /// Every byte of the part of this index is altered.
    GarblePart(usize),
    NoClosing,
    /// What comes before the first boundary.
    Preamble(#[serde(deserialize_with = "bytes")] Bytes),
    /// This field is missing in each part.
    RemoveField(#[serde(deserialize_with = "text")] Text),
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
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Pace {
    #[serde(deserialize_with = "lasting")]
    pub(crate) sizes: Sizes,
    #[serde(deserialize_with = "milliseconds")]
    pub(crate) pause: Duration,
    /// After so many pieces the rest comes at once; none: never.
    pub(crate) times: Option<usize>,
}

impl Pace {
    /// To the end.
    pub(crate) const fn of(sizes: &'static [usize], pause: Duration) -> Self {
        Self { sizes, pause, times: None }
    }
}
