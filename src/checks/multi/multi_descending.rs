//! `multi-descending`: ranges asked in descending order come in that order.

use crate::checks::Check;
use crate::checks::rules::multi;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-descending`.
pub(crate) struct MultiDescending;

impl Check for MultiDescending {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        multi::judge(evidence, Purpose::MultiDescending)
    }
}

static META: Meta = Meta {
    id: "multi-descending",
    group: Group::Multi,
    level: Level::Recommended,
    jobs: &[JobKind::Ranges],
    order: 510,
    title: "ranges asked in descending order come in that order",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "The caller of AddFileWithRanges may name ranges in any order and BITS writes \
                  them as they come. HTTP lets a server sort or ignore them, and Squid answers \
                  200 from its cache. No capture shows Windows asking so, hence this only warns. \
                  Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiDescending],
};
