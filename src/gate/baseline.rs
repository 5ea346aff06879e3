//! An earlier report in the format `json`, read back: what was found then is known now.

use std::path::Path;

use serde::Deserialize;

use crate::model::disposition::{Excuse, Severity, Treatment};
use crate::model::finding::{Finding, Level, Status};
use crate::model::place::NotTried;
use crate::model::place::{CellKey, PairKey, Place};
use crate::model::verdict::Impact;
use crate::text_file;

/// The findings of an earlier report, or of a result in the same shape.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Baseline {
    /// One for each result.
    pub cells: Vec<KnownCell>,
    /// Whether the run ended before its time.
    pub incomplete: bool,
    /// What was not tried, where that is known.
    pub not_tried: Vec<NotTried>,
}

/// The findings of one result.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KnownCell {
    /// Which one.
    pub key: CellKey,
    /// Of the legs under test, in the order of the report.
    pub findings: Vec<KnownFinding>,
}

/// A finding, as far as it is compared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KnownFinding {
    /// Id of the check.
    pub check: String,
    /// The word for the leg.
    pub leg: String,
    /// The status that it counts as, and how much.
    pub status: Status,
    /// What it did to the verdict; [`Impact::None`] when it changed none.
    pub impact: Impact,
    /// The code that Windows would show.
    pub hresult: Option<String>,
}

/// Why an earlier report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is no report in the format `json`.
    #[error("no report of bitsgate in the format json")]
    Format(#[from] serde_json::Error),
    /// It cannot be read.
    #[error("cannot be read")]
    Read(#[from] std::io::Error),
    /// It is of a version that is not known here.
    #[error("its schema_version is {0}, and only 2 is known here")]
    Version(u64),
}

impl Baseline {
    /// Reads a report.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        Self::parse(text_file::read(path)?.as_bytes())
    }

    /// Reads the text of a report.
    pub fn parse(json: &[u8]) -> Result<Self, BaselineError> {
        let report: Report = serde_json::from_slice(json)?;
        if report.schema_version != 2 {
            return Err(BaselineError::Version(report.schema_version));
        }
        Ok(Self {
            cells: report.results.into_iter().map(KnownCell::from).collect(),
            incomplete: !report.complete,
            not_tried: report.missing.into_iter().map(NotTried::from).collect(),
        })
    }

    /// The findings of a result: those of the same names, else of the same URLs where one side has
    /// no name for them.
    pub fn cell(&self, key: &CellKey) -> Option<&KnownCell> {
        let same = self.cells.iter().find(|cell| cell.key == *key);
        same.or_else(|| {
            let mut fitting = self.cells.iter().filter(|cell| cell.key.fits(key));
            // Of several nobody knows which one is meant: none of them excuses anything.
            fitting.next().filter(|_| fitting.next().is_none())
        })
    }

    /// Whether a finding was there already, as bad as now and with the same code.
    pub(super) fn knows(&self, finding: &Finding, place: Place<'_>) -> bool {
        let now = KnownFinding::of(finding);
        let is_wrong = matches!(finding.judgement.status, Status::Fail | Status::Warn);
        let then = self.cell(&CellKey::of(place)).and_then(|cell| cell.finding(&now));
        is_wrong
            && then.is_some_and(|then| {
                let was_wrong = matches!(then.status, Status::Fail | Status::Warn);
                was_wrong && then.impact >= now.impact && then.hresult == now.hresult
            })
    }
}

impl KnownCell {
    /// The finding of the same check on the same leg.
    pub fn finding(&self, like: &KnownFinding) -> Option<&KnownFinding> {
        self.findings.iter().find(|one| one.check == like.check && one.leg == like.leg)
    }
}

impl KnownFinding {
    /// A finding of now.
    pub fn of(finding: &Finding) -> Self {
        let (level, status) = (finding.level, finding.judgement.status);
        Self {
            check: finding.check.to_owned(),
            leg: finding.leg.as_str().to_owned(),
            status,
            impact: impact_of(&finding.treatment, level, status),
            hresult: finding.bits.map(|view| view.hresult.to_string()),
        }
    }
}

