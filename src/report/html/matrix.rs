//! The matrix of routes and targets: one row for each route, one column for each target and
//! client, each cell a link to its result.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use maud::{Markup, html};

use super::mark::Mark;
use crate::model::outcome::{Outcome, RouteResult};
use crate::model::profile::Profile;
use crate::model::verdict::Verdict;
use crate::report::effect::of_result;
use crate::report::excuse;
use crate::report::label::{Label, Labels};
use crate::report::text::counted;
use crate::ui::escape::{escape, escape_limited};

/// What a column is about.
type Column<'a> = (Label<'a>, Profile);

/// The matrix with its heading.
pub(super) fn section(outcome: &Outcome) -> Markup {
    let mut rows = distinct(outcome, |result| Labels::from(result).proxy);
    let worst = |row: &Label<'_>| {
        let of_row = outcome.results.iter().filter(|one| Labels::from(*one).proxy == *row);
        of_row.map(of_result).max()
    };
    rows.sort_by_cached_key(|row| std::cmp::Reverse(worst(row)));
    let columns: Vec<Column<'_>> = distinct(outcome, column);
    let mut cells: HashMap<(Label<'_>, Column<'_>), Vec<usize>> = HashMap::new();
    for (index, result) in outcome.results.iter().enumerate() {
        let key = (Labels::from(result).proxy, column(result));
        cells.entry(key).or_default().push(index);
    }
    let is_pass = |row: Label<'_>| {
        let mut of_row = outcome.results.iter().filter(|&result| Labels::from(result).proxy == row);
        of_row.all(|result| result.verdict == Verdict::Pass)
    };
    let passing: Vec<bool> = rows.iter().map(|&row| is_pass(row)).collect();
    let passed = passing.iter().filter(|passes| **passes).count();
    html! {
        section aria-labelledby="matrix" {
            h2 #matrix { "All routes and targets" }
            // Without a script: the style hides the rows while the box is ticked.
            @if rows.len() > MANY_ROWS && passed > 0 {
                p.filter {
                    input #only-trouble type="checkbox";
                    label for="only-trouble" { " Hide the " (passed) " routes where all passed" }
                }
            }
            div.scroll.tall tabindex="0" role="region" aria-labelledby="matrix" {
                table.matrix {
                    caption {
                        (counted(outcome.results.len(), "result")) " over "
                        (counted(rows.len(), "route")) ". Every cell leads to its result."
                    }
                    thead {
                        tr {
                            th scope="col" { "Route" }
                            @for &(target, profile) in &columns {
                                th scope="col" title=(escape_limited(target.url, TARGET)) {
                                    (words(outcome, (target, profile)))
                                }
                            }
                        }
                    }
                    tbody {
                        @for (&row, &passes) in rows.iter().zip(&passing) {
                            tr.passes[passes] {
                                th scope="row" title=[row.name.map(|_| escape_limited(row.url, TARGET))] {
                                    (route(row))
                                }
                                @for &column in &columns {
                                    (cell(outcome, cells.get(&(row, column))))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a row is called.
pub(super) fn route(proxy: Label<'_>) -> Cow<'_, str> {
    escape_limited(proxy.short(), TARGET)
}

fn column(result: &RouteResult) -> Column<'_> {
    (Labels::from(result).target, result.profile)
}

/// What the column of a result is called.
pub(super) fn column_words(outcome: &Outcome, result: &RouteResult) -> String {
    words(outcome, column(result))
}

/// The target, and the client where it is not always BITS.
fn words(outcome: &Outcome, (target, profile): Column<'_>) -> String {
    let names_profile = outcome.results.iter().any(|result| result.profile != Profile::Bits);
    let short = escape(&short(target.short())).into_owned();
    if names_profile { format!("{short} ({profile})") } else { short }
}

/// The results of one route, target and client: one, or none when the run was interrupted; more
/// when something was named twice.
fn cell(outcome: &Outcome, indices: Option<&Vec<usize>>) -> Markup {
    let results = || {
        let indices = indices.into_iter().flatten();
        indices.filter_map(|&index| Some((index, outcome.results.get(index)?)))
    };
    let worst = results().map(|(_, result)| result.verdict).max();
    html! {
        td class=(worst.map_or("skipped", |verdict| Mark::from(verdict).class)) {
            @for (index, result) in results() {
                a href={ "#r" (index + 1) } {
                    (Mark::from(result.verdict).plain())
                    @if let Some(counts) = excuse::counts([result]) { " (" (counts) ")" }
                    @if let Some(hresult) = result.job().hresult {
                        " " small { (hresult) }
                    }
                }
            }
            @if worst.is_none() { "not run" }
        }
    }
}

/// Every value once, in the order of results.
fn distinct<'a, T: Copy + Eq + Hash>(
    outcome: &'a Outcome,
    key: impl Fn(&'a RouteResult) -> T,
) -> Vec<T> {
    let mut seen = HashSet::new();
    outcome.results.iter().map(key).filter(|value| seen.insert(*value)).collect()
}

/// A target for the head of a column: of a long URL host and file, with the middle left out.
fn short(target: &str) -> String {
    if target.chars().count() <= SHORT {
        return target.to_owned();
    }
    let after_scheme = target.split_once("://").map_or(target, |(_, rest)| rest);
    match (after_scheme.split_once('/'), after_scheme.rsplit_once('/')) {
        (Some((host, _)), Some((_, file))) => format!("{}/…/{}", middle(host), middle(file)),
        _ => middle(target),
    }
}

/// The beginning and the end of a text.
fn middle(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= 2 * HALF + 1 {
        return text.to_owned();
    }
    let head: String = chars[..HALF].iter().collect();
    let tail: String = chars[chars.len() - HALF..].iter().collect();
    format!("{head}…{tail}")
}

/// From so many rows on those that pass can be hidden.
const MANY_ROWS: usize = 8;
/// Characters of a target that are never shortened.
const SHORT: usize = 32;
const HALF: usize = 14;
const TARGET: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_targets_keep_host_and_file() {
        assert_eq!(short("mock:?size=5GiB"), "mock:?size=5GiB");
        assert_eq!(
            short("http://wsus:8530/Content/B1/8B1A9953C4611296A827ABF8C47804D7E4A3C2B1.cab"),
            "wsus:8530/…/8B1A9953C46112…D7E4A3C2B1.cab"
        );
        assert_eq!(short(&"x".repeat(40)), format!("{0}…{0}", "x".repeat(14)));
    }
}
