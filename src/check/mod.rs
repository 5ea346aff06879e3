//! The judges: evidence in, findings out. A check never does I/O, so that the same judges serve
//! captures too. One file per check, named after its id; `registry` lists them all once.

pub mod defect;
pub mod finding;

use finding::{Judgement, Level};

use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;

/// A pure judge of one rule.
pub trait Check: Sync {
    /// What it is.
    fn meta(&self) -> &'static Meta;

    /// Judges one leg.
    fn judge(&self, evidence: &Evidence) -> Judgement;
}

/// What a check is: its permanent id and what an admin must know of it.
#[derive(Debug)]
pub struct Meta {
    /// Permanent, kebab-case; the file is the id in `snake_case`.
    pub id: &'static str,
    /// The group in reports.
    pub group: Group,
    /// How much it matters.
    pub level: Level,
    /// What it demands, in one line.
    pub title: &'static str,
    /// Section of the RFC that speaks of it, such as `RFC 9110 14.4`.
    pub rfc: &'static str,
    /// Where the demand comes from: Microsoft page, RFC, vendor.
    pub source: &'static str,
    /// For `explain`: what it looks at, why it matters, what to do; a few sentences.
    pub explanation: &'static str,
    /// The probes that it needs; the plan sends the union of all.
    pub probes: &'static [Purpose],
    /// Whether a failure ends an ordinary download, so that the predicted job shows its code.
    pub decides_job: bool,
}

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
