//! The BITS job that would result. Called by [`crate::run`] with the findings of one leg.

use crate::model::check::Check;
use crate::model::finding::{Finding, Level, Status};
use crate::model::hresult::Certainty;
use crate::model::job::Job;
use crate::model::job::JobState;
use crate::model::job::Jobs;
use crate::model::job_kind::JobKind;
use crate::model::profile::Profile;

/// Predicts the jobs of both kinds.
pub fn predict_all(findings: &[Finding], profile: Profile) -> Jobs {
    Jobs {
        download: predict(findings, JobKind::Download),
        ranges: (profile == Profile::Bits).then(|| predict(findings, JobKind::Ranges)),
    }
}

/// Predicts a job of one kind. Of the failed required checks that concern it, one with a fatal code
/// that Microsoft documents decides; else the one that a client meets first, by [`Check::order`](crate::model::check::Check::order). A
/// failure without a code leaves the end unknown.
pub fn predict(findings: &[Finding], kind: JobKind) -> Job {
    let mut deciding: Vec<(&Finding, &Check)> = findings
        .iter()
        .map(|finding| (finding, finding.row))
        .filter(|(_, meta)| meta.level == Level::Required && meta.jobs.contains(&kind))
        .collect();
    deciding.sort_by_key(|(_, meta)| meta.order);
    let ending = deciding.iter().map(|(finding, _)| *finding).filter(|one| ends_job(one));
    if let Some(finding) = ending.min_by_key(|finding| !is_documented_fatal(finding)) {
        return job_of(finding);
    }
    let find = |is_so: fn(&Finding) -> bool| {
        deciding.iter().map(|(finding, _)| *finding).find(|finding| is_so(finding))
    };
    if let Some(finding) = find(|finding| finding.judgement.status == Status::Inconclusive) {
        return unknown(Some(finding.check));
    }
    let first_range = deciding
        .iter()
        .find(|(_, meta)| FIRST_RANGES.contains(&(meta.id, kind)))
        .map(|(one, _)| one);
    let done = |state, because| Job { state, hresult: None, certainty: Certainty::Likely, because };
    match first_range.map(|finding| finding.judgement.status) {
        Some(Status::Pass | Status::Warn | Status::Fail) => match find(Finding::spoils_file) {
            Some(finding) => done(JobState::Damaged, Some(finding.check)),
            None => done(JobState::Transferred, None),
        },
        _ => unknown(first_range.map(|finding| finding.check)),
    }
}

/// A failure, or something that could not be judged but has a code: a client would meet it as well.
fn ends_job(finding: &Finding) -> bool {
    match finding.judgement.status {
        Status::Fail => !finding.spoils_file(),
        Status::Inconclusive => finding.bits.is_some(),
        Status::Pass | Status::Skipped | Status::Warn => false,
    }
}

fn is_documented_fatal(finding: &Finding) -> bool {
    finding.bits.is_some_and(|view| view.certainty == Certainty::Documented && !view.transient)
}

fn job_of(finding: &Finding) -> Job {
    let because = Some(finding.check);
    let Some(view) = finding.bits else { return unknown(because) };
    let state = if view.transient { JobState::TransientError } else { JobState::Error };
    Job { state, hresult: Some(view.hresult), certainty: view.certainty, because }
}

fn unknown(because: Option<&'static str>) -> Job {
    Job { state: JobState::Unknown, hresult: None, certainty: Certainty::Likely, because }
}

