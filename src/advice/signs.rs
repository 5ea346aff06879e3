//! Signs: patterns over all findings that point at one cause rather than another, such as
//! "only offsets past 0 fail". Data in `signs.toml`; `select` orders cures by them.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::check::finding::{Finding, Status};
use crate::probe::exchange::Leg;

/// Every sign.
pub(super) fn signs() -> &'static [Sign] {
    static SIGNS: LazyLock<SignFile> = LazyLock::new(|| {
        // Invariant: the file is part of the program, and a test parses it.
        toml::from_str(include_str!("signs.toml")).unwrap_or_else(|e| panic!("signs.toml: {e}"))
    });
    &SIGNS.sign
}

/// What the sign of this name means, when it shows in findings of which `blamed` say what fails.
pub(super) fn showing(
    name: &str,
    findings: &[Finding],
    blamed: &[&Finding],
) -> Option<&'static str> {
    let sign = signs().iter().find(|sign| sign.name == name && sign.shows(findings, blamed))?;
    Some(&sign.means)
}

/// A pattern over findings. Empty conditions always hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Sign {
    /// Kebab-case.
    pub(super) name: String,
    /// What it means, for the text of an advice.
    means: String,
    /// Some blamed finding is on each of these legs.
    #[serde(default)]
    fails_on: Vec<LegName>,
    /// The same checks passed on these legs.
    #[serde(default)]
    passes_on: Vec<LegName>,
    /// One of these checks is blamed.
    #[serde(default)]
    fails: Vec<String>,
    /// All of these that were judged passed, and one was, on a leg with blame.
    #[serde(default)]
    passes: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LegName {
    Cold,
    Direct,
    Warm,
}

impl Sign {
    fn shows(&self, findings: &[Finding], blamed: &[&Finding]) -> bool {
        let is_blamed = |check: &str| blamed.iter().any(|finding| finding.check == check);
        let blames_leg = |leg: &LegName| blamed.iter().any(|finding| finding.leg == leg.leg());
        let passed_on = |leg: &LegName| {
            let there = findings.iter().filter(|finding| {
                finding.leg == leg.leg() && is_blamed(finding.check) && is_judged(finding)
            });
            all_passed(there)
        };
        let passed = || {
            let there = findings.iter().filter(|finding| {
                self.passes.iter().any(|check| check == finding.check)
                    && blamed.iter().any(|blame| blame.leg == finding.leg)
                    && is_judged(finding)
            });
            all_passed(there)
        };
        !blamed.is_empty()
            && self.fails_on.iter().all(blames_leg)
            && self.passes_on.iter().all(passed_on)
            && (self.fails.is_empty() || self.fails.iter().any(|check| is_blamed(check)))
            && (self.passes.is_empty() || passed())
    }
}

impl LegName {
    fn leg(self) -> Leg {
        match self {
            Self::Cold => Leg::Cold,
            Self::Direct => Leg::Direct,
            Self::Warm => Leg::Warm,
        }
    }
}

fn is_judged(finding: &Finding) -> bool {
    !matches!(finding.judgement.status, Status::Skipped | Status::Inconclusive)
}

/// Whether there is one and all passed.
fn all_passed<'f>(findings: impl Iterator<Item = &'f Finding>) -> bool {
    let mut any = false;
    for finding in findings {
        if finding.judgement.status != Status::Pass {
            return false;
        }
        any = true;
    }
    any
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignFile {
    sign: Vec<Sign>,
}
