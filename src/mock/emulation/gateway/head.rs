//! The head that goes to the client: which fields, in which order, and what becomes of the
//! connection.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::table::{Gateway, Head, Persistence};
use super::{Answer, Form, Origin, body};
use crate::mock::body::Body;
use crate::mock::message::{Coding, Reply, Request, reason_of, rebuild, remove, set};
use crate::wire::fields::Fields;

/// Makes the reply.
pub(super) fn write(gateway: &Gateway, request: &Request, mut answer: Answer) -> Reply {
    let rules = &gateway.head;
    let is_head = request.is_head();
    let has_body = !is_head && !matches!(answer.status, 204 | 304);
    let has_length = answer.fields.has("content-length") || answer.new.has("content-length");
    let is_chunked = has_body && !has_length && request.minor >= 1 && !rules.never_chunks;
    let closes = !keeps(rules.persistence, request)
        || (has_body && !has_length && !is_chunked)
        || rules.methods_that_close.contains(&request.method);

    let mut added = templates(&rules.set, request, &answer);
    if answer.origin == Origin::Kept {
        merge(&mut added, &templates(&rules.set_on_hits, request, &answer));
    }
    if answer.is_file {
        merge(&mut added, &templates(&rules.set_on_files, request, &answer));
    }
    if answer.form == Form::Page {
        merge(&mut added, &templates(&rules.set_on_pages, request, &answer));
    }
    let came_chunked = match answer.origin {
        Origin::Kept => !has_length,
        Origin::Server { chunked } => chunked,
    };
    let is_coded_head = is_head && rules.states_coding && came_chunked;
    let is_unended = rules.unended_206
        && came_chunked
        && answer.status == 206
        && answer.fields.has("content-range");
    if is_chunked || is_coded_head {
        added.push("Transfer-Encoding", "chunked");
    }
    if rules.keeps_places {
        replace(&mut answer.fields, &mut added);
    }
    for field in added.iter() {
        remove(&mut answer.fields, &field.name);
    }
    if !rules.only.is_empty() {
        for fields in [&mut answer.fields, &mut added] {
            let is_out = |name: &str| !rules.only.iter().any(|own| own.eq_ignore_ascii_case(name));
            let names: Vec<_> = fields.iter().map(|field| field.name.clone()).collect();
            names.iter().filter(|name| is_out(name)).for_each(|name| remove(fields, name));
        }
    }
    if let Some((name, value)) = said_of_connection(rules, request, closes) {
        answer.new.push(name, value);
    }

    let mut reply = Reply::new(answer.status);
    reply.reason = answer.reason;
    if rules.own_words {
        words(gateway, answer.status).clone_into(&mut reply.reason);
    }
    if rules.version_of_client {
        reply.minor = request.minor;
    }
    reply.fields = ordered(order(rules, answer.form), &answer.fields, &added, &answer.new);
    reply.coding = match (is_chunked, is_unended) {
        (true, true) => Coding::ChunkedWithoutEnd,
        (true, false) => Coding::Chunked,
        (false, _) => Coding::Plain,
    };
    // That of a HEAD is fetched all the same when it is to be kept.
    let segments = if has_body { answer.segments } else { Vec::new() };
    let sent = body::body(answer.source, segments);
    reply.body = if has_body { sent } else { Body::default() };
    reply.is_hit = answer.origin == Origin::Kept;
    reply.closes = Some(closes);
    reply
}

/// The gateway's own words behind a status.
pub(super) fn words(gateway: &Gateway, status: u16) -> &str {
    let own = gateway.head.words_of_416.as_deref().filter(|_| status == 416);
    own.unwrap_or_else(|| reason_of(status))
}

fn keeps(persistence: Persistence, request: &Request) -> bool {
    let says = |token| request.fields.lists("connection", token);
    match persistence {
        Persistence::Connection => !says("close") && (request.minor >= 1 || says("keep-alive")),
        Persistence::Never => false,
        Persistence::ProxyConnectionOfOld if request.minor >= 1 => !says("close"),
        Persistence::ProxyConnection | Persistence::ProxyConnectionOfOld => request.keeps_alive(),
    }
}

