//! `range-first`: the first chunk comes as exactly that chunk.

use crate::checks::rules::single_range;
use crate::checks::rules::{auth, size, transport};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    if size::is_empty_file(evidence) {
        return size::nothing_to_judge();
    }
    if evidence.exchange(Purpose::RangeFirst).is_some() || auth::refuses_everything(evidence) {
        return single_range::judge(evidence, Purpose::RangeFirst);
    }
    let failure = evidence.exchange(Purpose::Head).and_then(|head| head.result.as_ref().err());
    match failure {
        Some(failure) => Judgement::inconclusive(
            transport::defect_of(failure),
            "the first range was not asked: HEAD got no answer",
        ),
        None => Judgement::inconclusive(Defect::NotJudged, "the first range was not asked"),
    }
}
