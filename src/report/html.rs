//! The report as one page for people to open, keep, send and print: verdict and cure first, then
//! the proxies and targets as a matrix, then each result with its proof.
//!
//! The page needs nothing but itself: no script, no font, no image, nothing to load, and its
//! Content-Security-Policy forbids all that. Folded parts are `details` elements. Called by
//! [`super::write`].

mod checks;
mod evidence;
mod finding;
mod head;
mod mark;
mod matrix;
mod problem;
mod ranges;
mod result;
mod scale;
mod summary;
mod waterfall;

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::effect::of_result;
use crate::model::outcome::Outcome;
use crate::ui::escape::escape;
use problem::Problems;

/// Writes the report, result by result: UTF-8, each line ended. Holds no control character but
/// line ends, and no script.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let problems = Problems::of(outcome);
    let is_single = outcome.results.len() == 1;
    put(out, &html! { (DOCTYPE) (PreEscaped("<html lang=\"en\">")) (head(outcome)) })?;
    let top = html! {
        (PreEscaped("<body>"))
        a.skip href="#main" { "Skip to what was found" }
        (ranges::definitions())
        (summary::header(outcome))
        (PreEscaped("<main id=\"main\">"))
        @if !is_single {
            (matrix::section(outcome))
            (summary::problems(outcome, &problems))
        }
        (PreEscaped("<section aria-labelledby=\"results\">"))
        h2 #results { @if is_single { "Result" } @else { "Results" } }
        @if problems.is_shortened() { p.note { (SHORTENED) } }
    };
    put(out, &top)?;
    let mut order: Vec<usize> = (0..outcome.results.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(of_result(&outcome.results[*index])));
    for index in order {
        let result = &outcome.results[index];
        put(out, &result::article(index, result, problems.depth(index), is_single))?;
    }
    let bottom = html! {
        (PreEscaped("</section></main>"))
        (summary::footer(outcome))
        (PreEscaped("</body></html>"))
    };
    put(out, &bottom)?;
    out.write_all(b"\n")
}

/// Writes a part of the page. Most texts were made visible where they were put in; here nothing
/// can be forgotten.
fn put(out: &mut dyn Write, part: &Markup) -> io::Result<()> {
    for (index, line) in part.0.split('\n').enumerate() {
        if index > 0 {
            out.write_all(b"\n")?;
        }
        out.write_all(escape(line).as_bytes())?;
    }
    Ok(())
}

fn head(outcome: &Outcome) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="generator" content=(concat!("bitsgate ", env!("CARGO_PKG_VERSION")));
            title { (summary::title(outcome)) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// Nothing may be loaded or run, and of styles only that of this page.
fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}

const STYLE: &str = include_str!("html/style.css");

const SHORTENED: &str = "There are many results. Where several of them have the same cause, the \
    first shows its exchanges, and the others what was requested and received. Of a result that \
    passed only the verdict is here. The JSON report (--format json) has everything.";

#[cfg(test)]
mod tests;
