//! `multi-while-filling`: several ranges come right while a cache is still filling.

use crate::checks::Check;
use crate::checks::rules::{multi, sibling};
use crate::model::evidence::{Evidence, History};
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-while-filling`.
pub(crate) struct MultiWhileFilling;

impl Check for MultiWhileFilling {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        sibling::judge(
            evidence,
            History::Filling,
            "while the file is being stored",
            &[multi::judge_any_time],
        )
    }

    fn history(&self) -> Option<History> {
        Some(History::Filling)
    }
}

static META: Meta = Meta {
    id: "multi-while-filling",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 480,
    title: "several ranges come right while a cache is still filling",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Measured with nginx; Microsoft, AddFileWithRanges",
    explanation: "A cache that stores the file for somebody else may answer several ranges with \
                  the whole file until it has all of it, for large files for minutes. Tried with a \
                  fresh file of which the built-in origin holds back the end for a moment, or with a \
                  new query on the URL where the server ignores it. Only \
                  some jobs ask for several ranges in one request: those of AddFileWithRanges, \
                  such as express updates. An ordinary download does not, so this never decides \
                  its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo],
};
