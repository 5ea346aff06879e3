//! One result on one screen.

use std::collections::BTreeMap;

use super::{Detail, FIELD, TextOptions, counted, fix, name_words, other_jobs, tag_of};
use crate::model::check::Group;
use crate::model::exchange::Leg;
use crate::model::finding::{Finding, Status};
use crate::model::hresult::Certainty;
use crate::model::job::JobState;
use crate::model::job_kind::{JobKind, Require};
use crate::model::outcome::RouteResult;
use crate::model::profile::Profile;
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;
use crate::report::effect::STRICT;
use crate::report::excuse::{self, Kind};
use crate::report::text::finding::{tests, write_command};
use crate::report::view::{Cause, ResultView, short_url};
use crate::ui::page::Page;

/// Writes the verdict, the causes and the counts; of a pass what was tested.
pub(super) fn write(page: &mut Page, result: &ResultView<'_>, options: &TextOptions) {
    let (role, tag) = tag_of(result.result);
    page.tagged(role, &tag, &result.headline());
    if options.detail == Detail::Verdict {
        return;
    }
    for line in code_lines(result.result) {
        page.indented(&line);
    }
    page.gap();
    if result.result.verdict == Verdict::Pass {
        write_tested(page, result, options);
        return;
    }
    let mut shown = Vec::new();
    write_causes(page, result, &mut shown, options);
    write_counts(page, result, options);
}

/// What Windows would show, and that a strict user has warnings fail.
fn code_lines(result: &RouteResult) -> Vec<String> {
    let mut lines = Vec::new();
    let (_, job) = result.jobs.worst(result.require);
    let is_wrong = matches!(result.verdict, Verdict::Fail | Verdict::Inconclusive);
    match (job.state, job.hresult) {
        (JobState::Damaged, _) if is_wrong => {
            lines.push(String::from(
                "No error code: Windows finds the wrong bytes by their hash later.",
            ));
        }
        (state, Some(code)) if is_wrong => {
            let certainty = match job.certainty {
                Certainty::Documented => "documented by Microsoft",
                Certainty::Likely => "likely",
            };
            let retried = match (state, result.profile) {
                (JobState::TransientError, Profile::Bits) => "; BITS retries for 14 days",
                (JobState::TransientError, Profile::Do) => "; Windows retries",
                _ => "",
            };
            lines.push(format!("{} ({certainty}){retried}", name_words(code)));
        }
        (JobState::Unknown, None) if result.verdict == Verdict::Fail => {
            lines.push(String::from("The error code that Windows would show is not known."));
        }
        _ => {}
    }
    if other_jobs(result).is_some() {
        let (kind, job, what) = match result.require {
            Require::Ranges => {
                (JobKind::Download, Some(&result.jobs.download), "Ordinary updates (single ranges)")
            }
            Require::All | Require::Download => (
                JobKind::Ranges,
                result.jobs.ranges.as_ref(),
                "Express updates (several ranges in one request)",
            ),
        };
        let code = job.and_then(|job| job.hresult);
        let code = code.map_or_else(String::new, |code| format!(": {}", name_words(code)));
        let required = kind.as_str();
        lines.push(format!("{what} would fail{code}. --require {required} makes this a failure."));
    }
    lines.extend(result.is_lifted().then(|| STRICT.to_owned()));
    lines
}

/// Causes that decide in full, of the others a line each.
fn write_causes(
    page: &mut Page,
    result: &ResultView<'_>,
    shown: &mut Vec<String>,
    options: &TextOptions,
) {
    if let Some(why) = &result.result.unusable {
        page.field("Cause", why, FIELD, options.most(6));
        page.gap();
        return;
    }
    let worst = result.main_cause().map(|cause| cause.impact);
    let (deciding, others): (Vec<_>, Vec<_>) =
        counting(result).partition(|cause| Some(cause.impact) == worst);
    let full = deciding.len().min(MOST_CAUSES);
    for cause in &deciding[..full] {
        write_cause(page, result, cause, shown, options);
        if options.curl {
            write_command(page, &cause.findings, result.result);
        }
        page.gap();
    }
    let lines = deciding[full..].iter().chain(&others);
    let more = lines.clone().count().saturating_sub(MOST_LINES);
    for cause in lines.take(MOST_LINES) {
        let label = if cause.impact == Impact::Warn { "Warning" } else { "Also" };
        let text = format!("{} ({})", cause.summary, cause.check_words());
        page.field(label, &text, FIELD, options.most(2));
    }
    if more > 0 {
        page.field("", &format!("{} more: -v", counted(more, "warning")), FIELD, options.most(1));
    }
}

/// The causes that change the verdict.
fn counting<'r, 'a>(result: &'r ResultView<'a>) -> impl Iterator<Item = &'r Cause<'a>> {
    result.causes.iter().filter(|cause| cause.impact > Impact::Note)
}

