//! `range-last-byte`: the last byte of the file comes as a range of one byte.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-last-byte`.
pub(crate) struct RangeLastByte;

impl Check for RangeLastByte {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::RangeLastByte)
    }
}

static META: Meta = Meta {
    id: "range-last-byte",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 240,
    title: "the last byte of the file comes as a range of one byte",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "The end of a file is where wrong arithmetic on lengths shows. The answer must \
                  be one byte, with the total that HEAD stated.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeLastByte],
};
