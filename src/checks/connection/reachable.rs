//! `reachable`: somebody answers in HTTP.

use crate::checks::Check;
use crate::checks::rules::transport;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `reachable`.
pub(crate) struct Reachable;

impl Check for Reachable {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        if evidence.anything_answered() {
            return Judgement::pass("an answer in HTTP came");
        }
        let failed =
            evidence.exchanges.iter().find_map(|exchange| Some((exchange, exchange.failure()?)));
        let Some((exchange, failure)) = failed else {
            return Judgement::inconclusive(Defect::NotJudged, "nothing was sent");
        };
        let summary = transport::summary_of(failure);
        let judgement = match transport::defect_of(failure) {
            Defect::ProxyAuthentication => return Judgement::skipped("see proxy-authentication"),
            defect @ (Defect::TunnelRefused(_)
            | Defect::MalformedResponse
            | Defect::InterimAnswer
            | Defect::HeadTooLong) => Judgement::fail(defect, summary),
            defect => Judgement::inconclusive(defect, summary),
        };
        let detail = transport::detail_of(failure);
        let is_broken = transport::breaks_rfc(failure);
        let judgement = if is_broken { judgement.breaking_rfc() } else { judgement };
        judgement.because(format!("{detail}.")).proved_by([exchange.id])
    }
}

static META: Meta = Meta {
    id: "reachable",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 10,
    title: "somebody answers in HTTP",
    rfc: "RFC 9112",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "Name, connection, handshake, TLS, and an answer that is HTTP. When nothing at \
                  all can be reached, nothing can be said of a download either: the result is \
                  inconclusive and its code is what Windows would show now. A proxy that refuses \
                  the tunnel, or answers in something that is not HTTP, has answered: the \
                  download would fail.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::DoFirstBytes],
};
