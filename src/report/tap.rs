//! The Test Anything Protocol, version 14 (<https://testanything.org/tap-version-14-specification>):
//! a line for the verdict of each result, and one for each check on each leg.

use std::fmt::Write as _;

use super::detail;
use super::effect::{Effect, case, effect, incomplete, title};
use super::lookup::Lookup;
use super::text::job_sentence;
use crate::run::outcome::Outcome;
use crate::ui::escape::escape;

/// The report: UTF-8, each line ended. What fails the verdict or could not be judged is `not ok`.
pub fn render(outcome: &Outcome, lookup: &Lookup) -> Vec<u8> {
    let mut points = Vec::new();
    for result in &outcome.results {
        let title = title(result);
        let job = job_sentence(result, lookup);
        points.push(Point {
            effect: result.verdict.into(),
            description: format!("{title}: verdict {}", result.verdict.as_str()),
            message: escape(&job).into_owned(),
            lines: Vec::new(),
        });
        points.extend(result.findings.iter().map(|finding| {
            let effect = effect(finding, result);
            let is_right = matches!(effect, Effect::Pass | Effect::Skipped);
            Point {
                effect,
                description: format!("{title}: {}", case(finding)),
                message: escape(&finding.judgement.summary).into_owned(),
                lines: if is_right { vec![] } else { detail::lines(result, finding, lookup) },
            }
        }));
    }
    points.extend(incomplete(outcome).map(|why| Point {
        effect: Effect::Unsure,
        description: "the run is complete".to_owned(),
        message: why.to_owned(),
        lines: Vec::new(),
    }));
    let mut text = format!("TAP version 14\n1..{}\n", points.len());
    for (number, point) in (1..).zip(&points) {
        point.write(&mut text, number);
    }
    text.into_bytes()
}

struct Point {
    effect: Effect,
    description: String,
    /// One line, escaped.
    message: String,
    /// More of them, none of which begins with a blank.
    lines: Vec<String>,
}

impl Point {
    // Writing to a String cannot fail.
    fn write(&self, text: &mut String, number: usize) {
        let not = if matches!(self.effect, Effect::Fail | Effect::Unsure) { "not " } else { "" };
        let _ = write!(text, "{not}ok {number} - {}", described(&self.description));
        match self.effect {
            Effect::Skipped => {
                let _ = write!(text, " # SKIP {}", described(&self.message));
            }
            Effect::Pass => {}
            Effect::Fail | Effect::Unsure | Effect::Warn => {
                let severity = match self.effect {
                    Effect::Fail => "fail",
                    Effect::Unsure => "inconclusive",
                    _ => "warn",
                };
                let _ = write!(text, "\n  ---\n  severity: {severity}\n");
                let _ = writeln!(text, "  message: {}", quoted(&self.message));
                if !self.lines.is_empty() {
                    text.push_str("  details: |\n");
                }
                for line in &self.lines {
                    let _ = writeln!(text, "    {line}");
                }
                text.push_str("  ...");
            }
        }
        text.push('\n');
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
    use crate::report::consumer::Consumer;
    use crate::report::sample;
    use crate::run::outcome::Verdict;

    #[test]
    fn the_report_is_as_agreed() {
        let text = render(&sample::named("fail"), &sample::LOOKUP);
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }

    #[test]
    fn a_consumer_reads_every_point() {
        for (name, outcome) in sample::all() {
            let text = String::from_utf8(render(&outcome, &sample::LOOKUP)).unwrap();
            // Version 14 says the same to readers of version 13, which perl's knew until 2023.
            let text = text.replacen("version 14", "version 13", 1);
            let Some(said) = PERL.read(text.as_bytes(), name) else { return };
            let points = outcome.results.iter().map(|result| 1 + result.findings.len());
            let bad = text.lines().filter(|line| line.starts_with("not ok ")).count();
            let skipped = text.matches(" # SKIP ").count();
            let planned: usize = points.sum();
            assert_eq!(said.trim(), format!("{planned} {bad} {skipped} 0"), "{name}\n{text}");
            assert_eq!(bad > 0, outcome.verdict > Verdict::Warn, "{name}");
        }
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
