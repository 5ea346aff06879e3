//! The table of an emulation, as `src/mock/catalog/emulations/*.toml` writes it. Every section left out
//! means a proxy that changes nothing.

#![allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, named in the tables")]

mod cache;
mod chain;

use serde::Deserialize;

use super::gateway::Gateway;
use crate::mock::cut::Policy;
use crate::mock::expectation::Expectation;
use crate::mock::layout::Layout;
use crate::mock::mechanism::Rule;
pub(crate) use cache::{Cache, Expired, HitFields, Reload};
pub(crate) use chain::{Cuts, Date, Head, Length, OnHead, Page, Reading, Request, ToOrigin, When};

/// All that is known of a version, or of versions that behave alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Table {
    /// Permanent, kebab-case: product, version and variant, such as `apache-2.0.43-disk`.
    pub id: String,
    /// The first and the last version of which this holds. Each of them is a name too.
    pub versions: Option<[String; 2]>,
    /// What follows the version in the names, such as `-disk`.
    #[serde(default)]
    pub suffix: String,
    /// More names of exactly this.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The product in words, without version.
    pub product: String,
    /// What it does that others do not, in one line.
    pub summary: String,
    /// Ids of the bugs that it has.
    #[serde(default)]
    pub bugs: Vec<String>,
    /// Where this is known from.
    pub evidence: String,
    /// What is not known and therefore not emulated, or emulated by guess.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// The target through which a run shows it; not taken over by what is like it.
    #[serde(default = "mock")]
    pub target: String,
    /// What a run against it must conclude.
    #[serde(rename = "expect")]
    pub expectation: Expectation,
    /// What it does in addition, in terms of the mechanisms of faults.
    #[serde(default, rename = "rule")]
    pub(crate) rules: Vec<Rule>,
    #[serde(default)]
    pub(crate) request: Request,
    #[serde(default)]
    pub(crate) reading: Reading,
    #[serde(default)]
    pub(crate) head: Head,
    #[serde(default)]
    pub(crate) length: Length,
    #[serde(default)]
    pub(crate) cuts: Cuts,
    #[serde(default)]
    pub(crate) ranges: Policy,
    #[serde(default)]
    pub(crate) parts: Layout,
    #[serde(default)]
    pub(crate) page: Page,
    #[serde(default)]
    pub(crate) gzip: bool,
    pub(crate) cache: Option<Cache>,
    /// A proxy that fetches, keeps and cuts files itself; then the other sections do not count, but
    /// for `cuts`, `ranges`, `parts` and `page`.
    pub(crate) gateway: Option<Gateway>,
}

/// A bug, described once for all versions that have it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bug {
    /// Permanent within the file.
    pub id: String,
    /// One line.
    pub title: String,
    /// Number in the product's bug tracker, or of the advisory.
    pub number: Option<String>,
    /// What happens on the wire, and why.
    pub text: String,
    /// The versions that have it, first to last.
    pub versions: String,
    /// The change that fixed it.
    pub fix: Option<String>,
    /// What helps without an upgrade.
    pub workaround: Option<String>,
}

fn mock() -> String {
    String::from("mock:")
}
