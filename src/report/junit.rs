//! Test results for CI servers (Jenkins, GitLab, Azure): a suite for each result, in it a case for
//! the verdict and one for each check on each leg.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::effect::{case, impact, of_result, outlook, skip_words, title};
use super::text::finding::tests;
use super::view::{ResultView, cause_lines};
use super::{detail, incomplete, remarks};
use crate::model::defect_name;
use crate::model::finding::Finding;
use crate::model::outcome::{Outcome, RouteResult};
use crate::model::verdict::Impact;
use crate::ui::escape::escape;

/// Writes the report: XML, UTF-8. What fails the verdict is a failure, what could not be judged an
/// error, and a warning a success with an output.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let of_run = run_suite(outcome);
    // The sums come first, the suites are made when they are written.
    let mut report = Report::new(env!("CARGO_PKG_NAME"));
    report.set_time(outcome.duration);
    for result in &outcome.results {
        count(&mut report, result);
    }
    report.tests += of_run.iter().map(|suite| suite.tests).sum::<usize>();
    report.errors += of_run.iter().map(|suite| suite.errors).sum::<usize>();
    let frame = xml(&report)?;
    let (begin, end) = frame.split_at(frame.rfind(END).unwrap_or(frame.len()));
    write!(out, "{}", begin.trim_end())?;
    let suites = outcome.results.iter().map(suite);
    for suite in suites.chain(of_run) {
        let mut single = Report::new("");
        single.add_test_suite(suite);
        let text = xml(&single)?;
        let inner = text.find(BEGIN).zip(text.rfind(END)).map(|(begin, end)| &text[begin..end]);
        write!(out, "\n    {}", inner.unwrap_or_default().trim_end())?;
    }
    write!(out, "\n{end}")
}

/// Adds the cases of a result to the sums of the report.
fn count(report: &mut Report, result: &RouteResult) {
    let findings = judged(result).map(|finding| impact(finding, result));
    for effect in findings.chain([of_result(result)]) {
        report.tests += 1;
        match effect {
            Impact::Fail => report.failures += 1,
            Impact::None | Impact::Note => report.skipped += 1,
            Impact::Unsure => report.errors += 1,
            Impact::Pass | Impact::Warn => {}
        }
    }
}

fn xml(report: &Report) -> io::Result<String> {
    report.to_string().map_err(io::Error::other)
}

/// What is to be said of the whole run: that not all was tried, what is odd about accepted
/// findings, and what changed since the baseline. None when there is nothing.
fn run_suite(outcome: &Outcome) -> Option<TestSuite> {
    let incomplete = incomplete::sentence(outcome).map(|why| {
        let mut status = status(Impact::Unsure, &why, "incomplete");
        let lines: Vec<String> = std::iter::once(why).chain(incomplete::lines(outcome)).collect();
        status.set_description(lines.join("\n"));
        TestCase::new("complete", status)
    });
    let remarks = remarks::lines(outcome);
    let remarks = (!remarks.is_empty()).then(|| {
        let mut case = TestCase::new("remarks", TestCaseStatus::success());
        case.set_system_out(remarks.join("\n"));
        case
    });
    let mut suite = TestSuite::new("run");
    for mut case in incomplete.into_iter().chain(remarks) {
        case.set_classname(env!("CARGO_PKG_NAME"));
        suite.add_test_case(case);
    }
    (suite.tests > 0).then_some(suite)
}

fn suite(result: &RouteResult) -> TestSuite {
    let view = ResultView::of(result);
    let title = escape(&title(result)).into_owned();
    let mut suite = TestSuite::new(title.as_str());
    suite.add_property(("target", escape(&result.target).as_ref()));
    suite.add_property(("proxy", escape(result.proxy.as_deref().unwrap_or("direct")).as_ref()));
    let names = [("proxy_name", &result.names.proxy), ("target_name", &result.names.target)];
    for (property, name) in names {
        if let Some(name) = name {
            suite.add_property((property, escape(name).as_ref()));
        }
    }
    suite.add_property(("profile", result.profile.as_str()));
    suite.add_property(("verdict", result.verdict.as_str()));
    // Readers take what stands before the last dot for a package.
    let class = format!("{}.{}", env!("CARGO_PKG_NAME"), title.replace('.', "_"));
    let job = escape(&outlook(result)).into_owned();
    let mut verdict = status(of_result(result), &job, "verdict");
    if let Some(cause) = view.main_cause() {
        let lines = cause_lines(&view, cause);
        verdict.set_description(format!("{job}\n{}", lines.join("\n")));
    }
    let mut cases = vec![TestCase::new("verdict", verdict)];
    cases.extend(judged(result).map(|finding| test_case(&view, finding)));
    for mut case in cases {
        case.set_classname(class.as_str());
        suite.add_test_case(case);
    }
    suite
}