/// What is wrong, who is at fault, what fixes it.
pub(super) fn write_cause(
    page: &mut Page,
    result: &ResultView<'_>,
    cause: &Cause<'_>,
    shown: &mut Vec<String>,
    options: &TextOptions,
) {
    page.field("Cause", &cause.summary, FIELD, options.most(4));
    let direction = result.direction_words(cause);
    let direction = direction.map_or_else(String::new, |words| format!(", {words}"));
    let party = format!("{}{direction}", result.party_words(cause));
    page.field("At fault", &party, FIELD, options.most(1));
    fix::write(page, result, cause, shown, options);
}

/// Checks, not findings: a check that fails in two phases is one.
fn write_counts(page: &mut Page, result: &ResultView<'_>, options: &TextOptions) {
    let statuses = statuses(result.result);
    let count = |wanted| statuses.values().filter(|status| **status == wanted).count();
    let (label, is_counted): (_, fn(Impact) -> bool) = match result.result.verdict {
        Verdict::Fail => ("Failed", |impact| impact > Impact::Warn),
        Verdict::Warn => ("Warned", |impact| impact > Impact::Note),
        Verdict::Inconclusive | Verdict::Pass => ("", |_| false),
    };
    let causes: Vec<&Cause<'_>> =
        result.causes.iter().filter(|cause| is_counted(cause.impact)).collect();
    let mut checks: Vec<&str> = causes.iter().flat_map(|cause| cause.checks()).collect();
    checks.sort_unstable();
    checks.dedup();
    if !causes.is_empty() {
        let words: Vec<String> = causes.iter().map(|cause| cause.check_words()).collect();
        let of = match causes.len() {
            1 => String::from("one cause"),
            count => format!("{count} causes"),
        };
        let phases = phase_words(result.result, &causes);
        let text =
            format!("{}, {of}: {}{phases}", counted(checks.len(), "check"), words.join("; "));
        page.field(label, &text, FIELD, options.most(2));
    }
    let unjudged = match count(Status::Inconclusive) {
        0 => String::new(),
        count => format!("; {count} could not be judged"),
    };
    let skipped = match count(Status::Skipped) {
        0 => String::new(),
        count => format!("; {count} not applicable"),
    };
    let text = format!("{}{unjudged}{skipped}", counted(count(Status::Pass), "check"));
    page.field("Passed", &text, FIELD, options.most(1));
    write_suppressed(page, result, FIELD, options);
    write_target(page, result, options);
}

/// ` (warm only)`, ` (cold and warm)`: where it shows.
fn phase_words(result: &RouteResult, causes: &[&Cause<'_>]) -> String {
    let mut tested: Vec<Leg> = result.findings.iter().map(|one| one.leg).collect();
    tested.retain(|leg| tests(*leg, result));
    tested.sort_unstable();
    tested.dedup();
    let mut phases: Vec<Leg> = causes.iter().flat_map(|cause| cause.phases()).collect();
    phases.sort_unstable();
    phases.dedup();
    let words = phases.iter().map(|leg| leg.as_str()).collect::<Vec<_>>().join(" and ");
    match (tested.len(), phases.len()) {
        (0 | 1, _) => String::new(),
        (_, 1) => format!(" ({words} only)"),
        _ => format!(" ({words})"),
    }
}

/// The worst status of each check in the phases under test.
fn statuses(result: &RouteResult) -> BTreeMap<&'static str, Status> {
    let mut statuses: BTreeMap<&'static str, Status> = BTreeMap::new();
    for finding in result.findings.iter().filter(|one| tests(one.leg, result)) {
        let status = finding.judgement.status;
        let known = statuses.entry(finding.check).or_insert(status);
        *known = (*known).max(status);
    }
    statuses
}

/// What was accepted or is in the baseline: one line for each cause.
pub(super) fn write_suppressed(
    page: &mut Page,
    result: &ResultView<'_>,
    column: usize,
    options: &TextOptions,
) {
    for cause in result.causes.iter().filter(|cause| cause.suppressed.is_some()) {
        let label = match cause.suppressed {
            Some(Kind::Accepted) => "Accepted",
            Some(Kind::Known) => "Known",
            Some(Kind::Ignored) => "Ignored",
            Some(Kind::Lowered) | None => continue,
        };
        let why = excuse::words(cause.first()).unwrap_or_default();
        let why =
            ["accepted ", "known: ", "ignored, "].iter().find_map(|word| why.strip_prefix(word));
        let why = why.unwrap_or_default();
        let text = format!("{} ({}), {why}", cause.short, cause.check_words());
        page.field(label, &text, column, options.most(2));
    }
}

fn write_target(page: &mut Page, result: &ResultView<'_>, options: &TextOptions) {
    if result.labels.is_direct {
        return;
    }
    let room = options.width.saturating_sub(FIELD).max(SHORTEST);
    let target = short_url(&result.labels.target.to_string(), room, options.gap());
    page.field("Target", &target, FIELD, options.most(1));
}

