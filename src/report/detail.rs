//! What a person wants to read beside a finding that is not right, line by line and without
//! markup. Called by the formats whose readers show a block of text beside a result.

use super::text::{exchange, finding as words};
use super::{curl, excuse};
use crate::model::finding::Finding;
use crate::model::outcome::RouteResult;
use crate::ui::escape::escape;

/// The lines: how it counts when otherwise than by its level, evidence, reason, rule, code, and the command that repeats it. Each is escaped.
pub(super) fn lines(result: &RouteResult, finding: &Finding) -> Vec<String> {
    let judgement = &finding.judgement;
    let mut lines = Vec::new();
    lines.extend(excuse::words(finding));
    let proof = judgement.exchanges.first();
    let proof = proof.and_then(|id| result.exchanges.iter().find(|exchange| exchange.id == *id));
    if let Some(proof) = proof {
        lines.push(format!("Request: {}", exchange::asked(proof)));
        lines.push(format!("Received: {}", exchange::answered(proof)));
    }
    lines.extend(judgement.reason.lines().map(|line| format!("Why: {line}")));
    if let Some(meta) = Some(finding.row) {
        lines.push(format!("rule: {}", meta.title));
        if !meta.rfc.is_empty() {
            lines.push(format!("{}: {}", meta.rfc, words::rfc_view(judgement)));
        }
    }
    if let Some(view) = words::bits_view(finding) {
        lines.push(format!("Windows: {view}"));
    }
    if let Some(command) = curl::of_finding(result, finding) {
        lines.extend(command.lines().map(|line| format!("repeat: {line}")));
    }
    lines.iter().map(|line| escape(line).into_owned()).collect()
}
