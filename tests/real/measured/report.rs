//! What the tool says of a scene: one report with legs, read leg by leg.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use super::scene::Scene;
use crate::support::check::{Report, check};

/// Everything that a case asserts of the tool.
#[derive(Debug)]
pub(super) struct Judged {
    /// The verdict on cold and warm together.
    pub(super) verdict: String,
    /// The job's code.
    pub(super) code: Option<String>,
    /// The failing checks, cold.
    pub(super) cold: BTreeSet<String>,
    /// The failing checks, warm.
    pub(super) warm: BTreeSet<String>,
    /// All of it, for messages.
    pub(super) explained: String,
    /// With a direct leg to compare with.
    compared: Value,
    /// Without one, as the verdict is told from.
    plain: Value,
}

/// Checks a URL that nobody asked for before.
///
/// A reverse proxy is named as the server; then nobody can tell it from the server behind it. So
/// it is asked a second time as a proxy, with the server behind it as the URL, for the blame.
pub(super) fn judge(scene: &Scene) -> Judged {
    let (report, cold, compared) = match (scene.proxy, scene.front()) {
        (Some(proxy), _) => (through(proxy, &scene.fresh()), "cold", None),
        (None, Some(front)) => {
            (server(&scene.fresh()), "direct", Some(through(front, &scene.fresh_behind())))
        }
        (None, None) => (server(&scene.fresh()), "direct", None),
    };
    let result = report.result();
    let mut explained = explain(&report);
    if let Some(compared) = &compared {
        let _ = write!(explained, "\n    named as --proxy: {}", explain(compared));
    }
    Judged {
        verdict: report.json()["verdict"].as_str().expect("a verdict").to_owned(),
        code: result["jobs"]["download"]["hresult"].as_str().map(str::to_owned),
        cold: report.failing(cold),
        warm: report.failing("warm"),
        explained,
        compared: compared.as_ref().unwrap_or(&report).result().clone(),
        plain: result.clone(),
    }
}

impl Judged {
    /// Who is to blame, as `proxy, cache`; none when nobody is.
    pub(super) fn blame(&self) -> Option<String> {
        blame(&self.compared["at_fault"])
    }

    /// Who else is to blame, in the same words.
    pub(super) fn also_to_blame(&self) -> Vec<String> {
        let others = self.compared["also_at_fault"].as_array().into_iter().flatten();
        others.filter_map(blame).collect()
    }

    /// Whether the verdict is a pass, or nothing fails but what no setting changes (`leaves`), and no
    /// fix that was tested is advised.
    pub(super) fn is_right(&self, leaves: &BTreeSet<String>) -> bool {
        let is_left = || self.cold.union(&self.warm).all(|check| leaves.contains(check));
        let is_tested = self.first_fix().is_some_and(|fix| fix["proof"] == "tested");
        (self.verdict == "pass" || !leaves.is_empty() && is_left()) && !is_tested
    }

    /// The first fix that the report shows.
    pub(super) fn first_fix(&self) -> Option<Value> {
        self.compared["fixes"].get(0).cloned()
    }

    /// The settings that the advice names.
    pub(super) fn settings(&self) -> Vec<&str> {
        let advice = self.compared["fixes"].as_array().into_iter().flatten();
        advice.filter_map(|advice| advice["setting"].as_str()).collect()
    }

    /// Who is to blame for a reverse proxy that is named as the server, and the first setting.
    pub(super) fn named_server(&self) -> (Option<String>, &str) {
        let setting = self.plain["fixes"][0]["setting"].as_str().unwrap_or_default();
        (blame(&self.plain["at_fault"]), setting)
    }

    /// The products that were recognised with more than a guess.
    pub(super) fn recognised(&self) -> Vec<&str> {
        let recognised = self.compared["recognised"].as_array().into_iter().flatten();
        recognised
            .filter(|recognised| recognised["certainty"] != "guess")
            .filter_map(|recognised| recognised["product"].as_str())
            .collect()
    }

    /// What the run itself remarks, such as that the proxy hides a fault.
    pub(super) fn notes(&self) -> String {
        let notes = self.compared["notes"].as_array().into_iter().flatten();
        notes.filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
    }
}

fn through(proxy: std::net::SocketAddrV4, url: &str) -> Report {
    check(&["--proxy", &format!("http://{proxy}"), url])
}

fn server(url: &str) -> Report {
    check(&["--legs", "direct,warm", url])
}

fn blame(blame: &Value) -> Option<String> {
    let party = blame["party"].as_str()?;
    Some(match blame["direction"].as_str() {
        Some(direction) => format!("{party}, {direction}"),
        None => party.to_owned(),
    })
}

/// The report in a few lines: what fails on which leg, who, and what is advised.
fn explain(report: &Report) -> String {
    let result = report.result();
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or("-").to_owned();
    let list = |name: &str| result[name].as_array().cloned().unwrap_or_default();
    let mut lines =
        format!("{} {}", report.json()["verdict"], result["jobs"]["download"]["hresult"]);
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for check in list("checks") {
        if ["fail", "warn", "inconclusive"].contains(&check["status"].as_str().unwrap_or("-")) {
            let key = ["phase", "status", "summary"].map(|name| text(&check, name));
            groups.entry(key).or_default().push(text(&check, "id"));
        }
    }
    for (key, ids) in groups {
        let _ = write!(lines, "\n      {}: {}", key.join(" "), ids.join(" "));
    }
    for leg in list("phases").iter().filter(|leg| leg["ran"] != true) {
        let _ = write!(lines, "\n      {} left out: {}", leg["phase"], leg["why"]);
    }
    for who in std::iter::once(result["at_fault"].clone()).chain(list("also_at_fault")) {
        let _ = write!(lines, "\n      blame {}: {}", blame(&who).unwrap_or_default(), who["why"]);
    }
    for product in list("recognised") {
        let parts = ["product", "version", "certainty", "place", "evidence"];
        let parts = parts.map(|name| text(&product, name));
        let _ = write!(lines, "\n      recognised {}", parts.join(" | "));
    }
    for advice in list("fixes") {
        let parts = ["product", "certainty", "setting"].map(|name| text(&advice, name));
        let _ = write!(lines, "\n      advice {}", parts.join(" | ").replace('\n', "⏎"));
    }
    for note in list("notes") {
        let _ = write!(lines, "\n      note {note}");
    }
    lines
}
