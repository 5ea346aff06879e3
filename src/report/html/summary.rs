//! The top and the bottom of the page: the verdict, what is wrong and who mends it, and how the
//! report came about.

use std::collections::HashSet;

use maud::{Markup, html};

use super::mark::Mark;
use super::matrix::{column_words, route};
use super::problem::{Problem, Problems};
use super::result::blame_line;
use crate::model::outcome::{Outcome, RouteResult};
use crate::model::product::Certainty;
use crate::model::verdict::Verdict;
use crate::report::label::{Label, Labels};
use crate::report::text::{cost_words, counted, fleet_headline, product_words};
use crate::report::view::{ResultView, View};
use crate::report::{excuse, incomplete, remarks};
use crate::ui::escape::escape_limited;

/// `FAIL: 2 of 3 results fail, bitsgate`.
pub(super) fn title(outcome: &Outcome) -> String {
    let verdict = outcome.verdict.as_str().to_uppercase();
    let lifted = if outcome.is_lifted() { ", which fails with --strict" } else { "" };
    format!("{verdict}{lifted}: {} - bitsgate report", counts(outcome))
}

/// The verdict, and when it was found.
pub(super) fn header(outcome: &Outcome) -> Markup {
    let mark = Mark::from(outcome.verdict);
    let started = humantime::format_rfc3339_seconds(outcome.started).to_string();
    html! {
        header.top.(mark.class) {
            p.tool { "bitsgate report" }
            h1 { (mark.badge()) " " span { (escape_limited(&sentence(outcome), SUMMARY)) } }
            p.meta {
                (counts(outcome)) ". Started " time datetime=(started) { (clock(&started)) } ": "
                (cost_words(outcome)) "."
            }
            @if let Some(sentence) = excuse::sentence(&outcome.results) {
                p { strong { (sentence) } }
            }
            (remarks(outcome))
            (missing(outcome))
            @if outcome.results.len() > 1 {
                nav aria-label="Parts of this report" {
                    a href="#matrix" { "All routes and targets" }
                    a href="#problems" { "Causes and fixes" }
                    a href="#results" { "Results" }
                }
            }
        }
    }
}

/// What is odd about accepted findings, and what changed since the baseline.
fn remarks(outcome: &Outcome) -> Markup {
    let lines = remarks::lines(outcome);
    html! {
        @if !lines.is_empty() {
            details.print open[lines.len() <= FEW_MEMBERS] {
                summary { "Accepted findings and baseline" }
                ul { @for line in &lines { li { (line) } } }
            }
        }
    }
}

/// What was not tried; nothing when all was.
fn missing(outcome: &Outcome) -> Markup {
    html! {
        @if let Some(why) = incomplete::sentence(outcome) {
            p { strong.incomplete { (why) } }
            @if !outcome.missing.is_empty() {
                details.print open[outcome.missing.len() <= FEW_MEMBERS] {
                    summary { "What was not tried" }
                    ul { @for line in incomplete::lines(outcome) { li { (line) } } }
                }
            }
        }
    }
}

/// Each trouble once, with its cure and the results that have it.
pub(super) fn problems(outcome: &Outcome, problems: &Problems) -> Markup {
    let (first, others) = problems.list.split_at(problems.list.len().min(FIRST_PROBLEMS));
    html! {
        section aria-labelledby="problems" {
            h2 #problems { "Causes and fixes" }
            @if outcome.results.is_empty() {
                p { "Nothing was judged." }
            } @else if problems.list.is_empty() {
                p { "Nothing: each of these results is a pass." }
            }
            ol.problems { @for one in first { (problem(outcome, one)) } }
            @if !others.is_empty() {
                details.print {
                    summary { (counted(others.len(), "cause")) " more" }
                    ol.problems { @for one in others { (problem(outcome, one)) } }
                }
            }
        }
    }
}

/// By what the report was made.
pub(super) fn footer(outcome: &Outcome) -> Markup {
    let retried = outcome.traffic().retries;
    html! {
        footer {
            p {
                "Made by bitsgate " (env!("CARGO_PKG_VERSION")) ". Codes that Microsoft does not \
                 document for their cause are called likely. What could not be tried is never \
                 called a pass. Credentials are left out. "
                @if retried > 0 {
                    (counted(retried, "request")) " had to be sent again. "
                }
                "The same run as data: " code { "--format json" } "."
            }
        }
    }
}

