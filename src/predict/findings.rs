//! Findings: what the judges say of the evidence, with what the client makes of each defect.

use super::{trigger, trigger_do};
use crate::model::check::Check;
use crate::model::disposition::Treatment;
use crate::model::evidence::Evidence;
use crate::model::finding::{Finding, Level};

/// Judges one leg by those of the selected checks that belong to its profile, and attaches what
/// the client makes of each defect. The findings come in the order of `selected`.
pub fn judge_all(evidence: &Evidence, selected: &[&'static Check]) -> Vec<Finding> {
    let of_profile = selected.iter().filter(|check| check.profiles.contains(&evidence.profile));
    of_profile.map(|check| judge(evidence, check)).collect()
}

fn judge(evidence: &Evidence, check: &'static Check) -> Finding {
    let mut judgement = check.judge(evidence);
    // What a recommended check finds ends no job, so that Windows shows no code for it.
    let defect = judgement.defect.filter(|_| check.level == Level::Required);
    let bits = defect.and_then(|defect| trigger::view(defect, evidence.profile));
    if let Some(retried) = bits.as_ref().and_then(trigger_do::retried) {
        let space = if judgement.reason.is_empty() { "" } else { " " };
        judgement.reason = format!("{}{space}{retried}", judgement.reason);
    }
    Finding {
        row: check,
        check: check.id,
        level: check.level,
        leg: evidence.leg,
        judgement,
        bits,
        treatment: Treatment::default(),
    }
}
