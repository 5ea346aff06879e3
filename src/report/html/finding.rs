//! What is not right, in full: each defect once, with the answer that proves it.

use maud::{Markup, html};

use super::mark::Mark;
use super::ranges;
use crate::model::exchange::{Exchange, ExchangeId};
use crate::model::finding::{Finding, Level, Status};
use crate::model::outcome::RouteResult;
use crate::report::curl;
use crate::report::excuse;
use crate::report::text::exchange::{answered, asked};
use crate::report::text::finding::{alike, bits_view, names, rfc_view};
use crate::ui::escape::escape_limited;

/// Failures, then warnings, then what could not be judged. `is_shown`: the exchanges are on the
/// page, so that they can be led to.
pub(super) fn wrong(number: usize, result: &RouteResult, is_shown: bool) -> Markup {
    html! {
        @for status in [Status::Fail, Status::Warn, Status::Inconclusive] {
            @for group in alike(result, status) {
                (block(number, result, &group, is_shown))
            }
        }
    }
}

/// The exchange that proves a finding first.
pub(super) fn proof<'a>(result: &'a RouteResult, finding: &Finding) -> Option<&'a Exchange> {
    let id = finding.judgement.exchanges.first()?;
    result.exchanges.iter().find(|exchange| exchange.id == *id)
}

/// The worst that an exchange proves, on whatever leg; nothing when it proves nothing wrong.
pub(super) fn flag(result: &RouteResult, exchange: &Exchange) -> Option<Markup> {
    let proving = result.findings.iter().map(|finding| &finding.judgement);
    let proving = proving.filter(|judgement| judgement.exchanges.contains(&exchange.id));
    let worst = proving.map(|judgement| judgement.status).max()?;
    (worst > Status::Pass).then(|| Mark::from(worst).flag())
}

/// A link to an exchange of a result.
pub(super) fn link(number: usize, id: ExchangeId) -> Markup {
    html! { a href={ "#r" (number) "-" (id) } { (id) } }
}

/// The first finding of a group explains, the others are named.
fn block(number: usize, result: &RouteResult, group: &[&Finding], is_shown: bool) -> Markup {
    let Some((finding, others)) = group.split_first() else { return html! {} };
    let judgement = &finding.judgement;
    let mark = Mark::from(judgement.status);
    let (same_check, others): (Vec<_>, Vec<_>) =
        others.iter().copied().partition(|other| other.check == finding.check);
    let alike = std::iter::once(*finding).chain(same_check);
    let excuse = excuse::kind(finding, result);
    let class = if excuse.is_some() { "excused" } else { mark.class };
    html! {
        section.finding.(class) {
            h4 {
                (mark.badge())
                @if let Some(excuse) = excuse { " " span.badge.excused { (excuse.as_str()) } }
                " " span { (escape_limited(&judgement.summary, SUMMARY)) }
            }
            @if let Some(words) = excuse::words(finding) {
                p { strong { (escape_limited(&words, REASON)) } }
            }
            p.about {
                code { (names(alike, result)) }
                @if finding.level != Level::Required { " (" (finding.level.as_str()) ")" }
                @if !others.is_empty() { ", also " code { (names(others.into_iter(), result)) } }
            }
            @for line in judgement.reason.lines().take(REASON_LINES) {
                p { (escape_limited(line, REASON)) }
            }
            dl {
                @if let Some(proof) = proof(result, finding) {
                    dt { "Request" }
                    dd.wire { (escape_limited(&asked(proof), WIRE)) }
                    dt { "Received" }
                    dd.wire { (escape_limited(&answered(proof), WIRE)) }
                    @if is_shown {
                        (picture(number, result, proof))
                        dt { "Proof" }
                        dd { (proofs(number, &judgement.exchanges)) }
                        @if let Some(command) = curl::of_finding(result, finding) {
                            dt { "Repeat" }
                            dd { (repeat(&command)) }
                        }
                    }
                }
                (rule(finding, result))
            }
        }
    }
}

/// Where in the file the proof is, when it is about a part of it.
fn picture(number: usize, result: &RouteResult, proof: &Exchange) -> Markup {
    html! {
        @if let Some(figure) = ranges::one(number, result, proof) {
            dt { "In the file" }
            dd { (figure) }
        }
    }
}

fn proofs(number: usize, ids: &[ExchangeId]) -> Markup {
    html! {
        @for (position, &id) in ids.iter().take(MOST_PROOFS).enumerate() {
            @if position > 0 { ", " }
            (link(number, id))
        }
        @if ids.len() > MOST_PROOFS { ", and " (ids.len() - MOST_PROOFS) " more" }
    }
}

/// A command that does it again, for a shell.
pub(super) fn repeat(command: &str) -> Markup {
    html! { details.repeat { summary { "with curl" } pre { code { (command) } } } }
}

/// What is demanded, by whom, and how RFC and client see the answer.
fn rule(finding: &Finding, result: &RouteResult) -> Markup {
    let meta = Some(finding.row);
    html! {
        @if let Some(meta) = meta {
            dt { "Rule" }
            dd { (meta.title) }
            @if !meta.rfc.is_empty() {
                dt { "RFC" }
                dd { (meta.rfc) ": " (rfc_view(&finding.judgement)) }
            }
        }
        @if let Some(view) = bits_view(finding) {
            dt { "Windows" }
            dd { (result.profile.client()) ": " (view) }
        }
        @if let Some(meta) = meta {
            dt { "Source" }
            dd { (meta.source) }
        }
    }
}

const SUMMARY: usize = 400;
const WIRE: usize = 4000;
const REASON: usize = 1000;
const REASON_LINES: usize = 8;
const MOST_PROOFS: usize = 12;
