//! `head-coding`: HEAD announces no transfer coding and no content coding.

use crate::checks::rules::head;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let (exchange, answer) = match head::answered(evidence) {
        Ok(answered) => answered,
        Err(skipped) => return skipped,
    };
    head::coding(answer)
        .unwrap_or_else(|| Judgement::pass("HEAD announces no coding"))
        .proved_by([exchange.id])
}
