//! `do-2gib`: the block that begins at 2 GiB comes as exactly that block.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `do-2gib`.
pub(crate) struct Do2gib;

impl Check for Do2gib {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::Do2Gib)
    }
}

static META: Meta = Meta {
    id: "do-2gib",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 360,
    title: "the block that begins at 2 GiB comes as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Software that keeps positions in 32 signed bits breaks at 2 GiB. Blocks begin \
                  at multiples of 1 MiB, so that none lies across it; the one that begins there \
                  is asked. Judged only on files that are large enough.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::Do2Gib],
};
