//! `multi-boundary`: the multipart answer names a usable boundary.

use crate::checks::rules::multi;
use crate::checks::rules::multi::{PURPOSES, Parts, Reading};
use crate::checks::rules::{shown, worst};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let exchanges = PURPOSES.iter().filter_map(|&purpose| evidence.exchange(purpose));
    let judgements: Vec<_> = exchanges
        .filter_map(|exchange| match multi::read(evidence, exchange) {
            Reading::Parts(parts) => Some(judge_use(&parts).proved_by([exchange.id])),
            Reading::NoBoundary(judgement) => Some(judgement),
            Reading::Other(_) => None,
        })
        .collect();
    worst(judgements).unwrap_or_else(|| Judgement::skipped(multi::NO_PARTS))
}

fn judge_use(parts: &Parts<'_>) -> Judgement {
    let boundary = &parts.boundary;
    if parts.answer.head.media_type().as_deref() != Some("multipart/byteranges") {
        return Judgement::fail(
            Defect::BoundaryUnusable,
            "multipart of another kind than byteranges",
        );
    }
    if parts.is_coded() {
        return Judgement::skipped("the body has a content coding; see multi-two");
    }
    if parts.multipart.parts.is_empty() && parts.is_complete() {
        return Judgement::fail(Defect::BoundaryUnusable, "the body does not use its boundary")
            .because(format!("No line --{} is in it.", shown(&boundary.value)))
            .breaking_rfc();
    }
    if boundary.repeated || boundary.too_long {
        let summary = if boundary.repeated {
            "Content-Type names its boundary twice".to_owned()
        } else {
            format!("a boundary of {} characters, more than 70", boundary.value.len())
        };
        return Judgement::warn(Defect::BoundaryUnusable, summary)
            .because(
                "Readers differ in what they make of it: some refuse the answer (RFC 2046 5.1.1; \
                 RFC 9110 5.6.6). What BITS does is not documented.",
            )
            .breaking_rfc();
    }
    let quoted = if boundary.quoted { ", quoted, which is legal" } else { "" };
    Judgement::pass(format!("a boundary of {} characters{quoted}", boundary.value.len()))
}
