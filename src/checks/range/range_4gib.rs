//! `range-4gib`: a range across 4 GiB comes as exactly that range.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-4gib`.
pub(crate) struct Range4gib;

impl Check for Range4gib {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge_both(evidence, Purpose::Range4Gib, Purpose::RangeFrom4Gib)
    }
}

static META: Meta = Meta {
    id: "range-4gib",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 270,
    title: "a range across 4 GiB comes as exactly that range",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "Software that keeps positions in 32 bits breaks at 4 GiB. A second range \
                  begins at that offset; its bytes must be those of the first. Judged only on \
                  files that are large enough.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::Range4Gib, Purpose::RangeFrom4Gib],
};
