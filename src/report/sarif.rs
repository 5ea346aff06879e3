//! The Static Analysis Results Interchange Format 2.1.0, which code hosts show beside the code:
//! checks are rules, what is not right are results.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::effect::{case, impact, title};
use super::label::{Label, Labels};
use super::stream::{Each, write_json};
use super::text::job_sentence;
use super::{detail, excuse, incomplete};
use crate::model::check::Check;
use crate::model::defect_name;
use crate::model::disposition::Treatment;
use crate::model::finding::{Finding, Level};
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
    let findings = || {
        let all = outcome.results.iter().flat_map(|result| {
            let findings = result.findings.iter();
            findings.map(move |finding| (result, finding, impact(finding, result)))
        });
        all.filter(|(result, finding, effect)| {
            *effect > Impact::Note || excuse::kind(finding, result).is_some()
        })
    };
    let left_out = findings().count().saturating_sub(MOST_RESULTS);
    let results = findings().take(MOST_RESULTS);
    let run = Run {
        tool: json!({ "driver": {
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules.iter().map(rule_object).collect::<Vec<_>>(),
        }}),
        invocations: [invocation(outcome, left_out)],
        column_kind: "unicodeCodePoints",
        results: Each(
            results.map(|(result, finding, effect)| result_object(result, finding, effect, &rules)),
        ),
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

/// A finding that is not right.
fn result_object(result: &RouteResult, finding: &Finding, effect: Impact, rules: &[Rule]) -> Value {
    let (kind, level) = match effect {
        Impact::Unsure => ("open", "none"),
        Impact::Warn => ("fail", "warning"),
        Impact::Fail => ("fail", "error"),
        _ if is_note(finding) => ("fail", "note"),
        // What decides nothing is excused, and as bad as it would be.
        Impact::Pass | Impact::None | Impact::Note => {
            match Impact::of(finding.level, finding.judgement.status) {
                Impact::Unsure => ("open", "none"),
                Impact::Warn => ("fail", "warning"),
                _ => ("fail", "error"),
            }
        }
    };
    let judgement = &finding.judgement;
    let lines = detail::lines(result, finding).join("\n");
    let message = format!(
        "{}: {}\n{}\n{lines}",
        case(finding),
        escape(&judgement.summary),
        escape(&title(result))
    );
    let mut object = json!({
        "ruleId": finding.check,
        "ruleIndex": rules.iter().position(|rule| rule.id == finding.check),
        "kind": kind,
        "level": level,
        "message": { "text": message.trim_end() },
        "locations": [location(result)],
        "partialFingerprints": { "bitsgate/v1": fingerprint(result, finding) },
        "properties": {
            "leg": finding.leg.as_str(),
            "profile": result.profile.as_str(),
            "jobKind": Some(finding.row).map(|meta| kinds_word(meta.jobs)),
            "defect": judgement.defect.map(defect_name::name),
            "hresult": finding.bits.map(|view| view.hresult.to_string()),
        },
    });
    if effect <= Impact::Note && !is_note(finding) {
        let why = excuse::words(finding).unwrap_or_default();
        object["suppressions"] = json!([
            { "kind": "external", "status": "accepted", "justification": escape(&why) },
        ]);
    }
    object
}

/// Whether a finding has no weight only because no required kind of job depends on the check.
fn is_note(finding: &Finding) -> bool {
    let Treatment { severity, excuse, other_jobs } = &finding.treatment;
    *other_jobs && severity.is_none() && excuse.is_none() && finding.is_note()
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
fn fingerprint(result: &RouteResult, finding: &Finding) -> String {
    let defect = finding.judgement.defect.map_or("", defect_name::name);
    let mut parts = vec![
        finding.check,
        finding.leg.as_str(),
        defect,
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
        let wrong = outcome.results.iter().flat_map(|result| {
            let not_right = |finding: &&Finding| impact(finding, result) > Impact::Note;
            result.findings.iter().filter(not_right)
        });
        assert_eq!(results.len(), wrong.count());
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
