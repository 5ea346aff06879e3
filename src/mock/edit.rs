//! Applies the steps of rules to a reply.

use std::time::SystemTime;

use super::gzip::coded_length;
use super::mechanism::{
    Answer, BodyEdit, ConnectionEdit, FieldEdit, FramingEdit, HeadEdit, LengthEdit, RangeEdit,
    Shape, Step,
};
use super::message::{Coding, Ending, Reply, Request, rebuild, remove, set};
use super::parts;
use super::scope::RequestFacts;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;

/// The reply that a step gives without the source.
pub(crate) fn answer(answer: &Answer, request: &Request, total: Option<u64>) -> Reply {
    match answer {
        Answer::Challenge(challenges) => {
            let mut reply = Reply::page(407, "text/html", page("Proxy Authentication Required"));
            for challenge in challenges {
                reply.fields.push("Proxy-Authenticate", challenge.as_str());
            }
            reply
        }
        Answer::Page(status, title) => Reply::page(*status, "text/html", page(title)),
        Answer::RedirectAppending(text) => {
            redirect(request, &format!("{}{text}", request.path_and_query()))
        }
        Answer::RedirectTo(path) => redirect(request, path),
        Answer::SlicedPage(title) => sliced_page(title, request),
        Answer::Status(status) => Reply::text(*status, super::message::reason_of(*status)),
        Answer::Unsatisfiable => {
            let mut reply = Reply::text(416, "Range Not Satisfiable");
            if let Some(total) = total {
                let value = ContentRange::Unsatisfied { total }.to_string();
                reply.fields.push("Content-Range", value);
            }
            reply
        }
    }
}

fn redirect(request: &Request, path: &str) -> Reply {
    let authority = match request.target.split_once("://") {
        Some((_, rest)) => rest.split('/').next(),
        None => request.fields.first("host"),
    };
    let mut reply = Reply::page(302, "text/html", page("Found"));
    reply.fields.push("Location", format!("http://{}{path}", authority.unwrap_or_default()));
    reply
}

/// The block page of an upstream server, as a proxy sends it that cuts ranges itself.
fn sliced_page(title: &str, request: &Request) -> Reply {
    let html = page(title);
    let total = html.len() as u64;
    let span = request.ranges().and_then(|set| set.ranges().first()?.resolve(total));
    let Some(span) = span else { return answer(&Answer::Unsatisfiable, request, Some(total)) };
    // Within the page, whose length fits in memory.
    let slice = html[span.first() as usize..=span.last() as usize].to_owned();
    let mut reply = Reply::page(206, "text/html", slice);
    let value = ContentRange::Part { span, total: Some(total) };
    reply.fields.push("Content-Range", value.to_string());
    reply
}

fn page(title: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>{title}</title></head>\n<body><h1>{title}</h1></body></html>\n"
    )
}

/// Applies one step to the reply. Steps about a file leave other replies alone.
pub(crate) fn edit(reply: &mut Reply, step: &Step, facts: &RequestFacts) {
    let is_file = (200..300).contains(&reply.status);
    match step {
        Step::Body(edit) if is_file => edit_body(reply, edit, facts),
        Step::Connection(edit) => edit_connection(reply, *edit),
        Step::ContentRange(edit) if reply.status == 206 => edit_range(reply, edit),
        Step::Field(edit) if is_file || matches!(edit, FieldEdit::LowerCaseNames) => {
            edit_field(reply, edit);
        }
        Step::Field(FieldEdit::Remove(name)) => remove(&mut reply.fields, name),
        Step::Framing(edit) if is_file => edit_framing(reply, *edit),
        Step::Head(edit) => edit_head(reply, edit),
        Step::Length(edit) if is_file => edit_length(reply, edit, facts),
        // Another stage carries it out, or the answer is not the file.
        _ => {}
    }
}

/// Changes the layout of a multipart reply, or makes one.
pub(crate) fn edit_parts(reply: &mut Reply, step: &Step) {
    match step {
        Step::Parts(edit) => {
            if let Some(parts) = reply.parts.as_mut() {
                parts.edit(edit);
            }
        }
        Step::Shape(Shape::FirstPart) => parts::unwrap_first(reply),
        Step::Shape(Shape::MultipartForOne) => parts::wrap_single(reply),
        _ => {}
    }
}

fn edit_body(reply: &mut Reply, edit: &BodyEdit, facts: &RequestFacts) {
    let delivery = &mut reply.delivery;
    match *edit {
        BodyEdit::BreakBeyond(limit, after) => {
            if reply.body.length().is_none_or(|length| length > limit) {
                delivery.limit = Some(limit);
                delivery.after = after;
            }
        }
        BodyEdit::Append(ref bytes) => delivery.append = bytes.clone(),
        BodyEdit::Corrupt(place) => delivery.corrupt = Some(place),
        BodyEdit::CorruptAt(position) => {
            let range = facts.ranges.as_ref().and_then(|set| set.ranges().first().copied());
            let span = range.zip(facts.total).and_then(|(range, total)| range.resolve(total));
            delivery.corrupt = span.and_then(|span| position.checked_sub(span.first()));
        }
        BodyEdit::CutAfter(count, after) => {
            delivery.limit = Some(count);
            delivery.after = after;
        }
        BodyEdit::EndlessAfter => delivery.endless = true,
        BodyEdit::Garble => reply.body.garble(),
        BodyEdit::Gzip => {
            reply.fields.push("Content-Encoding", "gzip");
            if let ContentLength::Valid { value, .. } = reply.fields.content_length() {
                set(&mut reply.fields, "Content-Length", &coded_length(value).to_string());
            }
            // HEAD has none.
            if facts.method != "HEAD" {
                reply.body = std::mem::take(&mut reply.body).coded();
            }
        }
        BodyEdit::OnHead(ref bytes) => delivery.after_head = bytes.clone(),
        BodyEdit::Paced(ref pace) => delivery.pace = Some(pace.clone()),
        BodyEdit::Skip(count) => delivery.skip = count,
    }
}

