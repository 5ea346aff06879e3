//! How a download job would end. Predicted by `predict`.

use super::hresult::{Certainty, Hresult};
use super::job_kind::{JobKind, Require};

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
