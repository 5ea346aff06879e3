//! One result: what would become of the job, who is to blame, what mends it, what was found, and
//! the proof.

use maud::{Markup, html};

use super::mark::Mark;
use super::problem::Depth;
use super::{checks, evidence, finding, ranges, waterfall};
use crate::model::advice::Advice;
use crate::model::outcome::RouteResult;
use crate::model::product::Certainty;
use crate::model::product::Recognised;
use crate::report::effect::outlook;
use crate::report::excuse;
use crate::report::label::{Label, Labels};
use crate::report::text::{
    blame_sentence, count_findings, file_words, product_words, source_words,
};
use crate::report::view::ResultView;
use crate::ui::escape::escape_limited;

/// The result of an index, as much of it as `depth` says.
pub(super) fn article(index: usize, result: &RouteResult, depth: Depth, is_single: bool) -> Markup {
    let view = ResultView::of(result);
    let mark = Mark::from(result.verdict);
    let number = index + 1;
    html! {
        article.result.(mark.class) #{ "r" (number) } aria-labelledby={ "r" (number) "-title" } {
            h3 #{ "r" (number) "-title" } {
                // With one result the headline of the page has its verdict.
                @if !is_single { (mark.badge()) " " }
                span { (route_words(result)) }
            }
            @if let Some(cause) = view.main_cause() {
                p.lead { (escape_limited(&cause.summary, TEXT)) }
            }
            p { (escape_limited(&outlook(result), TEXT)) }
            @if let Some(sentence) = excuse::sentence([result]) { p { strong { (sentence) } } }
            (blame_line(result))
            @match depth {
                Depth::Full => (whole(number, result, is_single)),
                Depth::Findings(like) => (short(number, like, result)),
                Depth::Verdict => {
                    (facts(result))
                    (notes(result))
                    p { (count_findings(&result.findings)) "." }
                }
            }
        }
    }
}

/// `content (http://host/file) via proxy berlin (http://proxy:3128)`.
pub(super) fn route_words(result: &RouteResult) -> Markup {
    let labels = Labels::from(result);
    html! {
        (label_words(labels.target))
        @if labels.is_direct {
            " " (escape_limited(&labels.route(), TEXT))
        } @else {
            " via proxy " (label_words(labels.proxy))
        }
        @if result.profile != crate::model::profile::Profile::Bits { " (" (result.profile) ")" }
    }
}

/// The name, and the URL in a form that a line may break.
fn label_words(label: Label<'_>) -> Markup {
    let url = html! { span.url { (escape_limited(label.url, TEXT)) } };
    html! {
        @match label.name {
            Some(name) => { (escape_limited(name, TEXT)) " (" (url) ")" }
            None => (url)
        }
    }
}

/// Who is to blame, and how that is known.
pub(super) fn blame_line(result: &RouteResult) -> Markup {
    html! {
        @if let Some(blame) = &result.blame {
            p { b { "At fault: " } (escape_limited(&blame_sentence(blame), TEXT)) }
        }
    }
}

/// Of several results the evidence is folded.
fn whole(number: usize, result: &RouteResult, is_single: bool) -> Markup {
    let evidence = html! {
        (facts(result))
        (finding::wrong(number, result, true))
        (checks::folded(result))
        (ranges::folded(number, result))
        (waterfall::folded(number, result))
        (evidence::folded(number, result))
        (notes(result))
    };
    html! {
        (fixes(number, result))
        @if is_single {
            (evidence)
        } @else {
            details.more { summary { "Checks and evidence" } (evidence) }
        }
    }
}

/// `like`: the index of a result that shows more of the same trouble.
fn short(number: usize, like: Option<usize>, result: &RouteResult) -> Markup {
    html! {
        @let known = result.advice.first().filter(|advice| advice.certainty != Certainty::Guess);
        @if let Some(advice) = known { (cure(advice)) }
        details.more {
            summary { (count_findings(&result.findings)) }
            (facts(result))
            (finding::wrong(number, result, false))
            (notes(result))
        }
        @if let Some(first) = like {
            p.note {
                "The same cause, with all exchanges: " a href={ "#r" (first + 1) } {
                    "result " (first + 1)
                }
            }
        }
    }
}

/// The first cure in sight when its product is known, the others folded.
fn fixes(number: usize, result: &RouteResult) -> Markup {
    let is_known = |advice: &Advice| advice.certainty != Certainty::Guess;
    let shown = usize::from(result.advice.first().is_some_and(is_known));
    let (first, others) = result.advice.split_at(shown);
    let label = match shown {
        0 => format!("Possible fixes ({})", others.len()),
        _ => format!("{} more fixes", others.len()),
    };
    html! {
        div.cures #{ "r" (number) "-fixes" } {
            @for advice in first { (cure(advice)) }
            @if shown == 0 && !others.is_empty() {
                p { b { "Fix: " } "product not recognised. If it is one of the products below, this \
                    fixes it." }
            }
            @if !others.is_empty() {
                details.print {
                    summary { (label) }
                    @for advice in others { (cure(advice)) }
                }
            }
        }
    }
}

fn cure(advice: &Advice) -> Markup {
    html! {
        section.cure {
            h4 { "Fix: " (product_words(advice)) }
            @if let Some(place) = file_words(advice) { p { "In " (place) ":" } }
            pre { code { (advice.setting) } }
            @if let Some(reload) = advice.reload { p { "Then: " code { (reload) } } }
            p { (escape_limited(&advice.text, TEXT)) }
            p.source { "Source: " (source_words(advice)) }
        }
    }
}

fn facts(result: &RouteResult) -> Markup {
    html! {
        dl.facts {
            dt { "Client" }
            dd { (result.profile.client()) " (" (result.profile.users()) ")" }
            @if !result.recognised.is_empty() {
                dt { "Recognised" }
                dd { ul { @for one in &result.recognised { li { (recognised(one)) } } } }
            }
        }
    }
}

/// `Squid 5.7 (likely, proxy): Via: 1.1 proxy`.
fn recognised(one: &Recognised) -> Markup {
    let version = one.version.as_deref().unwrap_or_default();
    html! {
        (escape_limited(&one.name, TEXT)) " " (escape_limited(version, TEXT))
        " (" (one.certainty.as_str()) ", " (place_words(one)) ")"
        @for evidence in one.evidence.iter().take(MOST_EVIDENCE) {
            " " code { (escape_limited(evidence, EVIDENCE)) }
        }
    }
}

fn place_words(one: &Recognised) -> &'static str {
    use crate::model::product::Place;
    match one.place {
        Place::Proxy => "the proxy's side",
        Place::Server => "the server's side",
        Place::Unknown => "proxy or server",
    }
}

fn notes(result: &RouteResult) -> Markup {
    html! {
        @for note in &result.notes {
            p.note { b { "Note: " } (escape_limited(note.trim_end_matches('.'), TEXT)) "." }
        }
    }
}

const TEXT: usize = 2000;
const EVIDENCE: usize = 200;
const MOST_EVIDENCE: usize = 8;