/// The findings of the phases under test. What is for comparison only is no test.
fn judged(result: &RouteResult) -> impl Iterator<Item = &Finding> {
    result.findings.iter().filter(|finding| tests(finding.leg, result))
}

fn test_case(view: &ResultView<'_>, finding: &Finding) -> TestCase {
    let result = view.result;
    let judgement = &finding.judgement;
    let effect = impact(finding, result);
    let summary = escape(&judgement.summary);
    let kind = finding.bits.map_or_else(
        || judgement.defect.map_or(judgement.status.as_str(), defect_name::name).to_owned(),
        |view| view.hresult.to_string(),
    );
    let message = match effect {
        Impact::None | Impact::Note => escape(&skip_words(finding, result)).into_owned(),
        _ => summary.into_owned(),
    };
    let mut status = status(effect, &message, &kind);
    let lines = || {
        let cause = view.cause_of(finding);
        let mut lines = cause.map_or_else(Vec::new, |cause| cause_lines(view, cause));
        lines.extend(detail::lines(result, finding));
        lines.join("\n")
    };
    if matches!(effect, Impact::Fail | Impact::Unsure) {
        status.set_description(format!("{message}\n{}", lines()));
    }
    let mut test_case = TestCase::new(case(finding), status);
    if effect == Impact::Warn {
        test_case.set_system_out(format!("warning: {message}\n{}", lines()));
    }
    test_case
}

fn status(effect: Impact, message: &str, kind: &str) -> TestCaseStatus {
    let mut status = match effect {
        Impact::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Impact::Pass | Impact::Warn => return TestCaseStatus::success(),
        Impact::None | Impact::Note => TestCaseStatus::skipped(),
        Impact::Unsure => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_message(message);
    if effect > Impact::Note {
        status.set_type(kind);
    }
    status
}

const BEGIN: &str = "<testsuite ";
const END: &str = "</testsuites>";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::consumer::Consumer;
    use crate::report::sample;

    fn render(outcome: &Outcome) -> Vec<u8> {
        sample::written(|out| write(outcome, out))
    }

    #[test]
    fn the_report_is_as_agreed() {
        for name in ["fail", "warn"] {
            let xml = String::from_utf8(render(&sample::named(name))).unwrap();
            insta::assert_snapshot!(name, xml);
        }
    }

    #[test]
    fn it_follows_the_schema_and_counts_as_the_verdict_does() {
        for (name, mut outcome) in sample::all() {
            outcome.complete = false;
            outcome.results[0].target.push_str("\u{0}\u{b}\u{fffe}]]>&amp;\"<evil/>");
            let xml = render(&outcome);
            XMLLINT.read(&xml, name);
            let report = Report::deserialize_from_str(&String::from_utf8(xml).unwrap()).unwrap();
            for (suite, result) in report.test_suites.iter().zip(&outcome.results) {
                let worst = match Impact::from(result.verdict) {
                    Impact::Fail => suite.failures > 1,
                    Impact::Unsure => suite.failures == 0 && suite.errors > 1,
                    _ => suite.failures == 0 && suite.errors == 0,
                };
                assert!(worst, "{name}: {suite:?}");
            }
            // The sums of the whole are those of its suites, though they are written before.
            let sum = |count: fn(&TestSuite) -> usize| -> usize {
                report.test_suites.iter().map(count).sum()
            };
            assert_eq!(report.test_suites.len(), outcome.results.len() + 1, "{name}");
            assert_eq!(report.tests, sum(|suite| suite.tests), "{name}");
            assert_eq!(report.failures, sum(|suite| suite.failures), "{name}");
            assert_eq!(report.errors, sum(|suite| suite.errors), "{name}");
            assert_eq!(report.skipped, sum(|suite| suite.skipped), "{name}");
        }
    }

    #[test]
    fn a_warning_fails_who_is_strict() {
        let mut outcome = sample::named("warn");
        let count = |outcome: &Outcome| {
            let xml = String::from_utf8(render(outcome)).unwrap();
            Report::deserialize_from_str(&xml).unwrap().failures
        };
        assert_eq!(count(&outcome), 0);
        outcome.results[0].is_strict = true;
        // The verdict, and the warning.
        assert_eq!(count(&outcome), 2);
    }

    const XMLLINT: Consumer =
        Consumer { known_as: "xmllint", command: &["xmllint", "--noout", "--schema", SCHEMA, "-"] };

    const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/schema/junit.xsd");
}
