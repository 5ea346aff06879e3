//! Gateways: proxies that fetch, keep and cut files themselves, in contrast to the chain of filters
//! that Apache is. Their tables are `[emulation.gateway]`; the emulated proxy calls [`answer`].
//!
//! The way of an answer: out of what is kept (`store`) or from the next server (`fetch`, `slice`),
//! cut by the policy that all share (`cut`), its head in the table's order (`head`), its body sent
//! while it still comes, and kept meanwhile (`body`).

mod body;
mod cut;
mod fetch;
mod head;
mod slice;
mod store;
mod table;

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use super::table::Table;
use crate::mock::cut::Cut;
use crate::mock::layout::Layout;
use crate::mock::message::{Reply, Request, reason_of, remove, set};
use crate::wire::byte_range::Span;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::Fields;
use body::{Coming, Keeping, Segment, Source};
use cut::{File, is_changed};
use fetch::{Asker, Fetched};
use slice::{First, Slices};
use store::Kept;
pub(super) use store::Store;
pub(super) use table::Gateway;
use table::Keeps;

/// An answer under way.
#[derive(Debug)]
struct Answer {
    status: u16,
    reason: String,
    /// The next server's fields.
    fields: Fields,
    /// Fields that cutting sets.
    new: Fields,
    source: Source,
    segments: Vec<Segment>,
    /// The size of the file in bytes, when it is known.
    size: Option<u64>,
    origin: Origin,
    /// Since when it is kept, or when it came.
    since: SystemTime,
    /// Whether ranges can be cut out of it.
    is_file: bool,
    was_cut: bool,
    form: Form,
}

/// What a head stands before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    /// A file or one part of it, or whatever the next server sent.
    Body,
    /// An own error page.
    Page,
    /// Several parts.
    Parts,
}

/// Where an answer is from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Origin {
    Kept,
    /// The next server, which sent it in chunks or not.
    Server {
        chunked: bool,
    },
}

/// Answers a request for `path` at `authority`, which came over the client's `connection`.
pub(super) async fn answer(
    table: &'static Table,
    gateway: &'static Gateway,
    request: &Request,
    connection: u64,
    authority: &str,
    path: &str,
    store: &Arc<Store>,
) -> io::Result<Reply> {
    let (authority, path) = (authority.to_owned(), path.to_owned());
    let asker = Asker { gateway, request: request.clone(), authority, path };
    let mut answer = found(table, asker, store).await?;
    if answer.is_file {
        apply(table, gateway, request, connection, &mut answer);
    }
    Ok(head::write(gateway, request, answer))
}

/// The answer before anything is cut out of it.
async fn found(table: &Table, asker: Asker, store: &Arc<Store>) -> io::Result<Answer> {
    let gateway = asker.gateway;
    let is_read = matches!(asker.request.method.as_str(), "GET" | "HEAD");
    let is_old = asker.request.minor == 0;
    let keeps =
        gateway.keeps.as_ref().filter(|keeps| is_read && !(is_old && keeps.not_for_http_10));
    if let Some(size) = gateway.asks.slice.filter(|_| is_read) {
        return match Slices::first(asker, Arc::clone(store), keeps, size).await? {
            First::Sliced(head, slices, hit) => Ok(sliced(head, slices, hit)),
            First::Kept(kept) => Ok(hit(gateway, kept)),
            First::Other(fetched, name) => {
                let keeping = keeping(keeps, &fetched, store, name);
                Ok(fresh(fetched, keeping, false))
            }
        };
    }
    let url = asker.request.target.clone();
    if let Some(kept) = keeps.and_then(|keeps| store.find(keeps, &url)) {
        let answer = hit(gateway, kept);
        let is_forwarded = cut_of(table, &asker.request, &answer) == Cut::Forwarded;
        let is_changed = table.cuts.conditions && is_changed(&asker.request, &answer.fields);
        if is_changed || !is_forwarded {
            return Ok(answer);
        }
    }
    let mut fetched = asker.fetch(None).await?;
    let codes = keeps.is_some_and(|keeps| keeps.codes);
    if codes && fetched.length != Some(0) && !fetched.fields.has("content-encoding") {
        code(&mut fetched);
    }
    let has_range = asker.request.fields.has("range");
    let keeps = keeps.filter(|keeps| !(keeps.not_of_ranges && has_range));
    let keeping = keeping(keeps, &fetched, store, url);
    let decodes = gateway.keeps.as_ref().is_some_and(|keeps| keeps.decodes);
    Ok(fresh(fetched, keeping, decodes))
}

