//! `reachable`: somebody answers in HTTP.

use crate::checks::rules::transport;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
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