/// What a pass stands for.
fn write_tested(page: &mut Page, result: &ResultView<'_>, options: &TextOptions) {
    const COLUMN: usize = 12;
    let of_run = result.result;
    let statuses = statuses(of_run);
    let passed = statuses.iter().filter(|(_, status)| **status == Status::Pass);
    let passed: Vec<&str> = passed.map(|(check, _)| *check).collect();
    let group = |check: &str| {
        of_run.findings.iter().find(|one| one.check == check).map(|one| one.row.group)
    };
    let is_tested = |wanted: Group| passed.iter().any(|check| group(check) == Some(wanted));
    let words = GROUPS.iter().filter(|(one, _)| is_tested(*one)).map(|(_, words)| *words);
    let phases: Vec<&str> = of_run
        .legs
        .iter()
        .filter(|leg| leg.skipped.is_none())
        .map(|leg| leg.leg.as_str())
        .collect();
    let phases = join_words(&phases);
    let products = product_words(result);
    let text = format!(
        "{}: {}, {phases}.{products}",
        words.collect::<Vec<_>>().join(", "),
        counted(passed.len(), "check"),
    );
    page.field("Tested", &text, COLUMN, options.most(2));
    let untested = untested(of_run, &statuses, &is_tested);
    if !untested.is_empty() {
        page.field("Not tested", &untested.join("; "), COLUMN, options.most(1));
    }
    write_suppressed(page, result, COLUMN, options);
    if let Some(note) = of_run.notes.first() {
        let more = match of_run.notes.len() - 1 {
            0 => String::new(),
            count => format!("({count} more: -v) "),
        };
        page.field("Note", &format!("{more}{note}"), COLUMN, options.most(1));
    }
    let clients = match of_run.profile {
        Profile::Bits => "BITS (WSUS servers, ConfigMgr). Windows 10/11 clients: --profile do",
        Profile::Do => "Delivery Optimization (Windows 10/11). WSUS servers: --profile bits",
    };
    page.field("Clients", clients, COLUMN, options.most(1));
    if !result.labels.is_direct {
        let room = options.width.saturating_sub(COLUMN).max(SHORTEST);
        let target = short_url(&result.labels.target.to_string(), room, options.gap());
        page.field("Target", &target, COLUMN, options.most(1));
    }
}

/// ` Proxy: Squid 5.7. Server: nginx 1.22.1.`, of those that were recognised with certainty.
fn product_words(result: &ResultView<'_>) -> String {
    use crate::model::product::Certainty;
    use crate::model::product::Place;
    let of = |wanted: Place, word: &str| {
        let mut all = result.result.recognised.iter().filter(|one| one.place == wanted);
        let found = all.find(|one| one.certainty == Certainty::Certain)?;
        let version = found.version.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
        Some(format!(" {word}: {}{version}.", found.name))
    };
    [of(Place::Proxy, "Proxy"), of(Place::Server, "Server")].into_iter().flatten().collect()
}

/// What a pass does not stand for, each with the reason.
fn untested(
    result: &RouteResult,
    statuses: &BTreeMap<&'static str, Status>,
    is_tested: &impl Fn(Group) -> bool,
) -> Vec<String> {
    let mut untested = Vec::new();
    let skipped = |check: &str| statuses.get(check) == Some(&Status::Skipped);
    let reason = |check: &str| {
        let of_check = |one: &&Finding| one.check == check && tests(one.leg, result);
        let finding = result.findings.iter().find(of_check);
        let summary = finding.map_or("", |one| one.judgement.summary.as_str());
        summary.split(',').next().unwrap_or_default().to_owned()
    };
    for leg in &result.legs {
        if let Some(why) = &leg.skipped {
            untested.push(format!("{} phase ({why})", leg.leg));
        }
    }
    for (check, words) in
        [("range-2gib", "positions past 2 GiB"), ("do-2gib", "positions past 2 GiB")]
    {
        if skipped(check) {
            untested.push(format!("{words} ({})", reason(check)));
        }
    }
    for (group, words) in GROUPS {
        let is_there = result.findings.iter().any(|one| one.row.group == group);
        if is_there && !is_tested(group) {
            untested.push(words.to_owned());
        }
    }
    untested
}

/// `direct, cold and warm`.
fn join_words(words: &[&str]) -> String {
    match words {
        [] => String::from("no phase"),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What the checks of a group are about.
const GROUPS: [(Group, &str); 5] = [
    (Group::Head, "HEAD"),
    (Group::Range, "single ranges"),
    (Group::Multi, "several ranges"),
    (Group::Connection, "connection"),
    (Group::Conditions, "stability"),
];

/// Causes in full.
const MOST_CAUSES: usize = 3;
/// Other causes, one line each.
const MOST_LINES: usize = 3;
/// Columns that a target gets at least.
const SHORTEST: usize = 16;
