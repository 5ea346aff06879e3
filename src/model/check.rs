//! One row of the table of checks: a permanent id, what an admin must know of it, and its judge.

use super::evidence::{Evidence, History};
use super::finding::{Judgement, Level};
use super::job_kind::JobKind;
use super::probe::Purpose;
use super::profile::Profile;

/// A check: a pure function from evidence to a judgement, with its texts.
///
/// The type stands for the row of the table, so that two are equal when their ids are.
#[derive(Debug)]
pub struct Check {
    /// Permanent, kebab-case. A judge of its own is in the file of this name in `snake_case`.
    pub id: &'static str,
    /// The group in reports.
    pub group: Group,
    /// How much it matters. A failed required check ends a job of its kinds, or spoils the file.
    pub level: Level,
    /// The kinds of jobs that it matters to.
    pub jobs: &'static [JobKind],
    /// When a client would meet the defect, relative to those of other checks: the lowest number
    /// first. Numbers may repeat.
    pub order: u16,
    /// What it demands, in one line.
    pub title: &'static str,
    /// Section of the RFC that speaks of it, such as `RFC 9110 14.4`.
    pub rfc: &'static str,
    /// Where the demand comes from: Microsoft page, RFC, vendor.
    pub source: &'static str,
    /// For `explain`: what it looks at, why it matters, what to do; a few sentences.
    pub explanation: &'static str,
    /// The clients whose requests it judges; in results of others it does not occur.
    pub profiles: &'static [Profile],
    /// The probes that it needs; the plan sends the union of all that the profile knows.
    pub probes: &'static [Purpose],
    /// The order of requests that it judges on a fresh object; none when it judges the ordinary
    /// requests.
    pub history: Option<History>,
    /// Judges the evidence of one phase.
    pub judge: fn(&Evidence) -> Judgement,
}

impl Check {
    /// Judges the evidence of one phase.
    pub fn judge(&self, evidence: &Evidence) -> Judgement {
        (self.judge)(evidence)
    }
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Check {}

/// Groups of checks, in the order of reports.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Group {
    /// Reaching the peer, framing, keep-alive.
    Connection,
    /// The HEAD request.
    Head,
    /// One range.
    Range,
    /// Several ranges in one request.
    Multi,
    /// Conditions, and nothing changes from first to last exchange.
    Conditions,
}

impl Group {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Head => "head",
            Self::Range => "range",
            Self::Multi => "multi",
            Self::Conditions => "conditions",
        }
    }
}
