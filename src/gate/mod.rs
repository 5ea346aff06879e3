//! What the users of a gate decided beforehand: how much a check matters to them, which findings
//! they accept until when, and which the baseline has already. Called by [`crate::run`] between
//! judging and verdict. Nothing here changes what a check said.

mod accept;
mod baseline;
pub mod compare;

pub use crate::model::place::NotTried;
pub use crate::model::place::{CellKey, PairKey};
pub use accept::{Accept, Date, DateError};
pub use baseline::{Baseline, BaselineError, KnownCell, KnownFinding};

use crate::model::disposition::Excuse;
pub use crate::model::disposition::Severity;
use crate::model::finding::{Finding, Status};
use crate::model::job_kind::Require;
use crate::model::place::Place;
use crate::model::profile::Profile;

/// What was decided beforehand. The default decides nothing.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// How much a check matters, by its id.
    pub severities: Vec<(&'static str, Severity)>,
    /// What is accepted.
    pub accepts: Vec<Accept>,
    /// What is known already.
    pub baseline: Option<Baseline>,
    /// The day on which the run began (UTC).
    pub today: Date,
    /// Whether less runs than the configuration asks for: then nothing is said of entries that
    /// were of no use.
    pub is_narrowed: bool,
    /// Whether a warning fails the whole.
    pub is_strict: bool,
    /// The kinds of jobs that must work.
    pub require: Require,
}

impl Policy {
    /// Says of each finding how it counts.
    pub fn treat(&self, findings: &mut [Finding], place: Place<'_>) {
        for finding in findings {
            let severity = self.severities.iter().find(|(check, _)| *check == finding.check);
            finding.treatment.severity = severity.map(|(_, severity)| *severity);
            // Delivery Optimization has no jobs of several ranges, so there is nothing to choose.
            finding.treatment.other_jobs =
                place.profile == Profile::Bits && !self.require.covers(finding.row.jobs);
            let holds = |accept: &&Accept| {
                accept.until >= self.today && accept.names(place) && accept.covers(finding)
            };
            finding.treatment.excuse = match self.accepts.iter().find(holds) {
                Some(accept) => Some(Excuse::Accepted {
                    reason: accept.reason.clone(),
                    until: accept.until.to_string(),
                }),
                None => self
                    .baseline
                    .as_ref()
                    .filter(|baseline| baseline.knows(finding, place))
                    .map(|_| Excuse::Known),
            };
        }
    }

