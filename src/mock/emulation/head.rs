//! The head that goes to the client: keep-alive, chunked coding, status line, and which field stands
//! where. Apache keeps its fields in a table: a field that is set again keeps its place, one that was
//! removed and set again comes last.

use std::time::{Duration, SystemTime};

use super::catalog::Emulation;
use super::flow::Flow;
use super::table::{Date, OnHead};
use crate::mock::body::Body;
use crate::mock::message::{Coding, Ending, Reply, Request, reason_of, remove, set};
use crate::wire::fields::Fields;

/// Makes the reply. `answered` counts what this connection was kept open for already.
pub(super) fn finish(
    emulation: &Emulation,
    request: &Request,
    flow: Flow,
    answered: &mut u32,
) -> Reply {
    let rules = &emulation.table.head;
    let Flow { status, status_line, error_fields, fields, content_type, pieces } = flow;
    let mut all: Fields = error_fields
        .iter()
        .chain(fields.iter())
        .map(|field| (field.name.clone(), field.value.clone()))
        .collect();
    let has_body = !request.is_head() && !matches!(status, 204 | 304);
    let (date, server) = (take(&mut all, "Date"), take(&mut all, "Server"));
    let is_chunked = has_body && request.minor >= 1 && !all.has("content-length");
    let is_delimited = !has_body || is_chunked || all.has("content-length");
    let closes = keep_alive(request, rules.sees_keep_alive, is_delimited, &mut all, answered);
    if is_chunked {
        all.push("Transfer-Encoding", "chunked");
    }
    if let Some(content_type) = &content_type {
        set(&mut all, "Content-Type", content_type);
    }
    let is_zero = all.first("content-length") == Some("0");
    let loses_zero = emulation.table.length.on_head != OnHead::Kept;
    if request.is_head() && is_zero && loses_zero {
        remove(&mut all, "Content-Length");
    }
    if status == 304 {
        all = of_not_modified(&all);
    }
    let mut reply = Reply::new(status);
    let now = || httpdate::fmt_http_date(SystemTime::now());
    let date = date.filter(|_| rules.date == Date::Origin).unwrap_or_else(now);
    reply.fields.push("Date", date);
    let own = rules.missing_server.as_ref().filter(|own| !own.is_empty());
    let own = own.map(|own| own.replace("{version}", &emulation.version));
    if let Some(server) = server.or(own) {
        reply.fields.push("Server", server);
    }
    for field in all.iter() {
        reply.fields.push(&field.name, &field.value);
    }
    let line = status_line.filter(|(code, _)| rules.stale_status_line || *code == status);
    (reply.status, reply.reason) = line.unwrap_or_else(|| (status, words_of(status).to_owned()));
    if rules.pads && PADDED.contains(&length_of(&reply)) {
        reply.fields.push("X-Pad", "avoid browser bug");
    }
    reply.coding = if is_chunked { Coding::Chunked } else { Coding::Plain };
    reply.body = if has_body { Body::relayed(pieces) } else { Body::default() };
    reply.closes = Some(closes);
    reply.ending = Ending::CloseWhenIdle(KEEP_ALIVE);
    reply
}

/// Whether the connection ends with this answer, which then says so.
fn keep_alive(
    request: &Request,
    sees_keep_alive: bool,
    is_delimited: bool,
    fields: &mut Fields,
    answered: &mut u32,
) -> bool {
    let asks = sees_keep_alive && request.fields.lists("connection", "keep-alive");
    let keeps = is_delimited
        && !request.fields.lists("connection", "close")
        && *answered < MOST_REQUESTS
        && (asks || request.minor >= 1);
    if !keeps {
        fields.push("Connection", "close");
        return true;
    }
    if asks {
        let left = MOST_REQUESTS - *answered;
        let seconds = KEEP_ALIVE.as_secs();
        fields.push("Keep-Alive", format!("timeout={seconds}, max={left}"));
        fields.push("Connection", "Keep-Alive");
    }
    *answered += 1;
    false
}

/// The only fields of a 304, in this order.
fn of_not_modified(fields: &Fields) -> Fields {
    let kept = [
        "Connection",
        "Keep-Alive",
        "ETag",
        "Content-Location",
        "Expires",
        "Cache-Control",
        "Vary",
        "Warning",
        "WWW-Authenticate",
        "Proxy-Authenticate",
    ];
    kept.iter()
        .flat_map(|kept| fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(kept)))
        .map(|field| (field.name.clone(), field.value.clone()))
        .collect()
}

/// The length of the head without the empty line, in bytes.
fn length_of(reply: &Reply) -> usize {
    let line = "HTTP/1.1 200 \r\n".len() + reply.reason.len();
    let of_field = |name: &str, value: &str| name.len() + value.len() + ": \r\n".len();
    line + reply.fields.iter().map(|field| of_field(&field.name, &field.value)).sum::<usize>()
}

fn take(fields: &mut Fields, name: &str) -> Option<String> {
    let value = fields.first(name).map(str::to_owned);
    remove(fields, name);
    value
}

/// The words of Apache's own status lines.
pub(super) fn words_of(status: u16) -> &'static str {
    match status {
        416 => "Requested Range Not Satisfiable",
        status => reason_of(status),
    }
}

/// `KeepAliveTimeout` of the measured configuration.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Lengths at which an old browser lost the first byte of a body.
const PADDED: std::ops::RangeInclusive<usize> = 255..=257;
/// Apache's default of `MaxKeepAliveRequests`.
const MOST_REQUESTS: u32 = 100;
