//! `multi-no-top-content-range`: no Content-Range in the header section of a multipart answer.

use crate::checks::rules::multi;
use crate::checks::rules::shown;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    multi::judge_framing(evidence, |parts| {
        let mut values = parts.answer.head.fields.all("content-range");
        match values.find(|value| !value.trim().is_empty()) {
            None => Judgement::pass("the header section has no Content-Range"),
            Some(value) => Judgement::fail(
                Defect::ContentRangeOnMultipart,
                "Content-Range in the header section of a multipart answer",
            )
            .because(format!("Got {}; it must not be there (RFC 9110 15.3.7.2).", shown(value)))
            .breaking_rfc(),
        }
    })
}
