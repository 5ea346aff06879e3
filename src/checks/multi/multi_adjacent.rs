//! `multi-adjacent`: two ranges that touch come as two parts.

use crate::checks::Check;
use crate::checks::rules::multi;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-adjacent`.
pub(crate) struct MultiAdjacent;

impl Check for MultiAdjacent {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        multi::judge(evidence, Purpose::MultiAdjacent)
    }
}

static META: Meta = Meta {
    id: "multi-adjacent",
    group: Group::Multi,
    level: Level::Recommended,
    jobs: &[JobKind::Ranges],
    order: 520,
    title: "two ranges that touch come as two parts",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "HTTP lets a server merge ranges that touch, and Apache 2.4 does. Microsoft \
                  documents an error for merged duplicates and overlaps only, so for ranges \
                  that merely touch it is likely, not certain. Only some jobs ask for several \
                  ranges in one request: those of AddFileWithRanges, such as express updates. \
                  An ordinary download does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiAdjacent],
};
