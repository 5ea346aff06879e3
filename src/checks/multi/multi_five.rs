//! `multi-five`: five ranges come as five parts in order.

use crate::checks::Check;
use crate::checks::rules::multi;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-five`.
pub(crate) struct MultiFive;

impl Check for MultiFive {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        multi::judge(evidence, Purpose::MultiFive)
    }
}

static META: Meta = Meta {
    id: "multi-five",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 490,
    title: "five ranges come as five parts in order",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "Some filters allow a few ranges and refuse more, as a guard against an old \
                  attack on Apache. Only some jobs ask for several ranges in one request: those \
                  of AddFileWithRanges, such as express updates. An ordinary download does not, \
                  so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiFive],
};
