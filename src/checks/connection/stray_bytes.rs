//! `stray-bytes`: nothing follows the body of an answer to GET.

use crate::checks::rules::{client_sends, worst};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Method;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let gets = evidence.answers().filter(|(x, _)| x.probe.method == Method::Get);
    let judgements: Vec<_> = gets
        .map(|(exchange, answer)| {
            let stray = &answer.body.stray;
            if stray.is_empty() {
                return Judgement::pass("no bytes came beyond a body");
            }
            let only_line_ends = stray.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
            let summary = format!("{} bytes came beyond the end of a body", stray.len());
            let judgement = if only_line_ends || !client_sends(exchange.probe.purpose) {
                Judgement::warn(Defect::StrayBytes, summary)
            } else {
                Judgement::fail(Defect::StrayBytes, summary)
            };
            judgement
                .because(
                    "The body had ended as its framing says, and nothing else was asked. What \
                     follows spoils the next answer on the connection.",
                )
                .breaking_rfc()
                .proved_by([exchange.id])
        })
        .collect();
    worst(judgements).unwrap_or_else(|| Judgement::skipped("no GET was answered"))
}
