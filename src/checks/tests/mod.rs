//! A perfect origin, broken in one way at a time: every check has a case that it passes (the
//! registry's test of the perfect origin) and cases that it does not.

mod conditions;
mod connection;
mod delivery;
mod head;
mod hostile;
mod limits;
mod multi;
mod range;
mod siblings;
mod truth;
mod warm;

use super::testing::{DATE, SIZE, Scene};
use crate::checks::table;
use crate::model::defect::Defect;
use crate::model::finding::Status::{Fail, Inconclusive, Pass, Skipped, Warn};
use crate::model::job::JobState;
use crate::model::job_kind::JobKind;
use crate::model::probe::Purpose;
use crate::model::verdict::{Verdict, verdict_of};
use crate::predict::job::predict;

fn verdict(scene: &Scene) -> Verdict {
    verdict_of(&scene.findings())
}

/// State, code and deciding check of the job.
fn job(scene: &Scene) -> (JobState, Option<u32>, Option<&'static str>) {
    let job = predict(&scene.findings(), JobKind::Download);
    (job.state, job.hresult.map(|hresult| hresult.0), job.because)
}

#[test]
fn every_check_fails_or_warns_somewhere_in_these_tests() {
    let cases = [
        include_str!("conditions.rs"),
        include_str!("connection.rs"),
        include_str!("delivery.rs"),
        include_str!("head.rs"),
        include_str!("limits.rs"),
        include_str!("multi.rs"),
        include_str!("range.rs"),
        include_str!("siblings.rs"),
        include_str!("truth.rs"),
        include_str!("warm.rs"),
    ];
    for check in table::all() {
        let id = format!("\"{}\"", check.id);
        assert!(cases.iter().any(|text| text.contains(&id)), "{id} has no case");
    }
}
