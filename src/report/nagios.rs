//! The output of a monitoring plugin for Nagios, Icinga, Checkmk and their kin: a line with the
//! state and performance data, then a line for each result.
//! (<https://www.monitoring-plugins.org/doc/guidelines.html>)

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::effect::{case, impact, of_result, outlook, title};
use super::view::{ResultView, View, fix_line};
use super::{excuse, incomplete, remarks};
use crate::model::outcome::{Outcome, RouteResult, Traffic};
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;
use crate::ui::escape::{escape, escape_limited};

/// The report: UTF-8, each line ended.
pub fn render(outcome: &Outcome) -> Vec<u8> {
    let state = state(View::impact(outcome));
    let mut text = format!("BITSGATE {} - ", state.0);
    text.push_str(&without_bar(&first_line(outcome)));
    let count = |verdict| outcome.results.iter().filter(|one| one.verdict == verdict).count();
    let Traffic { requests, bytes, .. } = outcome.traffic();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        " | results={};;;0 failed={};;;0 warned={};;;0 inconclusive={};;;0 missing={};;;0 \
         requests={requests};;;0 received={bytes}B;;;0 time={:.3}s;;;0",
        outcome.results.len(),
        count(Verdict::Fail),
        count(Verdict::Warn),
        count(Verdict::Inconclusive),
        outcome.missing.len(),
        outcome.duration.as_secs_f64(),
    );
    let mut worst_first: Vec<&RouteResult> = outcome.results.iter().collect();
    worst_first.sort_by_key(|result| Reverse(result.verdict));
    let passes = worst_first.partition_point(|result| result.verdict > Verdict::Pass);
    let (wrong, right) = worst_first.split_at(passes);
    let told = |results: &[&RouteResult]| -> Vec<String> {
        results.iter().map(|result| lines(result)).collect()
    };
    let missing = incomplete::lines(outcome).map(|line| without_bar(&line) + "\n");
    let mut more = 0;
    let remarks = remarks::lines(outcome).into_iter().map(|line| without_bar(&line) + "\n");
    for lines in told(wrong).into_iter().chain(missing).chain(remarks).chain(told(right)) {
        if text.len() + lines.len() > OUTPUT {
            more += 1;
        } else {
            text.push_str(&lines);
        }
    }
    if more > 0 {
        let _ = writeln!(text, "{more} more are left out");
    }
    text.into_bytes()
}

/// What came of a result, and what is worst in it.
fn lines(result: &RouteResult) -> String {
    let verdict = result.verdict.as_str().to_uppercase();
    let line = format!("{verdict} {}: {}", title(result), outlook(result));
    let mut lines = without_bar(&line) + "\n";
    let view = ResultView::of(result);
    if let Some(cause) = view.main_cause() {
        let fix = fix_line(&view, cause);
        let fix = if fix.is_empty() { fix } else { format!(" Fix: {fix}") };
        let cause_line =
            format!("Cause: {} At fault: {}.{fix}", cause.summary, view.party_words(cause));
        let _ = writeln!(lines, "  {}", without_bar(&cause_line));
    } else if let Some((name, summary)) = worst(result) {
        let _ = writeln!(lines, "  {}", without_bar(&format!("{name}: {summary}")));
    }
    for (finding, _) in excuse::excused(result) {
        let why = excuse::words(finding).unwrap_or_default();
        let _ = writeln!(lines, "  {}", without_bar(&format!("{}: {why}", case(finding))));
    }
    lines
}

/// The state of a service in a word, and the exit code that says the same.
pub fn state(impact: Impact) -> (&'static str, u8) {
    match impact {
        Impact::None | Impact::Pass | Impact::Note => ("OK", 0),
        Impact::Warn => ("WARNING", 1),
        Impact::Fail => ("CRITICAL", 2),
        Impact::Unsure => ("UNKNOWN", 3),
    }
}

/// The line for a run that came to no result.
pub fn without_result(why: &str) -> Vec<u8> {
    format!("BITSGATE {} - {}\n", state(Impact::Unsure).0, without_bar(why)).into_bytes()
}