fn problem(outcome: &Outcome, problem: &Problem) -> Markup {
    let Some(result) = outcome.results.get(problem.first) else { return html! {} };
    let mark = Mark::from(result.verdict);
    let view = ResultView::of(result);
    let summary = view.main_cause().map_or_else(String::new, |cause| cause.summary.clone());
    html! {
        li.panel.(mark.class) {
            h3 { (mark.badge()) " " span { (escape_limited(&summary, SUMMARY)) } }
            (blame_line(result))
            (first_cure(result, problem.first))
            (members(outcome, problem))
        }
    }
}

/// The results that have a trouble, route by route.
fn members(outcome: &Outcome, problem: &Problem) -> Markup {
    let mut routes: Vec<(Label<'_>, Vec<usize>)> = Vec::new();
    for &index in problem.members.iter().take(MOST_MEMBERS) {
        let Some(result) = outcome.results.get(index) else { continue };
        let proxy = Labels::from(result).proxy;
        match routes.last_mut() {
            Some((last, indices)) if *last == proxy => indices.push(index),
            _ => routes.push((proxy, vec![index])),
        }
    }
    let rest = problem.members.len().saturating_sub(MOST_MEMBERS);
    let label = counted(problem.members.len(), "result");
    let list = html! {
        ul.where {
            @for (proxy, indices) in routes {
                li {
                    (route(proxy)) ": "
                    @for (position, index) in indices.into_iter().enumerate() {
                        @if position > 0 { ", " }
                        @if let Some(member) = outcome.results.get(index) {
                            a href={ "#r" (index + 1) } { (column_words(outcome, member)) }
                        }
                    }
                }
            }
            @if rest > 0 { li { "and " (rest) " more in the matrix" } }
        }
    };
    html! {
        @if problem.members.len() > FEW_MEMBERS {
            details.print { summary { (label) } (list) }
        } @else {
            p.where { b { (label) ":" } }
            (list)
        }
    }
}

/// The setting itself when the product is known, else where to read on.
fn first_cure(result: &RouteResult, index: usize) -> Markup {
    let Some(advice) = result.advice.first() else { return html! {} };
    let is_guess = advice.certainty == Certainty::Guess;
    html! {
        @if is_guess {
            p {
                b { "Fix: " } "the product is not known. "
                a href={ "#r" (index + 1) "-fixes" } { "If it is " (products(result)) } "."
            }
        } @else {
            p { b { "Fix: " } (product_words(advice)) }
            pre { code { (advice.setting) } }
        }
    }
}

/// `Squid, nginx or Envoy`.
fn products(result: &RouteResult) -> String {
    let mut names: Vec<&str> = result.advice.iter().map(|advice| advice.name).collect();
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(*name));
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// What the verdict of the whole means.
fn sentence(outcome: &Outcome) -> String {
    let view = View::of(outcome);
    match view.results.as_slice() {
        [one] => one.headline(),
        _ => fleet_headline(&view),
    }
}

/// `2 results: 1 fail, 1 pass`.
fn counts(outcome: &Outcome) -> String {
    let verdicts = [Verdict::Fail, Verdict::Inconclusive, Verdict::Warn, Verdict::Pass];
    let counts = verdicts.into_iter().filter_map(|verdict| {
        let is_so = |result: &&RouteResult| result.verdict == verdict;
        let count = outcome.results.iter().filter(is_so).count();
        (count > 0).then(|| format!("{count} {}", verdict.as_str()))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    match outcome.results.len() {
        0 => "no result".to_owned(),
        count => format!("{}: {counts}", counted(count, "result")),
    }
}

/// `2026-11-22 03:52:14 UTC` from RFC 3339.
fn clock(started: &str) -> String {
    started.replace('T', " ").replace('Z', " UTC")
}

/// So many troubles are in sight, the others folded.
const FIRST_PROBLEMS: usize = 6;
/// Up to so many results of a trouble are named in sight.
const FEW_MEMBERS: usize = 6;
/// Results of a trouble that are named.
const MOST_MEMBERS: usize = 60;
const SUMMARY: usize = 400;
