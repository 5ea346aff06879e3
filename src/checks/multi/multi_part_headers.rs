//! `multi-part-headers`: each part has at most 180 bytes of other header fields.

use crate::checks::rules::multi;
use crate::checks::rules::multi::Parts;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    multi::judge_framing(evidence, judge_headers)
}

fn judge_headers(parts: &Parts<'_>) -> Judgement {
    let parts = &parts.multipart.parts;
    let strict = parts.iter().map(|part| part.other_header_bytes).max();
    let lenient = parts.iter().map(|part| part.other_header_bytes_without_line_ends).max();
    let (Some(strict), Some(lenient)) = (strict, lenient) else {
        return Judgement::skipped("there are no parts");
    };
    let summary = format!("{strict} bytes of other header fields in a part");
    let rule = format!(
        "Microsoft: at most {LIMIT} bytes besides Content-Range and Content-Type. Counted with \
         names and line ends {strict}, without line ends {lenient}."
    );
    if strict <= LIMIT {
        Judgement::pass(summary)
    } else if lenient <= LIMIT {
        Judgement::warn(Defect::PartHeadersAtLimit, summary).because(rule)
    } else {
        Judgement::fail(Defect::PartHeadersTooLong, summary).because(rule)
    }
}

/// Bytes of other header fields that BITS accepts in a part.
const LIMIT: usize = 180;
