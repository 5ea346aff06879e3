//! `wsus-client-service`: the web service that clients ask for updates answers.

use crate::checks::Check;
use crate::checks::rules::liveness;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::model::wsus::liveness::Liveness;

/// The check `wsus-client-service`.
pub(crate) struct WsusClientService;

impl Check for WsusClientService {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        if liveness::is_page_everywhere(evidence) {
            return Judgement::skipped("a page came for an empty file too; see wsus-alive");
        }
        liveness::judge(evidence, Purpose::WsusClientService, Liveness::ClientWebService)
    }
}

static META: Meta = Meta {
    id: "wsus-client-service",
    group: Group::Connection,
    level: Level::Recommended,
    jobs: JobKind::ALL,
    order: 610,
    title: "the web service of a WSUS server answers (its base URL as target)",
    rfc: "RFC 9110 15",
    source: "MS-WUSP 2.1",
    explanation: "Runs only when the target is the base URL of a WSUS server, and asks for \
                  /ClientWebService/client.asmx. Clients learn here which updates there are; \
                  BITS has no part in it. When it is broken, look at the event log of the \
                  server and at the application pool WsusPool.",
    profiles: Profile::ALL,
    probes: &[Purpose::WsusClientService],
};
