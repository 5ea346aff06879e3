//! The report for programs. Its fields are a contract: they are only ever added, and
//! `testdata/schema/report.schema.json` describes them.

#[cfg(test)]
mod contract;
mod exchange;
mod result;

use std::io::{self, Write};

use serde::Serialize;

use super::comparison::ComparisonJson;
use super::stream::{Each, write_json};
use super::view::ResultView;
use crate::model::outcome::{Missing, Names, Outcome};
use result::ResultJson;

/// Writes the report: pretty printed, UTF-8, with a line end at its end. Holds no control
/// character but line ends.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        started: humantime::format_rfc3339_millis(outcome.started).to_string(),
        duration_ms: outcome.duration.as_millis(),
        verdict: outcome.verdict.as_str(),
        complete: outcome.complete,
        results: Each(outcome.results.iter().map(|result| ResultJson::of(&ResultView::of(result)))),
        missing: outcome.missing.iter().map(MissingJson::of).collect(),
        warnings: &outcome.warnings,
        comparison: outcome.comparison.as_ref().map(ComparisonJson::of),
    };
    write_json(&report, out)
}

/// The version of the contract.
const SCHEMA_VERSION: u32 = 2;

/// `R`: the results, each made when it is written.
#[derive(Serialize)]
struct Report<'a, R: Serialize> {
    schema_version: u32,
    tool: Tool,
    started: String,
    duration_ms: u128,
    verdict: &'static str,
    complete: bool,
    results: R,
    missing: Vec<MissingJson<'a>>,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<ComparisonJson<'a>>,
}

#[derive(Serialize)]
struct MissingJson<'a> {
    target: &'a str,
    proxy: Option<&'a str>,
    #[serde(flatten)]
    names: NamesJson<'a>,
    why: &'static str,
}

#[derive(Serialize)]
struct NamesJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_name: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    proxy_labels: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    target_name: Option<&'a str>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

impl<'a> MissingJson<'a> {
    fn of(missing: &'a Missing) -> Self {
        Self {
            target: &missing.target,
            proxy: missing.proxy.as_deref(),
            names: NamesJson::of(&missing.names),
            why: missing.why,
        }
    }
}

impl<'a> NamesJson<'a> {
    fn of(names: &'a Names) -> Self {
        Self {
            proxy_name: names.proxy.as_deref(),
            proxy_labels: &names.labels,
            target_name: names.target.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample;

    fn render(outcome: &Outcome) -> Vec<u8> {
        sample::written(|out| write(outcome, out))
    }

    #[test]
    fn real_shapes_follow_the_schema() {
        let schema = include_str!("../../testdata/schema/report.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (name, outcome) in sample::all() {
            let json = render(&outcome);
            let report: Value = serde_json::from_slice(&json).unwrap();
            let errors: Vec<_> =
                validator.iter_errors(&report).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
        }
    }

    #[test]
    fn the_schema_is_strict() {
        let schema = include_str!("../../testdata/schema/report.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let (_, outcome) = &sample::all()[0];
        let good: Value = serde_json::from_slice(&render(outcome)).unwrap();
        for (pointer, bad) in [
            ("/verdict", Value::from("perhaps")),
            ("/results/0/jobs/download/state", Value::from("lost")),
            ("/results/0/checks/0/status", Value::Null),
            ("/results/0/checks/0/exchanges/0", Value::from(1)),
            ("/results/0/exchanges/0/response/status", Value::from("200")),
            ("/results/0/exchanges/0/request", Value::Null),
            ("/started", Value::from("yesterday")),
        ] {
            let mut report = good.clone();
            *report.pointer_mut(pointer).unwrap() = bad;
            assert!(!validator.is_valid(&report), "{pointer}");
        }
        let mut report = good;
        report["results"][0].as_object_mut().unwrap().remove("at_fault");
        assert!(!validator.is_valid(&report));
    }

    #[test]
    fn the_report_is_as_agreed() {
        let (_, outcome) = sample::all().into_iter().find(|(name, _)| *name == "fail").unwrap();
        let json = String::from_utf8(render(&outcome)).unwrap();
        assert!(json.ends_with("}\n"));
        assert!(!json.contains(|char: char| char.is_control() && char != '\n'));
        insta::assert_snapshot!(json);
    }
}
