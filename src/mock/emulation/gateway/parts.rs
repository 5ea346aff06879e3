//! The layout of several ranges: multipart/byteranges as Squid, nginx and Traffic Server write it,
//! alike but for the boundary, the first line end and the letters of names.

use bytes::Bytes;

use super::body::Segment;
use super::table::Cuts;
use crate::wire::byte_range::Span;
use crate::wire::content_range::ContentRange;

/// Parts, laid out.
#[derive(Debug)]
pub(super) struct Parts {
    /// Of the whole.
    pub(super) content_type: String,
    /// Of the body in bytes.
    pub(super) length: u64,
    pub(super) segments: Vec<Segment>,
}

/// Lays out the parts of a file of `size` bytes, whose type each of them has.
pub(super) fn lay_out(
    rules: &Cuts,
    spans: &[Span],
    size: Option<u64>,
    content_type: Option<&str>,
) -> Parts {
    let boundary = boundary(&rules.boundary);
    let mut segments = Vec::new();
    let mut length = 0;
    let mut text = |segments: &mut Vec<Segment>, text: String| {
        length += text.len() as u64;
        segments.push(Segment::Text(Bytes::from(text)));
    };
    let names = ["Content-Type", "Content-Range"];
    let small = ["Content-type", "Content-range"];
    let [type_name, range_name] = if rules.small_part_names { small } else { names };
    for (index, span) in spans.iter().enumerate() {
        let begin = if index == 0 && rules.begins_with_boundary { "" } else { "\r\n" };
        let kind = content_type.map_or(String::new(), |kind| format!("{type_name}: {kind}\r\n"));
        let range = range(*span, size);
        text(&mut segments, format!("{begin}--{boundary}\r\n{kind}{range_name}: {range}\r\n\r\n"));
        segments.push(Segment::Span(*span));
    }
    text(&mut segments, format!("\r\n--{boundary}--\r\n"));
    length += spans.iter().map(|span| span.width()).sum::<u64>();
    let quote = if rules.boundary_quoted { "\"" } else { "" };
    let content_type = format!("multipart/byteranges; boundary={quote}{boundary}{quote}");
    Parts { content_type, length, segments }
}

/// The value of Content-Range.
pub(super) fn range(span: Span, size: Option<u64>) -> String {
    ContentRange::Part { span, total: size }.to_string()
}

fn boundary(template: &str) -> String {
    let random = || rand::random::<u64>();
    let hex = format!("{:016X}{:016X}", random(), random());
    template.replace("{hex}", &hex).replace("{digits}", &format!("{:020}", random()))
}
