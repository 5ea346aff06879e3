//! Test results for CI servers (Jenkins, GitLab, Azure): a suite for each result, in it a case for
//! the verdict and one for each check on each leg.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::detail;
use super::effect::{Effect, case, effect, incomplete, title};
use super::lookup::Lookup;
use super::text::job_sentence;
use crate::advice::defect_name;
use crate::check::finding::Finding;
use crate::run::outcome::{Outcome, RouteResult};
use crate::ui::escape::escape;

/// The report: XML, UTF-8. What fails the verdict is a failure, what could not be judged an error,
/// and a warning a success with an output.
pub fn render(outcome: &Outcome, lookup: &Lookup) -> Vec<u8> {
    let mut report = Report::new(env!("CARGO_PKG_NAME"));
    report.set_time(outcome.duration);
    for result in &outcome.results {
        report.add_test_suite(suite(result, lookup));
    }
    if let Some(why) = incomplete(outcome) {
        let mut case = TestCase::new("complete", status(Effect::Unsure, why, "incomplete"));
        case.set_classname(env!("CARGO_PKG_NAME"));
        let mut suite = TestSuite::new("run");
        suite.add_test_case(case);
        report.add_test_suite(suite);
    }
    let mut xml = Vec::new();
    // Writing to memory cannot fail.
    let _ = report.serialize(&mut xml);
    xml
}

fn suite(result: &RouteResult, lookup: &Lookup) -> TestSuite {
    let title = escape(&title(result)).into_owned();
    let mut suite = TestSuite::new(title.as_str());
    suite.add_property(("target", escape(&result.target).as_ref()));
    suite.add_property(("proxy", escape(result.proxy.as_deref().unwrap_or("direct")).as_ref()));
    suite.add_property(("profile", result.profile.as_str()));
    suite.add_property(("verdict", result.verdict.as_str()));
    // Readers take what stands before the last dot for a package.
    let class = format!("{}.{}", env!("CARGO_PKG_NAME"), title.replace('.', "_"));
    let job = escape(&job_sentence(result, lookup)).into_owned();
    let mut cases = vec![TestCase::new("verdict", status(result.verdict.into(), &job, "verdict"))];
    cases.extend(result.findings.iter().map(|finding| test_case(result, finding, lookup)));
    for mut case in cases {
        case.set_classname(class.as_str());
        suite.add_test_case(case);
    }
    suite
}

fn test_case(result: &RouteResult, finding: &Finding, lookup: &Lookup) -> TestCase {
    let judgement = &finding.judgement;
    let effect = effect(finding, result);
    let summary = escape(&judgement.summary);
    let kind = finding.bits.map_or_else(
        || judgement.defect.map_or(judgement.status.as_str(), defect_name::name).to_owned(),
        |view| view.hresult.to_string(),
    );
    let message = match effect {
        // Nothing to judge, or the leg of comparison: the summary alone could be misread.
        Effect::Skipped => format!("{}: {summary}", judgement.status.as_str()),
        _ => summary.into_owned(),
    };
    let mut status = status(effect, &message, &kind);
    let lines = || detail::lines(result, finding, lookup).join("\n");
    if matches!(effect, Effect::Fail | Effect::Unsure) {
        status.set_description(format!("{message}\n{}", lines()));
    }
    let mut test_case = TestCase::new(case(finding), status);
    if effect == Effect::Warn {
        test_case.set_system_out(format!("warning: {message}\n{}", lines()));
    }
    test_case
}

fn status(effect: Effect, message: &str, kind: &str) -> TestCaseStatus {
    let mut status = match effect {
        Effect::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Effect::Pass | Effect::Warn => return TestCaseStatus::success(),
        Effect::Skipped => TestCaseStatus::skipped(),
        Effect::Unsure => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_message(message);
    if effect != Effect::Skipped {
        status.set_type(kind);
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::consumer::Consumer;
    use crate::report::sample;

    #[test]
    fn the_report_is_as_agreed() {
        for name in ["fail", "warn"] {
            let xml = String::from_utf8(render(&sample::named(name), &sample::LOOKUP)).unwrap();
            insta::assert_snapshot!(name, xml);
        }
    }

    #[test]
    fn it_follows_the_schema_and_counts_as_the_verdict_does() {
        for (name, mut outcome) in sample::all() {
            outcome.results[0].target.push_str("\u{0}\u{b}\u{fffe}]]>&amp;\"<evil/>");
            let xml = render(&outcome, &sample::LOOKUP);
            XMLLINT.read(&xml, name);
            let report = Report::deserialize_from_str(&String::from_utf8(xml).unwrap()).unwrap();
            for (suite, result) in report.test_suites.iter().zip(&outcome.results) {
                let worst = match Effect::from(result.verdict) {
                    Effect::Fail => suite.failures > 1,
                    Effect::Unsure => suite.failures == 0 && suite.errors > 1,
                    _ => suite.failures == 0 && suite.errors == 0,
                };
                assert!(worst, "{name}: {suite:?}");
            }
        }
    }

    const XMLLINT: Consumer =
        Consumer { known_as: "xmllint", command: &["xmllint", "--noout", "--schema", SCHEMA, "-"] };

    const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/schema/junit.xsd");
}
