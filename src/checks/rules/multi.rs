//! Answers to several ranges: taken apart once, judged by all checks of the group
//! (RFC 9110 15.3.7.2; Microsoft: "Issues with BITS").

use super::{page, part, plain_coding, shown, single_range, size, status, transport, worst};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, BodyEnd, Exchange};
use crate::model::failure::FailureKind;
use crate::model::finding::{Judgement, Status};
use crate::model::probe::Purpose;
use crate::wire::byte_range::Span;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;
use crate::wire::head::CLIENT_HEAD_LIMIT;
use crate::wire::multipart::{Boundary, Multipart, Part, parse_boundary, parse_multipart};

/// A multipart answer taken apart.
pub(in crate::checks) struct Parts<'e> {
    pub(in crate::checks) exchange: &'e Exchange,
    pub(in crate::checks) answer: &'e Answer,
    pub(in crate::checks) boundary: Boundary,
    pub(in crate::checks) multipart: Multipart,
}

/// What came for several ranges.
pub(in crate::checks) enum Reading<'e> {
    /// multipart/byteranges with a usable boundary.
    Parts(Box<Parts<'e>>),
    /// A 206 meant as multipart, without a usable boundary.
    NoBoundary(Judgement),
    /// Anything else.
    Other(Judgement),
}

/// The probes for several ranges.
pub(in crate::checks) const PURPOSES: &[Purpose] = &[
    Purpose::MultiTwo,
    Purpose::MultiFive,
    Purpose::MultiMany,
    Purpose::MultiDescending,
    Purpose::MultiAdjacent,
    Purpose::MultiNear,
    Purpose::MultiSecond,
    Purpose::MultiThird,
    Purpose::MultiDelayed,
];

/// Why there is nothing to judge for the framing checks.
pub(in crate::checks) const NO_PARTS: &str =
    "no multipart answer came, so there is no framing to judge; see multi-two";

/// Judges the ranges of the answer for this purpose: all of them, in order, nothing merged.
pub(in crate::checks) fn judge(evidence: &Evidence, purpose: Purpose) -> Judgement {
    let Some(exchange) = evidence.exchange(purpose) else {
        return single_range::not_sent(evidence, purpose);
    };
    judge_exchange(evidence, exchange)
}

/// Judges the two ranges by the first right answer to them, where one of several is right: what only
/// the first request for several ranges gets is a matter of the order.
pub(in crate::checks) fn judge_any_time(evidence: &Evidence) -> Judgement {
    let purposes = [Purpose::MultiTwo, Purpose::MultiSecond, Purpose::MultiThird];
    let later = purposes.into_iter().filter(|&purpose| evidence.exchange(purpose).is_some());
    let mut judged = later.map(|purpose| judge(evidence, purpose));
    let is_right = |judgement: &Judgement| matches!(judgement.status, Status::Pass | Status::Warn);
    judged.find(is_right).unwrap_or_else(|| judge(evidence, Purpose::MultiTwo))
}

/// Judges the ranges of one answer.
pub(in crate::checks) fn judge_exchange(evidence: &Evidence, exchange: &Exchange) -> Judgement {
    if size::is_empty_file(evidence) {
        return Judgement::skipped("the file is empty: no range of it exists");
    }
    match read(evidence, exchange) {
        Reading::Parts(parts) => judge_parts(evidence, &parts),
        Reading::NoBoundary(_) => Judgement::skipped("see multi-boundary"),
        Reading::Other(judgement) => judgement,
    }
}

/// Applies a rule to every multipart answer; the worst counts.
pub(in crate::checks) fn judge_framing<'e>(
    evidence: &'e Evidence,
    rule: impl Fn(&Parts<'e>) -> Judgement,
) -> Judgement {
    let all = all_parts(evidence);
    worst(all.iter().map(|parts| rule(parts).proved_by([parts.exchange.id])))
        .unwrap_or_else(|| Judgement::skipped(NO_PARTS))
}

