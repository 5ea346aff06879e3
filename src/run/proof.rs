//! Whose fault it is, proved by the journal of the reference origin: what arrived there, set
//! beside what was asked and what came back. The origin itself is right, so the fault lies
//! between.

use super::blame::worst_finding;
use super::outcome::{Blame, Direction, Party};
use crate::check::finding::Finding;
use crate::mock::LoggedRequest;
use crate::probe::exchange::{Exchange, Leg};
use crate::probe::probe::Method;

/// What arrived, leg by leg.
type Arrivals = [(Leg, Vec<LoggedRequest>)];

/// Who is to blame for what is wrong; none when nothing is.
pub(super) fn blame<'e>(
    legs: &[(Leg, Vec<Finding>)],
    mut exchanges: impl Iterator<Item = &'e Exchange>,
    arrivals: &Arrivals,
) -> Option<Blame> {
    let (leg, finding) = worst_finding(legs.iter())?;
    if let Some(blame) = super::blame::of_transport(finding) {
        return Some(blame);
    }
    let proved_by = finding.judgement.exchanges.first();
    let Some(exchange) = exchanges.find(|exchange| Some(&exchange.id) == proved_by) else {
        let why = "The reference origin is right, so the fault lies between.".to_owned();
        return Some(Blame { party: Party::Proxy, direction: None, why });
    };
    let arrived = arrivals.iter().find(|(of, _)| *of == leg).map(|(_, requests)| requests);
    let (direction, what) = follow(exchange, arrived.map_or(&[], Vec::as_slice));
    let why = format!("Proved by the journal of the reference origin: {what}");
    Some(Blame { party: Party::Proxy, direction: Some(direction), why })
}

/// How often the whole file was asked of the origin. On a leg only ranges are asked of the proxy.
pub(super) fn whole_files(arrivals: &Arrivals) -> usize {
    let arrived = arrivals.iter().flat_map(|(_, requests)| requests);
    arrived.filter(|request| is_get(request) && !request.fields.has("range")).count()
}

/// What the journal shows though nothing may have failed: costs, and changed requests.
pub(super) fn notes<'e>(
    exchanges: impl Iterator<Item = &'e Exchange>,
    arrivals: &Arrivals,
) -> Vec<String> {
    let arrived = || arrivals.iter().flat_map(|(_, requests)| requests);
    let mut notes = Vec::new();
    let asked_ranges = exchanges.filter(|exchange| exchange.probe.ranges.is_some()).count();
    let plain = whole_files(arrivals);
    if plain > 0 && asked_ranges > 0 {
        notes.push(format!(
            "The proxy asked the origin for the whole file {plain} times where only ranges were \
             asked of it: each piece that a client fetches may cost the whole file."
        ));
    }
    let recoded = arrived().find_map(|request| {
        let value = request.fields.first("accept-encoding").unwrap_or("none");
        (value != "identity").then_some(value)
    });
    if let Some(value) = recoded {
        notes.push(format!(
            "The proxy rewrites Accept-Encoding: identity was sent, {value} arrived."
        ));
    }
    notes
}

/// Where a request or its answer was changed.
fn follow(exchange: &Exchange, arrived: &[LoggedRequest]) -> (Direction, String) {
    let method = exchange.probe.method;
    let asked = exchange.request.fields.first("range");
    let of_method =
        |request: &&LoggedRequest| request.line.split(' ').next() == Some(method.as_str());
    let same = |request: &&LoggedRequest| request.fields.first("range") == asked;
    if arrived.iter().filter(of_method).any(|request| same(&request)) {
        let what = match asked {
            Some(range) => format!(
                "`Range: {range}` arrived as it was asked and was answered rightly; the answer \
                 was changed on its way back."
            ),
            None => format!(
                "{} arrived and was answered rightly; the answer was changed on its way back.",
                method.as_str()
            ),
        };
        return (Direction::Response, what);
    }
    let plain = arrived.iter().find(|request| is_get(request) && !request.fields.has("range"));
    let other = arrived.iter().filter(of_method).find_map(|request| request.fields.first("range"));
    match (method, plain, other, asked) {
        (Method::Head, Some(_), ..) => (
            Direction::Request,
            String::from("HEAD did not arrive; the proxy asked with GET in its place."),
        ),
        (Method::Get, Some(_), _, Some(range)) => (
            Direction::Request,
            format!("`Range: {range}` did not arrive; a GET of the whole file did."),
        ),
        (Method::Get, None, Some(other), Some(range)) => {
            (Direction::Request, format!("`Range: {range}` did not arrive; `Range: {other}` did."))
        }
        _ => (
            Direction::Cache,
            String::from("nothing arrived for it: the proxy answered by itself, as from a cache."),
        ),
    }
}

fn is_get(request: &LoggedRequest) -> bool {
    request.line.starts_with("GET ")
}
