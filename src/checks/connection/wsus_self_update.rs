//! `wsus-self-update`: the self-update directory of the WSUS server answers.

use crate::checks::Check;
use crate::checks::rules::liveness;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::model::wsus::liveness::Liveness;

/// The check `wsus-self-update`.
pub(crate) struct WsusSelfUpdate;

impl Check for WsusSelfUpdate {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        liveness::judge(evidence, Purpose::WsusSelfUpdate, Liveness::SelfUpdate)
    }
}

static META: Meta = Meta {
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
};
