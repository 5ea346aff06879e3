//! The size of the file: what HEAD and ranged answers say of it, and whether it changed.

use super::page;
use crate::model::defect::Defect;
use crate::model::evidence::{Evidence, stated_size};
use crate::model::exchange::{Answer, Exchange, ExchangeId};
use crate::model::finding::Judgement;
use crate::model::probe::{Method, Purpose};
use crate::model::profile::Profile;
use crate::wire::byte_range::ByteRange;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::{ContentLength, Fields};

/// The one well-formed Content-Range of an answer.
pub(in crate::checks) fn content_range(answer: &Answer) -> Option<ContentRange> {
    only_content_range(&answer.head.fields)
}

/// The well-formed Content-Range of a header section that has one, or the same repeated.
pub(in crate::checks) fn only_content_range(fields: &Fields) -> Option<ContentRange> {
    let mut values = fields.all("content-range");
    let first = values.next()?;
    if values.any(|value| value != first) {
        return None;
    }
    ContentRange::parse(first).ok()
}

/// The totals that 206 answers to one range state, in the order sent; pages do not count.
pub(in crate::checks) fn totals(evidence: &Evidence) -> impl Iterator<Item = (&Exchange, u64)> {
    evidence.answers().filter_map(|(exchange, answer)| {
        let is_single = exchange.probe.ranges.as_ref().is_some_and(|set| !set.is_multiple());
        if !is_single || answer.head.status != 206 || page::is_suspect(evidence, answer) {
            return None;
        }
        match content_range(answer)? {
            ContentRange::Part { total, .. } => Some((exchange, total?)),
            ContentRange::Unsatisfied { .. } => None,
        }
    })
}

/// The size by which ranges are judged: what is known beforehand, else what [`by_answers`] says.
pub(in crate::checks) fn file_size(evidence: &Evidence) -> Option<u64> {
    if let Some(size) = evidence.known_size.or_else(|| size_without_proxy(evidence)) {
        return Some(size);
    }
    by_answers(evidence)
}

/// The size as the answers of this phase alone state it: HEAD's when any ranged answer confirms it
/// or none states a total, else the first total. A HEAD that no range confirms has a check of its
/// own.
///
/// A range that was asked past the end shows where the file ends, whatever total it states: where
/// that is HEAD's size, the totals are what is wrong.
pub(in crate::checks) fn by_answers(evidence: &Evidence) -> Option<u64> {
    // A HEAD that says 0 where bytes of the file came states no size.
    let head = evidence.head_size().filter(|&size| size > 0 || proof_of_data(evidence).is_none());
    let mut totals = totals(evidence).map(|(_, total)| total).peekable();
    let first = totals.peek().copied();
    match head {
        Some(size) if first.is_none() || totals.any(|total| total == size) => Some(size),
        Some(size) if ends_of_file(evidence).any(|end| end == size) => Some(size),
        _ => first.or_else(|| whole_length(evidence)),
    }
}

/// The length of a 200 that came for the first range in place of a part: that of the file, unless it
/// is the width that was asked.
fn whole_length(evidence: &Evidence) -> Option<u64> {
    let exchange = evidence.exchange(Purpose::RangeFirst)?;
    let answer = exchange.answer().filter(|answer| answer.head.status == 200)?;
    let [range] = exchange.probe.ranges.as_ref()?.ranges() else { return None };
    let ByteRange::Closed(asked) = range else { return None };
    let has_range = answer.head.fields.has("content-range");
    match answer.head.fields.content_length() {
        ContentLength::Valid { value, .. }
            if value > asked.width() && !has_range && !page::is_suspect(evidence, answer) =>
        {
            Some(value)
        }
        _ => None,
    }
}

/// The size of a Delivery Optimization download by what the server sent without the proxy: a real
/// client knows it from metadata, and never takes it from the answers through the proxy.
fn size_without_proxy(evidence: &Evidence) -> Option<u64> {
    let direct = evidence.direct.as_deref().filter(|direct| direct.profile == Profile::Do)?;
    let size = by_answers(direct)?;
    // A page of a filter on the direct way has a length too; a range of the file has a total.
    totals(direct).any(|(_, total)| total == size).then_some(size)
}

