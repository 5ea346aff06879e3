//! `do-tail-block`: the last bytes, from an unaligned position, come as exactly that block.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `do-tail-block`.
pub(crate) struct DoTailBlock;

impl Check for DoTailBlock {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::DoTailBlock)
    }
}

static META: Meta = Meta {
    id: "do-tail-block",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 174,
    title: "the last bytes, from an unaligned position, come as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed: a log of Windows shows the block 21202006+66560",
    explanation: "The last block can begin at a position that is no multiple of 1 MiB. It is the \
                  third request on the connection of the first two, is read to its end, and does \
                  not begin at 0 in a small file either: a proxy that refuses or ignores ranges \
                  after the start, or after the second request of a connection, fails here.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoTailBlock],
};