/// Every multipart answer with a usable boundary.
pub(in crate::checks) fn all_parts(evidence: &Evidence) -> Vec<Parts<'_>> {
    let exchanges = PURPOSES.iter().filter_map(|&purpose| evidence.exchange(purpose));
    exchanges
        .filter_map(|exchange| match read(evidence, exchange) {
            Reading::Parts(parts) => Some(*parts),
            _ => None,
        })
        .collect()
}

/// Reads one answer.
pub(in crate::checks) fn read<'e>(evidence: &'e Evidence, exchange: &'e Exchange) -> Reading<'e> {
    let answer = match &exchange.result {
        Ok(answer) => answer,
        Err(failure) => return Reading::Other(transport::judge(evidence, exchange, failure)),
    };
    if answer.head.status != 206 {
        return Reading::Other(refused(evidence, exchange, answer));
    }
    let content_type = answer.head.fields.first("content-type").unwrap_or_default();
    let media_type = answer.head.media_type().unwrap_or_default();
    if media_type.starts_with("multipart/") {
        return match parse_boundary(content_type) {
            Ok(boundary) => {
                let multipart = parse_multipart(&answer.body.data, &boundary.value);
                Reading::Parts(Box::new(Parts { exchange, answer, boundary, multipart }))
            }
            Err(error) => Reading::NoBoundary(no_boundary(exchange, content_type, &error)),
        };
    }
    let begins_with_dashes = answer.body.data.trim_ascii_start().starts_with(b"--");
    if page::is_suspect(evidence, answer) && !begins_with_dashes {
        return Reading::Other(html(exchange));
    }
    let mut ranges = answer.head.fields.all("content-range");
    if ranges.any(|value| !value.trim().is_empty()) {
        return Reading::Other(single_part(evidence, exchange, answer));
    }
    Reading::NoBoundary(no_boundary(exchange, content_type, &"it is not multipart/byteranges"))
}

impl Parts<'_> {
    /// Whether the body has a content coding, so that no part can be read.
    pub(in crate::checks) fn is_coded(&self) -> bool {
        self.multipart.parts.is_empty()
            && coding_problem(self).is_some_and(|problem| problem.status == Status::Fail)
    }

    /// Whether the body was read to its end.
    pub(in crate::checks) fn is_complete(&self) -> bool {
        self.answer.body.end == BodyEnd::Complete
            && self.answer.body.data.len() as u64 == self.answer.body.received
    }
}

/// The one valid Content-Range of a part.
pub(in crate::checks) fn content_range(part: &Part) -> Option<ContentRange> {
    size::only_content_range(&part.fields)
}

fn judge_parts(evidence: &Evidence, parts: &Parts<'_>) -> Judgement {
    if parts.multipart.parts.is_empty() && parts.is_complete() {
        // A body with a content coding has its parts inside.
        let coding = coding_problem(parts).filter(|problem| problem.status == Status::Fail);
        return coding
            .unwrap_or_else(|| Judgement::skipped("no part was found; see multi-boundary"));
    }
    let Some(asked) = asked_spans(evidence, parts.exchange) else {
        return Judgement::skipped("the size of the file is not known");
    };
    let order = order_problem(parts, &asked);
    let is_cut = order.as_ref().is_some_and(|_| !parts.is_complete());
    let order = order.filter(|_| !is_cut);
    let problems = end_problem(parts).into_iter().chain(order).chain(head_problems(parts));
    worst(problems).unwrap_or_else(|| {
        Judgement::pass(format!("206 multipart with all {} ranges in order", asked.len()))
            .proved_by([parts.exchange.id])
    })
}

/// The positions asked, clamped to the file when its size is known.
fn asked_spans(evidence: &Evidence, exchange: &Exchange) -> Option<Vec<Span>> {
    Some(exchange.probe.ranges.as_ref()?.resolve(size::file_size(evidence)?))
}

