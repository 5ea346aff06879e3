//! Tests that the contract is whole: the schema describes every field that is printed, and README
//! lists every field that the schema has.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::write;
use crate::model::disposition::{Excuse, Severity};
use crate::model::finding::Status;
use crate::model::outcome::{Change, ChangeKind, Comparison, Outcome};
use crate::model::place::{CellKey, NotTried, PairKey};
use crate::report::sample;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../testdata/schema/report.schema.json")).unwrap()
}

/// Everything that is there only sometimes, at once.
fn rich() -> Outcome {
    let mut outcome = sample::named("several");
    let incomplete = sample::incomplete();
    (outcome.complete, outcome.missing) = (false, incomplete.missing);
    outcome.missing[0].names.labels.push("branch".to_owned());
    outcome.missing[0].names.target = Some("content".to_owned());
    outcome.warnings.push("entry 1 of [[accept]] is past its day".to_owned());
    let pair = PairKey {
        proxy: Some("http://proxy:3128".to_owned()),
        proxy_name: Some("berlin".to_owned()),
        target: "http://wsus/a".to_owned(),
        target_name: Some("content".to_owned()),
    };
    let cell = CellKey { pair, profile: "bits".to_owned() };
    outcome.comparison = Some(Comparison {
        changes: vec![Change {
            kind: ChangeKind::New,
            cell: cell.clone(),
            check: "range-first".to_owned(),
            leg: "cold".to_owned(),
            then: Some(Status::Pass),
            now: Some(Status::Fail),
            then_hresult: None,
            now_hresult: Some("0x80200013".to_owned()),
        }],
        incomplete: true,
        not_tried: vec![NotTried { pair: cell.pair.clone(), why: "interrupted".to_owned() }],
        gone: vec![cell.clone()],
        added: vec![cell],
    });
    let failing = &mut outcome.results[1];
    failing.names = outcome.missing[0].names.clone();
    failing.also_to_blame.extend(failing.blame.clone());
    let (reason, until) = ("ticket 4711".to_owned(), "2026-12-31".to_owned());
    failing.findings[1].treatment.excuse = Some(Excuse::Accepted { reason, until });
    failing.findings[2].treatment.excuse = Some(Excuse::Known);
    failing.findings[3].treatment.severity = Some(Severity::Warn);
    failing.findings[4].treatment.other_jobs = true;
    let failure = outcome.results[2].exchanges[0].failure().cloned();
    let exchange = &mut outcome.results[1].exchanges[0];
    exchange.first_attempt = failure;
    let answer = exchange.result.as_mut().unwrap();
    answer.interim.push(answer.head.clone());
    outcome
}

fn report(outcome: &Outcome) -> Value {
    let bytes = sample::written(|out| write(outcome, out));
    serde_json::from_slice(&bytes).unwrap()
}

/// The fields that a part of the schema describes, with those of the parts that it refers to.
fn properties<'s>(schema: &'s Value, part: &'s Value) -> Vec<(&'s str, &'s Value)> {
    let mut found = Vec::new();
    if let Some(reference) = part["$ref"].as_str() {
        let pointed = schema.pointer(reference.trim_start_matches('#')).unwrap();
        found.extend(properties(schema, pointed));
    }
    for key in ["allOf", "anyOf"] {
        let parts = part[key].as_array().into_iter().flatten();
        found.extend(parts.flat_map(|part| properties(schema, part)));
    }
    if part["items"].is_object() {
        found.extend(properties(schema, &part["items"]));
    }
    let own = part["properties"].as_object().into_iter().flatten();
    found.extend(own.map(|(name, part)| (name.as_str(), part)));
    found
}

/// Fields of a value that the schema does not describe, by their path.
fn undescribed(schema: &Value, part: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(members) => {
            for one in members {
                undescribed(schema, part, one, path, found);
            }
        }
        Value::Object(fields) => {
            let known = properties(schema, part);
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                match known.iter().find(|(known, _)| known == name) {
                    Some((_, part)) => undescribed(schema, part, value, &path, found),
                    None => found.push(path),
                }
            }
        }
        _ => {}
    }
}

/// The rows of README: every field by its path, and what it means.
fn rows(schema: &Value, part: &Value, path: &str, table: &mut String) {
    for (name, part) in properties(schema, part) {
        let inner = properties(schema, part);
        // A head and a failure are told once.
        let is_told = matches!(name, "interim" | "first_attempt");
        let is_list = part["type"] == "array" || part["$ref"] == "#/$defs/headers";
        let path = format!("{path}{name}{}", if is_list { "[]" } else { "" });
        let meaning = part["description"].as_str().unwrap_or_default();
        assert!(meaning.ends_with('.'), "{path} has no description");
        writeln!(table, "| `{path}` | {meaning}{} |", choice(schema, part)).unwrap();
        if !inner.is_empty() && !is_told {
            rows(schema, part, &format!("{path}."), table);
        }
    }
}

/// ` One of `pass`, `warn`.`, where there are only so many words.
fn choice(schema: &Value, part: &Value) -> String {
    let pointed = part["$ref"].as_str().and_then(|one| schema.pointer(one.trim_start_matches('#')));
    let words = pointed.unwrap_or(part)["enum"].as_array().into_iter().flatten();
    let words: Vec<String> =
        words.filter_map(Value::as_str).map(|one| format!("`{one}`")).collect();
    if words.is_empty() { String::new() } else { format!(" One of {}.", words.join(", ")) }
}

#[test]
fn every_field_is_described() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, outcome) in sample::all().into_iter().chain([("rich", rich())]) {
        let report = report(&outcome);
        let errors: Vec<_> = validator.iter_errors(&report).map(|one| one.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let mut found = Vec::new();
        undescribed(&schema, &schema, &report, "", &mut found);
        assert!(found.is_empty(), "{name}: the schema does not describe {found:?}");
    }
}

/// What is described but never printed is no contract.
#[test]
fn every_described_field_is_printed() {
    fn names(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Array(members) => members.iter().for_each(|one| names(one, found)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                found.insert(name.clone());
                names(value, found);
            }),
            _ => {}
        }
    }
    let mut printed = BTreeSet::new();
    names(&report(&rich()), &mut printed);
    let mut table = String::new();
    let schema = schema();
    rows(&schema, &schema, "", &mut table);
    for row in table.lines() {
        let path = row.split('`').nth(1).unwrap();
        let name = path.trim_end_matches("[]").rsplit('.').next().unwrap();
        assert!(printed.contains(name), "{path} is never printed");
    }
}

#[test]
fn readme_lists_every_field() {
    let schema = schema();
    let mut table = String::from("| field | meaning |\n|---|---|\n");
    rows(&schema, &schema, "", &mut table);
    let readme = include_str!("../../../README.md");
    let after = readme.split_once("<!-- json:start -->").unwrap().1;
    let shown = after.split_once("<!-- json:end -->").unwrap().0;
    assert_eq!(shown.trim(), table.trim(), "README: put there\n{table}");
}
