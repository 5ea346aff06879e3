//! The BITS job that would result. Called by [`crate::run`] with the findings of one leg.

use super::hresult::Hresult;
use super::trigger::Certainty;
use crate::check::defect::Defect;
use crate::check::finding::{Finding, Status};
use crate::check::registry;

/// How an ordinary download would end.
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
    /// Ended; somebody must act.
    Error,
    /// Retried, every 600 seconds for 14 days by default.
    TransientError,
    /// The file arrived.
    Transferred,
    /// What the tool saw does not allow a prediction.
    Unknown,
}

/// Predicts the job from findings in the order of the registry, which is the order in which BITS
/// would meet the trouble: the first that ends an ordinary download decides. Several-range
/// findings never do. A failure without a code leaves the end unknown.
pub fn predict(findings: &[Finding]) -> Job {
    let mut deciding = findings.iter().filter(|finding| {
        registry::find(finding.check).is_some_and(|check| check.meta().decides_job)
    });
    if let Some(finding) = deciding.clone().find(|finding| ends_job(finding)) {
        return job_of(finding);
    }
    if let Some(finding) = deciding.find(|finding| finding.judgement.status == Status::Inconclusive)
    {
        return unknown(Some(finding.check));
    }
    let first_range = findings.iter().find(|finding| FIRST_RANGES.contains(&finding.check));
    match first_range.map(|finding| finding.judgement.status) {
        Some(Status::Pass | Status::Warn) => Job {
            state: JobState::Transferred,
            hresult: None,
            certainty: Certainty::Likely,
            because: None,
        },
        _ => unknown(first_range.map(|finding| finding.check)),
    }
}

/// A failure, or something that could not be judged but has a code: BITS would meet it as well.
/// Wrong bytes end no job: whoever takes the file finds them.
fn ends_job(finding: &Finding) -> bool {
    match finding.judgement.status {
        Status::Fail => {
            !matches!(finding.judgement.defect, Some(Defect::BytesDiffer | Defect::OtherFile))
        }
        Status::Inconclusive => finding.bits.is_some(),
        Status::Pass | Status::Skipped | Status::Warn => false,
    }
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

impl JobState {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::TransientError => "transient-error",
            Self::Transferred => "transferred",
            Self::Unknown => "unknown",
        }
    }
}

/// The check of each profile without which nobody knows whether a file arrives.
const FIRST_RANGES: [&str; 2] = ["range-first", "do-first-block"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::profile::Profile;
    use crate::bits::trigger::view;
    use crate::check::finding::{Judgement, Level};
    use crate::check::treatment::Treatment;
    use crate::probe::exchange::Leg;

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
        let job = predict(findings);
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
    fn wrong_bytes_end_no_job() {
        let findings = [
            finding("range-first", Judgement::pass("")),
            finding("content-hash", Judgement::fail(Defect::BytesDiffer, "")),
        ];
        assert_eq!(state(&findings), (JobState::Transferred, None, None));
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
