//! The cases: every fault and every variation of the catalogue alone, at the origin and at the
//! proxy, and the scenarios of `testdata/scenarios`, which combine them or change the conditions.

pub(crate) mod judge;
pub(crate) mod run;

use std::fs;
use std::path::Path;

use bitsgate::mock::expectation::{Expectation, RunConditions};
use bitsgate::mock::{fault, variation};
use serde::Deserialize;

/// One mock or two, and what a check of them must conclude.
#[derive(Debug)]
pub(crate) struct Case {
    /// `fault::origin::NAME`, `fault::proxy::NAME`, the same for `variation`, or
    /// `scenario::FILE::NAME`.
    pub(crate) name: String,
    /// Names of faults and variations of the origin.
    pub(crate) origin: String,
    /// The same of the proxy; none: no proxy is used.
    pub(crate) proxy: Option<String>,
    pub(crate) conditions: RunConditions,
    pub(crate) expectation: Expectation,
}

impl Case {
    /// The last part of the name: that of the fault, the variation or the scenario.
    pub(crate) fn label(&self) -> &str {
        self.name.rsplit("::").next().unwrap_or_default()
    }

    /// The names of all faults and variations in it.
    pub(crate) fn behaviours(&self) -> impl Iterator<Item = &str> {
        self.origin.split('+').chain(self.proxy.iter().flat_map(|names| names.split('+')))
    }
}

/// All cases.
pub(crate) fn all() -> Vec<Case> {
    let mut all = Vec::new();
    for fault in fault::all() {
        all.extend(both_sides("fault", &fault.name, &fault.conditions, &fault.expectation));
    }
    let pass = Expectation::pass();
    for variation in variation::all() {
        all.extend(both_sides("variation", &variation.name, &variation.conditions, &pass));
    }
    all.extend(scenarios().into_iter().map(|(file, scenario)| Case {
        name: format!("scenario::{file}::{}", scenario.name),
        origin: scenario.origin,
        proxy: scenario.proxy,
        conditions: scenario.conditions,
        expectation: scenario.expectation,
    }));
    all
}

/// The case of one name at the origin, which is checked without a proxy, and that at the proxy.
fn both_sides(
    kind: &str,
    name: &str,
    conditions: &RunConditions,
    expectation: &Expectation,
) -> [Case; 2] {
    let at = |side: &str, origin: &str, proxy: Option<&str>| Case {
        name: format!("{kind}::{side}::{name}"),
        origin: origin.to_owned(),
        proxy: proxy.map(str::to_owned),
        conditions: conditions.clone(),
        expectation: expectation.clone(),
    };
    [at("origin", name, None), at("proxy", "", Some(name))]
}

/// An entry of `testdata/scenarios`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// What it shows that the catalogue does not state already.
    pub(crate) why: String,
    #[serde(default)]
    pub(crate) origin: String,
    pub(crate) proxy: Option<String>,
    #[serde(default, rename = "run")]
    pub(crate) conditions: RunConditions,
    #[serde(rename = "expect")]
    pub(crate) expectation: Expectation,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenario: Vec<Scenario>,
}

/// All entries, each with the name of its file.
pub(crate) fn scenarios() -> Vec<(String, Scenario)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/scenarios");
    let files = fs::read_dir(folder).expect("the folder of scenarios");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let file = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a readable file");
        let read: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        all.extend(read.scenario.into_iter().map(|scenario| (file.clone(), scenario)));
    }
    all
}
