//! What the tool says of a scene: one report with legs, read leg by leg.

use std::collections::BTreeSet;

use serde_json::Value;

use super::scene::Scene;
use crate::support::check::{Report, check};
use crate::support::wire;

/// Everything that a case asserts of the tool.
#[derive(Debug)]
pub(super) struct Judged {
    /// The worse verdict of cold and warm.
    pub(super) verdict: String,
    /// The job's code.
    pub(super) code: Option<String>,
    /// The failing checks, cold.
    pub(super) cold: BTreeSet<String>,
    /// The failing checks, warm.
    pub(super) warm: BTreeSet<String>,
    /// All of it, for messages.
    pub(super) explained: String,
    result: Value,
}

/// Checks a URL that nobody asked for before: first as it is, then after a whole fetch.
pub(super) fn judge(scene: &Scene) -> Judged {
    let cold_url = scene.fresh();
    let cold = run(scene, &cold_url);
    let warm_url = scene.fresh();
    wire::fetch(scene.proxy, &warm_url);
    let warm = run(scene, &warm_url);
    let worse = if rank(&cold) >= rank(&warm) { &cold } else { &warm };
    Judged {
        verdict: worse.json()["verdict"].as_str().expect("a verdict").to_owned(),
        code: worse.result()["job"]["hresult"].as_str().map(str::to_owned),
        cold: cold.failing("direct"),
        warm: warm.failing("direct"),
        explained: format!("cold: {}\nwarm: {}", cold.explain(), warm.explain()),
        result: worse.result().clone(),
    }
}

impl Judged {
    /// Who is to blame, as `proxy, request`; none when nobody is.
    pub(super) fn blame(&self) -> Option<String> {
        let blame = self.result.get("blame")?;
        let party = blame["party"].as_str()?;
        Some(match blame["direction"].as_str() {
            Some(direction) => format!("{party}, {direction}"),
            None => party.to_owned(),
        })
    }

    /// Whether an advice holds `setting`.
    pub(super) fn advises(&self, setting: &str) -> bool {
        let advice = self.result["advice"].as_array().into_iter().flatten();
        advice.filter_map(|advice| advice["setting"].as_str()).any(|text| text.contains(setting))
    }
}

fn run(scene: &Scene, url: &str) -> Report {
    match scene.proxy {
        Some(proxy) => check(&["--proxy", &format!("http://{proxy}"), url]),
        None => check(&[url]),
    }
}

fn rank(report: &Report) -> usize {
    let verdict = report.json()["verdict"].as_str().unwrap_or_default();
    ["pass", "warn", "inconclusive", "fail"]
        .iter()
        .position(|name| *name == verdict)
        .unwrap_or_else(|| panic!("no verdict: {verdict}"))
}
