//! `wsus-alive`: the content directory of the WSUS server answers.

use crate::checks::Check;
use crate::checks::rules::liveness;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::model::wsus::liveness::Liveness;

/// The check `wsus-alive`.
pub(crate) struct WsusAlive;

impl Check for WsusAlive {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        liveness::judge(evidence, Purpose::WsusAlive, Liveness::AnonymousCheckFile)
    }
}

static META: Meta = Meta {
    id: "wsus-alive",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 600,
    title: "the content directory of a WSUS server answers (its base URL as target)",
    rfc: "RFC 9110 15",
    source: "MS-WUSP 2.1; observed: /Content/anonymousCheckFile.txt is an empty file",
    explanation: "Runs only when the target is the base URL of a WSUS server, and asks for \
                  /Content/anonymousCheckFile.txt, an empty file that needs no update. What \
                  refuses it or puts a page in its place does so to content files too. It says \
                  nothing about ranges, so the verdict is never a pass: for that name a content \
                  file. With TLS on, it is asked over plain HTTP, as content is.",
    profiles: Profile::ALL,
    probes: &[Purpose::WsusAlive],
};
