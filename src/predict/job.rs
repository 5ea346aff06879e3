//! The BITS job that would result. Called by [`crate::run`] with the findings of one leg.

use crate::checks::table;
use crate::model::defect::Defect;
use crate::model::finding::{Finding, Level, Status};
use crate::model::hresult::Certainty;
use crate::model::hresult::Hresult;
use crate::model::job_kind::{JobKind, Require};
use crate::model::meta::Meta;
use crate::model::profile::Profile;

/// How the jobs of each kind would end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Jobs {
    /// An ordinary download.
    pub download: Job,
    /// A job that requests several ranges at once; none for a client that has no such jobs.
    pub ranges: Option<Job>,
}

/// How a job would end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Job {
    /// The state that the job would reach.
    pub state: JobState,
    /// The code that it would show; none when transferred.
    pub hresult: Option<Hresult>,
    /// How certain state and code are.
    pub certainty: Certainty,
    /// Id of the check whose finding decides; none when transferred.
    pub because: Option<&'static str>,
}

/// The states of a job that matter here (Microsoft: `BG_JOB_STATE`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JobState {
    /// Transferred, as far as the client knows, with wrong bytes in the file.
    Damaged,
    /// Ended; an administrator must act.
    Error,
    /// Retried, every 600 seconds for 14 days by default.
    TransientError,
    /// The file arrived.
    Transferred,
    /// What the tool saw does not allow a prediction.
    Unknown,
}

/// Predicts the jobs of both kinds.
pub fn predict_all(findings: &[Finding], profile: Profile) -> Jobs {
    Jobs {
        download: predict(findings, JobKind::Download),
        ranges: (profile == Profile::Bits).then(|| predict(findings, JobKind::Ranges)),
    }
}

/// Predicts a job of one kind. Of the failed required checks that concern it, one with a fatal code
/// that Microsoft documents decides; else the one that a client meets first, by [`Meta::order`]. A
/// failure without a code leaves the end unknown.
pub fn predict(findings: &[Finding], kind: JobKind) -> Job {
    let mut deciding: Vec<(&Finding, &Meta)> = findings
        .iter()
        .filter_map(|finding| Some((finding, table::find(finding.check)?.meta())))
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
        Some(Status::Pass | Status::Warn | Status::Fail) => match find(spoils_file) {
            Some(finding) => done(JobState::Damaged, Some(finding.check)),
            None => done(JobState::Transferred, None),
        },
        _ => unknown(first_range.map(|finding| finding.check)),
    }
}

/// A failure, or something that could not be judged but has a code: a client would meet it as well.
fn ends_job(finding: &Finding) -> bool {
    match finding.judgement.status {
        Status::Fail => !spoils_file(finding),
        Status::Inconclusive => finding.bits.is_some(),
        Status::Pass | Status::Skipped | Status::Warn => false,
    }
}

/// A failure that no client notices while it downloads: the file has wrong bytes.
pub fn spoils_file(finding: &Finding) -> bool {
    let defect = finding.judgement.defect;
    finding.judgement.status == Status::Fail
        && matches!(defect, Some(Defect::BytesDiffer | Defect::OtherFile))
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

impl Jobs {
    /// The job of a kind.
    pub fn of_kind(&self, kind: JobKind) -> Option<&Job> {
        match kind {
            JobKind::Download => Some(&self.download),
            JobKind::Ranges => self.ranges.as_ref(),
        }
    }

    /// Whether the check that shows a kind of job to work was chosen, but had nothing to judge, for a
    /// required kind.
    pub fn is_unproved(&self, require: Require) -> bool {
        let is_unknown = |job: &Job| job.state == JobState::Unknown && job.because.is_some();
        let jobs = require.kinds().iter().filter_map(|&kind| self.of_kind(kind));
        jobs.into_iter().any(is_unknown)
    }

    /// Of the required jobs the one that fares worst, with its kind.
    pub fn worst(&self, require: Require) -> (JobKind, &Job) {
        let required = require.kinds().iter().rev();
        let jobs = required.filter_map(|&kind| Some((kind, self.of_kind(kind)?)));
        jobs.max_by_key(|(_, job)| job.badness()).unwrap_or((JobKind::Download, &self.download))
    }
}

impl Job {
    /// How bad the end is. The order is that of harm; a documented end is surer than a likely one.
    pub fn badness(&self) -> (u8, bool) {
        let state = match self.state {
            JobState::Transferred => 0,
            JobState::Unknown => 1,
            JobState::Damaged => 2,
            JobState::TransientError => 3,
            JobState::Error => 4,
        };
        (state, self.state == JobState::Error && self.certainty == Certainty::Documented)
    }
}

impl JobState {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Error => "error",
            Self::TransientError => "transient-error",
            Self::Transferred => "transferred",
            Self::Unknown => "unknown",
        }
    }
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
    use crate::model::disposition::Treatment;
    use crate::model::exchange::Leg;
    use crate::model::finding::{Judgement, Level};
    use crate::model::profile::Profile;
    use crate::predict::trigger::view;

    fn finding(check: &'static str, judgement: Judgement) -> Finding {
        let bits = judgement.defect.and_then(|defect| view(defect, Profile::Bits));
        Finding {
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
