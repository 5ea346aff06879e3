//! `do-first-bytes`: the first two bytes come as exactly those bytes.

use crate::checks::rules::{single_range, size};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    if size::is_empty_file(evidence) {
        return size::nothing_to_judge();
    }
    if evidence.exchange(Purpose::DoFirstBytes).is_some() {
        return single_range::judge(evidence, Purpose::DoFirstBytes);
    }
    Judgement::inconclusive(Defect::NotJudged, "the first bytes were not asked")
}
