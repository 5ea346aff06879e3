//! A multipart/byteranges body as parts and layout, so that rules can change either before it is
//! encoded. The origin builds it, the proxy decodes it from the upstream response.

use bytes::Bytes;

use super::body::Body;
use super::layout::Layout;
use super::mechanism::PartEdit;
use super::message::{Reply, remove, set};
use crate::wire::content_range::ContentRange;
use crate::wire::fields::Fields;
use crate::wire::multipart::{parse_boundary, parse_multipart};

/// The parts and their layout.
#[derive(Debug)]
pub(crate) struct Parts {
    layout: Layout,
    list: Vec<Part>,
}

/// One part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) fields: Fields,
    pub(crate) content: Body,
}

impl Parts {
    /// Parts in the layout of most servers.
    pub(crate) fn new(list: Vec<Part>) -> Self {
        Self { layout: Layout::default(), list }
    }

    /// Decodes a buffered body; nothing when it is not multipart/byteranges.
    pub(crate) fn parse(content_type: &str, body: &Bytes) -> Option<Self> {
        let boundary = parse_boundary(content_type).ok()?.value;
        let read = parse_multipart(body, &boundary);
        let parts = read.parts.into_iter().map(|part| Part {
            fields: part.fields,
            content: Body::fixed(body.slice(part.content)),
        });
        let layout = Layout {
            content_type: Some(content_type.to_owned()),
            boundary,
            preamble: body.slice(read.preamble),
            unclosed: !read.closed,
            ..Layout::default()
        };
        Some(Self { layout, list: parts.collect() })
    }

    /// The size of the file that the first part states.
    pub(crate) fn total(&self) -> Option<u64> {
        let value = self.list.first()?.fields.first("content-range")?;
        ContentRange::parse(value).ok()?.total()
    }

    /// Changes the parts or their layout.
    pub(crate) fn edit(&mut self, edit: &PartEdit) {
        let layout = &mut self.layout;
        match edit {
            PartEdit::BareLf => {
                "\n".clone_into(&mut layout.line_end);
                layout.preamble = Bytes::from_static(b"\n");
            }
            PartEdit::BlankLineFirst => layout.blank_line_first = true,
            PartEdit::BoundaryMismatch => {
                layout.content_type = Some(layout.content_type());
                layout.boundary.push('x');
            }
            PartEdit::BoundaryMissing => layout.content_type = Some(layout.media_type.clone()),
            PartEdit::BoundaryQuoted => {
                layout.quoted = true;
                layout.content_type = None;
            }
            PartEdit::ContentType(value) => layout.content_type = Some(value.clone()),
            PartEdit::DropPart(index) => {
                if *index < self.list.len() {
                    self.list.remove(*index);
                }
            }
            PartEdit::ExtraFields(fields) => {
                for part in &mut self.list {
                    for (name, value) in fields {
                        part.fields.push(name.as_str(), value.as_str());
                    }
                }
            }
            PartEdit::GarblePart(index) => {
                if let Some(part) = self.list.get_mut(*index) {
                    part.content.garble();
                }
            }
            PartEdit::NoClosing => layout.unclosed = true,
            PartEdit::Preamble(bytes) => layout.preamble = bytes.clone(),
            PartEdit::RemoveField(name) => {
                for part in &mut self.list {
                    remove(&mut part.fields, name);
                }
            }
            PartEdit::Reverse => self.list.reverse(),
        }
    }

    fn encode(self) -> Body {
        let mut body = Body::default();
        for (index, part) in self.list.into_iter().enumerate() {
            body.append(Body::fixed(self.layout.head_of(index, &part.fields)));
            body.append(part.content);
        }
        body.append(Body::fixed(self.layout.end()));
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
    let Some(first) = reply.parts.take().and_then(|parts| parts.list.into_iter().next()) else {
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

/// Encodes the parts as the body, with matching Content-Type and Content-Length.
pub(crate) fn encode_multipart(reply: &mut Reply) {
    let Some(parts) = reply.parts.take() else { return };
    set(&mut reply.fields, "Content-Type", &parts.layout.content_type());
    reply.body = parts.encode();
    if let Some(length) = reply.body.length() {
        set(&mut reply.fields, "Content-Length", &length.to_string());
        remove(&mut reply.fields, "Transfer-Encoding");
        reply.coding = super::message::Coding::Plain;
    }
}

/// The media type of objects.
pub(crate) const OCTETS: &str = "application/octet-stream";
