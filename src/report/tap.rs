//! The Test Anything Protocol, version 14 (<https://testanything.org/tap-version-14-specification>):
//! a line for the verdict of each result, and one for each check on each leg.

use std::io::{self, Write};

use super::effect::{case, impact, of_result, outlook, skip_words, title};
use super::text::finding::tests;
use super::view::{ResultView, cause_lines};
use super::{detail, incomplete};
use crate::model::finding::Finding;
use crate::model::outcome::{Outcome, RouteResult};
use crate::model::verdict::Impact;
use crate::ui::escape::escape;

/// Writes the report: UTF-8, each line ended. What fails the verdict or could not be judged is
/// `not ok`.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let incomplete = incomplete::sentence(outcome).map(|why| Point {
        effect: Impact::Unsure,
        description: "the run is complete".to_owned(),
        message: why,
        lines: incomplete::lines(outcome).collect(),
    });
    let points = outcome.results.iter().map(|result| 1 + judged(result).count());
    let planned = points.sum::<usize>() + usize::from(incomplete.is_some());
    writeln!(out, "TAP version 14\n1..{planned}")?;
    let of_results = outcome.results.iter().flat_map(|result| {
        let view = ResultView::of(result);
        let of_findings: Vec<Point> =
            judged(result).map(|finding| of_finding(&view, finding)).collect();
        std::iter::once(verdict(&view)).chain(of_findings)
    });
    for (number, point) in (1..).zip(of_results.chain(incomplete)) {
        point.write(out, number)?;
    }
    Ok(())
}

/// The findings of the phases under test. What is for comparison only is no test.
fn judged(result: &RouteResult) -> impl Iterator<Item = &Finding> {
    result.findings.iter().filter(|finding| tests(finding.leg, result))
}

fn verdict(view: &ResultView<'_>) -> Point {
    let result = view.result;
    Point {
        effect: of_result(result),
        description: format!("{}: verdict {}", title(result), result.verdict.as_str()),
        message: escape(&outlook(result)).into_owned(),
        lines: view.main_cause().map_or_else(Vec::new, |cause| cause_lines(view, cause)),
    }
}

fn of_finding(view: &ResultView<'_>, finding: &Finding) -> Point {
    let result = view.result;
    let effect = impact(finding, result);
    let is_right = matches!(effect, Impact::Pass | Impact::None | Impact::Note);
    Point {
        effect,
        description: format!("{}: {}", title(result), case(finding)),
        message: match effect {
            Impact::None | Impact::Note => escape(&skip_words(finding, result)).into_owned(),
            _ => escape(&finding.judgement.summary).into_owned(),
        },
        lines: if is_right { vec![] } else { detail::lines(result, finding) },
    }
}

struct Point {
    effect: Impact,
    description: String,
    /// One line, escaped.
    message: String,
    /// More of them, none of which begins with a blank.
    lines: Vec<String>,
}

impl Point {
    fn write(&self, out: &mut dyn Write, number: usize) -> io::Result<()> {
        let not = if matches!(self.effect, Impact::Fail | Impact::Unsure) { "not " } else { "" };
        write!(out, "{not}ok {number} - {}", described(&self.description))?;
        let severity = match self.effect {
            Impact::None | Impact::Note => {
                return writeln!(out, " # SKIP {}", described(&self.message));
            }
            Impact::Pass => return writeln!(out),
            Impact::Fail => "fail",
            Impact::Unsure => "inconclusive",
            Impact::Warn => "warn",
        };
        writeln!(out, "\n  ---\n  severity: {severity}\n  message: {}", quoted(&self.message))?;
        if !self.lines.is_empty() {
            writeln!(out, "  details: |")?;
        }
        for line in &self.lines {
            writeln!(out, "    {line}")?;
        }
        writeln!(out, "  ...")
    }
}

/// A description in which no directive begins.
fn described(text: &str) -> String {
    escape(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML scalar: single quotes take everything that can stand on a line.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::Verdict;
    use crate::report::consumer::Consumer;
    use crate::report::sample;

    fn render(outcome: &Outcome) -> Vec<u8> {
        sample::written(|out| write(outcome, out))
    }

    #[test]
    fn the_report_is_as_agreed() {
        let text = render(&sample::named("fail"));
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }

    #[test]
    fn a_consumer_reads_every_point() {
        for (name, outcome) in sample::all() {
            let text = String::from_utf8(render(&outcome)).unwrap();
            // Version 14 says the same to readers of version 13, which perl's knew until 2023.
            let text = text.replacen("version 14", "version 13", 1);
            let Some(said) = PERL.read(text.as_bytes(), name) else { return };
            let points = outcome.results.iter().map(|result| 1 + judged(result).count());
            let bad = text.lines().filter(|line| line.starts_with("not ok ")).count();
            let skipped = text.matches(" # SKIP ").count();
            let planned: usize = points.sum();
            assert_eq!(said.trim(), format!("{planned} {bad} {skipped} 0"), "{name}\n{text}");
            assert_eq!(bad > 0, outcome.verdict > Verdict::Warn, "{name}");
        }
    }

    #[test]
    fn a_warning_is_not_ok_for_who_is_strict() {
        let mut outcome = sample::named("warn");
        let count = |outcome: &Outcome| {
            let text = String::from_utf8(render(outcome)).unwrap();
            text.lines().filter(|line| line.starts_with("not ok ")).count()
        };
        assert_eq!(count(&outcome), 0);
        outcome.results[0].is_strict = true;
        assert_eq!(count(&outcome), 2);
    }

    #[test]
    fn no_directive_is_smuggled_in() {
        assert_eq!(described("a # SKIP b\\\nnot ok"), "a \\# SKIP b\\\\\\\\nnot ok");
        assert_eq!(quoted("it's: #"), "'it''s: #'");
    }

    const PERL: Consumer =
        Consumer { known_as: "prove", command: &["perl", "-MTAP::Parser", "-e", PARSE] };

    const PARSE: &str = r"
        my $parser = TAP::Parser->new({ tap => join '', <STDIN> });
        1 while $parser->next;
        print join ' ', $parser->tests_run, scalar $parser->failed, scalar $parser->skipped,
            scalar $parser->parse_errors;
    ";
}
