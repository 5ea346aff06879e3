//! `multi-closing-delimiter`: the multipart answer ends with its closing delimiter.

use crate::checks::rules::multi;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    multi::judge_framing(evidence, |parts| {
        let body = &parts.answer.body.data;
        if parts.multipart.closed {
            let epilogue = body.get(parts.multipart.epilogue.clone()).unwrap_or_default();
            let text = epilogue.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
            return if text == 0 {
                Judgement::pass("the closing delimiter ends the body")
            } else {
                Judgement::warn(
                    Defect::ClosingDelimiterMissing,
                    format!("{text} bytes follow the closing delimiter"),
                )
                .because(
                    "RFC 2046 lets readers ignore an epilogue; whether BITS does is not known.",
                )
            };
        }
        if parts.is_coded() {
            return Judgement::skipped("the body has a content coding; see multi-two");
        }
        if !parts.is_complete() {
            return Judgement::skipped("the body was not read to its end; see multi-two");
        }
        Judgement::fail(Defect::ClosingDelimiterMissing, "the closing delimiter is missing")
            .because(
                "The body ended as its framing says, but without --boundary-- (RFC 2046 5.1.1).",
            )
            .breaking_rfc()
    })
}
