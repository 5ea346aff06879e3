//! `range-while-filling`: a range comes right while a cache is still filling.

use crate::bits::profile::Profile;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::{sibling, single_range};
use crate::check::{Check, Group, JobKind, Meta};
use crate::probe::evidence::{Evidence, History};
use crate::probe::probe::Purpose;

/// The check `range-while-filling`.
pub(super) struct RangeWhileFilling;

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
