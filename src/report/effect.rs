//! What a finding does to the verdict of its result. Formats that know no levels and no legs of
//! comparison (test results, annotations, counts) say this, so that none of them is redder or
//! greener than the exit code.

use super::excuse;
use super::label::Labels;
use super::text::finding::tests;
use super::text::{job_sentence, other_jobs};
use crate::model::finding::Finding;
use crate::model::outcome::RouteResult;
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;

/// What a finding does to the verdict of the result that it belongs to.
pub(super) fn impact(finding: &Finding, result: &RouteResult) -> Impact {
    if !tests(finding.leg, result) || finding.treatment.excuse.is_some() {
        return Impact::None;
    }
    let (level, status) = finding.treatment.counted(finding.level, finding.judgement.status);
    match Impact::of(level, status) {
        Impact::Warn if lifts(result) => Impact::Fail,
        // The whole may have been found not to be judged, as when nothing reached the server.
        Impact::Fail if result.verdict != Verdict::Fail => Impact::Unsure,
        impact => impact,
    }
}

/// Whether warnings of a result fail the whole, which a strict user wants. What could not be judged
/// stays so.
fn lifts(result: &RouteResult) -> bool {
    result.is_strict && matches!(result.verdict, Verdict::Fail | Verdict::Warn)
}

/// What a result does to the whole.
pub(super) fn of_result(result: &RouteResult) -> Impact {
    if result.is_lifted() { Impact::Fail } else { Impact::from(result.verdict) }
}

/// What would become of the required jobs and, where they differ, of the others; why nothing can be
/// concluded where the target cannot be used; and that a strict user has warnings fail.
pub(super) fn outlook(result: &RouteResult) -> String {
    let job = job_sentence(result);
    let job = match (&result.unusable, other_jobs(result)) {
        (Some(why), _) => format!("{why} {job}"),
        (None, Some(others)) => format!("{job} {others}"),
        (None, None) => job,
    };
    if result.is_lifted() { format!("{job} {STRICT}") } else { job }
}

/// Why a result that only warns fails the whole.
pub(super) const STRICT: &str = "Warnings count as failures (--strict).";

/// Why a finding that is [`Impact::None`] has no weight: its summary alone could be misread.
pub(super) fn skip_words(finding: &Finding, result: &RouteResult) -> String {
    let judgement = &finding.judgement;
    let (status, summary) = (judgement.status.as_str(), &judgement.summary);
    if !tests(finding.leg, result) {
        return format!("for comparison only, {status}: {summary}");
    }
    match excuse::words(finding) {
        Some(words) => format!("{words}; {status}: {summary}"),
        None => format!("{status}: {summary}"),
    }
}

/// Which result is meant, in one line: the target, the way to it, and the client.
pub(super) fn title(result: &RouteResult) -> String {
    format!("{} ({})", Labels::from(result).title(), result.profile)
}

/// `range-first (cold)`: which check, on which leg.
pub(super) fn case(finding: &Finding) -> String {
    format!("{} ({})", finding.check, finding.leg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::defect::Defect;
    use crate::model::disposition::{Excuse, Treatment};
    use crate::model::exchange::Leg;
    use crate::model::finding::{Judgement, Level};
    use crate::report::sample;

    /// A note counts as a pass.
    fn counted(impact: Impact) -> Impact {
        if impact == Impact::Note { Impact::Pass } else { impact }
    }

    #[test]
    fn no_format_is_redder_or_greener_than_the_verdict() {
        for (name, outcome) in sample::all() {
            for result in &outcome.results {
                let worst = result.findings.iter().map(|finding| impact(finding, result)).max();
                assert_eq!(worst.map(counted), Some(Impact::from(result.verdict)), "{name}");
            }
        }
    }

    #[test]
    fn strictness_makes_failures_of_warnings_and_of_nothing_else() {
        for (name, outcome) in sample::all() {
            for mut result in outcome.results {
                let before = Impact::from(result.verdict);
                result.is_strict = true;
                let worst = result.findings.iter().map(|finding| impact(finding, &result)).max();
                assert_eq!(worst.map(counted), Some(of_result(&result)), "{name}");
                let is_warning = before == Impact::Warn;
                assert_eq!(of_result(&result), if is_warning { Impact::Fail } else { before });
                assert_eq!(outlook(&result).contains("--strict"), is_warning);
            }
        }
    }

    #[test]
    fn what_is_for_comparison_and_what_reached_nobody_fails_nothing() {
        let (_, mut outcome) = sample::all().swap_remove(1);
        let result = &mut outcome.results[0];
        let finding = |level, leg, judgement| Finding {
            row: crate::checks::table::find("range-first").unwrap(),
            check: "range-first",
            level,
            leg,
            judgement,
            bits: None,
            treatment: Treatment::default(),
        };
        let fail = || Judgement::fail(Defect::BlockPage, "a page");
        let direct = finding(Level::Required, Leg::Direct, fail());
        assert_eq!(impact(&direct, result), Impact::None);
        let failing = finding(Level::Required, Leg::Warm, fail());
        assert_eq!(impact(&failing, result), Impact::Fail);
        let minor = finding(Level::Recommended, Leg::Warm, fail());
        assert_eq!(impact(&minor, result), Impact::Warn);
        let trifle = finding(Level::Informational, Leg::Warm, fail());
        assert_eq!(impact(&trifle, result), Impact::Note);
        result.verdict = Verdict::Inconclusive;
        assert_eq!(impact(&failing, result), Impact::Unsure);
        result.proxy = None;
        assert_eq!(impact(&direct, result), Impact::Unsure);
    }

    #[test]
    fn what_has_no_weight_says_why() {
        let mut result = sample::named("fail").results.remove(0);
        let mut finding = result.findings[1].clone();
        let words = |finding: &Finding, result: &RouteResult| {
            assert_eq!(impact(finding, result), Impact::None);
            skip_words(finding, result)
        };
        finding.leg = Leg::Direct;
        assert!(words(&finding, &result).starts_with("for comparison only, fail: 200"));
        finding.leg = Leg::Cold;
        finding.treatment.excuse = Some(Excuse::Known);
        assert!(words(&finding, &result).starts_with("known: the baseline has it too; fail: 200"));
        let (reason, until) = ("ticket 7".to_owned(), "2026-12-31".to_owned());
        finding.treatment.excuse = Some(Excuse::Accepted { reason, until });
        assert!(words(&finding, &result).starts_with("accepted until 2026-12-31: ticket 7; fail"));
        let skipped = result.findings.swap_remove(7);
        assert_eq!(words(&skipped, &result), "skipped: the file is smaller than 2 GiB");
    }
}
