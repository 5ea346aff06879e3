//! `multi-near`: two ranges with a gap of 40 bytes come as two parts.

use crate::checks::Check;
use crate::checks::rules::multi;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-near`.
pub(crate) struct MultiNear;

impl Check for MultiNear {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        multi::judge(evidence, Purpose::MultiNear)
    }
}

static META: Meta = Meta {
    id: "multi-near",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 525,
    title: "two ranges with a gap of 40 bytes come as two parts",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, [MC-BUP] 3.5.5.1: ranges are neither merged nor reordered",
    explanation: "HTTP lets a server merge ranges whose gap is smaller than the overhead of a \
                  part, about 80 bytes, and lighttpd does. Microsoft requires that ranges are not \
                  merged: BITS answers consolidated ranges with BG_E_INVALID_SERVER_RESPONSE. Only \
                  some jobs ask for several ranges in one request: those of AddFileWithRanges, \
                  such as express updates. An ordinary download does not, so this never decides \
                  its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiNear],
};