/// Where answers to ranges without a real last position end.
fn ends_of_file(evidence: &Evidence) -> impl Iterator<Item = u64> {
    evidence.answers().filter_map(|(exchange, answer)| {
        let is_open = matches!(
            exchange.probe.purpose,
            Purpose::RangeClamped
                | Purpose::RangeSuffix
                | Purpose::RangeOpenEnd
                | Purpose::DoTailBlock
                | Purpose::DoLastBlock
        );
        match content_range(answer)? {
            ContentRange::Part { span, .. } if is_open && answer.head.status == 206 => {
                span.last().checked_add(1)
            }
            _ => None,
        }
    })
}

/// The size at the first and at the last time that the same request told it, when they differ.
pub(in crate::checks) fn change(evidence: &Evidence) -> Option<Change> {
    let state = |purpose| {
        let exchange = evidence.exchange(purpose)?;
        Some((exchange.id, stated_size(exchange)?))
    };
    let heads = state(Purpose::Head).zip(state(Purpose::LastHead));
    // A first range that contradicts the HEAD is wrong in itself, and no sign of a change.
    let first_total = totals(evidence)
        .next()
        .map(|(exchange, total)| (exchange.id, total))
        .filter(|(_, total)| evidence.head_size().is_none_or(|size| size == *total));
    let last_total = totals(evidence)
        .find(|(exchange, _)| exchange.probe.purpose.is_last_look())
        .map(|(exchange, total)| (exchange.id, total));
    heads.into_iter().chain(first_total.zip(last_total)).find_map(
        |((first, before), (last, after))| {
            (before != after).then_some(Change { before, after, exchanges: [first, last] })
        },
    )
}

/// The size that one exchange tells: a HEAD by its length, a range by its total.
pub(in crate::checks) fn told(exchange: &Exchange) -> Option<u64> {
    stated_size(exchange).or_else(|| {
        let answer = exchange.answer().filter(|answer| answer.head.status == 206)?;
        content_range(answer)?.total()
    })
}

/// A size that changed.
#[derive(Clone, Copy, Debug)]
pub(in crate::checks) struct Change {
    pub(in crate::checks) before: u64,
    pub(in crate::checks) after: u64,
    pub(in crate::checks) exchanges: [ExchangeId; 2],
}

/// The judgement on the first range of an empty file: nobody can tell whether ranges work.
pub(in crate::checks) fn nothing_to_judge() -> Judgement {
    Judgement::inconclusive(Defect::EmptyFile, "the file is empty: ranges cannot be judged")
        .because("An empty file has no byte that a range could name. Take a target with content.")
}

/// An answer that proves that the file is not empty.
pub(in crate::checks) fn proof_of_data(evidence: &Evidence) -> Option<&Exchange> {
    let proves = |exchange: &Exchange, answer: &Answer| {
        if exchange.probe.method != Method::Get || page::is_suspect(evidence, answer) {
            return false;
        }
        match (answer.head.status, content_range(answer)) {
            (206, Some(ContentRange::Part { .. })) => true,
            (416, Some(ContentRange::Unsatisfied { total })) => total > 0,
            (200, _) => answer.body.received > 0,
            _ => false,
        }
    };
    evidence.answers().find(|(exchange, answer)| proves(exchange, answer)).map(|(x, _)| x)
}

/// Whether the file is empty as far as anybody can tell: HEAD says 0, or a 416 says `*/0`, no
/// answer proves data, and the first range did not fail for another reason. Where the file is
/// known to have bytes, or HEAD says so, a 416 is a refusal.
pub(in crate::checks) fn is_empty_file(evidence: &Evidence) -> bool {
    if evidence.known_size.or_else(|| evidence.head_size()).is_some_and(|size| size > 0) {
        return false;
    }
    let answers_of_none = evidence.answers().any(|(_, answer)| {
        answer.head.status == 416
            && content_range(answer) == Some(ContentRange::Unsatisfied { total: 0 })
    });
    let says_empty = evidence.head_size() == Some(0) || answers_of_none;
    let first_agrees = match evidence.first_piece().map(|x| &x.result) {
        None => true,
        Some(Ok(answer)) => match answer.head.status {
            416 => true,
            200 => {
                answer.body.received == 0
                    && !matches!(
                        answer.head.fields.content_length(),
                        ContentLength::Valid { value: 1.., .. }
                    )
            }
            _ => false,
        },
        Some(Err(_)) => false,
    };
    says_empty && first_agrees && proof_of_data(evidence).is_none()
}
