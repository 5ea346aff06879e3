//! A multipart/byteranges body taken apart, so that its layout can be bent, and laid out again.
//! The origin builds it, the proxy reads it from upstream.

use bytes::Bytes;

use super::body::Body;
use super::mechanism::PartEdit;
use super::message::{Reply, remove, set};
use crate::wire::content_range::ContentRange;
use crate::wire::fields::Fields;
use crate::wire::multipart::{parse_boundary, parse_multipart};

/// The parts and their layout.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The whole Content-Type.
    content_type: String,
    /// The boundary that the body uses.
    boundary: String,
    /// What comes before the first boundary.
    preamble: Bytes,
    /// An empty line comes between a boundary and the headers of its part.
    blank_line_first: bool,
    parts: Vec<Part>,
    closed: bool,
}

/// One part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) fields: Fields,
    pub(crate) content: Body,
}

impl Parts {
    /// The layout of most servers: one CRLF, bare boundary, closing delimiter.
    pub(crate) fn new(parts: Vec<Part>) -> Self {
        Self {
            content_type: format!("multipart/byteranges; boundary={BOUNDARY}"),
            boundary: BOUNDARY.to_owned(),
            preamble: Bytes::from_static(b"\r\n"),
            blank_line_first: false,
            parts,
            closed: true,
        }
    }

    /// Takes a buffered body apart; nothing when it is not multipart/byteranges.
    pub(crate) fn parse(content_type: &str, body: &Bytes) -> Option<Self> {
        let boundary = parse_boundary(content_type).ok()?.value;
        let read = parse_multipart(body, &boundary);
        let parts = read.parts.into_iter().map(|part| Part {
            fields: part.fields,
            content: Body::fixed(body.slice(part.content)),
        });
        Some(Self {
            content_type: content_type.to_owned(),
            boundary,
            preamble: body.slice(read.preamble),
            blank_line_first: false,
            parts: parts.collect(),
            closed: read.closed,
        })
    }

    /// The size of the file that the first part states.
    pub(crate) fn total(&self) -> Option<u64> {
        let value = self.parts.first()?.fields.first("content-range")?;
        ContentRange::parse(value).ok()?.total()
    }

    /// Bends the layout.
    pub(crate) fn edit(&mut self, edit: PartEdit) {
        match edit {
            PartEdit::BlankLineFirst => self.blank_line_first = true,
            PartEdit::BoundaryMismatch => self.boundary.push('x'),
            PartEdit::BoundaryMissing => "multipart/byteranges".clone_into(&mut self.content_type),
            PartEdit::BoundaryQuoted => {
                self.content_type = format!("multipart/byteranges; boundary=\"{}\"", self.boundary);
            }
            PartEdit::ContentType(value) => value.clone_into(&mut self.content_type),
            PartEdit::DropPart(index) => {
                if index < self.parts.len() {
                    self.parts.remove(index);
                }
            }
            PartEdit::ExtraFields(fields) => {
                for part in &mut self.parts {
                    for &(name, value) in fields {
                        part.fields.push(name, value);
                    }
                }
            }
            PartEdit::NoClosing => self.closed = false,
            PartEdit::Preamble(bytes) => self.preamble = Bytes::from_static(bytes),
            PartEdit::RemoveField(name) => {
                for part in &mut self.parts {
                    remove(&mut part.fields, name);
                }
            }
            PartEdit::Reverse => self.parts.reverse(),
            PartEdit::SwapContents => {
                if let [first, .., last] = self.parts.as_mut_slice() {
                    std::mem::swap(&mut first.content, &mut last.content);
                }
            }
        }
    }

    fn layout(self) -> Body {
        let mut body = Body::fixed(self.preamble);
        for (index, part) in self.parts.into_iter().enumerate() {
            let mut head = String::new();
            if index > 0 {
                head.push_str("\r\n");
            }
            head.push_str("--");
            head.push_str(&self.boundary);
            head.push_str(if self.blank_line_first { "\r\n\r\n" } else { "\r\n" });
            for field in part.fields.iter() {
                head.extend([field.name.as_str(), ": ", field.value.as_str(), "\r\n"]);
            }
            head.push_str("\r\n");
            body.append(Body::fixed(head));
            body.append(part.content);
        }
        if self.closed {
            body.append(Body::fixed(format!("\r\n--{}--\r\n", self.boundary)));
        }
        body
    }
}

/// Makes a multipart reply of one part out of a single-range 206.
pub(crate) fn wrap_single(reply: &mut Reply) {
    let Some(range) = reply.fields.first("content-range").map(str::to_owned) else { return };
    let content_type = reply.fields.first("content-type").unwrap_or(OCTETS).to_owned();
    let fields = [("Content-Type", content_type), ("Content-Range", range)].into_iter().collect();
    remove(&mut reply.fields, "Content-Range");
    let content = std::mem::take(&mut reply.body);
    reply.parts = Some(Parts::new(vec![Part { fields, content }]));
}

/// Makes a single-range 206 out of the first part of a multipart reply.
pub(crate) fn unwrap_first(reply: &mut Reply) {
    let Some(first) = reply.parts.take().and_then(|parts| parts.parts.into_iter().next()) else {
        return;
    };
    for field in first.fields.iter() {
        set(&mut reply.fields, &field.name, &field.value);
    }
    reply.body = first.content;
    if let Some(length) = reply.body.length() {
        set(&mut reply.fields, "Content-Length", &length.to_string());
    }
}

/// Lays the parts out as the body, with matching Content-Type and Content-Length.
pub(crate) fn lay_out(reply: &mut Reply) {
    let Some(parts) = reply.parts.take() else { return };
    set(&mut reply.fields, "Content-Type", &parts.content_type);
    reply.body = parts.layout();
    if let Some(length) = reply.body.length() {
        set(&mut reply.fields, "Content-Length", &length.to_string());
        remove(&mut reply.fields, "Transfer-Encoding");
        reply.coding = super::message::Coding::Plain;
    }
}

/// The media type of objects.
pub(crate) const OCTETS: &str = "application/octet-stream";

const BOUNDARY: &str = "bitsgate3d6b6a416f9b5c";
