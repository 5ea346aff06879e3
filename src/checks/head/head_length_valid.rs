//! `head-length-valid`: the Content-Length of HEAD is a number.

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
    if let Some(problem) = head::length_invalid(answer) {
        return problem.proved_by([exchange.id]);
    }
    let ContentLength::Valid { value, repeated } = answer.head.fields.content_length() else {
        return Judgement::skipped("there is none; see head-content-length");
    };
    let remark = if repeated { ", repeated, which is legal" } else { "" };
    Judgement::pass(format!("HEAD states {value} bytes{remark}")).proved_by([exchange.id])
}
