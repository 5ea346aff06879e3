//! The output of a monitoring plugin for Nagios, Icinga, Checkmk and their kin: a line with the
//! state and performance data, then a line for each result.
//! (<https://www.monitoring-plugins.org/doc/guidelines.html>)

use std::fmt::Write as _;

use super::effect::{Effect, case, effect, incomplete, title};
use super::lookup::Lookup;
use super::text::job_sentence;
use crate::run::outcome::{Outcome, RouteResult, Verdict};
use crate::ui::escape::{escape, escape_limited};

/// The report: UTF-8, each line ended.
pub fn render(outcome: &Outcome, lookup: &Lookup) -> Vec<u8> {
    let state = state(outcome.verdict);
    let mut text = format!("BITSGATE {} - ", state.0);
    text.push_str(&without_bar(&first_line(outcome, lookup)));
    let count = |verdict| outcome.results.iter().filter(|one| one.verdict == verdict).count();
    let traffic = || outcome.results.iter().map(RouteResult::traffic);
    let requests: usize = traffic().map(|one| one.requests).sum();
    let bytes: u64 = traffic().map(|one| one.bytes).sum();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        " | results={};;;0 failed={};;;0 warned={};;;0 inconclusive={};;;0 requests={requests};;;0 \
         received={bytes}B;;;0 time={:.3}s;;;0",
        outcome.results.len(),
        count(Verdict::Fail),
        count(Verdict::Warn),
        count(Verdict::Inconclusive),
        outcome.duration.as_secs_f64(),
    );
    for result in &outcome.results {
        let verdict = result.verdict.as_str().to_uppercase();
        let line = format!("{verdict} {}: {}", title(result), job_sentence(result, lookup));
        let _ = writeln!(text, "{}", without_bar(&line));
        if let Some((name, summary)) = worst(result) {
            let _ = writeln!(text, "  {}", without_bar(&format!("{name}: {summary}")));
        }
    }
    text.into_bytes()
}

/// The state of a service in a word, and the exit code that says the same.
pub fn state(verdict: Verdict) -> (&'static str, u8) {
    match verdict {
        Verdict::Fail => ("CRITICAL", 2),
        Verdict::Inconclusive => ("UNKNOWN", 3),
        Verdict::Pass => ("OK", 0),
        Verdict::Warn => ("WARNING", 1),
    }
}

/// The line for a run that came to no result.
pub fn without_result(why: &str) -> Vec<u8> {
    format!("BITSGATE {} - {}\n", state(Verdict::Inconclusive).0, without_bar(why)).into_bytes()
}

/// What is worst, and where.
fn first_line(outcome: &Outcome, lookup: &Lookup) -> String {
    if let Some(why) = incomplete(outcome) {
        return why.to_owned();
    }
    let mut like_the_whole =
        outcome.results.iter().filter(|result| result.verdict == outcome.verdict);
    let Some(result) = like_the_whole.next() else { return String::new() };
    let job = job_sentence(result, lookup);
    let more = like_the_whole.count();
    let more = if more > 0 { format!(" ({more} more)") } else { String::new() };
    format!("{}: {job}{more}", title(result))
}

/// The first finding that decides the verdict.
fn worst(result: &RouteResult) -> Option<(String, &str)> {
    let verdict = Effect::from(result.verdict);
    let mut decisive = result.findings.iter().filter(|finding| effect(finding, result) == verdict);
    let finding = decisive.next().filter(|_| verdict > Effect::Pass)?;
    Some((case(finding), &finding.judgement.summary))
}

/// A bar would begin the performance data.
fn without_bar(text: &str) -> String {
    escape_limited(&escape(text), LINE).replace('|', "/")
}

/// Plugins get at least 4 KiB for all of their first line.
const LINE: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_report_is_as_agreed() {
        for name in ["pass", "several", "warn"] {
            let text = render(&sample::named(name), &sample::LOOKUP);
            insta::assert_snapshot!(name, String::from_utf8(text).unwrap());
        }
    }

    #[test]
    fn the_first_line_has_the_state_and_readable_data() {
        for (name, mut outcome) in sample::all() {
            outcome.results[0].target.push_str("|evil=1\n");
            let text = String::from_utf8(render(&outcome, &sample::LOOKUP)).unwrap();
            assert_eq!(text.matches('|').count(), 1, "{name}: {text}");
            let (line, data) = text.lines().next().unwrap().split_once(" | ").unwrap();
            assert!(line.starts_with(&format!("BITSGATE {} - ", state(outcome.verdict).0)));
            for datum in data.split(' ') {
                let (label, value) = datum.split_once('=').unwrap();
                let number = value.strip_suffix(";;;0").unwrap().trim_end_matches(['B', 's']);
                assert!(number.parse::<f64>().is_ok() && !label.is_empty(), "{name}: {datum}");
            }
        }
    }

    #[test]
    fn a_run_without_a_result_is_unknown() {
        assert_eq!(without_result("a|b\n"), b"BITSGATE UNKNOWN - a/b\\n\n");
    }
}
