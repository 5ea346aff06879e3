//! `range-whole`: the whole file asked as a range comes as 206.

use crate::bits::profile::Profile;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::single_range;
use crate::check::{Check, Group, JobKind, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;

/// The check `range-whole`.
pub(super) struct RangeWhole;

impl Check for RangeWhole {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::RangeWhole)
    }
}

static META: Meta = Meta {
    id: "range-whole",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 280,
    title: "the whole file asked as a range comes as 206",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "A small file is asked whole, as 0 to its last position. An answer of 200 is \
                  tolerated in practice and is a warning only; only part of a strict range \
                  shows whether ranges work.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeWhole],
};
