//! What a gate is told besides its results, in lines that every format can carry: what is odd about
//! accepted findings, and what changed since the baseline.

use super::comparison;
use crate::model::outcome::Outcome;
use crate::ui::escape::escape;

/// The lines, each escaped; of many the first, and how many more there are.
pub(super) fn lines(outcome: &Outcome) -> Vec<String> {
    let warnings = outcome.warnings.iter().map(|warning| format!("warning: {warning}"));
    let changes = outcome.comparison.iter().flat_map(comparison::lines);
    let mut lines: Vec<String> =
        warnings.chain(changes).map(|line| escape(&line).into_owned()).collect();
    let more = lines.len().saturating_sub(MOST);
    if more > 0 {
        lines.truncate(MOST);
        lines.push(format!("and {more} more"));
    }
    lines
}

const MOST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Status;
    use crate::model::outcome::{Change, ChangeKind, Comparison};
    use crate::model::place::CellKey;
    use crate::report::text::TextOptions;
    use crate::report::{Format, sample, write};

    #[test]
    fn readers_are_told_what_was_mended_and_what_is_odd() {
        let mut outcome = sample::named("pass");
        outcome.warnings.push(String::from("multi-two was not found"));
        let mended = Change {
            kind: ChangeKind::Mended,
            cell: CellKey::of(outcome.results[0].place()),
            check: String::from("range-first"),
            leg: String::from("cold"),
            then: Some(Status::Fail),
            now: Some(Status::Pass),
            then_hresult: None,
            now_hresult: None,
        };
        outcome.comparison = Some(Comparison { changes: vec![mended], ..Comparison::default() });
        for format in
            [Format::Github, Format::Html, Format::Junit, Format::Markdown, Format::Nagios]
        {
            let options = TextOptions::default();
            let text = sample::written(|out| write(format, &outcome, &options, out));
            let text = String::from_utf8(text).unwrap();
            for word in ["fixed: range-first", "fail, now pass", "multi-two was not found"] {
                assert!(text.contains(word), "{format:?} lacks {word}: {text}");
            }
        }
        assert!(lines(&sample::named("pass")).is_empty());
    }
}
