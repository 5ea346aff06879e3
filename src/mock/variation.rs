//! A variation: a legal oddity. The mock differs from most servers, and every check must still
//! pass. Adding one is one entry in `src/mock/catalog/variations.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::catalog;
use super::expectation::RunConditions;
use super::mechanism::Rule;

/// One variation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variation {
    /// Permanent, kebab-case.
    pub name: String,
    /// What is unusual on the wire, in one line.
    pub summary: String,
    /// The run in which all checks pass.
    #[serde(default, rename = "run")]
    pub conditions: RunConditions,
    #[serde(rename = "rule")]
    pub(crate) rules: Vec<Rule>,
}

/// All variations, by name.
pub fn all() -> impl Iterator<Item = &'static Variation> {
    VARIATIONS.iter()
}

/// The variation of this name.
pub fn find(name: &str) -> Option<&'static Variation> {
    all().find(|variation| variation.name == name)
}

static VARIATIONS: LazyLock<Vec<Variation>> = LazyLock::new(|| {
    // Invariant: the file is part of the program, and tests read it.
    catalog::entries(FILES, "variation").unwrap_or_else(|error| panic!("{error}"))
});

const FILES: &[(&str, &str)] = &[("variations.toml", include_str!("catalog/variations.toml"))];
