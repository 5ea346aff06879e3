//! `do-first-block`: the first block of 1 MiB comes whole, as exactly that block.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `do-first-block`.
pub(crate) struct DoFirstBlock;

impl Check for DoFirstBlock {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::DoFirstBlock)
    }
}

static META: Meta = Meta {
    id: "do-first-block",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 170,
    title: "the first block of 1 MiB comes whole, as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Delivery Optimization fetches a file in blocks of 1 MiB, of which only the last \
                  may be shorter; a smaller file is one block. It compares the size of each \
                  answer with that of the block, so this one is read to its end. Other blocks are \
                  cut off once their heads and beginnings are seen.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoFirstBlock],
};
