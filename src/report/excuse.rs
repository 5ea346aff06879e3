//! What counts for less than it says of itself: findings that somebody accepted, that the baseline
//! knows, or of checks whose severity the user lowered. Called by every format, so that nothing is
//! excused unseen.

use super::text::counted;
use super::text::finding::tests;
use crate::model::disposition::{Excuse, Severity, Treatment};
use crate::model::finding::{Finding, Status};
use crate::model::outcome::RouteResult;
use crate::model::verdict::Impact;

/// Why a finding counts for less.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Somebody accepted it.
    Accepted,
    /// The configuration ignores the check.
    Ignored,
    /// The baseline has it too.
    Known,
    /// The configuration makes a warning of it.
    Lowered,
}

impl Kind {
    /// All of them, in the order of [`counts`].
    pub(super) const ALL: [Self; 4] = [Self::Accepted, Self::Known, Self::Ignored, Self::Lowered];

    /// The word in reports.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Ignored => "ignored",
            Self::Known => "known",
            Self::Lowered => "lowered",
        }
    }
}

/// Why a finding of a leg under test counts for less than its level and status say; none when it
/// counts in full, or would count for nothing anyhow.
pub(super) fn kind(finding: &Finding, result: &RouteResult) -> Option<Kind> {
    let (level, status) = (finding.level, finding.judgement.status);
    let severity = finding.treatment.severity;
    let impact_of = |severity| {
        let treatment = Treatment { severity, excuse: None, ..finding.treatment.clone() };
        let (level, status) = treatment.counted(level, status);
        Impact::of(level, status).decisive()
    };
    let (full, by_severity) = (impact_of(None), impact_of(severity));
    match &finding.treatment.excuse {
        _ if !tests(finding.leg, result) => None,
        Some(Excuse::Accepted { .. }) if by_severity > Impact::None => Some(Kind::Accepted),
        Some(Excuse::Known) if by_severity > Impact::None => Some(Kind::Known),
        _ if by_severity >= full => None,
        _ if by_severity == Impact::None => Some(Kind::Ignored),
        _ => Some(Kind::Lowered),
    }
}

/// Why a finding that is not right counts otherwise than its level says, in words that are not
/// escaped; none when it does not.
pub(super) fn words(finding: &Finding) -> Option<String> {
    if matches!(finding.judgement.status, Status::Pass | Status::Skipped) {
        return None;
    }
    match &finding.treatment.excuse {
        Some(Excuse::Accepted { reason, until }) => {
            return Some(format!("accepted until {until}: {reason}"));
        }
        Some(Excuse::Known) => return Some(String::from("known: the baseline has it too")),
        None => {}
    }
    let Some(severity) = finding.treatment.severity else {
        return finding.treatment.other_jobs.then(|| String::from(OTHER_JOBS));
    };
    Some(match severity {
        Severity::Fail => String::from("counts as a failure, by the configuration"),
        Severity::Ignore => String::from("ignored, by the configuration"),
        Severity::Warn => String::from("counts as a warning, by the configuration"),
    })
}

/// `3 accepted, 1 ignored`; none when all counts in full.
pub(super) fn counts<'a>(results: impl IntoIterator<Item = &'a RouteResult>) -> Option<String> {
    let excused: Vec<Kind> = results.into_iter().flat_map(excused).map(|(_, kind)| kind).collect();
    let count = |kind| excused.iter().filter(|one| **one == kind).count();
    let counts = Kind::ALL.map(|kind| (count(kind), kind.as_str()));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}

/// The same as a sentence: `4 findings do not count in full: 3 accepted, 1 ignored.`
pub(super) fn sentence<'a>(
    results: impl IntoIterator<Item = &'a RouteResult> + Clone,
) -> Option<String> {
    let counts = counts(results.clone())?;
    let total = results.into_iter().flat_map(excused).count();
    let verb = if total == 1 { "does" } else { "do" };
    Some(format!("{} {verb} not count in full: {counts}.", counted(total, "finding")))
}

/// The findings of a result that count for less, each with why.
pub(super) fn excused(result: &RouteResult) -> impl Iterator<Item = (&Finding, Kind)> {
    let findings = result.findings.iter();
    findings.filter_map(move |finding| Some((finding, kind(finding, result)?)))
}

