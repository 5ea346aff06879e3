//! Whose fault it is, proved by the journal of the reference origin: what arrived there, set
//! beside what was asked and what came back. The origin itself is right, so the fault lies
//! between.

use std::time::SystemTime;

use super::blame::worst_finding;
use super::outcome::{Blame, Direction, Party};
use crate::check::defect::Defect;
use crate::check::finding::Finding;
use crate::mock::LoggedRequest;
use crate::probe::exchange::{Exchange, Leg};
use crate::probe::probe::Method;

/// What arrived, leg by leg.
type Arrivals = [(Leg, Vec<LoggedRequest>)];

/// Who is to blame for what is wrong; none when nothing is.
pub(super) fn blame<'e>(
    legs: &[(Leg, Vec<Finding>)],
    exchanges: impl Iterator<Item = &'e Exchange>,
    arrivals: &Arrivals,
) -> Option<Blame> {
    let (leg, finding) = worst_finding(legs.iter())?;
    if let Some(blame) = super::blame::by_nature(finding) {
        return Some(blame);
    }
    let proof = &finding.judgement.exchanges;
    let all: Vec<_> = exchanges.collect();
    let first = all.iter().copied().find(|exchange| Some(&exchange.id) == proof.first());
    // Where the same was asked again, it is the repeat that is wrong.
    let of_finding = first.and_then(|first| {
        let again = all.iter().rev().copied();
        again.filter(|other| proof.contains(&other.id)).find(|other| asks_the_same(first, other))
    });
    let Some(exchange) = of_finding else {
        let why = "The reference origin is right, so the fault lies between.".to_owned();
        return Some(Blame { party: Party::Proxy, direction: None, why });
    };
    let arrived: Vec<_> = arrivals.iter().flat_map(|(_, requests)| requests).collect();
    let is_page = finding.judgement.defect == Some(Defect::BlockPage);
    let may_be_stored =
        leg == Leg::Warm || arrived.iter().any(|request| request.at <= end_of(exchange));
    let scene = Scene { exchange, all: &all, arrived, may_be_cached: may_be_stored && !is_page };
    let (direction, what) = scene.follow();
    let why = format!("Proved by the journal of the reference origin: {what}");
    Some(Blame { party: Party::Proxy, direction, why })
}

/// How often the whole file was asked of the origin though only ranges were asked of the proxy at
/// that time.
pub(super) fn whole_files<'e>(
    exchanges: impl Iterator<Item = &'e Exchange>,
    arrivals: &Arrivals,
) -> usize {
    let plain: Vec<_> = exchanges.filter(|one| one.probe.purpose.is_whole_file()).collect();
    let is_of_plain = |request: &&LoggedRequest| {
        plain.iter().any(|one| one.begun <= request.at && request.at <= end_of(one))
    };
    let arrived = arrivals.iter().flat_map(|(_, requests)| requests);
    arrived
        .filter(|request| is_get(request) && !request.fields.has("range"))
        .filter(|request| !is_of_plain(request))
        .count()
}

/// What the journal shows though nothing may have failed: costs, and changed requests.
pub(super) fn notes<'e>(
    exchanges: impl Iterator<Item = &'e Exchange> + Clone,
    arrivals: &Arrivals,
) -> Vec<String> {
    let arrived = || arrivals.iter().flat_map(|(_, requests)| requests);
    let mut notes = Vec::new();
    let plain = whole_files(exchanges.clone(), arrivals);
    let asked_ranges = exchanges.filter(|exchange| exchange.probe.ranges.is_some()).count();
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

/// An exchange, and what arrived for its file.
struct Scene<'e> {
    exchange: &'e Exchange,
    /// Every exchange, this one too.
    all: &'e [&'e Exchange],
    arrived: Vec<&'e LoggedRequest>,
    /// Whether the proxy can hold anything of the file.
    may_be_cached: bool,
}

