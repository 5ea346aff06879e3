//! The judges: evidence in, findings out. A check never does I/O, so that the same judges serve
//! captures too. One file per check, named after its id; `registry` lists them all once.

pub mod defect;
pub mod direct;
pub mod finding;
pub mod first_contact;
pub mod job_kind;
pub mod registry;
mod rules;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod treatment;
pub mod verdict;

mod block_page;
mod content_hash;
mod do_2gib;
mod do_4gib;
mod do_empty_body_field;
mod do_first_block;
mod do_first_bytes;
mod do_last_block;
mod do_middle_block;
mod framing_fields;
mod head_coding;
mod head_content_length;
mod head_length_matches_ranges;
mod head_length_not_zero;
mod head_length_valid;
mod head_no_body;
mod head_status;
mod head_validators;
mod http_version;
mod if_unmodified_since;
mod keep_alive;
mod multi_adjacent;
mod multi_boundary;
mod multi_closing_delimiter;
mod multi_descending;
mod multi_first_contact;
mod multi_five;
mod multi_many;
mod multi_no_top_content_range;
mod multi_part_bytes;
mod multi_part_fields;
mod multi_part_headers;
mod multi_preamble;
mod multi_repeated;
mod multi_two;
mod multi_while_filling;
mod plain_get;
mod proxy_authentication;
mod range_2gib;
mod range_4gib;
mod range_before_head;
mod range_bytes_agree;
mod range_clamped;
mod range_first;
mod range_large;
mod range_last_byte;
mod range_middle;
mod range_next;
mod range_open_end;
mod range_past_end;
mod range_repeated;
mod range_suffix;
mod range_while_filling;
mod range_whole;
mod reachable;
mod redirects;
mod same_as_direct;
mod stable_answers;
mod stray_bytes;
mod unchanged_bytes;
mod unchanged_size;
mod unchanged_validators;
mod wsus_alive;
mod wsus_client_service;
mod wsus_self_update;

use finding::{Judgement, Level};
pub use job_kind::{JobKind, Require};

use crate::bits::profile::Profile;
use crate::probe::evidence::{Evidence, History};
use crate::probe::probe::Purpose;
use crate::probe::whole_file::Piece;

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