fn edit_connection(reply: &mut Reply, edit: ConnectionEdit) {
    match edit {
        ConnectionEdit::Close => set(&mut reply.fields, "Connection", "close"),
        ConnectionEdit::CloseSilently => reply.ending = Ending::CloseSilently,
        ConnectionEdit::CloseWhenIdle(time) => reply.ending = Ending::CloseWhenIdle(time),
    }
}

fn edit_range(reply: &mut Reply, edit: &RangeEdit) {
    let Some(old) = reply.fields.first("content-range").map(str::to_owned) else { return };
    let Ok(ContentRange::Part { span, total }) = ContentRange::parse(&old) else { return };
    let total_text = total.map_or("*".to_owned(), |total| total.to_string());
    let value = match edit {
        RangeEdit::AddOther => {
            let (first, last) = (span.last() + 1, span.last() + span.width());
            reply.fields.push("Content-Range", format!("bytes {first}-{last}/{total_text}"));
            return;
        }
        RangeEdit::CapitalUnit => old.replacen("bytes", "Bytes", 1),
        RangeEdit::Remove => return remove(&mut reply.fields, "Content-Range"),
        RangeEdit::Reversed => {
            format!(
                "bytes {}-{}/{total_text}",
                span.last().max(1),
                span.first().min(span.last().max(1) - 1)
            )
        }
        RangeEdit::Shifted(by) => {
            format!("bytes {}-{}/{total_text}", span.first() + by, span.last() + by)
        }
        RangeEdit::Text(text) => text.clone(),
        RangeEdit::TotalPlus(more) => {
            format!("bytes {span}/{}", total.unwrap_or_default().saturating_add(*more))
        }
        RangeEdit::TotalUnknown => format!("bytes {span}/*"),
    };
    set(&mut reply.fields, "Content-Range", &value);
}

fn edit_field(reply: &mut Reply, edit: &FieldEdit) {
    match edit {
        FieldEdit::LowerCaseNames => rebuild(&mut reply.fields, |mut field| {
            field.name.make_ascii_lowercase();
            Some(field)
        }),
        FieldEdit::Remove(name) => remove(&mut reply.fields, name),
        FieldEdit::Set(name, value) => set(&mut reply.fields, name, value),
        FieldEdit::SetToNow(name) => {
            set(&mut reply.fields, name, &httpdate::fmt_http_date(SystemTime::now()));
        }
        FieldEdit::Status(status) => reply.set_status(*status),
    }
}

fn edit_framing(reply: &mut Reply, edit: FramingEdit) {
    if !matches!(edit, FramingEdit::ChunkedWithLength) {
        remove(&mut reply.fields, "Content-Length");
    }
    remove(&mut reply.fields, "Transfer-Encoding");
    reply.coding = match edit {
        FramingEdit::CloseDelimited => {
            set(&mut reply.fields, "Connection", "close");
            reply.coding = Coding::Plain;
            return;
        }
        FramingEdit::ChunkedWithoutEnd => Coding::ChunkedWithoutEnd,
        FramingEdit::Chunked | FramingEdit::ChunkedWithLength | FramingEdit::HeadChunked => {
            Coding::Chunked
        }
    };
    reply.fields.push("Transfer-Encoding", "chunked");
}

fn edit_head(reply: &mut Reply, edit: &HeadEdit) {
    match edit {
        HeadEdit::BareLf => reply.head.bare_lf = true,
        HeadEdit::CutAfter(count, after) => reply.head.cut = Some((*count, *after)),
        HeadEdit::Endless => reply.head.endless = true,
        HeadEdit::Filler(bytes) => reply.head.filler = *bytes,
        HeadEdit::Interim(statuses) => reply.interim.clone_from(statuses),
        HeadEdit::None => {
            reply.head.absent = true;
            reply.ending = Ending::CloseSilently;
        }
        HeadEdit::Paced(pace) => reply.head.pace = Some(pace.clone()),
        HeadEdit::RawLine(line) => reply.head.raw_lines.push(line.clone()),
        HeadEdit::StatusLine(line) => reply.head.status_line = Some(line.clone()),
        HeadEdit::Version10 => reply.minor = 0,
    }
}

fn edit_length(reply: &mut Reply, edit: &LengthEdit, facts: &RequestFacts) {
    let length = match reply.fields.content_length() {
        ContentLength::Valid { value, .. } => Some(value),
        _ => None,
    };
    match (edit, length) {
        (LengthEdit::Remove, _) => remove(&mut reply.fields, "Content-Length"),
        (LengthEdit::Text(text), _) => set(&mut reply.fields, "Content-Length", text),
        (LengthEdit::Whole, _) => {
            if let Some(total) = facts.total {
                set(&mut reply.fields, "Content-Length", &total.to_string());
            }
        }
        (LengthEdit::Plus(more), Some(length)) => {
            let value = length.saturating_add_signed(*more);
            set(&mut reply.fields, "Content-Length", &value.to_string());
        }
        (LengthEdit::Repeat, Some(length)) => {
            reply.fields.push("Content-Length", length.to_string());
        }
        (LengthEdit::SecondPlus(more), Some(length)) => {
            let value = length.saturating_add_signed(*more);
            reply.fields.push("Content-Length", value.to_string());
        }
        (LengthEdit::Plus(_) | LengthEdit::Repeat | LengthEdit::SecondPlus(_), None) => {}
    }
}
