//! `range-open-end`: a range without a last position comes up to the end.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-open-end`.
pub(crate) struct RangeOpenEnd;

impl Check for RangeOpenEnd {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::RangeOpenEnd)
    }
}

static META: Meta = Meta {
    id: "range-open-end",
    group: Group::Range,
    level: Level::Recommended,
    jobs: &[JobKind::Download],
    order: 300,
    title: "a range without a last position comes up to the end",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "RFC 9110",
    explanation: "BITS always names the last position, other downloaders do not. A peer that \
                  answers 200 here treats ranges in its own way.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeOpenEnd],
};