fn order_problem(parts: &Parts<'_>, asked: &[Span]) -> Option<Judgement> {
    let id = parts.exchange.id;
    let got: Option<Vec<Span>> = parts
        .multipart
        .parts
        .iter()
        .map(|part| match content_range(part)? {
            ContentRange::Part { span, .. } => Some(span),
            ContentRange::Unsatisfied { .. } => None,
        })
        .collect();
    let Some(got) = got else {
        return Some(Judgement::skipped("see multi-part-fields").proved_by([id]));
    };
    if got == asked {
        return None;
    }
    let words = format!("Asked {}, got {}.", listed(asked), listed(&got));
    let mut sorted = (got.clone(), asked.to_vec());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    let judgement = if got.windows(2).any(|pair| pair[0] == pair[1]) && !has_doubles(asked) {
        Judgement::fail(Defect::RangesDropped, "a part came more than once").because(words)
    } else if sorted.0 == sorted.1 {
        Judgement::fail(Defect::RangesReordered, "the parts are not in the order asked").because(
            format!("{words} HTTP allows another order (RFC 9110 15.3.7.2), BITS does not."),
        )
    } else if got.iter().any(|span| merges(*span, asked)) {
        merged(asked, &words)
    } else {
        Judgement::fail(
            Defect::RangesDropped,
            format!("{} parts came for {} ranges, not those asked", got.len(), asked.len()),
        )
        .because(words)
    };
    Some(judgement.proved_by([id]))
}

/// Merged ranges. Microsoft documents the error for duplicate and overlapping ranges, which this
/// tool never asks; that merging ranges that touch is as bad is likely.
fn merged(asked: &[Span], words: &str) -> Judgement {
    let gaps = asked.windows(2).map(|pair| pair[1].first().saturating_sub(pair[0].last()));
    let widest = gaps.max().unwrap_or_default();
    let touch = asked.windows(2).any(|pair| pair[0].last().checked_add(1) == Some(pair[1].first()));
    let defect = if touch { Defect::AdjacentRangesMerged } else { Defect::RangesMerged };
    let by_http = if widest <= PART_OVERHEAD {
        "HTTP lets a server merge ranges whose gap is smaller than the overhead of a part (RFC \
         9110 15.3.7.2)"
    } else {
        "HTTP lets a server merge ranges that overlap or are separated by a small gap only (RFC \
         9110 15.3.7.2)"
    };
    Judgement::fail(defect, "ranges were merged into one").because(format!(
        "{words} {by_http}; [MC-BUP] 3.5.5.1 forbids it, and BITS answers consolidated ranges with \
         BG_E_INVALID_SERVER_RESPONSE."
    ))
}

/// Whether a span is two or more of those asked in one: it begins with one of them and ends with
/// another. What is wider, such as the whole file, was not made by merging.
fn merges(span: Span, asked: &[Span]) -> bool {
    let begins = asked.iter().any(|one| one.first() == span.first());
    let ends = asked.iter().any(|one| one.last() == span.last());
    begins && ends && !asked.contains(&span)
}

fn has_doubles(spans: &[Span]) -> bool {
    let mut sorted = spans.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}

fn coding_problem(parts: &Parts<'_>) -> Option<Judgement> {
    let fields = &parts.answer.head.fields;
    let (judgement, coding) = if let Some(coding) = plain_coding(fields) {
        let summary = "multipart with a Content-Encoding that names no coding";
        (Judgement::warn(Defect::RangeCoding, summary), coding)
    } else {
        let coding = fields.all("content-encoding").find(|value| !value.is_empty())?;
        (Judgement::fail(Defect::RangeCoding, "multipart with a content coding"), coding)
    };
    let judgement = judgement.because(format!("Content-Encoding {} came.", shown(coding)));
    Some(judgement.proved_by([parts.exchange.id]))
}