/// The check of each kind of job without whose judgement its end is not known.
const FIRST_RANGES: [(&str, JobKind); 3] = [
    ("range-first", JobKind::Download),
    ("do-first-block", JobKind::Download),
    ("multi-two", JobKind::Ranges),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::defect::Defect;
    use crate::model::disposition::Treatment;
    use crate::model::exchange::Leg;
    use crate::model::finding::{Judgement, Level};
    use crate::model::job_kind::Require;
    use crate::model::profile::Profile;
    use crate::predict::trigger::view;

    fn finding(check: &'static str, judgement: Judgement) -> Finding {
        let bits = judgement.defect.and_then(|defect| view(defect, Profile::Bits));
        Finding {
            row: crate::checks::table::find(check).unwrap(),
            check,
            level: Level::Required,
            leg: Leg::Cold,
            judgement,
            bits,
            treatment: Treatment::default(),
        }
    }

    fn state(findings: &[Finding]) -> (JobState, Option<u32>, Option<&'static str>) {
        let job = predict(findings, JobKind::Download);
        (job.state, job.hresult.map(|hresult| hresult.0), job.because)
    }

    #[test]
    fn the_first_failure_that_ends_a_download_decides() {
        let findings = [
            finding("reachable", Judgement::pass("")),
            finding("keep-alive", Judgement::fail(Defect::KeepAliveLost, "")),
            finding("head-content-length", Judgement::fail(Defect::HeadLengthMissing, "")),
            finding("range-first", Judgement::fail(Defect::HttpStatus(403), "")),
        ];
        let expected = (JobState::Error, Some(0x8020_0011), Some("head-content-length"));
        assert_eq!(state(&findings), expected);
    }

    #[test]
    fn wrong_bytes_damage_the_file() {
        let findings = [
            finding("range-first", Judgement::pass("")),
            finding("content-hash", Judgement::fail(Defect::BytesDiffer, "")),
        ];
        assert_eq!(state(&findings), (JobState::Damaged, None, Some("content-hash")));
    }

    #[test]
    fn documented_fatal_code_outranks_what_is_met_before() {
        let findings = [
            finding("head-no-body", Judgement::fail(Defect::HeadBody, "")),
            finding("range-first", Judgement::fail(Defect::WholeFileForRange, "")),
        ];
        let expected = (JobState::Error, Some(0x8020_0013), Some("range-first"));
        assert_eq!(state(&findings), expected);
        // A documented code that is retried does not.
        let busy = [
            finding("range-first", Judgement::fail(Defect::HttpStatus(503), "")),
            finding("head-no-body", Judgement::fail(Defect::HeadBody, "")),
        ];
        assert_eq!(state(&busy).2, Some("head-no-body"), "it is met first");
    }

    #[test]
    fn order_of_findings_decides_nothing() {
        let mut findings = vec![
            finding("range-next", Judgement::fail(Defect::ContentRangeWrong, "")),
            finding("stray-bytes", Judgement::fail(Defect::StrayBytes, "")),
            finding("range-first", Judgement::pass("")),
        ];
        let expected = state(&findings);
        findings.reverse();
        assert_eq!(state(&findings), expected);
    }

    #[test]
    fn job_of_several_ranges_has_an_end_of_its_own() {
        let ends = |findings: &[Finding]| {
            let jobs = predict_all(findings, Profile::Bits);
            (jobs.download.state, jobs.ranges.map(|job| job.state))
        };
        let pass = |check| finding(check, Judgement::pass(""));
        let refused = || finding("multi-two", Judgement::fail(Defect::WholeFileForMulti, ""));
        let sent = (JobState::Transferred, Some(JobState::Error));
        assert_eq!(ends(&[pass("range-first"), refused()]), sent);
        let single = finding("range-first", Judgement::fail(Defect::WholeFileForRange, ""));
        let other = (JobState::Error, Some(JobState::Transferred));
        assert_eq!(ends(&[single, pass("multi-two")]), other);
        let small_multi = || finding("multi-two", Judgement::skipped("too small"));
        let unknown = (JobState::Transferred, Some(JobState::Unknown));
        assert_eq!(ends(&[pass("range-first"), small_multi()]), unknown);
        assert_eq!(predict_all(&[pass("do-first-block")], Profile::Do).ranges, None);
        let small = predict_all(&[pass("range-first"), small_multi()], Profile::Bits);
        assert!(small.is_unproved(Require::All) && small.is_unproved(Require::Ranges));
        assert!(!small.is_unproved(Require::Download));
        // Where the check was not chosen, nothing is missing.
        let chosen = predict_all(&[pass("range-first")], Profile::Bits);
        assert!(!chosen.is_unproved(Require::All));
    }

    #[test]
    fn several_ranges_never_decide() {
        let findings = [
            finding("range-first", Judgement::pass("")),
            finding("multi-two", Judgement::fail(Defect::WholeFileForMulti, "")),
        ];
        assert_eq!(state(&findings), (JobState::Transferred, None, None));
    }

    #[test]
    fn what_was_not_judged_is_unknown() {
        assert_eq!(state(&[]).0, JobState::Unknown);
        let skipped = [finding("range-first", Judgement::skipped(""))];
        assert_eq!(state(&skipped), (JobState::Unknown, None, Some("range-first")));
        let cut = [
            finding("range-first", Judgement::pass("")),
            finding("range-large", Judgement::inconclusive(Defect::NotJudged, "")),
        ];
        assert_eq!(state(&cut), (JobState::Unknown, None, Some("range-large")));
    }

    #[test]
    fn an_inconclusive_finding_with_a_code_decides() {
        let refused = Judgement::inconclusive(Defect::CannotConnect, "");
        let expected = (JobState::TransientError, Some(0x8007_2EFD), Some("reachable"));
        assert_eq!(state(&[finding("reachable", refused)]), expected);
    }
}
