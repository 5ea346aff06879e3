//! Findings in words: a block for each defect, then one line for each check that is right.

use std::collections::BTreeSet;

use super::{code_words, exchange, gate};
use crate::model::disposition::Treatment;
use crate::model::exchange::Leg;
use crate::model::finding::{Finding, Judgement, Level, RfcView, Status};
use crate::model::outcome::RouteResult;
use crate::model::profile::Profile;
use crate::report::curl;
use crate::report::lookup;
use crate::ui::escape::escape_limited;
use crate::ui::page::Page;
use crate::ui::style::Role;

/// What is not right: the failing findings first, then warnings, then what could not be judged.
pub(super) fn write_failures(page: &mut Page, result: &RouteResult, shows_curl: bool) {
    for (status, role) in [
        (Status::Fail, Role::Fail),
        (Status::Warn, Role::Warn),
        (Status::Inconclusive, Role::Inconclusive),
    ] {
        for group in alike(result, status) {
            let role = if is_note(&group) { Role::Aside } else { role };
            page.gap();
            write_group(page, role, &group, result);
            if shows_curl {
                write_command(page, &group, result);
            }
        }
    }
}

/// Findings of a status on the legs under test, those of the same defect together.
pub(in crate::report) fn alike(result: &RouteResult, status: Status) -> Vec<Vec<&Finding>> {
    groups(result, status, |finding| {
        let defect = finding.judgement.defect;
        let what = defect.map_or_else(|| finding.check.to_owned(), |d| format!("{d:?}"));
        // What decides stands apart from what does not.
        format!("{what} {:?}", finding.treatment)
    })
}

/// Whether the findings of a group change no verdict.
fn is_note(group: &[&Finding]) -> bool {
    group.iter().all(|finding| finding.is_note())
}

/// `FAIL`, `WARN` or `NOTE`, by what a finding does to the verdict; an excused one keeps its status.
fn tag(finding: &Finding) -> String {
    let status = finding.judgement.status;
    let treatment = Treatment { excuse: None, ..finding.treatment.clone() };
    let word = match treatment.counted(finding.level, status) {
        _ if finding.is_note() => "note",
        (Level::Recommended, Status::Fail) => Status::Warn.as_str(),
        _ => status.as_str(),
    };
    word.to_uppercase()
}

/// What is right, and what there was nothing to judge of, in one line each.
pub(super) fn write_rest(page: &mut Page, result: &RouteResult) {
    page.gap();
    write_passes(page, result);
    write_skipped(page, result);
}

/// The first finding of a group explains, the others are named.
fn write_group(page: &mut Page, role: Role, group: &[&Finding], result: &RouteResult) {
    // A group is never empty.
    let Some((finding, others)) = group.split_first() else { return };
    let judgement = &finding.judgement;
    let level = match finding.level {
        Level::Required => String::new(),
        level => format!(" ({})", level.as_str()),
    };
    let (same_check, others): (Vec<_>, Vec<_>) =
        others.iter().copied().partition(|other| other.check == finding.check);
    let alike = std::iter::once(*finding).chain(same_check);
    let (tag, name) = (tag(finding), names(alike, result));
    let summary = escape_limited(&judgement.summary, SUMMARY);
    page.tagged(role, &tag, &format!("{name}{level}: {summary}"));
    gate::write_treatment(page, finding);

    let proof = judgement.exchanges.first();
    let proof = proof.and_then(|id| result.exchanges.iter().find(|exchange| exchange.id == *id));
    if let Some(proof) = proof {
        page.labelled("request", &exchange::asked(proof));
        page.labelled("received", &exchange::answered(proof));
    }
    for (index, line) in judgement.reason.lines().take(REASON_LINES).enumerate() {
        page.labelled(if index == 0 { "why" } else { "" }, &escape_limited(line, REASON));
    }
    write_rule(page, finding, result);
    if !others.is_empty() {
        page.labelled("also", &names(others.into_iter(), result));
    }
}

/// The command that repeats what is shown of a group, on lines that can be copied.
pub(super) fn write_command(page: &mut Page, group: &[&Finding], result: &RouteResult) {
    let command = group.first().and_then(|finding| curl::of_finding(result, finding));
    let Some(command) = command else { return };
    page.labelled("repeat", "in a POSIX shell:");
    for line in command.lines() {
        page.verbatim(line);
    }
}

