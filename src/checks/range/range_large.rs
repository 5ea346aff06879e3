//! `range-large`: a range of more than 14336 bytes comes as exactly that range.

use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let judgement = single_range::judge(evidence, Purpose::RangeLarge);
    let Some(exchange) = evidence.exchange(Purpose::RangeLarge) else { return judgement };
    let received = exchange.answer().map_or(0, |answer| answer.body.received);
    let Some(end) = single_range::end_problem(evidence, exchange) else { return judgement };
    if received <= LARGE || judgement.summary != end.summary {
        return judgement;
    }
    Judgement::pass("206 with the range that was asked")
        .because(format!("{received} bytes came; for the end see range-complete."))
        .proved_by([exchange.id])
}

/// More bytes than this are a large range.
const LARGE: u64 = 14_336;
