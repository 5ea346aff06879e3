//! `framing-fields`: the fields that tell where a body ends do not contradict each other.

use crate::checks::rules::{framing, worst};
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let judgements: Vec<_> = evidence
        .answers()
        .flat_map(|(exchange, answer)| framing::judge(exchange, answer))
        .collect();
    worst(judgements).unwrap_or_else(|| {
        if evidence.anything_answered() {
            Judgement::pass("no contradiction")
        } else {
            Judgement::skipped("nobody answered; see reachable")
        }
    })
}
