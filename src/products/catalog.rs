//! The types of the product files and the catalogue of all of them. Read by `fingerprint`, by the
//! selection of cures and by `explain`.

use std::sync::LazyLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::fix::{EditRule, Values};
use super::registry;
use super::rule::Rule;
use crate::model::advice::{Edit, Proof};
use crate::model::defect::Defect;
use crate::model::defect_name;

/// Every known product, in the order of the registry.
pub fn products() -> &'static [Product] {
    static PRODUCTS: LazyLock<Vec<Product>> = LazyLock::new(|| {
        registry::FILES
            .iter()
            // Invariant: the files are part of the program, and a test parses each of them.
            .map(|(id, text)| toml::from_str(text).unwrap_or_else(|e| panic!("{id}: {e}")))
            .collect()
    });
    &PRODUCTS
}

/// The product of this id.
pub fn product(id: &str) -> Option<&'static Product> {
    products().iter().find(|product| product.id == id)
}

/// The defects for which no setting of any product is known, with the reason.
pub fn uncured() -> &'static [Uncured] {
    static UNCURED: LazyLock<UncuredFile> = LazyLock::new(|| {
        // Invariant: the file is part of the program, and a test parses it.
        toml::from_str(include_str!("uncured.toml")).unwrap_or_else(|e| panic!("uncured: {e}"))
    });
    &UNCURED.uncured
}

/// A product that can stand between BITS and a file, or serve the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Product {
    /// Permanent, kebab-case.
    pub id: String,
    /// The name as its maker writes it.
    pub name: String,
    /// Other names that people use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What it is.
    pub kind: Kind,
    /// What it is known to break.
    pub summary: String,
    /// How a person recognises it.
    pub recognise: String,
    /// Every answer that passes it carries its own `Server`: an answer with another `Server`, or
    /// without one, did not pass it.
    #[serde(default)]
    pub replaces_server: bool,
    /// Ids of products with marks that this one sends as well: when both are found at one place
    /// and the other is not certain, it is this one.
    #[serde(default)]
    pub hides: Vec<String>,
    /// The file that its fixes change, where a fix does not name another.
    pub file: Option<String>,
    /// The command that makes a changed file effective, where a fix does not name another.
    pub reload: Option<String>,
    /// How the tool recognises it; none for a product that leaves no trace on the wire.
    #[serde(default, rename = "fingerprint")]
    pub fingerprints: Vec<Rule>,
    /// What fixes it.
    #[serde(rename = "cure", default)]
    pub cures: Vec<Cure>,
}

/// What a product is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Scans content on behalf of a proxy.
    Antivirus,
    /// Keeps copies, most often in front of many origins.
    Cache,
    /// A content delivery network: caches of a provider in front of an origin.
    Cdn,
    /// Clients are configured to use it.
    ForwardProxy,
    /// A firewall or security gateway, explicit or transparent.
    Gateway,
    /// Serves files of its own.
    Origin,
    /// Stands in front of a server.
    ReverseProxy,
}

/// A setting that mends defects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cure {
    /// What it mends.
    pub defects: Vec<DefectPattern>,
    /// Whether it is set where the product proxies or where it serves its own files.
    #[serde(default)]
    pub role: Role,
    /// Names of signs in `signs.toml` that must show. Where what would tell was not tested, the
    /// cure is left out while the product is unknown, and comes last for a recognised one.
    #[serde(default)]
    pub signs: Vec<String>,
    /// Names of signs that rule the cure out when they show.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Names of signs that make the cure more likely when they show.
    #[serde(default)]
    pub hints: Vec<String>,
    /// First version concerned.
    pub from: Option<Version>,
    /// First version no longer concerned.
    pub before: Option<Version>,
    /// How often this is met when the product is unknown: 1 rarely to 9 most often.
    #[serde(default = "rarely")]
    pub likelihood: u8,
    /// The circumstances in which the defect shows.
    pub when: String,
    /// The lines that the edits add, or in words what to do. May be empty where every edit has its
    /// own lines.
    #[serde(default)]
    pub setting: String,
    /// The changes of the file; none where the fix is not a change of a text file.
    #[serde(default)]
    pub edits: Vec<EditRule>,
    /// The file, where it is not the product's usual one.
    pub file: Option<String>,
    /// The command that makes it effective, where it is not the product's usual one.
    pub reload: Option<String>,
    /// Why it fixes the defect.
    pub reason: String,
    /// What it costs.
    pub side_effect: String,
    /// Vendor page, knowledge-base article, source file or measurement.
    pub source: String,
    /// How well it is proved.
    pub proof: Proof,
}

