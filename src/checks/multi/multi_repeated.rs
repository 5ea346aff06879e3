//! `multi-repeated`: the same several ranges come right each time that they are asked.

use crate::checks::Check;
use crate::checks::rules::{multi, repeated};
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-repeated`.
pub(crate) struct MultiRepeated;

impl Check for MultiRepeated {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        repeated::judge(evidence, Purpose::MultiTwo, multi::judge_exchange)
    }
}

static META: Meta = Meta {
    id: "multi-repeated",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 485,
    title: "several ranges come right a second and a third time, and after a pause",
    rfc: "RFC 9111 3.4; RFC 9110 15.3.7.2",
    source: "Measured with HAProxy and Traffic Server; Microsoft, AddFileWithRanges",
    explanation: "Some caches store a file only when it was asked for several times, or need a \
                  moment until they answer from it, and then ignore several ranges. The same two \
                  ranges are asked three times. In the warm phase they are asked once more, 300 ms \
                  after the whole file was fetched for the third time; with several targets behind \
                  one proxy, for the first target only. Only jobs that ask for several ranges in \
                  one request meet this.",
    profiles: &[Profile::Bits],
    probes: &[
        Purpose::Head,
        Purpose::MultiTwo,
        Purpose::MultiSecond,
        Purpose::MultiThird,
        Purpose::MultiDelayed,
    ],
};
