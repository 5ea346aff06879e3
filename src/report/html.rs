//! The report as one page for people to open, keep, send and print: verdict and cure first, then
//! the proxies and targets as a matrix, then each result with its proof.
//!
//! The page needs nothing but itself: no script, no font, no image, nothing to load, and its
//! Content-Security-Policy forbids all that. Folded parts are `details` elements. Called by
//! [`super::render`].

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

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::lookup::Lookup;
use crate::run::outcome::Outcome;
use crate::ui::escape::escape;
use problem::Problems;

/// The report: UTF-8, each line ended. Holds no control character but line ends, and no script.
pub fn render(outcome: &Outcome, lookup: &Lookup) -> Vec<u8> {
    let page = page(outcome, lookup).into_string();
    // Most texts were made visible where they were put in. Here nothing can be forgotten.
    let mut bytes = Vec::with_capacity(page.len() + 1);
    for line in page.split('\n') {
        bytes.extend_from_slice(escape(line).as_bytes());
        bytes.push(b'\n');
    }
    bytes
}

fn page(outcome: &Outcome, lookup: &Lookup) -> Markup {
    let problems = Problems::of(outcome);
    let is_single = outcome.results.len() == 1;
    html! {
        (DOCTYPE)
        html lang="en" {
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
            body {
                a.skip href="#main" { "Skip to what was found" }
                (ranges::definitions())
                (summary::header(outcome))
                main #main {
                    @if !is_single {
                        (summary::problems(outcome, &problems))
                        (matrix::section(outcome))
                    }
                    section aria-labelledby="results" {
                        h2 #results { @if is_single { "Result" } @else { "Results" } }
                        @if problems.is_shortened() { p.note { (SHORTENED) } }
                        @for (index, result) in outcome.results.iter().enumerate() {
                            (result::article(index, result, problems.depth(index), lookup))
                        }
                    }
                }
                (summary::footer(outcome))
            }
        }
    }
}

/// Nothing may be loaded or run, and of styles only that of this page.
fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}

const STYLE: &str = include_str!("html/style.css");

const SHORTENED: &str = "There are many results. Where several of them have the same trouble, the \
    first shows its exchanges, and the others what was asked and answered. Of a result that \
    passed only the verdict is here. The JSON report (--format json) has everything.";

#[cfg(test)]
mod tests;
