//! That a run ended before its time, by the deadline or by somebody's hand, in words that every
//! format can carry: a report of a part must not pass for one of the whole.

use super::label::Labels;
use super::text::counted;
use crate::model::outcome::Outcome;
use crate::ui::escape::escape;

/// How much was not tried, and why, in a sentence; none when all was.
pub(super) fn sentence(outcome: &Outcome) -> Option<String> {
    if outcome.complete {
        return None;
    }
    let Some(first) = outcome.missing.first() else {
        return Some("Incomplete: the run ended before all results were there.".to_owned());
    };
    let count = outcome.missing.len();
    let were = if count == 1 { "was" } else { "were" };
    let pairs = counted(count, "pair");
    Some(format!("Incomplete: {pairs} of proxy and target {were} not tried: {}.", first.why))
}

/// What was not tried, one line each without control characters; of many the first and how many
/// more there are.
pub(super) fn lines(outcome: &Outcome) -> impl Iterator<Item = String> {
    let named = outcome.missing.iter().take(MOST).map(|missing| {
        let line = format!("not tried: {}: {}", Labels::from(missing), missing.why);
        escape(&line).into_owned()
    });
    let more = outcome.missing.len().saturating_sub(MOST);
    named.chain((more > 0).then(|| format!("and {more} more")))
}

/// Lines of what was not tried.
const MOST: usize = 50;

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;
    use crate::report::text::TextOptions;
    use crate::report::{Format, sample, write};

    #[test]
    fn many_are_counted_and_some_are_named() {
        let mut outcome = sample::incomplete();
        assert_eq!(
            sentence(&outcome).unwrap(),
            "Incomplete: 2 pairs of proxy and target were not tried: the run was interrupted."
        );
        assert_eq!(
            lines(&outcome).next().unwrap(),
            "not tried: http://wsus.example.com/Content/late.cab via proxy tokyo \
             (http://tokyo.example:3128): the run was interrupted"
        );
        outcome.missing = vec![outcome.missing[0].clone(); MOST + 7];
        assert_eq!(lines(&outcome).count(), MOST + 1);
        assert_eq!(lines(&outcome).last().unwrap(), "and 7 more");
        outcome.missing.clear();
        assert!(sentence(&outcome).unwrap().starts_with("Incomplete: "));
        outcome.complete = true;
        assert_eq!(sentence(&outcome), None);
    }

    /// Where a program that reads the format finds it.
    fn mark(format: Format) -> &'static str {
        match format {
            Format::Csv => ",not-tried,",
            Format::Github => "::error title=bitsgate incomplete::Incomplete: ",
            Format::Har => "\"comment\": \"Incomplete: ",
            Format::Html => "<strong class=\"incomplete\">Incomplete: ",
            Format::Json => "\"complete\": false",
            Format::Junit => "<error message=\"Incomplete: ",
            Format::Markdown => "**Incomplete: ",
            Format::Nagios => "Incomplete: ",
            Format::Prometheus => "\nbitsgate_run_complete 0\n",
            Format::Sarif => "\"text\": \"Incomplete: ",
            Format::Tap => " - the run is complete\n  ---\n",
            Format::Text => "INCOMPLETE",
        }
    }

    #[test]
    fn every_format_says_so_and_names_what_is_missing() {
        for &format in Format::value_variants() {
            let report = |outcome: &Outcome| {
                let options = TextOptions::default();
                let bytes = sample::written(|out| write(format, outcome, &options, out));
                String::from_utf8(bytes).unwrap()
            };
            let mut outcome = sample::incomplete();
            let partial = report(&outcome);
            assert!(partial.contains(mark(format)), "{format:?}: {partial}");
            if format != Format::Prometheus {
                assert!(partial.contains("late.cab"), "{format:?}: {partial}");
            }
            // The same run, but whole.
            outcome.complete = true;
            outcome.missing.clear();
            let whole = report(&outcome);
            assert!(!whole.contains(mark(format)), "{format:?}: {whole}");
            // When nothing is named as missing, the report still tells.
            outcome.complete = false;
            let unnamed = report(&outcome);
            assert_ne!(unnamed, whole, "{format:?}");
        }
    }
}
