//! `range-suffix`: the last 500 bytes asked as a suffix come as exactly those.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-suffix`.
pub(crate) struct RangeSuffix;

impl Check for RangeSuffix {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::RangeSuffix)
    }
}

static META: Meta = Meta {
    id: "range-suffix",
    group: Group::Range,
    level: Level::Recommended,
    jobs: &[JobKind::Download],
    order: 290,
    title: "the last 500 bytes asked as a suffix come as exactly those",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "RFC 9110",
    explanation: "BITS never asks for a suffix range, other downloaders do. A peer that reads \
                  -500 as 0 to 500 shows that its Range parser is wrong.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeSuffix],
};
