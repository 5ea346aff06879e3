//! Rows of the checks of the base URL of a WSUS server.

use crate::checks::connection::wsus_client_service;
use crate::checks::rules::liveness;
use crate::model::check::{Check, Group};
use crate::model::finding::Level;
use crate::model::job_kind::JobKind;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::model::wsus::liveness::Liveness;

pub(crate) static WSUS_ALIVE: Check = Check {
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
    history: None,
    judge: |evidence| liveness::judge(evidence, Purpose::WsusAlive, Liveness::AnonymousCheckFile),
};

pub(crate) static WSUS_CLIENT_SERVICE: Check = Check {
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
    history: None,
    judge: wsus_client_service::judge,
};

pub(crate) static WSUS_SELF_UPDATE: Check = Check {
    id: "wsus-self-update",
    group: Group::Connection,
    level: Level::Recommended,
    jobs: JobKind::ALL,
    order: 620,
    title: "the self-update file of a WSUS server is no other page (its base URL as target)",
    rfc: "RFC 9110 15",
    source: "MS-WUSP 2.1; observed: /selfupdate/iuident.cab",
    explanation: "Runs only when the target is the base URL of a WSUS server, and asks for \
                  /selfupdate/iuident.cab, of which the head and the first bytes are read. Old \
                  clients update themselves by it. Newer servers may lack it: a 404 is no fault, \
                  but a page or an empty file in its place is.",
    profiles: Profile::ALL,
    probes: &[Purpose::WsusSelfUpdate],
    history: None,
    judge: |evidence| liveness::judge(evidence, Purpose::WsusSelfUpdate, Liveness::SelfUpdate),
};