/// What is worst, and where.
fn first_line(outcome: &Outcome) -> String {
    let incomplete = incomplete::sentence(outcome).map_or_else(String::new, |why| why + " ");
    // What is known to fail is told even when the whole is not known.
    let worst = outcome.results.iter().map(|result| result.verdict).max();
    let mut like_the_worst = outcome.results.iter().filter(|one| Some(one.verdict) == worst);
    let Some(result) = like_the_worst.next() else { return incomplete };
    let job = outlook(result);
    let more = like_the_worst.count();
    let more = if more > 0 { format!(" ({more} more)") } else { String::new() };
    let excused = excuse::sentence(&outcome.results);
    let excused = excused.map_or_else(String::new, |sentence| format!(" {sentence}"));
    format!("{incomplete}{}: {job}{more}{excused}", title(result))
}

/// The first finding that decides the verdict.
fn worst(result: &RouteResult) -> Option<(String, &str)> {
    let verdict = of_result(result);
    let mut decisive = result.findings.iter().filter(|finding| impact(finding, result) == verdict);
    let finding = decisive.next().filter(|_| verdict > Impact::Note)?;
    Some((case(finding), &finding.judgement.summary))
}

/// A bar would begin the performance data.
fn without_bar(text: &str) -> String {
    escape_limited(&escape(text), LINE).replace('|', "/")
}

/// Characters of a line.
const LINE: usize = 1000;

/// Nagios reads 4 KiB of a plugin, and cuts off the rest wherever that is.
const OUTPUT: usize = 4000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_report_is_as_agreed() {
        for name in ["pass", "several", "warn"] {
            let text = render(&sample::named(name));
            insta::assert_snapshot!(name, String::from_utf8(text).unwrap());
        }
    }

    #[test]
    fn the_first_line_has_the_state_and_readable_data() {
        for (name, mut outcome) in sample::all() {
            outcome.results[0].target.push_str("|evil=1\n");
            let text = String::from_utf8(render(&outcome)).unwrap();
            assert_eq!(text.matches('|').count(), 1, "{name}: {text}");
            let (line, data) = text.lines().next().unwrap().split_once(" | ").unwrap();
            assert!(
                line.starts_with(&format!(
                    "BITSGATE {} - ",
                    state(Impact::from(outcome.verdict)).0
                ))
            );
            for datum in data.split(' ') {
                let (label, value) = datum.split_once('=').unwrap();
                let number = value.strip_suffix(";;;0").unwrap().trim_end_matches(['B', 's']);
                assert!(number.parse::<f64>().is_ok() && !label.is_empty(), "{name}: {datum}");
            }
        }
    }

    #[test]
    fn of_many_the_worst_come_first_and_fit() {
        let mut outcome = sample::named("pass");
        let passes = outcome.results[0].clone();
        outcome.results = vec![passes; 100];
        let failing = sample::named("fail").results.remove(0);
        outcome.results.push(failing);
        outcome.verdict = Verdict::Fail;
        outcome.results[7].target = "\u{e4}".repeat(5000);
        let text = String::from_utf8(render(&outcome)).unwrap();
        assert!(text.len() <= 4096, "{}", text.len());
        assert!(text.lines().nth(1).unwrap().starts_with("FAIL "), "{text}");
        let told = text.lines().filter(|line| line.starts_with("PASS ")).count();
        assert!(text.ends_with(&format!("\n{} more are left out\n", 100 - told)), "{text}");
    }

    #[test]
    fn what_fails_is_told_though_the_run_is_incomplete() {
        let mut outcome = sample::named("fail");
        outcome.complete = false;
        let text = String::from_utf8(render(&outcome)).unwrap();
        assert!(text.starts_with("BITSGATE CRITICAL - Incomplete: "), "{text}");
        assert!(text.lines().next().unwrap().contains("0x80200013"), "{text}");
    }

    #[test]
    fn a_warning_is_critical_for_who_is_strict() {
        let mut outcome = sample::named("warn");
        outcome.results[0].is_strict = true;
        let text = String::from_utf8(render(&outcome)).unwrap();
        assert!(text.starts_with("BITSGATE CRITICAL - ") && text.contains("--strict"), "{text}");
    }

    #[test]
    fn a_run_without_a_result_is_unknown() {
        assert_eq!(without_result("a|b\n"), b"BITSGATE UNKNOWN - a/b\\n\n");
    }
}
