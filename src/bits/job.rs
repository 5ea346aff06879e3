//! The BITS job that would result.

use super::hresult::Hresult;
use super::trigger::Certainty;

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
