//! `wsus-client-service`: the web service that clients ask for updates answers.

use crate::checks::rules::liveness;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;
use crate::model::wsus::liveness::Liveness;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    if liveness::is_page_everywhere(evidence) {
        return Judgement::skipped("a page came for an empty file too; see wsus-alive");
    }
    liveness::judge(evidence, Purpose::WsusClientService, Liveness::ClientWebService)
}
