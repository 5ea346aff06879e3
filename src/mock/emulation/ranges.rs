//! Cuts Range out of a whole answer, as Apache's byterange filter does to proxied answers too: when
//! it may, what it sends, and in which layout.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::{BufMut as _, Bytes, BytesMut};

use super::cut::{Cut, read};
use super::flow::{Flow, Piece, Pieces, are_whole, joined};
use super::page;
use super::table::{Boundary, Cuts, Ranges, Table};
use crate::mock::message::{Request, remove, set};
use crate::wire::byte_range::Span;
use crate::wire::content_range::ContentRange;

/// Cuts what `request` asks for, when this version would. `connection` is the client's number.
pub(super) async fn cut(
    table: &Table,
    request: &Request,
    flow: &mut Flow,
    connection: u64,
) -> io::Result<()> {
    let rules = &table.ranges;
    let Some(list) = asked(request, rules.request_range).filter(|_| applies(request, flow)) else {
        return Ok(());
    };
    let body = match rules.cuts {
        Cuts::Never => return Ok(()),
        Cuts::AgainstZero if !list.contains(',') => {
            // Without a dash it is no range at all; any other ends before it begins.
            if list.contains('-') {
                page::unsatisfiable(table, flow);
            }
            return Ok(());
        }
        Cuts::AgainstZero | Cuts::WholeBody => {
            let pieces = flow.pieces.take(MOST_IN_MEMORY).await?;
            if !are_whole(&pieces) {
                return Err(io::Error::other("the body is too long to be held in memory"));
            }
            joined(&pieces)
        }
        Cuts::FirstPiece => {
            let first = flow.pieces.next().await?;
            if !first.end || first.bytes.is_empty() {
                flow.pieces.put_back(vec![first]);
                return Ok(());
            }
            first.bytes
        }
    };
    let size = body.len() as u64;
    match read(&list, size, rules) {
        Cut::Ignored => flow.pieces = Pieces::of([Piece::last(body)]),
        Cut::Unsatisfiable => page::unsatisfiable(table, flow),
        Cut::One(span) => {
            flow.status = 206;
            flow.fields.push("Content-Range", content_range(span, size));
            flow.pieces = Pieces::of([Piece::last(slice(&body, span))]);
        }
        Cut::Several(spans) => {
            let number = match rules.boundary {
                Boundary::Random => rand_digits(),
                Boundary::TimeAndConnection => format!("{:x}{connection:x}", micros()),
                Boundary::TimeAndProcess => format!("{:x}{:x}", micros(), std::process::id()),
            };
            several(flow, &body, &spans, &number, rules.parts_at_once, is_old(request, rules));
        }
    }
    Ok(())
}

/// The list of ranges that is asked for.
fn asked(request: &Request, request_range: bool) -> Option<String> {
    let old = request.fields.first("request-range").filter(|_| request_range);
    let value = request.fields.first("range").or(old)?;
    let is_bytes = value.get(..6).is_some_and(|unit| unit.eq_ignore_ascii_case("bytes="));
    is_bytes.then(|| value[6..].to_owned())
}

/// Whether the answer is whole and If-Range, compared letter by letter, matches.
fn applies(request: &Request, flow: &Flow) -> bool {
    let content_type = flow.content_type.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_cut = flow.fields.has("content-range")
        || content_type.starts_with("multipart/byteranges")
        || content_type.starts_with("multipart/x-byteranges");
    let field = |name: &str| flow.fields.first(name).or_else(|| flow.error_fields.first(name));
    let matches = request.fields.first("if-range").is_none_or(|value| {
        let name = if value.starts_with('"') { "etag" } else { "last-modified" };
        field(name) == Some(value)
    });
    flow.status == 200 && !is_cut && matches
}

/// Whether the client is of those that know `multipart/x-byteranges` only.
fn is_old(request: &Request, rules: &Ranges) -> bool {
    let agent = request.fields.first("user-agent").unwrap_or_default();
    rules.request_range && (request.fields.has("request-range") || agent.contains("MSIE 3"))
}

fn several(
    flow: &mut Flow,
    body: &Bytes,
    spans: &[Span],
    boundary: &str,
    parts_at_once: usize,
    is_old: bool,
) {
    let size = body.len() as u64;
    let of_part = flow.content_type.take().unwrap_or_default();
    let prefix = if is_old { "x-" } else { "" };
    let content_type = format!("multipart/{prefix}byteranges; boundary={boundary}");
    if flow.fields.has("content-type") {
        set(&mut flow.fields, "Content-Type", &content_type);
    }
    flow.content_type = Some(content_type);
    flow.status = 206;
    let (mut pieces, mut out) = (Vec::new(), BytesMut::new());
    for (index, &span) in spans.iter().enumerate() {
        if parts_at_once > 0 && index > 0 && index % parts_at_once == 0 {
            pieces.push(Piece::more(out.split().freeze()));
            remove(&mut flow.fields, "Content-Length");
        }
        let range = content_range(span, size);
        out.put_slice(format!("\r\n--{boundary}\r\nContent-type: {of_part}\r\n").as_bytes());
        out.put_slice(format!("Content-range: {range}\r\n\r\n").as_bytes());
        out.put_slice(&slice(body, span));
    }
    out.put_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    pieces.push(Piece::last(out.freeze()));
    flow.pieces = Pieces::of(pieces);
}

fn content_range(span: Span, size: u64) -> String {
    ContentRange::Part { span, total: Some(size) }.to_string()
}

/// The spans were cut to the length of the body, which is in memory.
fn slice(body: &Bytes, span: Span) -> Bytes {
    let (first, last) = (span.first() as usize, span.last() as usize);
    body.slice(first..=last)
}

fn micros() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros()
}

/// 16 hexadecimal digits that differ from answer to answer.
fn rand_digits() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    format!("{:016x}", RandomState::new().hash_one(micros()))
}

/// The real program takes as much memory as the file; the emulation stops here, in bytes.
const MOST_IN_MEMORY: usize = 64 << 20;
