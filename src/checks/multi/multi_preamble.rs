//! `multi-preamble`: at most two CRLF come before the first boundary.

use crate::checks::rules::multi;
use crate::checks::rules::multi::Parts;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    multi::judge_framing(evidence, judge_preamble)
}

fn judge_preamble(parts: &Parts<'_>) -> Judgement {
    if parts.multipart.parts.is_empty() && !parts.multipart.closed {
        return Judgement::skipped("no boundary is in the body; see multi-boundary");
    }
    let preamble = parts.answer.body.data.get(parts.multipart.preamble.clone()).unwrap_or_default();
    let text = preamble.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).count();
    let lines = line_ends(preamble);
    if text > 0 {
        return Judgement::fail(
            Defect::PreambleTooLong,
            format!("{text} other bytes come before the first boundary"),
        )
        .because(RULE);
    }
    let summary = format!("{lines} CR/LF in the body before the first boundary");
    match lines {
        0 | 1 => Judgement::pass(summary),
        2 => Judgement::warn(Defect::PreambleAtLimit, summary).because(RULE),
        _ => Judgement::fail(Defect::PreambleTooLong, summary).because(RULE),
    }
}

/// CRLF is one line end; a CR or a LF alone counts as much.
fn line_ends(preamble: &[u8]) -> usize {
    let pairs = preamble.windows(2).filter(|pair| *pair == b"\r\n").count();
    preamble.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count() - pairs
}

const RULE: &str = "Microsoft: at most two CR/LF may stand between the HTTP headers and the first \
                    boundary. Counted in the body: 0 or 1 is right, 2 only if the empty line \
                    after the headers does not count, 3 and more is too many.";
