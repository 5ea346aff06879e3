//! `multi-many`: a dozen ranges come as a dozen parts in order.

use crate::checks::Check;
use crate::checks::rules::multi;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-many`.
pub(crate) struct MultiMany;

impl Check for MultiMany {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        multi::judge(evidence, Purpose::MultiMany)
    }
}

static META: Meta = Meta {
    id: "multi-many",
    group: Group::Multi,
    level: Level::Recommended,
    jobs: &[JobKind::Ranges],
    order: 500,
    title: "a dozen ranges come as a dozen parts in order",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "A file of a BITS job may have up to 500 ranges; how many of them go into one \
                  request is not documented, so this only warns. The official advice against an \
                  old attack on Apache answers more than five ranges with the whole file, \
                  ModSecurity refuses them, lighttpd answers the first ten. Only some jobs ask for \
                  several ranges in one request: those of AddFileWithRanges, such as express \
                  updates. An ordinary download does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiMany],
};