/// What is demanded, by whom, and how RFC and BITS see the answer.
fn write_rule(page: &mut Page, finding: &Finding, result: &RouteResult) {
    let meta = Some(finding.row);
    if let Some(meta) = meta {
        page.labelled("rule", meta.title);
    }
    if let Some(meta) = meta.filter(|meta| !meta.rfc.is_empty()) {
        let view = rfc_view(&finding.judgement);
        page.labelled("RFC", &format!("{}: {view}", meta.rfc.trim_start_matches("RFC ")));
    }
    if let Some(view) = bits_view(finding) {
        let client = match result.profile {
            Profile::Bits => "BITS",
            Profile::Do => "DO",
        };
        page.labelled(client, &view);
    }
    if let Some(meta) = meta {
        page.labelled("source", meta.source);
    }
}

/// How the RFC sees an answer that is not right.
pub(in crate::report) fn rfc_view(judgement: &Judgement) -> &'static str {
    match judgement.rfc {
        RfcView::Breaks => "broken",
        RfcView::Conforms => "not broken: this may be legal HTTP",
        RfcView::NotJudged => "not judged",
    }
}

/// What Windows would show for a finding; nothing for a warning.
pub(in crate::report) fn bits_view(finding: &Finding) -> Option<String> {
    let view = finding.bits.filter(|_| finding.judgement.status != Status::Warn)?;
    let code = code_words(view.hresult, view.certainty);
    let meaning = lookup::code(view.hresult)
        .map(|code| code.meaning)
        .filter(|meaning| !meaning.is_empty())
        .map_or_else(String::new, |meaning| format!(": {meaning}"));
    let retried = if view.transient { "; the job is retried" } else { "" };
    Some(format!("{code}{meaning}{retried}"))
}

fn write_passes(page: &mut Page, result: &RouteResult) {
    let passes: Vec<_> = groups(result, Status::Pass, |finding| finding.check.to_owned())
        .into_iter()
        .map(|group| (names(group.iter().copied(), result), group))
        .collect();
    let column = passes.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, group) in &passes {
        // On other legs the same check may have passed with other numbers: the JSON has them all.
        let summary = group.first().map_or("", |finding| &finding.judgement.summary);
        page.named(Role::Pass, "pass", name, column, &escape_limited(summary, SUMMARY));
    }
}

/// What was skipped for the same reason is named together.
fn write_skipped(page: &mut Page, result: &RouteResult) {
    for group in groups(result, Status::Skipped, |finding| finding.judgement.summary.clone()) {
        let Some(first) = group.first() else { continue };
        let reason = escape_limited(&first.judgement.summary, SUMMARY);
        page.tagged(
            Role::Aside,
            "skip",
            &format!("{}: {reason}", names(group.iter().copied(), result)),
        );
    }
}

/// Findings of a status on the legs under test, those of the same key together, in the order of
/// their first.
fn groups(
    result: &RouteResult,
    status: Status,
    key: impl Fn(&Finding) -> String,
) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<(String, Vec<&Finding>)> = Vec::new();
    let findings = result.findings.iter().filter(|finding| tests(finding.leg, result));
    for finding in findings.filter(|finding| finding.judgement.status == status) {
        let key = key(finding);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(finding),
            None => groups.push((key, vec![finding])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The ids of checks in their order, each once, with the legs where not all of them are meant.
pub(in crate::report) fn names<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    result: &RouteResult,
) -> String {
    let mut checks: Vec<(&str, Vec<Leg>)> = Vec::new();
    for finding in findings {
        match checks.iter_mut().find(|(check, _)| *check == finding.check) {
            Some((_, legs)) => legs.push(finding.leg),
            None => checks.push((finding.check, vec![finding.leg])),
        }
    }
    let tested: BTreeSet<Leg> = result
        .findings
        .iter()
        .map(|finding| finding.leg)
        .filter(|&leg| tests(leg, result))
        .collect();
    let names = checks.into_iter().map(|(check, legs)| {
        if tested.iter().all(|leg| legs.contains(leg)) {
            return check.to_owned();
        }
        let legs: Vec<_> = legs.into_iter().map(Leg::as_str).collect();
        format!("{check}[{}]", legs.join(","))
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Whether a leg is under test. Beside a proxy the direct one is but the reference, and `who` says
/// what it shows.
pub(in crate::report) fn tests(leg: Leg, result: &RouteResult) -> bool {
    result.proxy.is_none() || leg != Leg::Direct
}

const SUMMARY: usize = 400;
const REASON: usize = 1000;
const REASON_LINES: usize = 8;
