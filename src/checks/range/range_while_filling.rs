//! `range-while-filling`: a range comes right while a cache is still filling.

use crate::checks::rules::{sibling, single_range};
use crate::model::evidence::{Evidence, History};
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let judge: sibling::Judge = match evidence.profile {
        Profile::Bits => |evidence| single_range::judge(evidence, Purpose::RangeMiddle),
        Profile::Do => |evidence| single_range::judge(evidence, Purpose::DoOverlap),
    };
    sibling::judge(evidence, History::Filling, "while the file is being stored", &[judge])
}
