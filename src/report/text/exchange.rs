//! Exchanges in words: the short form under a finding, the heads for `--verbose`.

use std::fmt::Write;
use std::time::Duration;

use super::{byte_words, counted};
use crate::model::exchange::{Answer, BodyEnd, Exchange};
use crate::ui::escape::{escape_bytes, escape_limited};
use crate::ui::page::Page;
use crate::ui::style::Role;
use crate::wire::fields::Fields;

/// `GET http://host/file, Range: bytes=0-5690 (x2)`.
pub(in crate::report) fn asked(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let range = exchange.probe.ranges.as_ref().map_or_else(String::new, |ranges| {
        format!(", Range: {}", escape_limited(&ranges.to_string(), VALUE))
    });
    format!("{} {}{range} ({})", request.method, request.url, exchange.id)
}

/// `HTTP/1.1 200 OK, Content-Length: 100000; 16.0 KiB of body, then cut off`, or the failure.
pub(in crate::report) fn answered(exchange: &Exchange) -> String {
    let answer = match &exchange.result {
        Ok(answer) => answer,
        Err(failure) => return escape_limited(&failure.to_string(), FAILURE).into_owned(),
    };
    let head = &answer.head;
    let mut text =
        format!("{} {} {}", head.version, head.status, escape_limited(&head.reason, VALUE));
    text.truncate(text.trim_end().len());
    let fields = head.fields.iter().filter(|field| is_telling(&field.name));
    for field in fields.take(TELLING_FIELDS) {
        // Writing to a String cannot fail.
        let _ = write!(text, ", {}: {}", field.name, escape_limited(&field.value, VALUE));
    }
    format!("{text}; {}", body_words(answer))
}

/// One block: what it was for, how long it took, both heads, what is known of the body.
pub(super) fn write_exchange(page: &mut Page, exchange: &Exchange) {
    let timing = &exchange.timing;
    let kept = if exchange.reused { ", kept" } else { "" };
    page.tagged(Role::Heading, &exchange.id.to_string(), &format!(
        "{}, {} leg, connection {}{kept}; connected after {}, first byte after {}, over after {}",
        exchange.probe.purpose.as_str(),
        exchange.leg,
        exchange.connection,
        milliseconds(timing.connect),
        milliseconds(timing.first_byte),
        milliseconds(timing.total),
    ));
    if let Some(failure) = &exchange.first_attempt {
        page.indented(&format!("Sent once anew, as the first attempt failed: {failure}."));
    }
    let request = &exchange.request;
    page.quoted(">", &format!("{} {} HTTP/1.1", request.method, request.target));
    write_fields(page, ">", &request.fields);
    match &exchange.result {
        Err(failure) => page.indented(&format!("No answer: {failure}.")),
        Ok(answer) => {
            for head in answer.interim.iter().chain([&answer.head]) {
                page.quoted("<", &format!("{} {} {}", head.version, head.status, head.reason));
                write_fields(page, "<", &head.fields);
            }
            page.indented(&format!("{}.", body_words(answer)));
        }
    }
}

fn write_fields(page: &mut Page, mark: &str, fields: &Fields) {
    for field in fields.iter().take(SHOWN_FIELDS) {
        page.quoted(mark, &format!("{}: {}", field.name, field.value));
    }
    if fields.len() > SHOWN_FIELDS {
        page.quoted(mark, &format!("... and {}", counted(fields.len() - SHOWN_FIELDS, "field")));
    }
}

pub(in crate::report) fn body_words(answer: &Answer) -> String {
    let body = &answer.body;
    let end = match &body.end {
        BodyEnd::Broken(failure) => {
            format!(", then broken: {}", escape_limited(&failure.to_string(), FAILURE))
        }
        BodyEnd::Complete => String::new(),
        BodyEnd::CutOff => ", then cut off by this tool".to_owned(),
        BodyEnd::Slow => ", slowly, then cut off by this tool".to_owned(),
    };
    let stray = if body.stray.is_empty() {
        String::new()
    } else {
        let shown = &body.stray[..body.stray.len().min(STRAY)];
        format!(
            ", and {} after its end: \"{}\"",
            counted(body.stray.len(), "stray byte"),
            escape_bytes(shown)
        )
    };
    format!("{} of body{end}{stray}", byte_words(body.received))
}

fn is_telling(name: &str) -> bool {
    TELLING.iter().any(|telling| name.eq_ignore_ascii_case(telling))
}

pub(in crate::report) fn milliseconds(duration: Duration) -> String {
    format!("{:.1}ms", duration.as_secs_f64() * 1000.0)
}

/// Fields of an answer that decide what BITS makes of it.
const TELLING: [&str; 9] = [
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "etag",
    "last-modified",
    "location",
    "proxy-authenticate",
    "transfer-encoding",
];
const TELLING_FIELDS: usize = 12;
const SHOWN_FIELDS: usize = 100;
const VALUE: usize = 120;
const FAILURE: usize = 300;
const STRAY: usize = 32;
