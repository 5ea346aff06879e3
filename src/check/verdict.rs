//! The verdict on findings: what a pipeline acts on. Called by [`crate::run`].

use super::finding::{Finding, Level, Status};

/// The verdict on a result. The order is that of severity.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    /// Every required check passed and nothing else was found.
    Pass,
    /// Every required check passed, but something is worth knowing.
    Warn,
    /// Too little could be judged.
    Inconclusive,
    /// A required check failed.
    Fail,
}

impl Verdict {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Pass => "pass",
            Self::Warn => "warn",
        }
    }
}

/// The verdict on the findings of one result.
///
/// A required check that failed decides; one that could not be judged comes next. A warning of
/// any check, or a failure of a recommended one, warns. Informational checks never matter. When
/// no required check was judged there is nothing to stand for: inconclusive.
pub fn verdict_of(findings: &[Finding]) -> Verdict {
    let required = |status| {
        findings
            .iter()
            .any(|finding| finding.level == Level::Required && finding.judgement.status == status)
    };
    if required(Status::Fail) {
        return Verdict::Fail;
    }
    let judged = required(Status::Pass) || required(Status::Warn);
    if required(Status::Inconclusive) || !judged {
        return Verdict::Inconclusive;
    }
    let warns = findings.iter().any(|finding| {
        finding.level != Level::Informational
            && matches!(finding.judgement.status, Status::Warn | Status::Fail)
    });
    if warns { Verdict::Warn } else { Verdict::Pass }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::defect::Defect;
    use crate::check::finding::Judgement;
    use crate::probe::exchange::Leg;

    fn finding(level: Level, judgement: Judgement) -> Finding {
        Finding { check: "reachable", level, leg: Leg::Cold, judgement, bits: None }
    }

    #[test]
    fn the_worst_required_finding_decides() {
        let pass = || finding(Level::Required, Judgement::pass("fine"));
        let fail = |level| finding(level, Judgement::fail(Defect::BlockPage, "page"));
        let unsure = |level| finding(level, Judgement::inconclusive(Defect::TimedOut, "slow"));
        let warn = |level| finding(level, Judgement::warn(Defect::OddHead, "odd"));
        let skipped = || finding(Level::Required, Judgement::skipped("not sent"));
        let verdict = |findings: &[Finding]| verdict_of(findings);
        assert_eq!(verdict(&[pass(), skipped()]), Verdict::Pass);
        assert_eq!(verdict(&[pass(), fail(Level::Informational)]), Verdict::Pass);
        assert_eq!(verdict(&[pass(), warn(Level::Required)]), Verdict::Warn);
        assert_eq!(verdict(&[pass(), fail(Level::Recommended)]), Verdict::Warn);
        assert_eq!(verdict(&[pass(), unsure(Level::Recommended)]), Verdict::Pass);
        assert_eq!(verdict(&[pass(), unsure(Level::Required)]), Verdict::Inconclusive);
        assert_eq!(verdict(&[unsure(Level::Required), fail(Level::Required)]), Verdict::Fail);
        assert_eq!(verdict(&[skipped()]), Verdict::Inconclusive);
        assert_eq!(verdict(&[]), Verdict::Inconclusive);
        assert_eq!(verdict(&[fail(Level::Recommended)]), Verdict::Inconclusive);
    }
}
