//! `range-before-head`: a range that comes before HEAD spoils nothing.

use crate::checks::head::{head_content_length, head_length_matches_ranges, head_status};
use crate::checks::rules::{sibling, single_range};
use crate::model::evidence::{Evidence, History};
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    sibling::judge(
        evidence,
        History::RangeFirst,
        "after a range",
        &[
            head_status::judge,
            head_content_length::judge,
            head_length_matches_ranges::judge,
            |evidence| single_range::judge(evidence, Purpose::RangeFirst),
            |evidence| single_range::judge(evidence, Purpose::RangeMiddle),
        ],
    )
}
