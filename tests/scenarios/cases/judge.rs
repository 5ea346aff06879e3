//! Compares the result of a case with its expectation.

use std::fmt::Write as _;

use bitsgate::model::finding::Status;
use bitsgate::model::job::JobState;
use bitsgate::model::outcome::RouteResult;
use bitsgate::model::verdict::Verdict;

use super::Case;

/// What is not as expected, with the findings; none when all is.
pub(crate) fn complaint(case: &Case, result: &RouteResult) -> Option<String> {
    let expected = &case.expectation;
    let (download, ranges) = (&result.jobs.download, result.jobs.ranges.as_ref());
    let mut wrong = String::new();
    if result.verdict != expected.verdict {
        let _ = writeln!(wrong, "  verdict: {}", result.verdict.as_str());
    }
    if !expected.job.is(download.state, download.hresult) {
        let _ = writeln!(wrong, "  job: {download:?}");
    }
    if let Some(code) = expected.ranges
        && ranges.and_then(|job| job.hresult) != Some(code)
    {
        let _ = writeln!(wrong, "  job of several ranges: {ranges:?}");
    }
    let is_inconclusive = expected.verdict == Verdict::Inconclusive;
    for id in &expected.fails {
        let statuses = statuses_of(id, result);
        let is_it = |status: &Status| {
            *status == Status::Fail || (is_inconclusive && *status == Status::Inconclusive)
        };
        if !statuses.iter().any(is_it) {
            let _ = writeln!(wrong, "  {id} does not fail: {statuses:?}");
        }
    }
    for id in &expected.warns {
        let statuses = statuses_of(id, result);
        if !statuses.contains(&Status::Warn) {
            let _ = writeln!(wrong, "  {id} does not warn: {statuses:?}");
        }
    }
    if result.verdict == Verdict::Fail && result.job().state == JobState::Transferred {
        wrong.push_str("  the verdict is fail, and the job transfers\n");
    }
    let name = &case.name;
    let described = || format!("{name}: {expected:?}\ngot\n{wrong}{}", findings(result));
    (!wrong.is_empty()).then(described)
}

fn statuses_of(id: &str, result: &RouteResult) -> Vec<Status> {
    let of_check = result.findings.iter().filter(|finding| finding.check == id);
    of_check.map(|finding| finding.judgement.status).collect()
}

/// What is not right, one line each.
pub(crate) fn findings(result: &RouteResult) -> String {
    let noteworthy = result
        .findings
        .iter()
        .filter(|finding| !matches!(finding.judgement.status, Status::Pass | Status::Skipped));
    let lines = noteworthy.map(|finding| {
        let judgement = &finding.judgement;
        let (status, check) = (judgement.status.as_str(), finding.check);
        format!("    {status} {check}: {} | {}\n", judgement.summary, judgement.reason)
    });
    lines.collect()
}
