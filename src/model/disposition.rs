//! How much a finding counts where it was found: what users say of a check, and of a known
//! defect. The status stays what it is; only the verdict looks here.

use serde::Deserialize;

use super::finding::{Level, Status};

/// How a finding counts for the verdict, when otherwise than by its level.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Treatment {
    /// How much the check matters to this user; none: as its level says.
    pub severity: Option<Severity>,
    /// Why the finding decides nothing; none: it decides.
    pub excuse: Option<Excuse>,
    /// Whether the check only matters to kinds of jobs that the user does not require.
    pub other_jobs: bool,
}

/// How much a check matters, by the word of the user.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// What it finds fails the whole, also what is only a warning elsewhere.
    Fail,
    /// It decides nothing.
    Ignore,
    /// What it finds warns, also what is a failure elsewhere.
    Warn,
}

/// Why a finding decides nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Excuse {
    /// Somebody accepted it.
    Accepted {
        /// Why.
        reason: String,
        /// The last day, as `2026-12-31`.
        until: String,
    },
    /// The baseline has it too.
    Known,
}

impl Treatment {
    /// Level and status as which a finding counts.
    pub fn counted(&self, level: Level, status: Status) -> (Level, Status) {
        let is_wrong = matches!(status, Status::Fail | Status::Warn);
        if self.excuse.is_some() && is_wrong {
            return (level, Status::Pass);
        }
        match self.severity {
            None if self.other_jobs => (level.lowered(), status),
            None => (level, status),
            Some(Severity::Fail) if is_wrong => (Level::Required, Status::Fail),
            Some(Severity::Fail) => (Level::Required, status),
            Some(Severity::Ignore) => (Level::Informational, status),
            Some(Severity::Warn) => (Level::Recommended, status),
        }
    }
}

impl Severity {
    /// The word in reports and in the configuration file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Ignore => "ignore",
            Self::Warn => "warn",
        }
    }
}
