//! `if-unmodified-since`: a condition that holds does not stop a range.

use crate::checks::rules::{head, status, validators};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, Exchange};
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(head) = validators::of_head(evidence) else {
        return head::not_answered();
    };
    if head.last_modified.is_none() {
        return Judgement::skipped("HEAD has no Last-Modified, so there is no condition to send");
    }
    let conditional = || {
        evidence.answers().filter(|(exchange, _)| {
            exchange.probe.conditional
                && exchange.probe.ranges.as_ref().is_some_and(|set| !set.is_multiple())
                && exchange.probe.purpose != Purpose::RangePastEnd
        })
    };
    if let Some((exchange, _)) = conditional().find(|(_, answer)| answer.head.status == 412) {
        return status::judge(evidence, exchange, 412);
    }
    let Some((first, answer)) = conditional().next() else {
        return Judgement::skipped("no conditional range was answered; see range-first");
    };
    if conditional().any(|(_, answer)| answer.head.status == 206) {
        return Judgement::pass("206 came to a condition that holds").proved_by([first.id]);
    }
    let plain = evidence.exchange(Purpose::RangeUnconditional);
    let works = plain.and_then(Exchange::answer).is_some_and(is_part);
    match plain.filter(|_| works) {
        Some(plain) => {
            let status = answer.head.status;
            Judgement::fail(
                Defect::ConditionRefused(status),
                format!("{status} with If-Unmodified-Since, 206 without"),
            )
            .because(
                "The condition holds, since its date is that of HEAD, and yet the range works only \
                 without it.",
            )
            .proved_by([first.id, plain.id])
        }
        None => Judgement::skipped("ranges fail without the condition as well; see range-first"),
    }
}

fn is_part(answer: &Answer) -> bool {
    answer.head.status == 206
}
