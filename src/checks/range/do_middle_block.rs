//! `do-middle-block`: a block from the middle comes as exactly that block.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `do-middle-block`.
pub(crate) struct DoMiddleBlock;

impl Check for DoMiddleBlock {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::DoMiddleBlock)
    }
}

static META: Meta = Meta {
    id: "do-middle-block",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 340,
    title: "a block from the middle comes as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Delivery Optimization asks its blocks in no order, so that most begin far from \
                  0. Filters and caches that serve only what begins at 0 break here. Judged on \
                  files of three blocks or more, and by the second block where nothing tells the \
                  size; the answer is cut off once its head and beginning are seen.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoMiddleBlock],
};