/// Where a setting belongs.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// On the server of the file.
    Origin,
    /// On what stands between.
    #[default]
    Proxy,
}

/// A defect by name, in a file `multi-refused` for any status or `multi-refused:416` for one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DefectPattern {
    /// The permanent name.
    pub name: &'static str,
    /// The status it must carry, if any.
    pub status: Option<u16>,
}

/// A defect without a known setting.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uncured {
    /// The defect.
    pub defect: DefectPattern,
    /// Why no setting can be named, and what to do instead.
    pub reason: String,
}

/// A dotted version number, compared part by part.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
pub struct Version(Vec<u32>);

/// Why a text in a data file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Not a defect.
    #[error("unknown defect {0:?}")]
    Defect(String),
    /// Not an edit.
    #[error("an edit names exactly one place, not {0}")]
    Edit(usize),
    /// Not a fingerprint.
    #[error("a fingerprint names exactly one thing to look at, not {0}")]
    Fingerprint(usize),
    /// Not a version.
    #[error("malformed version {0:?}")]
    Version(String),
}

impl DefectPattern {
    /// Whether this is the defect.
    pub fn matches(&self, defect: Defect) -> bool {
        self.name == defect_name::name(defect)
            && self.status.is_none_or(|status| defect_name::status(defect) == Some(status))
    }
}

impl Cure {
    /// The changes of the file for one target.
    pub fn edits(&self, values: &Values) -> Vec<Edit> {
        self.edits.iter().map(|edit| edit.filled(&self.setting, values)).collect()
    }

    /// The setting as it is printed: what is added, replaced and deleted.
    pub fn printed(&self, values: &Values) -> String {
        if self.edits.is_empty() {
            return values.fill(self.setting.trim());
        }
        let edits = self.edits(values);
        edits.iter().flat_map(Edit::printed).collect::<Vec<_>>().join("\n")
    }

    /// Whether a version is concerned; one that is unknown or unreadable counts as concerned.
    pub fn concerns(&self, version: Option<&str>) -> bool {
        let Some(version) = version.and_then(Version::leading) else { return true };
        self.from.as_ref().is_none_or(|from| *from <= version)
            && self.before.as_ref().is_none_or(|before| version < *before)
    }
}

impl Version {
    /// The numbers at the start of a version text: `7.1` of `7.1-p2`.
    fn leading(text: &str) -> Option<Self> {
        let end = text
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(text.len());
        Self::try_from(text[..end].trim_matches('.').to_owned()).ok()
    }
}

impl TryFrom<String> for Version {
    type Error = DataError;

    fn try_from(text: String) -> Result<Self, DataError> {
        let parts: Result<_, _> = text.split('.').map(str::parse).collect();
        parts.map(Self).map_err(|_| DataError::Version(text))
    }
}

// Not derived: serde would borrow the static name from the text.
impl<'de> Deserialize<'de> for DefectPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl TryFrom<String> for DefectPattern {
    type Error = DataError;

    fn try_from(text: String) -> Result<Self, DataError> {
        let (name, status) = match text.split_once(':') {
            None => (text.as_str(), None),
            Some((name, status)) => {
                let status = status.parse().map_err(|_| DataError::Defect(text.clone()))?;
                (name, Some(status))
            }
        };
        let known = defect_name::ALL.iter().find(|known| **known == name);
        match known {
            Some(name) => Ok(Self { name, status }),
            None => Err(DataError::Defect(text)),
        }
    }
}

impl Kind {
    /// The word in texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Antivirus => "antivirus",
            Self::Cache => "cache",
            Self::Cdn => "content delivery network",
            Self::ForwardProxy => "forward proxy",
            Self::Gateway => "gateway",
            Self::Origin => "origin server",
            Self::ReverseProxy => "reverse proxy",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncuredFile {
    uncured: Vec<Uncured>,
}

fn rarely() -> u8 {
    1
}

#[cfg(test)]
mod tests;
