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

/// What a finding or a result does to the verdict of the whole: the one scale of severity that the
/// verdict, the exit code, the baseline and every report format read. The order is that of severity.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Impact {
    /// Nothing was judged, or it decides nothing. Never a pass.
    #[default]
    None,
    /// Judged and right.
    Pass,
    /// Not right, and it never changes a verdict.
    Note,
    /// A warning.
    Warn,
    /// It could not be judged, and no verdict is possible without it.
    Unsure,
    /// A failure.
    Fail,
}

impl Impact {
    /// What a check of this level with this status does.
    pub fn of(level: Level, status: Status) -> Self {
        match (status, level) {
            (Status::Pass, _) => Self::Pass,
            (Status::Fail | Status::Warn, Level::Informational) => Self::Note,
            (Status::Fail, Level::Required) => Self::Fail,
            (Status::Fail | Status::Warn, _) => Self::Warn,
            (Status::Inconclusive, Level::Required) => Self::Unsure,
            (Status::Inconclusive | Status::Skipped, _) => Self::None,
        }
    }

    /// The same, and [`Impact::None`] for what changes no verdict.
    #[must_use]
    pub fn decisive(self) -> Self {
        if self < Self::Warn { Self::None } else { self }
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pass => "pass",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Unsure => "inconclusive",
            Self::Fail => "fail",
        }
    }

    /// The exit code of a run with this impact.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::None | Self::Pass | Self::Note | Self::Warn => 0,
            Self::Fail => 1,
            Self::Unsure => 3,
        }
    }
}

impl From<Verdict> for Impact {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Fail => Self::Fail,
            Verdict::Inconclusive => Self::Unsure,
            Verdict::Pass => Self::Pass,
            Verdict::Warn => Self::Warn,
        }
    }
}

/// The verdict on the findings of one result.
///
/// A required check that failed decides; one that could not be judged comes next. A warning of
/// any check, or a failure of a recommended one, warns. Informational checks never matter. When
/// no required check was judged the result is inconclusive. What is suppressed counts as right, and
/// a severity of the user replaces the level of a check.
pub fn verdict_of(findings: &[Finding]) -> Verdict {
    let counted = || {
        let counted =
            |finding: &Finding| finding.treatment.counted(finding.level, finding.judgement.status);
        findings.iter().map(counted)
    };
    let worst = counted().map(|(level, status)| Impact::of(level, status)).max();
    let is_judged = counted().any(|(level, status)| {
        level == Level::Required && matches!(status, Status::Pass | Status::Warn)
    });
    match worst.unwrap_or_default() {
        Impact::Fail => Verdict::Fail,
        Impact::Unsure => Verdict::Inconclusive,
        _ if !is_judged => Verdict::Inconclusive,
        Impact::Warn => Verdict::Warn,
        Impact::None | Impact::Pass | Impact::Note => Verdict::Pass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::defect::Defect;
    use crate::model::disposition::{Excuse, Severity, Treatment};
    use crate::model::exchange::Leg;
    use crate::model::finding::Judgement;

    fn finding(level: Level, judgement: Judgement) -> Finding {
        let treatment = Treatment::default();
        Finding {
            row: crate::checks::table::find("reachable").unwrap(),
            check: "reachable",
            level,
            leg: Leg::Cold,
            judgement,
            bits: None,
            treatment,
        }
    }

    #[test]
    fn treatments_stand_above_levels() {
        let pass = || finding(Level::Required, Judgement::pass("fine"));
        let treated = |finding: Finding, severity, excuse| {
            verdict_of(&[
                pass(),
                Finding { treatment: Treatment { severity, excuse, other_jobs: false }, ..finding },
            ])
        };
        let fail = || finding(Level::Required, Judgement::fail(Defect::BlockPage, "page"));
        let warn = || finding(Level::Recommended, Judgement::warn(Defect::OddHead, "odd"));
        let unsure = || finding(Level::Required, Judgement::inconclusive(Defect::TimedOut, "slow"));
        assert_eq!(treated(fail(), Some(Severity::Ignore), None), Verdict::Pass);
        assert_eq!(treated(fail(), Some(Severity::Warn), None), Verdict::Warn);
        assert_eq!(treated(warn(), Some(Severity::Fail), None), Verdict::Fail);
        assert_eq!(treated(fail(), None, Some(Excuse::Known)), Verdict::Pass);
        // What could not be judged is no known defect.
        assert_eq!(treated(unsure(), None, Some(Excuse::Known)), Verdict::Inconclusive);
        assert_eq!(treated(unsure(), Some(Severity::Ignore), None), Verdict::Pass);
        let ignored = Treatment { severity: Some(Severity::Ignore), ..Treatment::default() };
        let only = Finding { treatment: ignored, ..pass() };
        assert_eq!(verdict_of(&[only]), Verdict::Inconclusive);
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
