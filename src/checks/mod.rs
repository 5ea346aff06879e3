//! The judges: evidence in, findings out. A check never does I/O, so that the same judges serve
//! captures too. One file per check, named after its id; `registry` lists them all once.

mod conditions;
mod connection;
mod head;
mod multi;
mod range;
mod rules;
pub mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use crate::model::finding::{Judgement, Level};
pub use crate::model::job_kind::{JobKind, Require};

use crate::model::evidence::{Evidence, History};
use crate::model::file_bytes::Piece;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The pieces of the file that answers to one range brought, for a comparison with the whole file.
pub fn pieces(evidence: &Evidence) -> Vec<Piece> {
    let chunks = rules::bytes::chunks(evidence).into_iter();
    chunks
        .map(|chunk| Piece { first: chunk.first, data: bytes::Bytes::copy_from_slice(chunk.data) })
        .collect()
}

/// A pure judge of one rule.
pub trait Check: Sync {
    /// What it is.
    fn meta(&self) -> &'static Meta;

    /// Judges one leg.
    fn judge(&self, evidence: &Evidence) -> Judgement;

    /// The history of the sibling that it judges, when it judges one.
    fn history(&self) -> Option<History> {
        None
    }
}

/// What a check is: its permanent id and what an admin must know of it.
#[derive(Debug)]
pub struct Meta {
    /// Permanent, kebab-case; the file is the id in `snake_case`.
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