/// What is accepted has no impact; what the baseline has already is as bad as before.
fn impact_of(treatment: &Treatment, level: Level, status: Status) -> Impact {
    let is_known = treatment.excuse == Some(Excuse::Known);
    let excuse = treatment.excuse.clone().filter(|_| !is_known);
    let (level, status) = Treatment { excuse, ..treatment.clone() }.counted(level, status);
    Impact::of(level, status).decisive()
}

#[derive(Deserialize)]
struct Report {
    schema_version: u64,
    // Reports from before these fields were there are of whole runs.
    #[serde(default = "yes")]
    complete: bool,
    results: Vec<ResultJson>,
    #[serde(default)]
    missing: Vec<MissingJson>,
}

#[derive(Deserialize)]
struct MissingJson {
    target: String,
    target_name: Option<String>,
    proxy: Option<String>,
    proxy_name: Option<String>,
    why: String,
}

#[derive(Deserialize)]
struct ResultJson {
    target: String,
    target_name: Option<String>,
    proxy: Option<String>,
    proxy_name: Option<String>,
    profile: String,
    checks: Vec<CheckJson>,
}

#[derive(Deserialize)]
struct CheckJson {
    id: String,
    #[serde(rename = "phase")]
    leg: String,
    #[serde(deserialize_with = "read_level")]
    level: Level,
    #[serde(deserialize_with = "read_status")]
    status: Status,
    hresult: Option<String>,
    severity: Option<Severity>,
    /// Whether only kinds of jobs depend on it that were not required.
    #[serde(default)]
    other_jobs: bool,
    accepted: Option<AcceptedJson>,
}

#[derive(Deserialize)]
struct AcceptedJson {
    reason: String,
    until: String,
}

impl From<ResultJson> for KnownCell {
    fn from(result: ResultJson) -> Self {
        let beside_proxy = result.proxy.is_some();
        // Beside a proxy the direct leg only tells who is to blame.
        let tested = result.checks.into_iter().filter(|one| !beside_proxy || one.leg != "direct");
        let pair = PairKey {
            proxy: result.proxy,
            proxy_name: result.proxy_name,
            target: result.target,
            target_name: result.target_name,
        };
        Self {
            key: CellKey { pair, profile: result.profile },
            findings: tested.map(KnownFinding::from).collect(),
        }
    }
}

impl From<MissingJson> for NotTried {
    fn from(missing: MissingJson) -> Self {
        let pair = PairKey {
            proxy: missing.proxy,
            proxy_name: missing.proxy_name,
            target: missing.target,
            target_name: missing.target_name,
        };
        Self { pair, why: missing.why }
    }
}

impl From<CheckJson> for KnownFinding {
    fn from(check: CheckJson) -> Self {
        let accepted = check.accepted;
        let excuse = accepted.map(|one| Excuse::Accepted { reason: one.reason, until: one.until });
        let treatment =
            Treatment { severity: check.severity, excuse, other_jobs: check.other_jobs };
        Self {
            impact: impact_of(&treatment, check.level, check.status),
            check: check.id,
            leg: check.leg,
            status: check.status,
            hresult: check.hresult,
        }
    }
}

fn yes() -> bool {
    true
}

fn read_level<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Level, D::Error> {
    let levels = [Level::Informational, Level::Recommended, Level::Required];
    read_word(deserializer, &levels, Level::as_str)
}

fn read_status<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Status, D::Error> {
    let statuses =
        [Status::Skipped, Status::Pass, Status::Inconclusive, Status::Warn, Status::Fail];
    read_word(deserializer, &statuses, Status::as_str)
}

fn read_word<'de, D: serde::Deserializer<'de>, T: Copy>(
    deserializer: D,
    known: &[T],
    word: fn(T) -> &'static str,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    let found = known.iter().copied().find(|&one| word(one) == text);
    found.ok_or_else(|| serde::de::Error::custom(format_args!("there is no {text:?}")))
}
