//! `head-content-length`: HEAD states the size of the file.

use crate::checks::rules::head;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::wire::fields::ContentLength;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let (exchange, answer) = match head::answered(evidence) {
        Ok(answered) => answered,
        Err(skipped) => return skipped,
    };
    if let ContentLength::Conflicting(_) = answer.head.fields.content_length() {
        return Judgement::skipped("there are several; see head-length-valid");
    }
    head::length_missing(answer)
        .unwrap_or_else(|| Judgement::pass("HEAD has Content-Length"))
        .proved_by([exchange.id])
}
