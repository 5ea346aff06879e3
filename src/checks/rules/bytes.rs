//! Bytes of the file as the answers show them, and whether all that overlap agree.

use std::fmt;

use super::multi::{self, Parts};
use super::{page, size};
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, Exchange, ExchangeId};
use crate::model::file_bytes::differing_at;
use crate::model::probe::{Method, Purpose};
use crate::wire::byte_range::{RangeSet, Span};
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;

/// Bytes that an answer says to be at `first`.
#[derive(Clone, Copy, Debug)]
pub(in crate::checks) struct Chunk<'e> {
    pub(in crate::checks) exchange: ExchangeId,
    pub(in crate::checks) purpose: Purpose,
    pub(in crate::checks) first: u64,
    pub(in crate::checks) data: &'e [u8],
}

/// Where two chunks first differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::checks) struct Difference {
    pub(in crate::checks) exchanges: [ExchangeId; 2],
    pub(in crate::checks) position: u64,
    pub(in crate::checks) values: [u8; 2],
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = self.exchanges;
        let [value, other_value] = self.values;
        write!(
            f,
            "Byte {} is 0x{value:02x} in {one} and 0x{other_value:02x} in {other}.",
            self.position
        )
    }
}

/// The chunks of answers to one range, whole files included; beginnings of bodies cut off count.
pub(in crate::checks) fn chunks(evidence: &Evidence) -> Vec<Chunk<'_>> {
    let answers = evidence.answers().filter(|(exchange, _)| {
        let ranges = exchange.probe.ranges.as_ref();
        exchange.probe.method == Method::Get
            && !exchange.probe.purpose.is_whole_file()
            && !ranges.is_some_and(RangeSet::is_multiple)
    });
    answers.filter_map(|(exchange, answer)| chunk(evidence, exchange, answer)).collect()
}

/// The chunks of the parts of one multipart answer.
pub(in crate::checks) fn part_chunks<'e>(parts: &Parts<'e>) -> Vec<Chunk<'e>> {
    let body: &'e [u8] = &parts.answer.body.data;
    let read = parts.multipart.parts.iter().filter_map(|part| {
        let ContentRange::Part { span, .. } = multi::content_range(part)? else { return None };
        let data = body.get(part.content.clone())?;
        Some(new_chunk(parts.exchange, span.first(), &data[..data.len().min(width(span))]))
    });
    read.collect()
}

/// Compares `new` with each of `known`: how many pairs overlap, and the first difference.
pub(in crate::checks) fn compare(
    new: Chunk<'_>,
    known: &[Chunk<'_>],
) -> (usize, Option<Difference>) {
    let overlaps = known.iter().filter_map(|old| overlap(new, *old));
    overlaps.fold((0, None), |(count, found), this| (count + 1, found.or(this)))
}

/// Compares each of `new` with each of `known`.
pub(in crate::checks) fn compare_all(
    new: &[Chunk<'_>],
    known: &[Chunk<'_>],
) -> (usize, Option<Difference>) {
    in_all(new.iter().map(|chunk| compare(*chunk, known)))
}

/// Compares each with those before it.
pub(in crate::checks) fn compare_among(chunks: &[Chunk<'_>]) -> (usize, Option<Difference>) {
    let before = chunks.iter().enumerate();
    in_all(before.map(|(index, chunk)| compare(*chunk, &chunks[..index])))
}

fn in_all(
    compared: impl Iterator<Item = (usize, Option<Difference>)>,
) -> (usize, Option<Difference>) {
    compared.fold((0, None), |(pairs, first), (more, found)| (pairs + more, first.or(found)))
}

/// Nothing when the chunks do not overlap; else their first difference, if any.
#[allow(clippy::option_option)]
fn overlap(one: Chunk<'_>, other: Chunk<'_>) -> Option<Option<Difference>> {
    let span = |chunk: Chunk<'_>| Span::with_width(chunk.first, chunk.data.len() as u64);
    let common = span(one)?.intersection(span(other)?)?;
    let slice = |chunk: Chunk<'_>| {
        let from = usize::try_from(common.first() - chunk.first).ok()?;
        Some((from, from.checked_add(width(common))?))
    };
    let ((from, to), (other_from, other_to)) = (slice(one)?, slice(other)?);
    let (a, b) = (one.data.get(from..to)?, other.data.get(other_from..other_to)?);
    let at = differing_at(a, b);
    Some(at.map(|at| Difference {
        exchanges: [one.exchange, other.exchange],
        position: common.first().saturating_add(at as u64),
        values: [a[at], b[at]],
    }))
}

fn chunk<'e>(evidence: &Evidence, exchange: &'e Exchange, answer: &'e Answer) -> Option<Chunk<'e>> {
    let fields = &answer.head.fields;
    let is_coded = fields
        .all("content-encoding")
        .any(|value| !value.is_empty() && !value.eq_ignore_ascii_case("identity"));
    let is_multipart = answer.head.media_type().as_deref() == Some("multipart/byteranges");
    if is_coded || is_multipart || page::is_suspect(evidence, answer) {
        return None;
    }
    let data = &answer.body.data[..];
    match (answer.head.status, size::content_range(answer)) {
        (206, Some(ContentRange::Part { span, .. })) => {
            Some(new_chunk(exchange, span.first(), &data[..data.len().min(width(span))]))
        }
        (200, None) => {
            let is_whole = match fields.content_length() {
                ContentLength::Valid { value, .. } => Some(value) == size::file_size(evidence),
                ContentLength::Absent => true,
                _ => false,
            };
            is_whole.then(|| new_chunk(exchange, 0, data))
        }
        _ => None,
    }
}

/// The beginning of a whole file.
pub(in crate::checks) fn beginning<'e>(exchange: &Exchange, answer: &'e Answer) -> Chunk<'e> {
    new_chunk(exchange, 0, &answer.body.data)
}

fn new_chunk<'e>(exchange: &Exchange, first: u64, data: &'e [u8]) -> Chunk<'e> {
    Chunk { exchange: exchange.id, purpose: exchange.probe.purpose, first, data }
}

fn width(span: Span) -> usize {
    usize::try_from(span.width()).unwrap_or(usize::MAX)
}
