//! `multi-preamble`: at most two CRLF come before the first boundary.

use crate::checks::Check;
use crate::checks::rules::multi;
use crate::checks::rules::multi::Parts;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-preamble`.
pub(crate) struct MultiPreamble;

impl Check for MultiPreamble {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        multi::judge_framing(evidence, judge_preamble)
    }
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

static META: Meta = Meta {
    id: "multi-preamble",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 540,
    title: "at most two CRLF come before the first boundary",
    rfc: "RFC 9110 14.6",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "Microsoft allows at most two CR/LF between the HTTP headers and the first \
                  boundary, but does not say how to count. Here the line ends in the body are \
                  counted: none or one is right by every reading, two by one reading only, \
                  three by none. Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
};
