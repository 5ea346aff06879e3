//! `range-large`: a range of more than 14336 bytes comes as exactly that range.

use crate::bits::profile::Profile;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::single_range;
use crate::check::{Check, Group, JobKind, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;

/// The check `range-large`.
pub(super) struct RangeLarge;

impl Check for RangeLarge {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        single_range::judge(evidence, Purpose::RangeLarge)
    }
}

static META: Meta = Meta {
    id: "range-large",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 230,
    title: "a range of more than 14336 bytes comes as exactly that range",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "On a fast line BITS asks for large ranges. Some proxies slice small answers \
                  by themselves out of a whole file and so look right with a small range, but \
                  pass a large file on as 200.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeLarge],
};
