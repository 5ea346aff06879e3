//! Runs `bitsgate check` and reads its JSON report.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::iter;

use serde_json::Value;

use super::binary::{self, Finished};

/// What a run of the check said. Every question asks about the one result that it has.
#[derive(Debug)]
pub(crate) struct Report {
    finished: Finished,
    json: Value,
}

/// Runs `bitsgate check --format json` with `arguments`. Panics when it prints no report.
pub(crate) fn check<A: AsRef<OsStr>>(arguments: &[A]) -> Report {
    let fixed = ["check", "--format", "json"].map(OsStr::new);
    let finished =
        binary::run(iter::empty().chain(fixed).chain(arguments.iter().map(AsRef::as_ref)));
    match serde_json::from_str(&finished.stdout) {
        Ok(json) => Report { finished, json },
        Err(error) => panic!("no report: {error}\n{finished:#?}"),
    }
}

impl Report {
    /// Asserts that BITS would succeed: exit code 0, the job transferred, nothing inconclusive, and
    /// `findings`, which end no ordinary job, the only failures and warnings.
    #[track_caller]
    pub(crate) fn assert_transfers(&self, findings: &[&str]) {
        let expected = if findings.is_empty() { "pass" } else { "warn" };
        self.assert_transferred(expected, findings);
    }

    /// Asserts the same where the findings are notes, which change no verdict.
    #[track_caller]
    pub(crate) fn assert_transfers_with_notes(&self, notes: &[&str]) {
        self.assert_transferred("pass", notes);
    }

    #[track_caller]
    fn assert_transferred(&self, expected: &str, findings: &[&str]) {
        assert_eq!(self.json["verdict"], expected, "{}", self.explain());
        assert_eq!(self.finished.code, Some(0), "{}", self.explain());
        assert_eq!(self.job()["state"], "transferred", "{}", self.explain());
        assert_eq!(self.job()["hresult"], Value::Null, "{}", self.explain());
        let found = &self.with_status("fail") | &self.with_status("warn");
        assert_eq!(found, findings.iter().copied().collect(), "{}", self.explain());
        assert_eq!(self.with_status("inconclusive"), BTreeSet::new(), "{}", self.explain());
        // What was not run is never a pass: the heart of the matter was judged.
        for id in ["head-content-length", "range-first", "range-middle", "multi-two"] {
            assert!(self.with_status("pass").contains(id), "{id}: {}", self.explain());
        }
    }

    /// Asserts that no job would succeed: verdict fail, exit code 1, the job in error with `hresult`
    /// because of the check `because`, and the checks that fail are exactly `failing`.
    #[track_caller]
    pub(crate) fn assert_fails(&self, hresult: &str, because: &str, failing: &[&str]) {
        self.assert_gate_shut(failing);
        assert_eq!(self.job()["state"], "error", "{}", self.explain());
        assert_eq!(self.job()["hresult"], hresult, "{}", self.explain());
        assert_eq!(self.job()["because"], because, "{}", self.explain());
    }

    /// Asserts that an ordinary job would succeed, but not one that asks for several ranges.
    #[track_caller]
    pub(crate) fn assert_warns_of_several_ranges(&self, failing: &[&str]) {
        assert_eq!(self.json["verdict"], "warn", "{}", self.explain());
        assert_eq!(self.finished.code, Some(0), "{}", self.explain());
        assert_eq!(self.job()["state"], "transferred", "{}", self.explain());
        assert_eq!(self.result()["jobs"]["ranges"]["state"], "error", "{}", self.explain());
        let expected = failing.iter().copied().collect();
        assert_eq!(self.with_status("fail"), expected, "{}", self.explain());
    }

    /// Asserts that nothing could be concluded: exit code 3, and the job's code is `hresult`.
    #[track_caller]
    pub(crate) fn assert_inconclusive(&self, hresult: &str, because: &str) {
        assert_eq!(self.json["verdict"], "inconclusive", "{}", self.explain());
        assert_eq!(self.finished.code, Some(3), "{}", self.explain());
        assert_eq!(self.job()["hresult"], hresult, "{}", self.explain());
        assert_eq!(self.job()["because"], because, "{}", self.explain());
        assert_eq!(self.with_status("fail"), BTreeSet::new(), "{}", self.explain());
    }