impl Scene<'_> {
    /// Where the request or its answer was changed. Only what arrived while the exchange went on
    /// can be its request: the same range is asked at other times too.
    fn follow(&self) -> (Option<Direction>, String) {
        let method = self.exchange.probe.method;
        let range = asked(self.exchange);
        let is_meanwhile = |at| self.exchange.begun <= at && at <= end_of(self.exchange);
        let meanwhile: Vec<_> =
            self.arrived.iter().filter(|request| is_meanwhile(request.at)).collect();
        let (name, rightly) = match range {
            Some(range) => (format!("`Range: {range}`"), " as it was asked and was answered"),
            None => (method.as_str().to_owned(), " and was answered"),
        };
        let as_asked = meanwhile.iter().filter(|request| {
            method_of(request) == method.as_str() && request.fields.first("range") == range
        });
        let as_asked = as_asked.count();
        if as_asked > self.rivals() {
            let what =
                format!("{name} arrived{rightly} rightly; the answer was changed on its way back.");
            return (Some(Direction::Response), what);
        }
        if as_asked > 0 {
            let what = format!(
                "{name} arrived less often than it was asked at that time, so that nothing tells \
                 whose answer this is."
            );
            return (None, what);
        }
        let plain = meanwhile.iter().any(|request| is_get(request) && !request.fields.has("range"));
        let other = meanwhile.iter().filter(|request| is_get(request)).find_map(|request| {
            request.fields.first("range").filter(|range| !self.is_asked(range))
        });
        match (method, plain, other) {
            (Method::Head, true, _) => (
                Some(Direction::Request),
                String::from("HEAD did not arrive; the proxy asked with GET in its place."),
            ),
            (Method::Get, true, _) => (
                Some(Direction::Request),
                format!("{name} did not arrive; a GET of the whole file did."),
            ),
            (Method::Get, false, Some(other)) => {
                (Some(Direction::Request), format!("{name} did not arrive; `Range: {other}` did."))
            }
            _ => self.by_itself(),
        }
    }

    /// Nothing arrived: what the proxy did by itself.
    fn by_itself(&self) -> (Option<Direction>, String) {
        match self.exchange.answer().map(|answer| answer.head.status) {
            Some(200 | 206 | 304 | 416) if self.may_be_cached => (
                Some(Direction::Cache),
                String::from("nothing arrived for it: the proxy answered from its cache."),
            ),
            Some(status) => (
                None,
                format!("nothing arrived for it: the proxy answered with {status} by itself."),
            ),
            None => (None, String::from("nothing arrived for it: it went wrong at the proxy.")),
        }
    }

    /// How many other exchanges asked the same at the same time.
    fn rivals(&self) -> usize {
        let overlaps = |other: &&&Exchange| {
            other.begun <= end_of(self.exchange) && self.exchange.begun <= end_of(other)
        };
        let same = |other: &&&Exchange| {
            other.id != self.exchange.id && asks_the_same(self.exchange, other)
        };
        self.all.iter().filter(overlaps).filter(same).count()
    }

    /// Whether a range is one that was asked, of whichever probe.
    fn is_asked(&self, range: &str) -> bool {
        self.all.iter().any(|exchange| asked(exchange) == Some(range))
    }
}

fn end_of(exchange: &Exchange) -> SystemTime {
    exchange.begun + exchange.timing.total
}

fn asks_the_same(one: &Exchange, other: &Exchange) -> bool {
    one.request.url == other.request.url
        && one.probe.method == other.probe.method
        && asked(one) == asked(other)
}

fn asked(exchange: &Exchange) -> Option<&str> {
    exchange.request.fields.first("range")
}

fn method_of(request: &LoggedRequest) -> &str {
    request.line.split(' ').next().unwrap_or_default()
}

fn is_get(request: &LoggedRequest) -> bool {
    method_of(request) == "GET"
}

#[cfg(test)]
mod tests;
