//! `range-repeated`: the same range comes right each time that it is asked.

use crate::checks::rules::{repeated, single_range};
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let first = match evidence.profile {
        Profile::Bits => Purpose::RangeMiddle,
        Profile::Do => Purpose::DoOverlap,
    };
    repeated::judge(evidence, first, single_range::judge_exchange)
}
