//! What a check says of the evidence.

use super::check::Check;
use super::defect::Defect;
use crate::model::disposition::Treatment;
use crate::model::exchange::{ExchangeId, Leg};
use crate::model::hresult::BitsView;

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
    /// How the RFC sees the answer.
    pub rfc: RfcView,
    /// The exchanges that prove it.
    pub exchanges: Vec<ExchangeId>,
}

/// How the RFC sees an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RfcView {
    /// It breaks a MUST.
    Breaks,
    /// It breaks none: an answer that a client cannot use may be legal HTTP.
    Conforms,
    /// There was no answer to judge, or the rule that it breaks is not one of an RFC.
    NotJudged,
}

/// A judgement with its check, its leg and BITS's view.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The check.
    pub row: &'static Check,
    /// Its id.
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

impl Finding {
    /// Whether it is a failure that no client notices while it downloads: the file has wrong bytes.
    pub fn spoils_file(&self) -> bool {
        let defect = self.judgement.defect;
        self.judgement.status == Status::Fail
            && matches!(defect, Some(Defect::BytesDiffer | Defect::OtherFile))
    }

    /// Whether something is not right and never changes a verdict, also not a strict one.
    pub fn is_note(&self) -> bool {
        let status = self.judgement.status;
        matches!(status, Status::Fail | Status::Warn)
            && self.treatment.counted(self.level, status).0 == Level::Informational
    }
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

    /// Whether the answer breaks a MUST of an RFC.
    pub fn breaks_rfc(&self) -> bool {
        self.rfc == RfcView::Breaks
    }

    /// Says that the answer breaks no rule of an RFC, though a client cannot use it.
    #[must_use]
    pub fn conforming(self) -> Self {
        self.breaking_rfc_if(false)
    }

    /// Says that the answer breaks a MUST of an RFC.
    #[must_use]
    pub fn breaking_rfc(self) -> Self {
        self.breaking_rfc_if(true)
    }

    /// Says whether it does; else it conforms.
    #[must_use]
    pub fn breaking_rfc_if(mut self, breaks_rfc: bool) -> Self {
        self.rfc = if breaks_rfc { RfcView::Breaks } else { RfcView::Conforms };
        self
    }

    fn of(status: Status, defect: Option<Defect>, summary: impl Into<String>) -> Self {
        Self {
            status,
            summary: summary.into(),
            reason: String::new(),
            defect,
            rfc: if status == Status::Pass { RfcView::Conforms } else { RfcView::NotJudged },
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

impl RfcView {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaks => "breaks",
            Self::Conforms => "conforms",
            Self::NotJudged => "not-judged",
        }
    }
}

impl Level {
    /// How much a check matters where no required kind of job depends on it.
    pub(crate) fn lowered(self) -> Self {
        match self {
            Self::Required => Self::Recommended,
            Self::Recommended | Self::Informational => Self::Informational,
        }
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Recommended => "recommended",
            Self::Required => "required",
        }
    }
}
