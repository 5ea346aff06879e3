//! `multi-first-contact`: several ranges come right as the first request for a file.

use crate::checks::Check;
use crate::checks::rules::{multi, sibling};
use crate::model::evidence::{Evidence, History};
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-first-contact`.
pub(crate) struct MultiFirstContact;

impl Check for MultiFirstContact {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        sibling::judge(
            evidence,
            History::SeveralFirst,
            "as the first request",
            &[multi::judge_any_time],
        )
    }

    fn history(&self) -> Option<History> {
        Some(History::SeveralFirst)
    }
}

static META: Meta = Meta {
    id: "multi-first-contact",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 470,
    title: "several ranges come right as the first request for a file",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Measured with nginx; Microsoft, AddFileWithRanges",
    explanation: "Some caches answer several ranges with the whole file as long as they do not \
                  hold it, and rightly from then on: who asks HEAD and single ranges before does \
                  not see it. Tried with a fresh file of the built-in origin, or with a new query on \
                  the URL where the server ignores it. Only some jobs ask \
                  for several ranges in one request: those of AddFileWithRanges, such as express \
                  updates. An ordinary download does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo],
};
