//! What a check says of the evidence.

use super::defect::Defect;
use super::treatment::Treatment;
use crate::bits::trigger::BitsView;
use crate::probe::exchange::{ExchangeId, Leg};

/// The status of a check. What was not run is never a pass. The order is that of severity.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Status {
    /// Nothing to judge; the reason says why.
    Skipped,
    /// Judged and right.
    Pass,
    /// It could not be judged: unreachable, authentication, timeout.
    Inconclusive,
    /// Right by the letter or unlikely to matter, but worth knowing.
    Warn,
    /// Judged and wrong.
    Fail,
}

/// How much a check matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// Good to know.
    Informational,
    /// BITS or RFC advise it; a failure is a warning of the whole.
    Recommended,
    /// BITS documents that it needs it; a failure fails the whole.
    Required,
}

/// What one judge says: the raw judgement, before BITS's view is attached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Judgement {
    /// The status.
    pub status: Status,
    /// One line: what is so.
    pub summary: String,
    /// What was asked, what came, which rule; may be empty for a pass.
    pub reason: String,
    /// What is wrong, for fail, warn and inconclusive.
    pub defect: Option<Defect>,
    /// The answer breaks a MUST of an RFC.
    pub breaks_rfc: bool,
    /// The exchanges that prove it.
    pub exchanges: Vec<ExchangeId>,
}

/// A judgement with its check, its leg and BITS's view.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Id of the check.
    pub check: &'static str,
    /// Its level.
    pub level: Level,
    /// The leg judged.
    pub leg: Leg,
    /// What the judge said.
    pub judgement: Judgement,
    /// The code that Windows would show, how certain, and whether it ends an ordinary job.
    pub bits: Option<BitsView>,
    /// How it counts for the verdict, when otherwise than by its level.
    pub treatment: Treatment,
}

impl Judgement {
    /// Judged and right.
    pub fn pass(summary: impl Into<String>) -> Self {
        Self::of(Status::Pass, None, summary)
    }

    /// Nothing to judge.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self::of(Status::Skipped, None, reason)
    }

    /// Judged and wrong.
    pub fn fail(defect: Defect, summary: impl Into<String>) -> Self {
        Self::of(Status::Fail, Some(defect), summary)
    }

    /// Worth knowing.
    pub fn warn(defect: Defect, summary: impl Into<String>) -> Self {
        Self::of(Status::Warn, Some(defect), summary)
    }

    /// Could not be judged.
    pub fn inconclusive(defect: Defect, summary: impl Into<String>) -> Self {
        Self::of(Status::Inconclusive, Some(defect), summary)
    }

    /// Adds the reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// Adds an exchange that proves it.
    #[must_use]
    pub fn proved_by(mut self, exchanges: impl IntoIterator<Item = ExchangeId>) -> Self {
        self.exchanges.extend(exchanges);
        self
    }

    /// Says that the answer breaks a MUST of an RFC.
    #[must_use]
    pub fn breaking_rfc(self) -> Self {
        self.breaking_rfc_if(true)
    }

    /// Says whether it does.
    #[must_use]
    pub fn breaking_rfc_if(mut self, breaks_rfc: bool) -> Self {
        self.breaks_rfc = breaks_rfc;
        self
    }

    fn of(status: Status, defect: Option<Defect>, summary: impl Into<String>) -> Self {
        Self {
            status,
            summary: summary.into(),
            reason: String::new(),
            defect,
            breaks_rfc: false,
            exchanges: Vec::new(),
        }
    }
}

impl Status {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Pass => "pass",
            Self::Skipped => "skipped",
            Self::Warn => "warn",
        }
    }
}

impl Level {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Recommended => "recommended",
            Self::Required => "required",
        }
    }
}
