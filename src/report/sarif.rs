//! The Static Analysis Results Interchange Format 2.1.0, which code hosts show beside the code:
//! checks are rules, what is not right are results.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::effect::title;
use super::label::{Label, Labels};
use super::stream::{Each, write_json};
use super::text::job_sentence;
use super::view::{Cause, ResultView, cause_lines};
use super::{detail, excuse, incomplete};
use crate::model::check::Check;
use crate::model::finding::Level;
use crate::model::job_kind::kinds_word;
use crate::model::outcome::{Names, Outcome, RouteResult};
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;
use crate::ui::escape::escape;

/// Writes the report: JSON, UTF-8, with a line end at its end.
///
/// A failure of a required check is an error, a warning a warning. What could not be judged is
/// *open*, which code hosts do not show as an alert: it tells of the run and not of the proxy. What
/// was excused is suppressed, with the reason (3.27.23 and 3.35).
pub fn write(outcome: &Outcome, out: &mut dyn io::Write) -> io::Result<()> {
    let rules = rules(outcome);
    let alerts = || outcome.results.iter().flat_map(|result| alerts(result, &rules));
    let left_out = outcome.results.iter().map(count).sum::<usize>().saturating_sub(MOST_RESULTS);
    let run = Run {
        tool: json!({ "driver": {
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules.iter().map(rule_object).collect::<Vec<_>>(),
        }}),
        invocations: [invocation(outcome, left_out)],
        column_kind: "unicodeCodePoints",
        results: Each(alerts().take(MOST_RESULTS)),
    };
    let report = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [run],
    };
    write_json(&report, out)
}

#[derive(Serialize)]
struct Log<R: Serialize> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<R>; 1],
}

/// `R`: the results, each made when it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R: Serialize> {
    tool: Value,
    invocations: [Value; 1],
    column_kind: &'static str,
    results: R,
}

/// The checks that occur, each once, in the order of their first finding.
fn rules(outcome: &Outcome) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for finding in outcome.results.iter().flat_map(|result| &result.findings) {
        if rules.iter().all(|rule| rule.id != finding.check) {
            let meta = Some(finding.row);
            rules.push(Rule { id: finding.check, level: finding.level, meta });
        }
    }
    rules
}

struct Rule {
    id: &'static str,
    level: Level,
    meta: Option<&'static Check>,
}

fn rule_object(rule: &Rule) -> Value {
    let level = match rule.level {
        Level::Informational => "note",
        Level::Recommended => "warning",
        Level::Required => "error",
    };
    let mut object = json!({
        "id": rule.id,
        "name": rule.id,
        "defaultConfiguration": { "level": level },
    });
    if let Some(meta) = rule.meta {
        object["shortDescription"] = json!({ "text": meta.title });
        let help = format!("{}\n\nRFC: {}\nSource: {}", meta.explanation, meta.rfc, meta.source);
        object["fullDescription"] = json!({ "text": meta.title });
        object["help"] = json!({ "text": help.trim_start() });
        object["properties"] = json!({ "tags": [meta.group.as_str()], "precision": "very-high" });
    }
    object
}

/// The alerts of a result: one for each cause that changes the verdict or is suppressed.
fn alerts(result: &RouteResult, rules: &[Rule]) -> Vec<Value> {
    let view = ResultView::of(result);
    view.causes
        .iter()
        .filter(|cause| is_alert(cause))
        .map(|cause| alert(&view, cause, rules))
        .collect()
}

fn is_alert(cause: &Cause<'_>) -> bool {
    cause.impact > Impact::Note || cause.suppressed.is_some()
}

fn count(result: &RouteResult) -> usize {
    ResultView::of(result).causes.iter().filter(|cause| is_alert(cause)).count()
}

/// One cause, with its checks in the properties.
fn alert(view: &ResultView<'_>, cause: &Cause<'_>, rules: &[Rule]) -> Value {
    let (result, finding) = (view.result, cause.first());
    // What decides nothing is as bad as it would be.
    let impact = match cause.suppressed {
        Some(_) => Impact::of(finding.level, finding.judgement.status),
        None => cause.impact,
    };
    let (kind, level) = match impact {
        Impact::Unsure => ("open", "none"),
        Impact::Warn => ("fail", "warning"),
        Impact::Fail => ("fail", "error"),
        Impact::None | Impact::Pass | Impact::Note => ("fail", "note"),
    };
    let mut lines = vec![format!("{}: {}", cause.check_words(), escape(&cause.summary))];
    lines.push(escape(&title(result)).into_owned());
    lines.extend(cause_lines(view, cause).into_iter().skip(1));
    lines.extend(detail::lines(result, finding));
    let code = cause.code();
    let mut object = json!({
        "ruleId": finding.check,
        "ruleIndex": rules.iter().position(|rule| rule.id == finding.check),
        "kind": kind,
        "level": level,
        "message": { "text": lines.join("\n").trim_end() },
        "locations": [location(result)],
        "partialFingerprints": { "bitsgate/v2": fingerprint(result, cause) },
        "properties": {
            "checks": cause.checks(),
            "phases": cause.phases().iter().map(|leg| leg.as_str()).collect::<Vec<_>>(),
            "party": cause.party.as_str(),
            "profile": result.profile.as_str(),
            "jobKind": kinds_word(finding.row.jobs),
            "defect": cause.name(),
            "hresult": code.map(|view| view.hresult.to_string()),
        },
    });
    if cause.suppressed.is_some() && cause.impact <= Impact::Note {
        let why = excuse::words(finding).unwrap_or_default();
        object["suppressions"] = json!([
            { "kind": "external", "status": "accepted", "justification": escape(&why) },
        ]);
    }
    object
}

