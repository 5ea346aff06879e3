//! `range-next`: the chunk after the first comes as exactly that chunk.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-next`.
pub(crate) struct RangeNext;

impl Check for RangeNext {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::RangeNext)
    }
}

static META: Meta = Meta {
    id: "range-next",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 210,
    title: "the chunk after the first comes as exactly that chunk",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "A background download of BITS is a row of small contiguous ranges on a kept \
                  connection. A cache that stores the first range and serves it for every later \
                  request breaks here. The answer must be 206 with the positions asked, the \
                  size that HEAD stated, and a Content-Length equal to the width.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::RangeNext],
};
