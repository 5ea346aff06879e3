//! Findings in words: a block for each defect, then one line for each check that is right.

use super::{code_words, exchange, has_several_legs};
use crate::check::finding::{Finding, Level, Status};
use crate::report::lookup::Lookup;
use crate::run::outcome::RouteResult;
use crate::ui::escape::escape_limited;
use crate::ui::page::Page;
use crate::ui::style::Role;

/// All findings of a result: the failing first, then warnings, then what could not be judged,
/// then the rest.
pub(super) fn write_findings(page: &mut Page, result: &RouteResult, lookup: &Lookup) {
    for (status, role) in [
        (Status::Fail, Role::Fail),
        (Status::Warn, Role::Warn),
        (Status::Inconclusive, Role::Inconclusive),
    ] {
        for group in groups(&result.findings, status, |finding| {
            finding.judgement.defect.map_or_else(|| finding.check.to_owned(), |d| format!("{d:?}"))
        }) {
            page.gap();
            write_group(page, role, &group, result, lookup);
        }
    }
    page.gap();
    write_passes(page, result);
    write_skipped(page, result);
}

/// The first finding of a group explains, the others are named.
fn write_group(
    page: &mut Page,
    role: Role,
    group: &[&Finding],
    result: &RouteResult,
    lookup: &Lookup,
) {
    // A group is never empty.
    let Some((finding, others)) = group.split_first() else { return };
    let judgement = &finding.judgement;
    let level = match finding.level {
        Level::Required => String::new(),
        level => format!(" ({})", level.as_str()),
    };
    let (tag, name) = (judgement.status.as_str().to_uppercase(), name(finding, result));
    let summary = escape_limited(&judgement.summary, SUMMARY);
    page.tagged(role, &tag, &format!("{name}{level}: {summary}"));

    let proof = judgement.exchanges.first();
    let proof = proof.and_then(|id| result.exchanges.iter().find(|exchange| exchange.id == *id));
    if let Some(proof) = proof {
        page.labelled("asked", &exchange::asked(proof));
        page.labelled("answered", &exchange::answered(proof));
    }
    for (index, line) in judgement.reason.lines().take(REASON_LINES).enumerate() {
        page.labelled(if index == 0 { "why" } else { "" }, &escape_limited(line, REASON));
    }
    write_rule(page, finding, lookup);
    if !others.is_empty() {
        page.labelled("also", &names(others.iter().copied(), result));
    }
}

/// What is demanded, by whom, and how RFC and BITS see the answer.
fn write_rule(page: &mut Page, finding: &Finding, lookup: &Lookup) {
    let meta = (lookup.meta)(finding.check);
    if let Some(meta) = meta {
        page.labelled("rule", meta.title);
    }
    if let Some(meta) = meta.filter(|meta| !meta.rfc.is_empty()) {
        let view = match (finding.judgement.status, finding.judgement.breaks_rfc) {
            (_, true) => "broken",
            (Status::Inconclusive, _) => "not judged",
            _ => "not broken: this may be legal HTTP",
        };
        page.labelled("RFC", &format!("{}: {view}", meta.rfc.trim_start_matches("RFC ")));
    }
    if let Some(view) = finding.bits {
        let code = code_words(view.hresult, view.certainty, lookup);
        let meaning = (lookup.code)(view.hresult)
            .map(|code| code.meaning)
            .filter(|meaning| !meaning.is_empty())
            .map_or_else(String::new, |meaning| format!(": {meaning}"));
        let retried = if view.transient { "; the job is retried" } else { "" };
        page.labelled("BITS", &format!("{code}{meaning}{retried}"));
    }
    if let Some(meta) = meta {
        page.labelled("source", meta.source);
    }
}

fn write_passes(page: &mut Page, result: &RouteResult) {
    let passes = || of_status(&result.findings, Status::Pass);
    let column = passes().map(|finding| name(finding, result).len()).max().unwrap_or(0);
    for finding in passes() {
        let summary = escape_limited(&finding.judgement.summary, SUMMARY);
        page.named(Role::Pass, "pass", &name(finding, result), column, &summary);
    }
}

/// What was skipped for the same reason is named together.
fn write_skipped(page: &mut Page, result: &RouteResult) {
    for group in
        groups(&result.findings, Status::Skipped, |finding| finding.judgement.summary.clone())
    {
        let Some(first) = group.first() else { continue };
        let reason = escape_limited(&first.judgement.summary, SUMMARY);
        page.tagged(
            Role::Aside,
            "skip",
            &format!("{}: {reason}", names(group.iter().copied(), result)),
        );
    }
}

/// Findings of a status, those of the same key together, in the order of their first.
fn groups(
    findings: &[Finding],
    status: Status,
    key: impl Fn(&Finding) -> String,
) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<(String, Vec<&Finding>)> = Vec::new();
    for finding in of_status(findings, status) {
        let key = key(finding);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(finding),
            None => groups.push((key, vec![finding])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn of_status(findings: &[Finding], status: Status) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(move |finding| finding.judgement.status == status)
}

fn names<'a>(findings: impl Iterator<Item = &'a Finding>, result: &RouteResult) -> String {
    findings.map(|finding| name(finding, result)).collect::<Vec<_>>().join(", ")
}

/// The id of the check, with its leg where several legs were judged.
fn name(finding: &Finding, result: &RouteResult) -> String {
    if has_several_legs(result) {
        format!("{}[{}]", finding.check, finding.leg)
    } else {
        finding.check.to_owned()
    }
}

const SUMMARY: usize = 400;
const REASON: usize = 1000;
const REASON_LINES: usize = 8;
