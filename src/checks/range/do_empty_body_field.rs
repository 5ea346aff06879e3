//! `do-empty-body-field`: a GET with Content-Length: 0 is not mistaken for one with a body.

use crate::checks::rules::{client_sends, single_range, size};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::{Judgement, Status};
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(with) = evidence.exchange(Purpose::DoFirstBytes) else {
        return Judgement::skipped("the first bytes were not asked");
    };
    if with.answer().is_some_and(|answer| answer.head.status == 206) {
        return Judgement::pass("a GET with Content-Length: 0 is answered with a part")
            .proved_by([with.id]);
    }
    let Some(without) = evidence.exchange(Purpose::DoWithoutLength) else {
        return Judgement::skipped("nothing was asked without the field to compare with");
    };
    if let Some(other) = other_part(evidence) {
        return Judgement::pass("other GETs with Content-Length: 0 are answered with a part")
            .proved_by([other.id]);
    }
    if size::is_empty_file(evidence) || !evidence.anything_answered() {
        return Judgement::skipped("there is nothing to compare");
    }
    let refused = single_range::judge_exchange(evidence, with);
    let plain = single_range::judge_exchange(evidence, without);
    match (refused.status, plain.status) {
        (Status::Fail, Status::Pass | Status::Warn) => Judgement::fail(
            refused.defect.unwrap_or(Defect::NotJudged),
            "a GET fails for its Content-Length: 0",
        )
        .because(format!(
            "With the field: {}. Without it, the same range came. The field says that there \
             is no body, which is legal on GET (RFC 9110 8.6); Delivery Optimization always \
             sends it.",
            refused.summary
        ))
        .breaking_rfc()
        .proved_by([with.id, without.id]),
        (Status::Fail, Status::Fail) => {
            Judgement::pass("without Content-Length: 0 a GET fares no better")
                .because("See do-first-bytes.")
                .proved_by([with.id, without.id])
        }
        _ => Judgement::skipped("the two answers cannot be compared; see do-first-bytes"),
    }
}

/// A request with the field that was answered with a part: then the field does no harm.
fn other_part(evidence: &Evidence) -> Option<&Exchange> {
    let parts = evidence.answers().filter(|(_, answer)| answer.head.status == 206);
    let mut with_field = parts.filter(|(exchange, _)| client_sends(exchange.probe.purpose));
    with_field.next().map(|(exchange, _)| exchange)
}
