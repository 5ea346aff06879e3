//! Cuts Range out of a whole answer, as Apache's byterange filter does to proxied answers too: when
//! it may, what it sends, and in which layout.

use std::io;

use bytes::{BufMut as _, Bytes, BytesMut};

use super::flow::{Flow, MOST_IN_MEMORY, Piece, Pieces, are_whole, joined};
use super::page;
use super::table::{Cuts, Table, When};
use crate::mock::cut::{Cut, list_of_bytes};
use crate::mock::layout::Layout;
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
    let rules = &table.cuts;
    let Some(value) = asked(request, rules).filter(|_| applies(request, flow)) else {
        return Ok(());
    };
    let body = match rules.when {
        When::Never => return Ok(()),
        When::Hits if flow.status_line.is_some() => return Ok(()),
        When::AgainstZero if !value.contains(',') => {
            // Without a dash it is no range at all; any other ends before it begins.
            if value.contains('-') {
                page::unsatisfiable(table, flow);
            }
            return Ok(());
        }
        When::AgainstZero | When::Always | When::Hits => {
            let pieces = flow.pieces.take(MOST_IN_MEMORY).await?;
            if !are_whole(&pieces) {
                return Err(io::Error::other("the body is too long to be held in memory"));
            }
            joined(&pieces)
        }
        When::FirstPiece => {
            let first = flow.pieces.next().await?;
            if !first.end || first.bytes.is_empty() {
                flow.pieces.put_back(vec![first]);
                return Ok(());
            }
            first.bytes
        }
    };
    let size = body.len() as u64;
    match table.ranges.cut(value, Some(size)) {
        Cut::Forwarded | Cut::Whole => flow.pieces = Pieces::of([Piece::last(body)]),
        Cut::Refused => page::unsatisfiable(table, flow),
        Cut::One(span) => {
            flow.status = 206;
            let range = ContentRange::Part { span, total: Some(size) };
            flow.fields.push("Content-Range", range.to_string());
            flow.pieces = Pieces::of([Piece::last(slice(&body, span))]);
        }
        Cut::Several(spans) => {
            let mut layout = table.parts.of_answer(connection);
            if is_old(request, rules) {
                "multipart/x-byteranges".clone_into(&mut layout.media_type);
            }
            several(flow, &body, &spans, &layout, rules.parts_at_once);
        }
    }
    Ok(())
}

/// The field that asks for ranges of bytes.
fn asked<'a>(request: &'a Request, rules: &Cuts) -> Option<&'a str> {
    let old = request.fields.first("request-range").filter(|_| rules.request_range);
    let value = request.fields.first("range").or(old)?;
    list_of_bytes(value).map(|_| value)
}

/// Whether the answer is whole and If-Range, compared letter by letter, matches. What stands in the
/// table for errors is not compared.
fn applies(request: &Request, flow: &Flow) -> bool {
    let content_type = flow.content_type.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_cut = flow.fields.has("content-range")
        || content_type.starts_with("multipart/byteranges")
        || content_type.starts_with("multipart/x-byteranges");
    let matches = request.fields.first("if-range").is_none_or(|value| {
        let name = if value.starts_with('"') { "etag" } else { "last-modified" };
        flow.fields.first(name) == Some(value)
    });
    flow.status == 200 && !is_cut && matches
}

/// Whether the client is of those that know `multipart/x-byteranges` only.
fn is_old(request: &Request, rules: &Cuts) -> bool {
    let agent = request.fields.first("user-agent").unwrap_or_default();
    rules.request_range && (request.fields.has("request-range") || agent.contains("MSIE 3"))
}

fn several(flow: &mut Flow, body: &Bytes, spans: &[Span], layout: &Layout, at_once: usize) {
    let of_part = flow.content_type.take().unwrap_or_default();
    let content_type = layout.content_type();
    if flow.fields.has("content-type") {
        set(&mut flow.fields, "Content-Type", &content_type);
    }
    flow.content_type = Some(content_type);
    flow.status = 206;
    let (mut pieces, mut out) = (Vec::new(), BytesMut::new());
    for (index, &span) in spans.iter().enumerate() {
        if at_once > 0 && index > 0 && index % at_once == 0 {
            pieces.push(Piece::more(out.split().freeze()));
            remove(&mut flow.fields, "Content-Length");
        }
        let fields = layout.fields_of(Some(&of_part), span, Some(body.len() as u64));
        out.put_slice(&layout.head_of(index, &fields));
        out.put_slice(&slice(body, span));
    }
    out.put_slice(&layout.end());
    pieces.push(Piece::last(out.freeze()));
    flow.pieces = Pieces::of(pieces);
}

/// The spans were cut to the length of the body, which is in memory.
fn slice(body: &Bytes, span: Span) -> Bytes {
    let (first, last) = (span.first() as usize, span.last() as usize);
    body.slice(first..=last)
}
