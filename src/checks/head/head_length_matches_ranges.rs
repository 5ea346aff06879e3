//! `head-length-matches-ranges`: the size of HEAD is the size that ranges state.

use crate::checks::rules::{page, size};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, ExchangeId};
use crate::model::finding::Judgement;
use crate::model::probe::Method;
use crate::model::probe::Purpose;
use crate::wire::fields::ContentLength;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let (Some(exchange), Some(stated)) = (evidence.exchange(Purpose::Head), evidence.head_size())
    else {
        return Judgement::skipped("HEAD states no size; see the other HEAD checks");
    };
    if stated == 0 {
        return Judgement::skipped("HEAD says 0; see head-length-not-zero");
    }
    if let Some(size) = evidence.known_size.filter(|&size| size != stated) {
        return Judgement::fail(
            Defect::HeadLengthWrong,
            format!("HEAD states {stated} bytes, the file has {size}"),
        )
        .because(
            "The size of the file is known for sure: this tool serves it, or what was asked \
             before agreed on it. The HEAD is stale, rewritten, or that of a part.",
        )
        .proved_by([exchange.id]);
    }
    let totals: Vec<(ExchangeId, u64)> =
        size::totals(evidence).map(|(exchange, total)| (exchange.id, total)).collect();
    let Some(&(first, total)) = totals.first() else {
        return judge_whole(evidence, exchange.id, stated);
    };
    if totals.iter().any(|(_, total)| *total == stated) {
        return Judgement::pass(format!("HEAD and ranges agree on {stated} bytes"))
            .proved_by([exchange.id]);
    }
    if size::file_size(evidence) == Some(stated) {
        return Judgement::skipped("the totals of the ranges are wrong; see range-first");
    }
    if size::change(evidence).is_some() {
        return Judgement::skipped("the size changed; see unchanged-size");
    }
    Judgement::fail(
        Defect::HeadLengthWrong,
        format!("HEAD states {stated} bytes, ranges state {total}"),
    )
    .because(format!(
        "Content-Length of HEAD is {stated}, the total of Content-Range is {total}. They must be \
         equal: one of the answers is stale, rewritten, or not of this file."
    ))
    .proved_by([exchange.id, first])
}

/// Where ranges came as whole files, those tell the size as well.
fn judge_whole(evidence: &Evidence, head: ExchangeId, stated: u64) -> Judgement {
    let whole = evidence.answers().find_map(|(exchange, answer)| {
        let is_file = exchange.probe.method == Method::Get
            && answer.head.status == 200
            && !page::is_suspect(evidence, answer);
        is_file.then(|| length(answer)).flatten().map(|length| (exchange, length))
    });
    match whole {
        None => Judgement::skipped("no ranged answer states a size"),
        Some((exchange, length)) if length == stated => {
            Judgement::pass(format!("HEAD and GET agree on {stated} bytes"))
                .proved_by([head, exchange.id])
        }
        // The part alone, sent as 200: the range check says so.
        Some((exchange, length)) if is_width(exchange, length) => {
            Judgement::skipped("the 200 to a range is as long as the range; see range-first")
        }
        Some((exchange, length)) => Judgement::fail(
            Defect::HeadLengthWrong,
            format!("HEAD states {stated} bytes, GET {length}"),
        )
        .because("The Content-Length of HEAD must be that of GET (RFC 9110 8.6).")
        .breaking_rfc()
        .proved_by([head, exchange.id]),
    }
}

fn is_width(exchange: &crate::model::exchange::Exchange, length: u64) -> bool {
    let ranges = exchange.probe.ranges.as_ref();
    ranges.is_some_and(|set| set.resolve(u64::MAX).iter().any(|span| span.width() == length))
}

fn length(answer: &Answer) -> Option<u64> {
    match answer.head.fields.content_length() {
        ContentLength::Valid { value, .. } => Some(value),
        _ => None,
    }
}
