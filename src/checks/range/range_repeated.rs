//! `range-repeated`: the same range comes right each time that it is asked.

use crate::checks::Check;
use crate::checks::rules::{repeated, single_range};
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-repeated`.
pub(crate) struct RangeRepeated;

impl Check for RangeRepeated {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let first = match evidence.profile {
            Profile::Bits => Purpose::RangeMiddle,
            Profile::Do => Purpose::DoOverlap,
        };
        repeated::judge(evidence, first, single_range::judge_exchange)
    }
}

static META: Meta = Meta {
    id: "range-repeated",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 452,
    title: "a range comes right a second and a third time, and after a pause",
    rfc: "RFC 9111 3.4; RFC 9110 15.3.7",
    source: "Measured with HAProxy and Traffic Server",
    explanation: "Some caches store a file only when it was asked for several times, or need a \
                  moment until they answer from it, and then ignore Range. The same range is asked \
                  three times. In the warm phase it is asked once more, 300 ms after the whole \
                  file was fetched for the third time; with several targets behind one proxy, \
                  for the first target only.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeMiddle,
        Purpose::RangeSecond,
        Purpose::RangeThird,
        Purpose::RangeDelayed,
        Purpose::DoOverlap,
        Purpose::DoSecond,
        Purpose::DoThird,
        Purpose::DoDelayed,
    ],
};
