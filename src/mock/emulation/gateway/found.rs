//! The answer before anything is cut out of it: out of what is kept, in slices, or as the next
//! server sends it. Called by [`answer`](super::answer).

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use super::apply::cut_of;
use super::body::{Coming, Keeping, Segment, Source};
use super::cut::is_changed;
use super::fetch::{Asker, Fetched};
use super::slice::{First, Slices};
use super::store::{Kept, Store};
use super::table::{Gateway, Keeps};
use super::{Answer, Form, Origin};
use crate::mock::cut::Cut;
use crate::mock::emulation::table::Table;
use crate::mock::message::{reason_of, remove, set};
use crate::wire::fields::Fields;

/// The answer before anything is cut out of it.
pub(super) async fn found(table: &Table, asker: Asker, store: &Arc<Store>) -> io::Result<Answer> {
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