fn merge(fields: &mut Fields, more: &Fields) {
    for field in more.iter() {
        set(fields, &field.name, &field.value);
    }
}

/// The field that states whether the connection is kept.
fn said_of_connection(rules: &Head, request: &Request, closes: bool) -> Option<(String, String)> {
    let is_unsaid = closes && rules.closes_http_10_unsaid && request.minor == 0;
    let line = if closes { &rules.closed } else { &rules.kept };
    let (name, value) = line.as_ref().filter(|_| !is_unsaid)?.split_once(": ")?;
    let has_own = request.fields.has("proxy-connection");
    let own = if has_own { "Proxy-Connection" } else { "Connection" };
    Some((name.replace("{connection}", own), value.to_owned()))
}

fn order(rules: &Head, form: Form) -> &[String] {
    match form {
        Form::Page if !rules.order_of_pages.is_empty() => &rules.order_of_pages,
        Form::Parts if !rules.order_of_parts.is_empty() => &rules.order_of_parts,
        _ => &rules.order,
    }
}

/// Moves what is set again to the places of the fields of the same names.
fn replace(fields: &mut Fields, added: &mut Fields) {
    rebuild(added, |field| {
        if !fields.has(&field.name) {
            return Some(field);
        }
        set(fields, &field.name, &field.value);
        None
    });
}

/// The fields of `order`, then what is named nowhere where `*` and `new` stand.
fn ordered(order: &[String], fields: &Fields, added: &Fields, new: &Fields) -> Fields {
    let default = ["*".to_owned(), "new".to_owned()];
    let order = if order.is_empty() { &default } else { order };
    let has_slot = |name: &str| order.iter().any(|slot| slot.eq_ignore_ascii_case(name));
    let has_own_slot = |name: &str| {
        let own = order.iter().filter_map(|slot| slot.strip_prefix('+'));
        has_slot(name) || own.into_iter().any(|slot| slot.eq_ignore_ascii_case(name))
    };
    let mut all = Fields::default();
    for slot in order {
        let wanted = |from: &Fields, all: &mut Fields, wants: &dyn Fn(&str) -> bool| {
            for field in from.iter().filter(|field| wants(&field.name)) {
                all.push(&field.name, &field.value);
            }
        };
        match slot.as_str() {
            "*" => wanted(fields, &mut all, &|name| !has_slot(name)),
            "new" => {
                wanted(added, &mut all, &|name| !has_own_slot(name));
                wanted(new, &mut all, &|name| !has_own_slot(name));
            }
            slot => {
                let name_of_slot = slot.trim_start_matches('+');
                let is_it = |name: &str| name.eq_ignore_ascii_case(name_of_slot);
                if name_of_slot == slot {
                    wanted(fields, &mut all, &is_it);
                }
                wanted(added, &mut all, &is_it);
                wanted(new, &mut all, &is_it);
            }
        }
    }
    all
}

/// Fields out of the lines of a table.
fn templates(lines: &[String], request: &Request, answer: &Answer) -> Fields {
    let is_hit = answer.origin == Origin::Kept;
    let age = || {
        let date =
            answer.fields.first("date").and_then(|date| httpdate::parse_http_date(date).ok());
        let since = date.unwrap_or(answer.since).min(answer.since);
        if is_hit { since.elapsed().unwrap_or_default().as_secs() } else { 0 }
    };
    let value = |template: &str| {
        let mut value = template
            .replace("{hit}", if is_hit { "HIT" } else { "MISS" })
            .replace("{host}", HOST)
            .replace("{minor}", &request.minor.to_string());
        if value.contains("{age}") {
            value = value.replace("{age}", &age().to_string());
        }
        if value.contains("{now}") {
            value = value.replace("{now}", &httpdate::fmt_http_date(SystemTime::now()));
        }
        if value.contains("{ids}") {
            let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
            let second = if is_hit { format!(" {}", number + 1) } else { String::new() };
            value = value.replace("{ids}", &format!("{number}{second}"));
        }
        value
    };
    lines
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, template)| (name.to_owned(), value(template)))
        .collect()
}

/// What an emulated proxy calls itself.
const HOST: &str = "bitsgate-mock";

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(2);