fn head_problems(parts: &Parts<'_>) -> Vec<Judgement> {
    let fields = &parts.answer.head.fields;
    let mut problems: Vec<_> = coding_problem(parts).into_iter().collect();
    let head = parts.answer.head.raw.len();
    if head > CLIENT_HEAD_LIMIT {
        problems.push(
            Judgement::fail(
                Defect::HeadTooLong,
                "multipart with a header section of more than 64 KB",
            )
            .because(format!(
                "It has {head} bytes. WinHTTP reads at most {CLIENT_HEAD_LIMIT} bytes by default."
            ))
            .proved_by([parts.exchange.id]),
        );
    }
    let length = match fields.content_length() {
        ContentLength::Valid { .. } => None,
        ContentLength::Absent => Some(
            Judgement::fail(Defect::MultiLengthMissing, "multipart without Content-Length")
                .because(
                    "HTTP allows that, but a server for BITS must send Content-Length with each \
                     successful answer (Microsoft, [MC-BUP] 3.5.5).",
                )
                .conforming(),
        ),
        ContentLength::Conflicting(values) => Some(
            Judgement::fail(
                Defect::RangeLengthWrong,
                "multipart with Content-Lengths that disagree",
            )
            .because(format!("Got {} (RFC 9110 8.6).", shown(&values.join(", "))))
            .breaking_rfc(),
        ),
        ContentLength::Malformed(value) => Some(
            Judgement::fail(
                Defect::RangeLengthWrong,
                "multipart with a Content-Length that is no number",
            )
            .because(format!("Got {} (RFC 9110 8.6).", shown(&value)))
            .breaking_rfc(),
        ),
    };
    problems.extend(length.map(|judgement| judgement.proved_by([parts.exchange.id])));
    problems
}

fn end_problem(parts: &Parts<'_>) -> Option<Judgement> {
    let came = format!("{} bytes came", parts.answer.body.received);
    let judgement = match &parts.answer.body.end {
        BodyEnd::Complete => return None,
        BodyEnd::CutOff => Judgement::fail(
            Defect::BodyLengthWrong,
            "the multipart body is much longer than the ranges asked",
        )
        .because(format!("{came} before the probe closed the connection.")),
        BodyEnd::Slow => part::slow(parts.answer.body.received),
        BodyEnd::Broken(failure) => match &failure.kind {
            FailureKind::Deadline | FailureKind::Library => {
                Judgement::inconclusive(Defect::NotJudged, "the run ended before the body did")
                    .because(format!("{came}."))
            }
            FailureKind::NoAnswer | FailureKind::TooSlow { .. } => {
                let summary = if parts.multipart.closed {
                    "the multipart body never ends"
                } else {
                    "the multipart body did not come within the timeout"
                };
                Judgement::fail(Defect::Stalled, summary).because(format!("{came}."))
            }
            _ => Judgement::fail(transport::defect_of(failure), "the multipart body broke off")
                .breaking_rfc_if(transport::cuts_message(failure))
                .because(format!("{came}: {}.", transport::summary_of(failure))),
        },
    };
    Some(judgement.proved_by([parts.exchange.id]))
}

fn refused(evidence: &Evidence, exchange: &Exchange, answer: &Answer) -> Judgement {
    let asked = exchange.probe.ranges.as_ref().map(ToString::to_string).unwrap_or_default();
    let judgement = match answer.head.status {
        200 if page::is_suspect(evidence, answer) => return html(exchange),
        200 if !is_whole_file(evidence, exchange, answer) => Judgement::fail(
            Defect::UnexpectedStatus(200),
            "200 came for several ranges, without the whole file",
        )
        .because(format!(
            "Asked {asked}, got 200 with {} bytes and Content-Type {}. BITS needs 206 with \
             multipart/byteranges.",
            answer.body.received,
            shown(answer.head.fields.first("content-type").unwrap_or_default())
        )),
        200 => Judgement::fail(
            Defect::WholeFileForMulti,
            "200 came for several ranges: they were ignored",
        )
        .because(format!(
            "Asked {asked}, got the whole file. HTTP allows that (RFC 9110 14.2); jobs that ask \
             for several ranges fail. Ordinary downloads ask for one."
        )),
        416 => {
            let value = answer.head.fields.first("content-range");
            let says = value
                .map_or_else(String::new, |value| format!(" with Content-Range {}", shown(value)));
            Judgement::fail(Defect::MultiRefused(416), "416 came for several satisfiable ranges")
                .because(format!(
                    "Asked {asked}, got 416{says}. Every range lies in the file: the peer does \
                     not support several ranges, as Varnish."
                ))
        }
        407 => return status::judge(evidence, exchange, 407),
        412 if exchange.probe.conditional => return status::judge(evidence, exchange, 412),
        status => Judgement::fail(
            Defect::MultiRefused(status),
            format!("several ranges were answered with {status}"),
        )
        .because(format!("Asked {asked}.")),
    };
    judgement.proved_by([exchange.id])
}

