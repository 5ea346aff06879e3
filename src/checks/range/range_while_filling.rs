//! `range-while-filling`: a range comes right while a cache is still filling.

use crate::checks::Check;
use crate::checks::rules::{sibling, single_range};
use crate::model::evidence::{Evidence, History};
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-while-filling`.
pub(crate) struct RangeWhileFilling;

impl Check for RangeWhileFilling {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let judge: sibling::Judge = match evidence.profile {
            Profile::Bits => |evidence| single_range::judge(evidence, Purpose::RangeMiddle),
            Profile::Do => |evidence| single_range::judge(evidence, Purpose::DoOverlap),
        };
        sibling::judge(evidence, History::Filling, "while the file is being stored", &[judge])
    }

    fn history(&self) -> Option<History> {
        Some(History::Filling)
    }
}

static META: Meta = Meta {
    id: "range-while-filling",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 450,
    title: "a range comes right while a cache is still filling",
    rfc: "RFC 9111 3.4; RFC 9110 15.3.7",
    source: "Measured with caching proxies",
    explanation: "The first client that fetches a file fills the cache; others come meanwhile. \
                  Some caches let them wait until their range is there, which is right. Others \
                  answer with the whole file. Tried with a fresh file of which the built-in origin \
                  holds back the end for a moment while it is fetched whole, or with a new query \
                  on the URL where the server ignores it.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::RangeMiddle, Purpose::DoOverlap],
};