/// Code hosts want a file and a line: the target stands for them. The proxy and the target are
/// named beside.
fn location(result: &RouteResult) -> Value {
    let place = |label: Label<'_>| {
        let (url, name) = (escape(label.url), escape(label.short()));
        json!({ "fullyQualifiedName": url, "name": name, "kind": "resource" })
    };
    let labels = Labels::from(result);
    let mut logical = vec![place(labels.target)];
    logical.extend((!labels.is_direct).then(|| place(labels.proxy)));
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": path(&result.target) },
            "region": { "startLine": 1 },
        },
        "logicalLocations": logical,
    })
}

/// What stays the same from run to run while the same is wrong in the same place.
fn fingerprint(result: &RouteResult, cause: &Cause<'_>) -> String {
    let mut parts = vec![
        cause.name(),
        cause.party.as_str(),
        result.profile.as_str(),
        &result.target,
        result.proxy.as_deref().unwrap_or_default(),
    ];
    // What has no name keeps the fingerprint that it had before there were names.
    let Names { proxy, target, .. } = &result.names;
    if proxy.is_some() || target.is_some() {
        parts.extend([proxy, target].map(|name| name.as_deref().unwrap_or_default()));
    }
    format!("{:x}", Sha1::digest(parts.join("\n")))
}

/// What ran when, and why there is no verdict where there is none.
fn invocation(outcome: &Outcome, left_out: usize) -> Value {
    let time = |time| humantime::format_rfc3339_millis(time).to_string();
    let undecided = |result: &&RouteResult| result.verdict == Verdict::Inconclusive;
    let of_result = |result| format!("{}: {}", title(result), job_sentence(result));
    let undecided = outcome.results.iter().filter(undecided).map(of_result);
    let shortened = (left_out > 0).then(|| {
        format!("{left_out} results are left out, as code hosts take {MOST_RESULTS} of a run.")
    });
    let missing = incomplete::sentence(outcome).into_iter().chain(incomplete::lines(outcome));
    let notifications: Vec<Value> = missing
        .chain(shortened)
        .chain(undecided)
        .map(|text| json!({ "level": "warning", "message": { "text": escape(&text) } }))
        .collect();
    json!({
        "executionSuccessful": outcome.complete && outcome.verdict != Verdict::Inconclusive,
        "startTimeUtc": time(outcome.started),
        "endTimeUtc": time(outcome.started + outcome.duration),
        "toolExecutionNotifications": notifications,
    })
}

/// A target as a relative path (RFC 3986 4.2), as code hosts take no other: what cannot stand in
/// one is percent-encoded.
fn path(target: &str) -> String {
    let name = target.trim_start_matches("http://").trim_start_matches("https://");
    let mut path = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@%".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

/// What code scanning of GitHub takes of a run before it refuses all of it.
/// (<https://docs.github.com/code-security/reference/code-scanning/sarif-support>)
const MOST_RESULTS: usize = 25_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn render(outcome: &Outcome) -> Vec<u8> {
        sample::written(|out| write(outcome, out))
    }

    fn report(outcome: &Outcome) -> Value {
        serde_json::from_slice(&render(outcome)).unwrap()
    }

    #[test]
    fn the_report_is_as_agreed() {
        let text = String::from_utf8(render(&sample::named("warn"))).unwrap();
        assert!(!text.contains(|char: char| char.is_control() && char != '\n'));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn it_follows_the_schema() {
        let schema = include_str!("../../testdata/schema/sarif-2.1.0.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (name, outcome) in sample::all() {
            let report = report(&outcome);
            let errors: Vec<_> =
                validator.iter_errors(&report).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
        }
    }

    #[test]
    fn results_are_what_is_not_right_and_their_fingerprints_are_stable() {
        let mut outcome = sample::named("several");
        let first = report(&outcome);
        let results = first["runs"][0]["results"].as_array().unwrap();
        let causes = outcome.results.iter().flat_map(|result| ResultView::of(result).causes);
        let counting = causes.filter(|cause| cause.impact > Impact::Note).count();
        assert_eq!(results.len(), counting);
        assert!(
            results.iter().any(|one| one["properties"]["checks"].as_array().unwrap().len() > 1)
        );
        let prints = |report: &Value| -> Vec<Value> {
            let results = report["runs"][0]["results"].as_array().unwrap();
            results.iter().map(|result| result["partialFingerprints"].clone()).collect()
        };
        let before = prints(&first);
        let mut distinct = before.clone();
        distinct.sort_by_key(ToString::to_string);
        distinct.dedup();
        assert_eq!(distinct.len(), before.len());
        for result in &mut outcome.results {
            for finding in &mut result.findings {
                finding.judgement.summary.push_str(", other words");
                finding.judgement.exchanges.clear();
            }
        }
        assert_eq!(before, prints(&report(&outcome)));
    }

    #[test]
    fn targets_become_paths() {
        assert_eq!(path("http://wsus:8530/a%20b?c#d"), "wsus%3A8530/a%20b%3Fc%23d");
        assert_eq!(
            path("reference:1MiB under http://a/"),
            "reference%3A1MiB%20under%20http%3A//a/"
        );
        assert_eq!(path("https://h/\u{202e}<>"), "h/%E2%80%AE%3C%3E");
    }
}