    /// Which accepted findings are past their day, and which are accepted for nothing. `found`: the
    /// treated findings of the run. What was not judged to the end tells nothing of its entries.
    pub fn warnings(&self, found: &[(Place<'_>, &[Finding])], is_complete: bool) -> Vec<String> {
        let mut warnings = Vec::new();
        for accept in &self.accepts {
            let places = found.iter().filter(|(place, _)| accept.names(*place));
            let of_check = places.flat_map(|(_, findings)| *findings);
            let of_check: Vec<&Finding> =
                of_check.filter(|finding| finding.check == accept.check).collect();
            if accept.until < self.today {
                if !is_renewed(accept, &of_check) {
                    let until = &accept.until;
                    warnings.push(format!("{accept} was accepted until {until}: it counts again"));
                }
                continue;
            }
            let is_used = of_check.iter().any(|finding| accept.covers(finding));
            if is_used || !is_complete || self.is_narrowed {
                continue;
            }
            let is = |status| of_check.iter().any(|finding| finding.judgement.status == status);
            let is_judged = is(Status::Pass) || is(Status::Warn) || is(Status::Fail);
            if of_check.is_empty() {
                warnings.push(format!(
                    "{accept} names nothing that was tried: nothing needs to be accepted"
                ));
            } else if is_judged && !is(Status::Inconclusive) {
                warnings.push(format!("{accept} was not found: nothing needs to be accepted"));
            }
        }
        warnings
    }
}

/// Whether all that an entry past its day is about is accepted by another one.
fn is_renewed(past: &Accept, of_check: &[&Finding]) -> bool {
    let mut covered = of_check.iter().filter(|finding| past.covers(finding)).peekable();
    let is_accepted =
        |finding: &&Finding| matches!(finding.treatment.excuse, Some(Excuse::Accepted { .. }));
    covered.peek().is_some() && covered.all(is_accepted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::defect::Defect;
    use crate::model::disposition::Treatment;
    use crate::model::exchange::Leg;
    use crate::model::finding::{Judgement, Level};

    fn fail(check: &'static str) -> Finding {
        Finding {
            row: crate::checks::table::find(check).unwrap(),
            check,
            level: Level::Required,
            leg: Leg::Cold,
            judgement: Judgement::fail(Defect::BlockPage, "page"),
            bits: None,
            treatment: Treatment::default(),
        }
    }

    fn policy(today: &str, proxy: &str) -> Policy {
        let accept = Accept {
            check: "range-first",
            proxy: Some(proxy.to_owned()),
            target: None,
            hresult: None,
            until: "2026-12-31".parse().unwrap(),
            reason: String::from("ticket 1"),
            place: String::from("bitsgate.toml:3"),
        };
        Policy { accepts: vec![accept], today: today.parse().unwrap(), ..Policy::default() }
    }

    const PLACE: Place<'_> = Place {
        proxy: Some("http://proxy:3128"),
        proxy_name: Some("berlin"),
        target: "http://h/a",
        target_name: None,
        profile: Profile::Bits,
    };

    fn is_accepted(policy: &Policy, finding: Finding) -> bool {
        let mut findings = [finding];
        policy.treat(&mut findings, PLACE);
        matches!(findings[0].treatment.excuse, Some(Excuse::Accepted { .. }))
    }

    #[test]
    fn the_last_day_is_the_last_day() {
        assert!(is_accepted(&policy("2026-12-31", "berlin"), fail("range-first")));
        assert!(!is_accepted(&policy("2027-01-01", "berlin"), fail("range-first")));
        let warnings = policy("2027-01-01", "berlin").warnings(&[], false);
        assert_eq!(
            warnings,
            ["range-first via berlin (bitsgate.toml:3) was accepted until 2026-12-31: it counts \
              again"]
        );
    }

    #[test]
    fn only_what_is_named_is_accepted() {
        for (proxy, is_named) in [
            ("berlin", true),
            ("b*", true),
            ("http://proxy:*", true),
            ("munich", false),
            ("direct", false),
        ] {
            let policy = policy("2026-01-01", proxy);
            assert_eq!(is_accepted(&policy, fail("range-first")), is_named, "{proxy}");
            assert!(!is_accepted(&policy, fail("range-next")), "{proxy}");
        }
        let unsure = Judgement::inconclusive(Defect::TimedOut, "slow");
        let unsure = Finding { judgement: unsure, ..fail("range-first") };
        assert!(!is_accepted(&policy("2026-01-01", "berlin"), unsure));
    }

    #[test]
    fn what_nobody_needs_is_told() {
        let policy = policy("2026-01-01", "berlin");
        let right = Finding { judgement: Judgement::pass("fine"), ..fail("range-first") };
        let (used, mended, other) = ([fail("range-first")], [right], [fail("range-next")]);
        assert!(policy.warnings(&[(PLACE, &used)], true).is_empty());
        let told = policy.warnings(&[(PLACE, &mended)], true);
        assert!(told[0].ends_with("was not found: nothing needs to be accepted"), "{told:?}");
        assert_eq!(policy.warnings(&[(PLACE, &other)], true).len(), 1);
        assert!(policy.warnings(&[(PLACE, &mended)], false).is_empty());
        let elsewhere = Place { proxy: None, proxy_name: None, ..PLACE };
        assert_eq!(policy.warnings(&[(elsewhere, &used)], true).len(), 1);
        let narrowed = Policy { is_narrowed: true, ..policy };
        for found in [(elsewhere, &used), (PLACE, &other), (PLACE, &mended)] {
            assert!(narrowed.warnings(&[(found.0, found.1)], true).is_empty());
        }
    }

    #[test]
    fn what_could_not_be_judged_may_be_needed() {
        let policy = policy("2026-01-01", "berlin");
        let judged = |judgement| Finding { judgement, ..fail("range-first") };
        let unsure = || judged(Judgement::inconclusive(Defect::TimedOut, "slow"));
        let skipped = || judged(Judgement::skipped("not asked"));
        let right = || judged(Judgement::pass("fine"));
        for found in [vec![unsure()], vec![skipped()], vec![right(), unsure()]] {
            assert!(policy.warnings(&[(PLACE, &found)], true).is_empty(), "{found:?}");
        }
        assert_eq!(policy.warnings(&[(PLACE, &[right(), skipped()])], true).len(), 1);
    }

    #[test]
    fn what_was_renewed_does_not_count_again() {
        let mut policy = policy("2026-06-01", "b*");
        let past = Accept { until: "2020-01-01".parse().unwrap(), ..policy.accepts[0].clone() };
        policy.accepts.insert(0, Accept { proxy: Some(String::from("berlin")), ..past });
        let warnings = |policy: &Policy| {
            let mut findings = [fail("range-first")];
            policy.treat(&mut findings, PLACE);
            policy.warnings(&[(PLACE, &findings)], true)
        };
        assert_eq!(warnings(&policy), Vec::<String>::new());
        policy.accepts[1].proxy = Some(String::from("munich"));
        let told = warnings(&policy);
        assert!(told[0].contains("was accepted until 2020-01-01: it counts again"), "{told:?}");
    }
}
