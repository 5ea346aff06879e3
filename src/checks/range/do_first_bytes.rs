//! `do-first-bytes`: the first two bytes come as exactly those bytes.

use crate::checks::Check;
use crate::checks::rules::{single_range, size};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `do-first-bytes`.
pub(crate) struct DoFirstBytes;

impl Check for DoFirstBytes {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        if size::is_empty_file(evidence) {
            return size::nothing_to_judge();
        }
        if evidence.exchange(Purpose::DoFirstBytes).is_some() {
            return single_range::judge(evidence, Purpose::DoFirstBytes);
        }
        Judgement::inconclusive(Defect::NotJudged, "the first bytes were not asked")
    }
}

static META: Meta = Meta {
    id: "do-first-bytes",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 160,
    title: "the first two bytes come as exactly those bytes",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Delivery Optimization knows the size of a file from the metadata of the update \
                  and sends no HEAD. It begins with bytes=0-1. This tool plans the blocks by the \
                  total in the Content-Range of the answer, and judges that total by the size that \
                  the server states without the proxy, or by HEAD. An answer of 200 shows that \
                  Range does not get through: the name of 0x80D05011 says that, while Microsoft's \
                  KB3175743 names 0x80D05001 for such proxies.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes],
};