/// Where the body of an answer goes that may be kept.
fn keeping(
    keeps: Option<&Keeps>,
    fetched: &Fetched,
    store: &Arc<Store>,
    name: String,
) -> Option<Keeping> {
    let Fetched { status, reason, fields, is_head, .. } = fetched;
    let keeps = keeps.filter(|keeps| !is_head && keeps.wants(*status, fields))?;
    let answer = Kept {
        status: *status,
        reason: reason.clone(),
        fields: fields.clone(),
        body: Bytes::new(),
        since: SystemTime::now(),
    };
    Some(Keeping { store: Arc::clone(store), name, answer, largest: keeps.largest })
}

/// The fields of what is coded on its way in.
fn code(fetched: &mut Fetched) {
    fetched.length = None;
    remove(&mut fetched.fields, "Content-Length");
    if let Some(etag) = weaken(&mut fetched.fields) {
        fetched.fields.push("ETag", etag);
    }
    if !fetched.fields.has("vary") {
        fetched.fields.push("Vary", "Accept-Encoding");
    }
}

/// Takes the entity tag out and gives it back as a weak one.
fn weaken(fields: &mut Fields) -> Option<String> {
    let etag = fields.first("etag")?;
    let weak = if etag.starts_with("W/") { etag.to_owned() } else { format!("W/{etag}") };
    remove(fields, "ETag");
    Some(weak)
}

/// Takes the coding out of the head of what goes out plain, or does nothing.
fn decode(fields: &mut Fields, new: &mut Fields) -> bool {
    if !fields.lists("content-encoding", "gzip") {
        return false;
    }
    remove(fields, "Content-Encoding");
    remove(fields, "Content-Length");
    if let Some(etag) = weaken(fields) {
        new.push("ETag", etag);
    }
    true
}

fn fresh(fetched: Fetched, keeping: Option<Keeping>, decodes: bool) -> Answer {
    let Fetched { status, reason, mut fields, length, is_chunked, body, .. } = fetched;
    let mut new = Fields::default();
    let is_gzip = decodes && decode(&mut fields, &mut new);
    Answer {
        status,
        reason,
        fields,
        new,
        source: Source::Coming(Box::new(Coming { reader: body, is_gzip, keeping })),
        segments: vec![Segment::All],
        size: length.filter(|_| !is_gzip),
        origin: Origin::Server { chunked: is_chunked },
        since: SystemTime::now(),
        is_file: status == 200,
        was_cut: false,
        form: Form::Body,
    }
}

fn hit(gateway: &Gateway, kept: Kept) -> Answer {
    let Kept { status, reason, mut fields, body, since } = kept;
    let learns = gateway.keeps.as_ref().is_some_and(|keeps| keeps.learns_length);
    let mut new = Fields::default();
    if gateway.keeps.as_ref().is_some_and(|keeps| keeps.decodes) {
        decode(&mut fields, &mut new);
    }
    let has_length = fields.has("content-length");
    if learns && !has_length {
        new.push("Content-Length", body.len().to_string());
    }
    Answer {
        status,
        reason,
        fields,
        new,
        size: (has_length || learns).then_some(body.len() as u64),
        source: Source::Held(body),
        segments: vec![Segment::All],
        origin: Origin::Kept,
        since,
        is_file: status == 200,
        was_cut: false,
        form: Form::Body,
    }
}

fn sliced(head: Kept, slices: Slices, hit: bool) -> Answer {
    let Kept { mut fields, since, .. } = head;
    remove(&mut fields, "Content-Range");
    set(&mut fields, "Content-Length", &slices.total().to_string());
    set(&mut fields, "Accept-Ranges", "bytes");
    Answer {
        status: 200,
        reason: reason_of(200).to_owned(),
        fields,
        new: Fields::default(),
        size: Some(slices.total()),
        source: Source::Slices(Box::new(slices)),
        segments: vec![Segment::All],
        origin: if hit { Origin::Kept } else { Origin::Server { chunked: false } },
        since,
        is_file: true,
        was_cut: false,
        form: Form::Body,
    }
}

/// Makes of the file what was asked for.
fn apply(
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
            lay_out(&table.parts.of_answer(connection), gateway, &spans, answer);
        }
    }
}

fn cut_of(table: &Table, request: &Request, answer: &Answer) -> Cut {
    let hit = answer.origin == Origin::Kept;
    cut::cut(table, request, File { fields: &answer.fields, size: answer.size, hit })
}

fn lay_out(layout: &Layout, gateway: &Gateway, spans: &[Span], answer: &mut Answer) {
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
fn replace(table: &Table, gateway: &Gateway, answer: &mut Answer, status: u16) {
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

/// Sets Content-Length anew, unless it is right and keeps its place.
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
