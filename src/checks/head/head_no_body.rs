//! `head-no-body`: nothing follows the head of an answer to HEAD.

use crate::checks::rules::worst;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Method;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let heads = evidence.answers().filter(|(x, _)| x.probe.method == Method::Head);
    let judgements: Vec<_> = heads
        .map(|(exchange, answer)| {
            let stray = &answer.body.stray;
            let (status, count) = (answer.head.status, stray.len());
            if stray.is_empty() {
                return Judgement::pass("no bytes came after HEAD").proved_by([exchange.id]);
            }
            let only_line_ends = stray.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
            let summary = format!("{count} bytes came after the head of a HEAD answer");
            let judgement = if status == 200 && !only_line_ends {
                Judgement::fail(Defect::HeadBody, summary)
            } else {
                Judgement::warn(Defect::HeadBody, summary)
            };
            judgement
                .because(format!(
                    "HEAD was answered with {status}. Its answer ends with the empty line (RFC 9112 \
                     6.3); what follows spoils the next answer on the connection."
                ))
                .breaking_rfc()
                .proved_by([exchange.id])
        })
        .collect();
    worst(judgements).unwrap_or_else(|| Judgement::skipped("HEAD was not answered"))
}
