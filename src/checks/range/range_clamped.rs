//! `range-clamped`: a last position far past the end is read as the end of the file.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-clamped`.
pub(crate) struct RangeClamped;

impl Check for RangeClamped {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::RangeClamped)
    }
}

static META: Meta = Meta {
    id: "range-clamped",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 250,
    title: "a last position far past the end is read as the end of the file",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Public capture of BITS/7.8; RFC 9110",
    explanation: "A capture of BITS/7.8 shows a range up to 2147483646 for a small file. A last \
                  position past the end means the end of the file; a peer that answers 416 or \
                  200 does not follow HTTP.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeClamped],
};
