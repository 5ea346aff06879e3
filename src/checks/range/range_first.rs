//! `range-first`: the first chunk comes as exactly that chunk.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::checks::rules::{auth, size, transport};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-first`.
pub(crate) struct RangeFirst;

impl Check for RangeFirst {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        if size::is_empty_file(evidence) {
            return size::nothing_to_judge();
        }
        if evidence.exchange(Purpose::RangeFirst).is_some() || auth::refuses_everything(evidence) {
            return single_range::judge(evidence, Purpose::RangeFirst);
        }
        let failure = evidence.exchange(Purpose::Head).and_then(|head| head.result.as_ref().err());
        match failure {
            Some(failure) => Judgement::inconclusive(
                transport::defect_of(failure),
                "the first range was not asked: HEAD got no answer",
            ),
            None => Judgement::inconclusive(Defect::NotJudged, "the first range was not asked"),
        }
    }
}

static META: Meta = Meta {
    id: "range-first",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 140,
    title: "the first chunk comes as exactly that chunk",
    rfc: "RFC 9110 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "The first ranged GET that BITS sends after HEAD. It needs 206 with exactly \
                  one Content-Range that echoes the request, the size that HEAD stated, a \
                  Content-Length equal to the width, no coding, not multipart. A 200 with the \
                  whole file ends the job with 0x80200013: look for a proxy or filter that \
                  removes Range, or that insists on seeing whole files.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst],
};
