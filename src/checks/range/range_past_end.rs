//! `range-past-end`: a range that begins past the end is answered with 416.

use crate::checks::rules::{page, shown, single_range, size, status, transport};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, Exchange};
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;
use crate::wire::content_range::ContentRange;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(exchange) = evidence.exchange(Purpose::RangePastEnd) else {
        return single_range::not_sent(evidence, Purpose::RangePastEnd);
    };
    let answer = match &exchange.result {
        Ok(answer) => answer,
        Err(failure) => return transport::judge(evidence, exchange, failure),
    };
    let size = size::file_size(evidence);
    let ranges = exchange.probe.ranges.as_ref();
    if ranges.zip(size).is_some_and(|(ranges, size)| !ranges.resolve(size).is_empty()) {
        return Judgement::skipped(
            "the range lies inside the file by its real size; see where the size is judged",
        );
    }
    let first = evidence.exchange(Purpose::RangeFirst).and_then(Exchange::answer);
    if answer.head.status != 416 && first.is_some_and(|first| first.head.status != 206) {
        return Judgement::skipped("ranges do not work at all; see range-first");
    }
    let judgement = match answer.head.status {
        416 => judge_refusal(evidence, answer),
        206 => Judgement::fail(
            Defect::UnsatisfiableAccepted,
            "206 came for a range that begins past the end",
        )
        .because(format!(
            "Asked {asked}, got 206 with Content-Range {}.",
            shown(answer.head.fields.first("content-range").unwrap_or_default()),
            asked = asked(exchange)
        ))
        .breaking_rfc(),
        200 if page::is_suspect(evidence, answer) => Judgement::fail(
            Defect::BlockPage,
            "200 with an HTML page came for a range past the end",
        ),
        200 => Judgement::warn(
            Defect::UnsatisfiableAccepted,
            "200 with the whole file came for a range past the end",
        )
        .because(format!(
            "Asked {}. A server may ignore Range (RFC 9110 14.2), and BITS never asks past the end.",
            asked(exchange)
        )),
        407 => return status::judge(evidence, exchange, 407),
        other => Judgement::warn(
            Defect::HttpStatus(other),
            format!("{other} came for a range past the end, not 416"),
        ),
    };
    judgement.proved_by([exchange.id])
}

fn judge_refusal(evidence: &Evidence, answer: &Answer) -> Judgement {
    let Some(value) = answer.head.fields.first("content-range") else {
        return Judgement::pass("416 without Content-Range, which is legal");
    };
    match (ContentRange::parse(value), size::file_size(evidence)) {
        (Ok(ContentRange::Unsatisfied { total }), Some(size)) if total != size => {
            Judgement::warn(Defect::TotalWrong, format!("416 says {total} bytes, not {size}"))
                .because("The Content-Range of a 416 states the size of the file (RFC 9110 14.4).")
        }
        (Ok(ContentRange::Unsatisfied { total }), _) => {
            Judgement::pass(format!("416 with Content-Range bytes */{total}"))
        }
        _ => Judgement::warn(Defect::ContentRangeInvalid, "416 with an invalid Content-Range")
            .because(format!("Got {}; it must be bytes */size (RFC 9110 14.4).", shown(value))),
    }
}

fn asked(exchange: &Exchange) -> String {
    exchange.probe.ranges.as_ref().map(ToString::to_string).unwrap_or_default()
}
