//! `range-middle`: a range from the middle of the file comes as exactly that range.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-middle`.
pub(crate) struct RangeMiddle;

impl Check for RangeMiddle {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::RangeMiddle)
    }
}

static META: Meta = Meta {
    id: "range-middle",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 220,
    title: "a range from the middle of the file comes as exactly that range",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "A download that was interrupted goes on in the middle of the file. A peer \
                  that honours only ranges at the beginning fails here, or a cache that first \
                  loads all before the range and lets the client wait.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeMiddle],
};
