//! Makes of a file what was asked for: a range, parts, a refusal, or the file as it is. Called by
//! [`answer`](super::answer) once the file is found.

use super::body::Segment;
use super::cut::{File, cut, is_changed};
use super::table::Gateway;
use super::{Answer, Form, Origin, head};
use crate::mock::cut::Cut;
use crate::mock::emulation::table::Table;
use crate::mock::layout::Layout;
use crate::mock::message::{Request, remove, set};
use crate::wire::byte_range::Span;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::Fields;

/// Makes of the file what was asked for.
pub(super) fn apply(
    table: &Table,
    gateway: &Gateway,
    request: &Request,
    connection: u64,
    answer: &mut Answer,
) {
    if table.cuts.conditions && is_changed(request, &answer.fields) {
        return replace(table, gateway, answer, 412);
    }
    match cut_of(table, request, answer) {
        Cut::Forwarded | Cut::Whole => {}
        Cut::Refused => refuse(table, gateway, answer),
        Cut::One(span) => {
            answer.was_cut = true;
            set_status(gateway, answer, 206);
            let range = ContentRange::Part { span, total: answer.size };
            answer.new.push("Content-Range", range.to_string());
            set_length(gateway, answer, span.width());
            answer.segments = vec![Segment::Span(span)];
        }
        Cut::Several(spans) => {
            answer.was_cut = true;
            set_status(gateway, answer, 206);
            answer.form = Form::Parts;
            encode_multipart(&table.parts.of_answer(connection), gateway, &spans, answer);
        }
    }
}

/// What of the answer is to be sent.
pub(super) fn cut_of(table: &Table, request: &Request, answer: &Answer) -> Cut {
    let hit = answer.origin == Origin::Kept;
    cut(table, request, File { fields: &answer.fields, size: answer.size, hit })
}

fn encode_multipart(layout: &Layout, gateway: &Gateway, spans: &[Span], answer: &mut Answer) {
    let kind = answer.fields.first("content-type").map(str::to_owned);
    let mut segments = Vec::new();
    for (index, &span) in spans.iter().enumerate() {
        let fields = layout.fields_of(kind.as_deref(), span, answer.size);
        segments.push(Segment::Text(layout.head_of(index, &fields)));
        segments.push(Segment::Span(span));
    }
    segments.push(Segment::Text(layout.end()));
    remove(&mut answer.fields, "Content-Type");
    answer.new.push("Content-Type", layout.content_type());
    let widths = segments.iter().map(|segment| match segment {
        Segment::All => 0,
        Segment::Span(span) => span.width(),
        Segment::Text(text) => text.len() as u64,
    });
    set_length(gateway, answer, widths.sum());
    answer.segments = segments;
}

fn refuse(table: &Table, gateway: &Gateway, answer: &mut Answer) {
    let range = answer.size.map(|size| format!("bytes */{size}"));
    let has_page = table.page.body.is_some();
    if has_page {
        replace(table, gateway, answer, 416);
    } else {
        set_status(gateway, answer, 416);
        answer.segments = Vec::new();
    }
    if let Some(range) = range {
        answer.new.push("Content-Range", range);
    }
    if !has_page {
        set_length(gateway, answer, 0);
    }
    answer.was_cut = true;
}

/// Puts an error page in place of the file, which is kept all the same.
pub(super) fn replace(table: &Table, gateway: &Gateway, answer: &mut Answer, status: u16) {
    let words = head::words(gateway, status);
    let own = table.page.body_of_412.as_deref().filter(|_| status == 412);
    let template = own.or(table.page.body.as_deref()).unwrap_or("{status}\n");
    let page = template.replace("{status}", &format!("{status} {words}"));
    set_status(gateway, answer, status);
    answer.fields = Fields::default();
    answer.new = Fields::default();
    if !page.is_empty() {
        answer.new.push("Content-Type", "text/html");
        for line in &table.page.fields {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            set(&mut answer.new, name, value);
        }
    }
    answer.new.push("Content-Length", page.len().to_string());
    answer.segments = vec![Segment::Text(page.into())];
    answer.is_file = false;
    answer.form = Form::Page;
    answer.was_cut = true;
    answer.size = None;
}

fn set_status(gateway: &Gateway, answer: &mut Answer, status: u16) {
    answer.status = status;
    head::words(gateway, status).clone_into(&mut answer.reason);
}

/// Sets Content-Length again, unless it is right and keeps its place.
fn set_length(gateway: &Gateway, answer: &mut Answer, length: u64) {
    let text = length.to_string();
    let is_right = answer.fields.first("content-length") == Some(&text);
    remove(&mut answer.new, "Content-Length");
    if gateway.head.keeps_places && answer.fields.has("content-length") {
        set(&mut answer.fields, "Content-Length", &text);
    } else if !(is_right && gateway.head.keeps_equal_length) {
        remove(&mut answer.fields, "Content-Length");
        answer.new.push("Content-Length", text);
    }
}