/// Whether a 200 announces the whole file, or more of it came than was asked.
fn is_whole_file(evidence: &Evidence, exchange: &Exchange, answer: &Answer) -> bool {
    if answer.head.media_type().is_some_and(|kind| kind.starts_with("multipart/")) {
        return false;
    }
    let asked: u64 = asked_spans(evidence, exchange)
        .map_or(0, |spans| spans.iter().fold(0, |sum, span| sum.saturating_add(span.width())));
    match (answer.head.fields.content_length(), size::file_size(evidence)) {
        (ContentLength::Valid { value, .. }, Some(size)) => value == size,
        (ContentLength::Valid { value, .. }, None) => value > asked,
        _ => answer.body.received > asked,
    }
}

fn single_part(evidence: &Evidence, exchange: &Exchange, answer: &Answer) -> Judgement {
    let asked = asked_spans(evidence, exchange).unwrap_or_default();
    let value = answer.head.fields.first("content-range").unwrap_or_default();
    let words = format!("Asked {}, got one part: Content-Range {}.", listed(&asked), shown(value));
    let is_merged = match size::content_range(answer) {
        Some(ContentRange::Part { span, .. }) => merges(span, &asked),
        _ => false,
    };
    let span = match size::content_range(answer) {
        Some(ContentRange::Part { span, .. }) => Some(span),
        _ => None,
    };
    let judgement = if is_merged {
        merged(&asked, &words)
    } else if span.is_some_and(|span| asked.contains(&span)) {
        Judgement::fail(Defect::SinglePartForMulti, "one part came for several ranges")
            .because(format!("{words} The other ranges were dropped."))
    } else {
        Judgement::fail(Defect::SinglePartForMulti, "one range came that is none of those asked")
            .because(words)
    };
    judgement.proved_by([exchange.id])
}

/// About so many bytes are the delimiter and the fields of a part.
const PART_OVERHEAD: u64 = 80;

fn html(exchange: &Exchange) -> Judgement {
    Judgement::fail(Defect::BlockPage, "an HTML page came for several ranges")
        .because("A block page or a login page came in place of the bytes.")
        .proved_by([exchange.id])
}

fn no_boundary(exchange: &Exchange, content_type: &str, why: &dyn std::fmt::Display) -> Judgement {
    Judgement::fail(Defect::BoundaryUnusable, "206 for several ranges without a usable boundary")
        .because(format!(
            "Content-Type is {}: {why}. Several ranges come as multipart/byteranges with a \
             boundary (RFC 9110 14.6).",
            shown(content_type)
        ))
        .breaking_rfc()
        .proved_by([exchange.id])
}

fn listed(spans: &[Span]) -> String {
    const SHOWN: usize = 6;
    let mut words: Vec<_> = spans.iter().take(SHOWN).map(ToString::to_string).collect();
    if spans.len() > SHOWN {
        words.push(format!("and {} more", spans.len() - SHOWN));
    }
    if words.is_empty() { "no part".to_owned() } else { words.join(", ") }
}
