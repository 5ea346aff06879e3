//! `range-whole`: the whole file asked as a range is answered with 206.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-whole`.
pub(crate) struct RangeWhole;

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
    title: "the whole file asked as a range is answered with 206",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "A small file is asked whole, as 0 to its last position. An answer of 200 is \
                  tolerated in practice and is a warning only; only part of a strict range \
                  shows whether ranges work. A file of more than 256 KiB is not read to its end: \
                  range-complete reads a long range whole.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeWhole],
};