    /// Asserts that `text` stands nowhere, neither in the report nor on standard error.
    #[track_caller]
    pub(crate) fn assert_silent_about(&self, text: &str) {
        assert!(!self.finished.stdout.contains(text), "{}", self.explain());
        assert!(!self.finished.stderr.contains(text), "{}", self.explain());
    }

    #[track_caller]
    fn assert_gate_shut(&self, failing: &[&str]) {
        assert_eq!(self.json["verdict"], "fail", "{}", self.explain());
        assert_eq!(self.finished.code, Some(1), "{}", self.explain());
        assert_eq!(
            self.with_status("fail"),
            failing.iter().copied().collect(),
            "{}",
            self.explain()
        );
    }

    /// The whole report.
    pub(crate) fn json(&self) -> &Value {
        &self.json
    }

    /// The checks that fail on a leg.
    pub(crate) fn failing(&self, leg: &str) -> BTreeSet<String> {
        self.ids(|check| check["status"] == "fail" && check["phase"] == leg)
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    fn with_status(&self, status: &str) -> BTreeSet<&str> {
        self.ids(|check| check["status"] == status)
    }

    fn ids(&self, wanted: impl Fn(&Value) -> bool) -> BTreeSet<&str> {
        let checks = self.result()["checks"].as_array().expect("a list of checks");
        checks
            .iter()
            .filter(|check| wanted(check))
            .filter_map(|check| check["id"].as_str())
            .collect()
    }

    fn job(&self) -> &Value {
        &self.result()["jobs"]["download"]
    }

    /// Of several files, keeps the first.
    pub(crate) fn of_first_file(mut self) -> Self {
        self.json["results"].as_array_mut().expect("a list of results").truncate(1);
        self
    }

    /// Its one result.
    pub(crate) fn result(&self) -> &Value {
        let results = self.json["results"].as_array().expect("a list of results");
        assert_eq!(results.len(), 1, "one route and one target make one result");
        &results[0]
    }

    /// The report in a few lines, for messages.
    pub(crate) fn explain(&self) -> String {
        let mut lines = format!(
            "\nexit code {:?}, verdict {}, job {}\n",
            self.finished.code,
            self.json["verdict"],
            self.job()
        );
        for check in self.result()["checks"].as_array().into_iter().flatten() {
            if check["status"] != "pass" {
                let parts = ["status", "level", "id", "summary", "reason"]
                    .map(|name| check[name].as_str().unwrap_or("-"));
                lines += &parts.join(" | ");
                lines += "\n";
            }
        }
        lines + &self.finished.stderr
    }
}

/// The checks that fail when every range is answered 200 with the whole file. The whole file asked
/// as a range is not among them: BITS takes it.
pub(crate) const WITHOUT_RANGES: [&str; 16] = [
    "multi-adjacent",
    "multi-descending",
    "multi-five",
    "multi-many",
    "multi-near",
    "multi-repeated",
    "multi-two",
    "range-clamped",
    "range-first",
    "range-large",
    "range-last-byte",
    "range-middle",
    "range-next",
    "range-open-end",
    "range-repeated",
    "range-suffix",
];

/// The checks of several ranges in one request.
pub(crate) const SEVERAL: [&str; 7] = [
    "multi-adjacent",
    "multi-descending",
    "multi-five",
    "multi-many",
    "multi-near",
    "multi-repeated",
    "multi-two",
];

/// The checks of one range, which fail when the answers to a range lack a field.
pub(crate) const SINGLE_RANGES: [&str; 10] = [
    "range-clamped",
    "range-first",
    "range-large",
    "range-last-byte",
    "range-middle",
    "range-next",
    "range-open-end",
    "range-repeated",
    "range-suffix",
    "range-whole",
];