const OTHER_JOBS: &str = "note: it does not affect the kind of job that --require names";

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::model::exchange::Leg;
    use crate::model::finding::Level;
    use crate::report::text::TextOptions;
    use crate::report::{Format, sample, write};

    #[test]
    fn only_what_counts_for_less_is_excused() {
        let mut result = sample::named("fail").results.remove(0);
        let mut of = |level, severity, excuse, leg| {
            let finding = &mut result.findings[1];
            (finding.level, finding.leg) = (level, leg);
            finding.treatment = Treatment { severity, excuse, other_jobs: false };
            kind(&result.findings[1], &result)
        };
        let accepted =
            || Some(Excuse::Accepted { reason: String::from("x"), until: String::from("y") });
        let (required, trifle, cold) = (Level::Required, Level::Informational, Leg::Cold);
        assert_eq!(of(required, None, None, cold), None);
        assert_eq!(of(required, None, accepted(), cold), Some(Kind::Accepted));
        assert_eq!(of(required, None, Some(Excuse::Known), cold), Some(Kind::Known));
        assert_eq!(of(required, Some(Severity::Ignore), None, cold), Some(Kind::Ignored));
        assert_eq!(of(required, Some(Severity::Warn), None, cold), Some(Kind::Lowered));
        assert_eq!(of(required, Some(Severity::Fail), None, cold), None);
        assert_eq!(of(required, Some(Severity::Ignore), accepted(), cold), Some(Kind::Ignored));
        // These decided nothing before.
        assert_eq!(of(trifle, None, accepted(), cold), None);
        assert_eq!(of(trifle, Some(Severity::Ignore), None, cold), None);
        assert_eq!(of(required, None, accepted(), Leg::Direct), None);
    }

    #[test]
    fn every_format_shows_what_is_excused_and_why() {
        let outcome = sample::excused();
        for (format, needed) in [
            (Format::Csv, &["accepted until 2026-12-31: ticket 7", "ignored", "known"][..]),
            (Format::Github, &["accepted until 2026-12-31: ticket 7", "ignored", "known"]),
            (Format::Html, &["accepted until 2026-12-31: ticket 7", "ignored", "known"]),
            (Format::Json, &["ticket 7", "\"severity\": \"ignore\"", "\"known\": true"]),
            (Format::Junit, &["accepted until 2026-12-31: ticket 7", "ignored", "known"]),
            (Format::Markdown, &["accepted until 2026-12-31: ticket 7", "ignored", "known"]),
            (Format::Nagios, &["accepted until 2026-12-31: ticket 7", "ignored", "known"]),
            (Format::Prometheus, &["ticket 7", "\"ignored\"", "\"known\""]),
            (Format::Sarif, &["\"suppressions\"", "ticket 7", "ignored", "known"]),
            (Format::Tap, &["accepted until 2026-12-31: ticket 7", "ignored", "known"]),
            (Format::Text, &["until 2026-12-31: ticket 7", "Ignored", "Known"]),
        ] {
            let options = TextOptions { width: 500, ..TextOptions::default() };
            let text = sample::written(|out| write(format, &outcome, &options, out));
            let text = String::from_utf8(text).unwrap();
            for word in needed {
                assert!(text.contains(word), "{format:?} lacks {word}: {text}");
            }
            assert!(!text.contains("very required check"), "{format:?}: {text}");
        }
    }

    #[test]
    fn among_many_that_pass_the_excused_are_told() {
        let passing = sample::named("pass").results.remove(0);
        let mut outcome = sample::excused();
        outcome.results.extend(vec![passing; 20]);
        for format in [Format::Html, Format::Markdown, Format::Text] {
            let options = TextOptions { width: 500, ..TextOptions::default() };
            let text = sample::written(|out| write(format, &outcome, &options, out));
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains("ticket 7"), "{format:?}: {text}");
        }
    }

    #[test]
    fn counts_are_of_all_results() {
        let outcome = sample::excused();
        let mut text = String::new();
        let _ = write!(text, "{:?}", sentence(&outcome.results));
        assert!(text.contains("5 findings do not count in full: 3 accepted, 1 known, 1 ignored."));
        assert_eq!(sentence(&sample::named("several").results), None);
    }
}
