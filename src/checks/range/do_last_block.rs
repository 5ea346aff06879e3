//! `do-last-block`: the last block, short in most files, comes as exactly that block.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `do-last-block`.
pub(crate) struct DoLastBlock;

impl Check for DoLastBlock {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::DoLastBlock)
    }
}

static META: Meta = Meta {
    id: "do-last-block",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 350,
    title: "the last block, short in most files, comes as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "The last block ends with the file, and is shorter than 1 MiB unless the size is \
                  a multiple of that. It shows whether positions at the end are counted right, \
                  and whether the size that the first answer stated is true.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoLastBlock],
};
