//! The Static Analysis Results Interchange Format 2.1.0, which code hosts show beside the code:
//! checks are rules, what is not right are results.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::detail;
use super::effect::{Effect, case, effect, incomplete, title};
use super::lookup::Lookup;
use super::text::job_sentence;
use crate::advice::defect_name;
use crate::check::Meta;
use crate::check::finding::{Finding, Level};
use crate::run::outcome::{Outcome, RouteResult, Verdict};
use crate::ui::escape::{escape, escape_json};

/// The report: JSON, UTF-8, with a line end at its end.
///
/// A failure of a required check is an error, a warning a warning. What could not be judged is
/// *open*, which code hosts do not show as an alert: it tells of the run and not of the proxy.
pub fn render(outcome: &Outcome, lookup: &Lookup) -> Vec<u8> {
    let rules = rules(outcome, lookup);
    let results: Vec<Value> = outcome
        .results
        .iter()
        .flat_map(|result| result.findings.iter().map(move |finding| (result, finding)))
        .filter_map(|(result, finding)| result_object(result, finding, &rules, lookup))
        .collect();
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(rule_object).collect::<Vec<_>>(),
            }},
            "invocations": [invocation(outcome, lookup)],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut bytes = escape_json(&format!("{report:#}")).into_owned().into_bytes();
    bytes.push(b'\n');
    bytes
}

/// The checks that occur, each once, in the order of their first finding.
fn rules(outcome: &Outcome, lookup: &Lookup) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for finding in outcome.results.iter().flat_map(|result| &result.findings) {
        if rules.iter().all(|rule| rule.id != finding.check) {
            let meta = (lookup.meta)(finding.check);
            rules.push(Rule { id: finding.check, level: finding.level, meta });
        }
    }
    rules
}

struct Rule {
    id: &'static str,
    level: Level,
    meta: Option<&'static Meta>,
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

/// What is not right; nothing for the rest.
fn result_object(
    result: &RouteResult,
    finding: &Finding,
    rules: &[Rule],
    lookup: &Lookup,
) -> Option<Value> {
    let (kind, level) = match effect(finding, result) {
        Effect::Fail => ("fail", "error"),
        Effect::Warn => ("fail", "warning"),
        Effect::Unsure => ("open", "none"),
        Effect::Pass | Effect::Skipped => return None,
    };
    let judgement = &finding.judgement;
    let lines = detail::lines(result, finding, lookup).join("\n");
    let message = format!(
        "{}: {}\n{}\n{lines}",
        case(finding),
        escape(&judgement.summary),
        escape(&title(result))
    );
    Some(json!({
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
            "defect": judgement.defect.map(defect_name::name),
            "hresult": finding.bits.map(|view| view.hresult.to_string()),
        },
    }))
}

/// Code hosts want a file and a line: the target stands for them. The proxy and the target are
/// named beside.
fn location(result: &RouteResult) -> Value {
    let place = |name: &str, kind| {
        let name = escape(name);
        json!({ "fullyQualifiedName": name, "name": name, "kind": kind })
    };
    let mut logical = vec![place(&result.target, "resource")];
    logical.extend(result.proxy.iter().map(|proxy| place(proxy, "resource")));
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&result.target) },
            "region": { "startLine": 1 },
        },
        "logicalLocations": logical,
    })
}

/// What stays the same from run to run while the same is wrong in the same place.
fn fingerprint(result: &RouteResult, finding: &Finding) -> String {
    let defect = finding.judgement.defect.map_or("", defect_name::name);
    let parts = [
        finding.check,
        finding.leg.as_str(),
        defect,
        result.profile.as_str(),
        &result.target,
        result.proxy.as_deref().unwrap_or_default(),
    ];
    format!("{:x}", Sha1::digest(parts.join("\n")))
}

/// What ran when, and why there is no verdict where there is none.
fn invocation(outcome: &Outcome, lookup: &Lookup) -> Value {
    let time = |time| humantime::format_rfc3339_millis(time).to_string();
    let undecided = |result: &&RouteResult| result.verdict == Verdict::Inconclusive;
    let of_result = |result| format!("{}: {}", title(result), job_sentence(result, lookup));
    let texts = outcome.results.iter().filter(undecided).map(of_result);
    let notifications: Vec<Value> = texts
        .chain(incomplete(outcome).map(str::to_owned))
        .map(|text| json!({ "level": "warning", "message": { "text": escape(&text) } }))
        .collect();
    json!({
        "executionSuccessful": outcome.verdict != Verdict::Inconclusive,
        "startTimeUtc": time(outcome.started),
        "endTimeUtc": time(outcome.started + outcome.duration),
        "toolExecutionNotifications": notifications,
    })
}

/// A name as a URI reference (RFC 3986): what cannot stand in one is percent-encoded.
fn uri(name: &str) -> String {
    let mut uri = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn report(outcome: &Outcome) -> Value {
        serde_json::from_slice(&render(outcome, &sample::LOOKUP)).unwrap()
    }

    #[test]
    fn the_report_is_as_agreed() {
        let text = String::from_utf8(render(&sample::named("warn"), &sample::LOOKUP)).unwrap();
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
            let not_right = |finding: &&Finding| effect(finding, result) > Effect::Pass;
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
    fn names_become_uri_references() {
        assert_eq!(uri("reference:1MiB under http://a/"), "reference:1MiB%20under%20http://a/");
        assert_eq!(uri("http://h/\u{202e}<>"), "http://h/%E2%80%AE%3C%3E");
    }
}
