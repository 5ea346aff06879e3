//! Every exchange with its heads, on demand.

use maud::{Markup, html};

use super::finding::flag;
use super::head;
use crate::model::exchange::{Client, Exchange};
use crate::model::outcome::RouteResult;
use crate::report::curl::{command, proves_a_fault};
use crate::report::text::counted;
use crate::report::text::exchange::{body_words, milliseconds};
use crate::ui::escape::escape_limited;

/// All exchanges of a result, folded, and each of them folded again.
pub(super) fn folded(number: usize, result: &RouteResult) -> Markup {
    html! {
        @if !result.exchanges.is_empty() {
            details.evidence {
                summary {
                    "Heads: " (counted(result.exchanges.len(), "exchange"))
                    " as they went over the wire"
                }
                @for exchange in &result.exchanges { (one(number, result, exchange)) }
            }
        }
    }
}

/// The anchor is inside, so that a link to it opens both folds.
fn one(number: usize, result: &RouteResult, exchange: &Exchange) -> Markup {
    html! {
        details.exchange {
            summary {
                b { (exchange.id) } " " (exchange.probe.purpose.as_str()) ", " (exchange.leg)
                " leg: " (exchange.request.method) " → " (outcome_words(exchange))
                @if let Some(flag) = flag(result, exchange) { " " (flag) }
            }
            div #{ "r" (number) "-" (exchange.id) } {
                p.meta { (circumstances(exchange)) }
                @if let Some(failure) = &exchange.first_attempt {
                    p {
                        "Sent again, as the first attempt failed: "
                        (escape_limited(&failure.to_string(), FAILURE)) "."
                    }
                }
                (head::request(&exchange.request))
                @match &exchange.result {
                    Err(failure) => p {
                        "No answer: " (escape_limited(&failure.to_string(), FAILURE)) "."
                    },
                    Ok(answer) => {
                        @for head in answer.interim.iter().chain([&answer.head]) {
                            (head::response(head))
                        }
                        p { (body_words(answer)) "." }
                    }
                }
                @if proves_a_fault(result, exchange) {
                    @if let Some(command) = command(result, exchange) {
                        p { "Repeat it with curl:" }
                        pre { code { (command) } }
                    }
                }
            }
        }
    }
}

/// `206 Partial Content`, or the failure.
fn outcome_words(exchange: &Exchange) -> String {
    match &exchange.result {
        Ok(answer) => head::status_line(&answer.head),
        Err(failure) => escape_limited(&failure.to_string(), FAILURE).into_owned(),
    }
}

fn circumstances(exchange: &Exchange) -> String {
    let by = match exchange.client {
        Client::Reqwest => "by the independent client".to_owned(),
        Client::Socket => {
            let kept = if exchange.reused { ", kept" } else { "" };
            format!("on connection {}{kept}", exchange.connection)
        }
    };
    format!(
        "Sent {by}; first byte {} after the request, over after {}.",
        milliseconds(exchange.timing.first_byte),
        milliseconds(exchange.timing.total)
    )
}

const FAILURE: usize = 300;
