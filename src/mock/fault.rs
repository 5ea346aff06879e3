//! A fault: a named, permanent way in which the mock misbehaves, and what a check of it must
//! conclude. Adding one is one entry in `src/mock/catalog/faults/`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::catalog;
use super::expectation::{Expectation, RunConditions};
use super::mechanism::Rule;

/// One fault.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fault {
    /// Permanent, kebab-case.
    pub name: String,
    /// What goes wrong on the wire, in one line.
    pub summary: String,
    /// What a run against it must conclude.
    #[serde(rename = "expect")]
    pub expectation: Expectation,
    /// The run in which it shows.
    #[serde(default, rename = "run")]
    pub conditions: RunConditions,
    #[serde(rename = "rule")]
    pub(crate) rules: Vec<Rule>,
}

/// All faults, group by group.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    FAULTS.iter()
}

/// The fault of this name.
pub fn find(name: &str) -> Option<&'static Fault> {
    all().find(|fault| fault.name == name)
}

static FAULTS: LazyLock<Vec<Fault>> = LazyLock::new(|| {
    // Invariant: the files are part of the program, and tests read them all.
    catalog::entries(FILES, "fault").unwrap_or_else(|error| panic!("{error}"))
});

/// In the order of a download.
const FILES: &[(&str, &str)] = &[
    ("connection.toml", include_str!("catalog/faults/connection.toml")),
    ("status.toml", include_str!("catalog/faults/status.toml")),
    ("head.toml", include_str!("catalog/faults/head.toml")),
    ("range.toml", include_str!("catalog/faults/range.toml")),
    ("multi.toml", include_str!("catalog/faults/multi.toml")),
    ("plain.toml", include_str!("catalog/faults/plain.toml")),
    ("framing.toml", include_str!("catalog/faults/framing.toml")),
    ("conditions.toml", include_str!("catalog/faults/conditions.toml")),
    ("limits.toml", include_str!("catalog/faults/limits.toml")),
];
