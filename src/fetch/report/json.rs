//! The report of a fetch for programs. Called through [`super`].

use serde::Serialize;

use super::{Asked, verdict};
use crate::fetch::Cut;
use crate::fetch::hash::Hash;
use crate::fetch::outcome::Outcome;
use crate::model::hresult::Certainty;
use crate::predict::codes;
use crate::report::stream::json_bytes;

/// The report for programs. Fields are only ever added; README describes them.
pub fn json(asked: &Asked, outcome: &Outcome) -> Vec<u8> {
    let trouble = outcome.trouble.as_ref();
    let view = trouble.and_then(|trouble| trouble.view);
    let report = Report {
        schema_version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        target: &asked.target,
        proxy: asked.proxy.as_deref(),
        profile: asked.profile.as_str(),
        cut: cut_name(asked.cut),
        connections: asked.connections,
        started: humantime::format_rfc3339_millis(outcome.started).to_string(),
        duration_ms: u64::try_from(outcome.duration.as_millis()).unwrap_or(u64::MAX),
        verdict: verdict(outcome),
        state: outcome.end.as_str(),
        hresult: view.map(|view| view.hresult.to_string()),
        name: view.and_then(|view| codes::name_of(view.hresult)),
        certainty: view.map(|view| certainty(view.certainty)),
        because: trouble.map(|trouble| trouble.check).filter(|check| !check.is_empty()),
        summary: trouble.map(|trouble| trouble.summary.as_str()),
        reason: trouble.map(|trouble| trouble.reason.as_str()).filter(|text| !text.is_empty()),
        size: outcome.size,
        done: outcome.done,
        resumed_from: outcome.resumed_from,
        fetched: outcome.fetched(),
        bytes_per_second: outcome.bytes_per_second(),
        ranges: outcome.ranges,
        retries: outcome.retries,
        retry_wait_s: outcome.retry_wait.as_secs(),
        retried_for: outcome.retried_for.as_ref().map(|trouble| trouble.summary.as_str()),
        hashes: outcome.hashes.iter().map(HashReport::from).collect(),
        differs_at: outcome.differs_at,
        file: outcome.stored.as_ref().map(|path| path.display().to_string()),
        notes: &asked.notes,
    };
    json_bytes(&report)
}

fn cut_name(cut: Cut) -> &'static str {
    match cut {
        Cut::Background => "background",
        Cut::Foreground => "foreground",
        Cut::Blocks => "blocks",
    }
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Documented => "documented",
        Certainty::Likely => "likely",
    }
}

#[derive(Serialize)]
struct Report<'r> {
    schema_version: u32,
    tool: Tool,
    target: &'r str,
    proxy: Option<&'r str>,
    profile: &'static str,
    cut: &'static str,
    connections: usize,
    started: String,
    duration_ms: u64,
    verdict: &'static str,
    state: &'static str,
    hresult: Option<String>,
    name: Option<&'static str>,
    certainty: Option<&'static str>,
    because: Option<&'static str>,
    summary: Option<&'r str>,
    reason: Option<&'r str>,
    size: Option<u64>,
    done: u64,
    resumed_from: u64,
    fetched: u64,
    bytes_per_second: Option<u64>,
    ranges: u64,
    retries: u32,
    retry_wait_s: u64,
    retried_for: Option<&'r str>,
    hashes: Vec<HashReport<'r>>,
    differs_at: Option<u64>,
    file: Option<String>,
    notes: &'r [String],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct HashReport<'r> {
    algorithm: &'static str,
    value: &'r str,
    expected: Option<&'r str>,
    source: Option<&'static str>,
    matches: Option<bool>,
}

impl<'r> From<&'r Hash> for HashReport<'r> {
    fn from(hash: &'r Hash) -> Self {
        let expected = hash.expected.as_ref();
        Self {
            algorithm: hash.algorithm.as_str(),
            value: &hash.value,
            expected: expected.map(|expected| expected.value.as_str()),
            source: expected.map(|expected| expected.source),
            matches: hash.matches(),
        }
    }
}
