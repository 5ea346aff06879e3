//! `multi-two`: two ranges come as two parts in order.

use crate::checks::Check;
use crate::checks::rules::multi;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-two`.
pub(crate) struct MultiTwo;

impl Check for MultiTwo {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        multi::judge(evidence, Purpose::MultiTwo)
    }
}

static META: Meta = Meta {
    id: "multi-two",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 460,
    title: "two ranges come as two parts in order",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "The commonest real defect: one range works, several do not. Caches answer 200 \
                  with the whole file, Varnish answers 416, others send the first part alone. \
                  Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo],
};
