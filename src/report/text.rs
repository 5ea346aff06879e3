//! The report for a person at a terminal: verdict first, then each cause with who is at fault and
//! the fix, then counts and what to do next. One screen; the rest is shown on demand. The words
//! alone say everything; colour repeats it.

mod brief;
mod detail;
pub(super) mod exchange;
pub(super) mod finding;
mod fix;
mod fleet;
pub(super) mod gate;
mod words;

use super::view::View;
use crate::model::outcome::{Outcome, RouteResult};
use crate::model::verdict::Verdict;
use crate::ui::page::{Most, Page};
use crate::ui::style::{Painter, Role};
pub(super) use fleet::headline as fleet_headline;
pub(super) use words::{
    blame_sentence, byte_words, code_words, cost_words, count_findings, counted, file_words,
    job_sentence, name_words, other_jobs, product_words, source_words,
};

/// How much the text shows.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Detail {
    /// The verdict line alone.
    Verdict,
    /// Causes, fixes and counts, on one screen.
    #[default]
    Brief,
    /// Every check and every fix too.
    Checks,
    /// Every exchange too.
    Exchanges,
}

/// How to lay the text out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TextOptions {
    /// Columns of the terminal; 80 where there is none. Only what must not be cut is longer.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// How much to show.
    pub detail: Detail,
    /// Whether to show the curl command that repeats what is not right.
    pub curl: bool,
    /// Whether the reader may not show more than ASCII: the text has no other character of its own.
    pub ascii: bool,
    /// The exit code of the run, for the last line; none: that of the verdict.
    pub exit: Option<u8>,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            detail: Detail::Brief,
            curl: false,
            ascii: false,
            exit: None,
        }
    }
}

impl TextOptions {
    /// What stands for something that was left out.
    fn gap(&self) -> &'static str {
        if self.ascii { "..." } else { "\u{2026}" }
    }

    /// So many lines, and the mark for the rest.
    fn most(&self, lines: usize) -> Most {
        // A narrow terminal needs more lines for the same text.
        let lines = if self.width < 60 { lines * 3 } else { lines };
        Most { lines, gap: self.gap() }
    }
}

/// The report: UTF-8, each line ended. Holds no control character but line ends and, when
/// coloured, the escape sequences of the styles.
pub fn render(outcome: &Outcome, options: &TextOptions) -> Vec<u8> {
    let view = View::of(outcome);
    let mut page = Page::new(options.width, Painter { color: options.color });
    match view.results.as_slice() {
        [one] => brief::write(&mut page, one, options),
        _ => fleet::write(&mut page, &view, options),
    }
    if options.detail == Detail::Verdict {
        return page.into_bytes();
    }
    page.gap();
    gate::write(&mut page, outcome);
    if options.detail >= Detail::Checks {
        for result in &view.results {
            detail::write(&mut page, result, view.results.len() > 1, options);
        }
    }
    page.gap();
    write_end(&mut page, &view, options);
    page.into_bytes()
}

/// What to do next, what it cost, and the exit code.
fn write_end(page: &mut Page, view: &View<'_>, options: &TextOptions) {
    let exit = options.exit.unwrap_or_else(|| view.impact.exit_code());
    let cost = format!("{}, exit {exit}", cost_words(view.outcome));
    let worst = view.worst_first();
    let wrong = worst.first().and_then(|result| result.main_cause());
    let Some(cause) = wrong else {
        let more = if options.detail < Detail::Checks { "All checks: -v" } else { "" };
        page.spread(&[more], &cost);
        return;
    };
    let mut next = Vec::new();
    match options.detail {
        Detail::Verdict | Detail::Brief => next.push("Evidence: -v"),
        Detail::Checks => next.push("All exchanges: -vv"),
        Detail::Exchanges => {}
    }
    if !options.curl {
        next.push("Repeat by hand: --curl");
    }
    next.push("For a ticket: -o html=report.html");
    page.spread(&next, "");
    page.spread(&[&format!("More: bitsgate explain {}", cause.first().check)], &cost);
}

/// The tag of a verdict, in its colour.
fn role_of_verdict(verdict: Verdict) -> Role {
    match verdict {
        Verdict::Fail => Role::Fail,
        Verdict::Inconclusive => Role::Inconclusive,
        Verdict::Pass => Role::Pass,
        Verdict::Warn => Role::Warn,
    }
}

/// The verdict of a result, as a tag.
fn tag_of(result: &RouteResult) -> (Role, String) {
    (role_of_verdict(result.verdict), result.verdict.as_str().to_uppercase())
}

/// The column where the text of a field begins.
const FIELD: usize = 10;

#[cfg(test)]
mod tests;
