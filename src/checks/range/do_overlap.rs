//! `do-overlap`: a piece within the first block comes as exactly that piece.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `do-overlap`.
pub(crate) struct DoOverlap;

impl Check for DoOverlap {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::DoOverlap)
    }
}

static META: Meta = Meta {
    id: "do-overlap",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 176,
    title: "a piece within the first block comes as exactly that piece",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed: blocks smaller than 1 MiB in sequence in logs of Windows",
    explanation: "Delivery Optimization was seen to ask for blocks smaller than 1 MiB as well, one \
                  after the other. This piece is the fourth request on the connection of the first \
                  ones. Its bytes are compared with those of the first block by range-bytes-agree.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoOverlap],
};
