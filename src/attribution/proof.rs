//! Which party is at fault, proved by the journal of the reference origin: the request that arrived
//! there and the answer that it gave, compared with the request that was sent and the answer that
//! came. The origin itself is right, so the fault lies between.
//!
//! The surest proof is a request that is sent again when nothing else is under way: all that arrives
//! meanwhile belongs to it. Where it does not show the defect again, requests are matched by time
//! and content, and only one that no other exchange explains is said to be a changed one.

use std::time::SystemTime;

use super::blame::worst_finding;
use crate::model::defect::Defect;
use crate::model::exchange::{Exchange, Leg};
use crate::model::finding::Finding;
use crate::model::journal::{LoggedAnswer, LoggedRequest};
use crate::model::outcome::{Blame, Direction, Party};
use crate::model::probe::Method;

/// What arrived, phase by phase.
type Arrivals = [(Leg, Vec<LoggedRequest>)];

/// A request that was sent once more alone and shows the same defect, and what arrived meanwhile.
pub(crate) struct Repeated {
    pub(crate) exchange: Exchange,
    pub(crate) arrived: Vec<LoggedRequest>,
}

/// Who is to blame for what is wrong; none when nothing is.
pub(crate) fn blame<'e>(
    legs: &[(Leg, Vec<Finding>)],
    exchanges: impl Iterator<Item = &'e Exchange>,
    arrivals: &Arrivals,
    repeated: Option<&Repeated>,
) -> Option<Blame> {
    let (leg, finding) = worst_finding(legs.iter())?;
    if let Some(blame) = super::blame::by_nature(finding) {
        return Some(blame);
    }
    let all: Vec<_> = exchanges.collect();
    let Some(exchange) = proof_of(finding, &all) else {
        let why = "The reference origin is right, so the fault lies between.".to_owned();
        return Some(Blame { party: Party::Proxy, direction: None, why });
    };
    let arrived: Vec<_> = arrivals.iter().flat_map(|(_, requests)| requests).collect();
    let is_page = finding.judgement.defect == Some(Defect::BlockPage);
    let may_be_stored =
        leg == Leg::Warm || arrived.iter().any(|request| request.at <= end_of(exchange));
    let may_be_cached = may_be_stored && !is_page;
    let (direction, what) = match repeated {
        Some(Repeated { exchange, arrived }) => {
            let scene =
                Scene { exchange, all: &[], arrived: arrived.iter().collect(), may_be_cached };
            scene.follow()
        }
        None => Scene { exchange, all: &all, arrived, may_be_cached }.follow(),
    };
    let why = format!("Proved by the journal of the reference origin: {what}");
    Some(Blame { party: Party::Proxy, direction, why })
}

/// The exchange that proves a finding. Where the same was asked again, it is the repeat that is
/// wrong.
pub(crate) fn proof_of<'e>(finding: &Finding, all: &[&'e Exchange]) -> Option<&'e Exchange> {
    let proof = &finding.judgement.exchanges;
    let first = all.iter().copied().find(|exchange| Some(&exchange.id) == proof.first())?;
    let again = all.iter().rev().copied();
    again.filter(|other| proof.contains(&other.id)).find(|other| asks_the_same(first, other))
}

/// How often the proxy asked the origin for the whole file where it was asked for something less.
/// A GET in place of a HEAD is not counted: of that only the head need be sent.
///
/// `exchanges`: those for the same file.
pub(crate) fn whole_files<'e>(
    exchanges: impl Iterator<Item = &'e Exchange>,
    arrivals: &Arrivals,
) -> usize {
    let arrived = || arrivals.iter().flat_map(|(_, requests)| requests);
    let plain = arrived().filter(|one| is_get(one) && !one.fields.has("range")).count();
    let heads_arrived = arrived().filter(|one| method_of(one) == "HEAD").count();
    let (mut heads_sent, mut plain_sent) = (0, 0);
    for exchange in exchanges {
        heads_sent += usize::from(exchange.probe.method == Method::Head);
        let is_plain = exchange.probe.method == Method::Get && asked(exchange).is_none();
        plain_sent += usize::from(is_plain);
    }
    plain.saturating_sub(plain_sent + heads_sent.saturating_sub(heads_arrived))
}

/// What the journal shows though nothing may have failed: costs, and changed requests.
pub(crate) fn notes<'e>(
    exchanges: &(impl Iterator<Item = &'e Exchange> + Clone),
    arrivals: &Arrivals,
) -> Vec<String> {
    let arrived = || arrivals.iter().flat_map(|(_, requests)| requests);
    let mut notes = Vec::new();
    let plain = whole_files(exchanges.clone(), arrivals);
    let asks_ranges = exchanges.clone().any(|exchange| exchange.probe.ranges.is_some());
    if plain > 0 && asks_ranges {
        notes.push(format!(
            "The proxy asked the origin for the whole file {plain} times where only ranges were \
             asked of it: each piece that a client fetches may cost the whole file."
        ));
    }
    // Delivery Optimization sends none.
    let sends_identity = exchanges
        .clone()
        .any(|exchange| exchange.request.fields.first("accept-encoding") == Some("identity"));
    let recoded = arrived().filter(|_| sends_identity).find_map(|request| {
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
    /// Every exchange that may explain what arrived, this one too; none when it was alone.
    all: &'e [&'e Exchange],
    arrived: Vec<&'e LoggedRequest>,
    /// Whether the proxy can hold anything of the file.
    may_be_cached: bool,
}

impl Scene<'_> {
    /// Where the request or its answer was changed. Only what arrived while the exchange went on
    /// can be its request: the same range is asked at other times too.
    fn follow(&self) -> (Option<Direction>, String) {
        let is_meanwhile = |at| self.exchange.begun <= at && at <= end_of(self.exchange);
        let mut meanwhile: Vec<_> =
            self.arrived.iter().copied().filter(|request| is_meanwhile(request.at)).collect();
        let is_as_sent = |one: &&LoggedRequest| changes(self.exchange, one).is_empty();
        let as_sent: Vec<_> = meanwhile.iter().copied().filter(is_as_sent).collect();
        if let Some(arrived) = as_sent.first() {
            if as_sent.len() <= self.rivals() {
                let what = format!(
                    "{} arrived less often than it was sent at that time, so that it cannot be \
                     said whose answer this is.",
                    named(self.exchange)
                );
                return (None, what);
            }
            return self.answered_otherwise(arrived);
        }
        // What another exchange sent explains what arrived for it.
        for other in self.all.iter().filter(|other| other.id != self.exchange.id) {
            let within = |at| other.begun <= at && at <= end_of(other);
            let explains = |one: &&LoggedRequest| within(one.at) && changes(other, one).is_empty();
            if let Some(index) = meanwhile.iter().position(explains) {
                meanwhile.remove(index);
            }
        }
        let closest = meanwhile.iter().copied().min_by_key(|one| {
            let changed = changes(self.exchange, one);
            (method_of(one) != self.exchange.probe.method.as_str(), changed.len())
        });
        match closest {
            Some(arrived) => self.changed(arrived),
            None => self.by_itself(),
        }
    }

    /// The request arrived as it was sent: what the origin answered, and what came.
    fn answered_otherwise(&self, arrived: &LoggedRequest) -> (Option<Direction>, String) {
        let name = named(self.exchange);
        let Some(sent) = &arrived.answer else {
            return (None, format!("{name} arrived as it was sent, and was not answered in time."));
        };
        let came = match self.exchange.answer() {
            Some(answer) => format!("{} came", answer.head.status),
            None => String::from("no answer came"),
        };
        let what = format!(
            "{name} arrived as it was sent, and the origin answered {}; {came}. The answer was \
             changed on its way back.",
            described(sent)
        );
        (Some(Direction::Response), what)
    }

    /// The request arrived with changes: whether they explain the answer.
    fn changed(&self, arrived: &LoggedRequest) -> (Option<Direction>, String) {
        let list = changes(self.exchange, arrived).join(", ");
        let name = named(self.exchange);
        let Some(sent) = &arrived.answer else {
            return (Some(Direction::Request), format!("{name} arrived changed: {list}."));
        };
        let status = self.exchange.answer().map(|answer| answer.head.status);
        let what = format!(
            "{name} arrived changed: {list}. The origin answered {} to that.",
            described(sent)
        );
        if status == Some(sent.status) || method_of(arrived) != self.exchange.request.method {
            return (Some(Direction::Request), what);
        }
        let came = status.map_or_else(|| String::from("no answer"), |status| status.to_string());
        (None, format!("{what} The client got {came}: request and answer were changed."))
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

    /// How many other exchanges sent the same at the same time.
    fn rivals(&self) -> usize {
        let overlaps = |other: &&&Exchange| {
            other.begun <= end_of(self.exchange) && self.exchange.begun <= end_of(other)
        };
        let same = |other: &&&Exchange| {
            other.id != self.exchange.id && asks_the_same(self.exchange, other)
        };
        self.all.iter().filter(overlaps).filter(same).count()
    }
}

/// How the request that arrived differs from the one that was sent, in what decides the answer.
fn changes(exchange: &Exchange, arrived: &LoggedRequest) -> Vec<String> {
    let mut changes = Vec::new();
    let (method, arrived_as) = (exchange.request.method, method_of(arrived));
    if method != arrived_as {
        changes.push(format!("{method} became {arrived_as}"));
    }
    let (sent, came) = (file_of(&exchange.request.url), file_of(target_of(arrived)));
    if sent != came {
        changes.push(format!("the target {sent} became {came}"));
    }
    for name in DECIDING {
        let value = |fields: &crate::wire::fields::Fields| -> Option<String> {
            let values: Vec<_> = fields.all(name).map(squeezed).collect();
            (!values.is_empty()).then(|| values.join(", "))
        };
        match (value(&exchange.request.fields), value(&arrived.fields)) {
            (Some(sent), Some(came)) if sent != came => {
                changes.push(format!("`{name}: {sent}` became `{came}`"));
            }
            (Some(sent), None) => changes.push(format!("`{name}: {sent}` was removed")),
            (None, Some(came)) => changes.push(format!("`{name}: {came}` was added")),
            _ => {}
        }
    }
    changes
}

/// A value of a list without the optional space after its commas, of bounded length.
fn squeezed(value: &str) -> String {
    let members: Vec<_> = value.split(',').map(str::trim).collect();
    let is_date = value.ends_with("GMT");
    let text = if is_date { value.trim().to_owned() } else { members.join(",") };
    text.chars().take(LONGEST).collect()
}

/// An answer of the origin, in short.
fn described(answer: &LoggedAnswer) -> String {
    match answer.fields.first("content-range") {
        Some(range) if answer.status == 206 => format!("206 with `Content-Range: {range}`"),
        _ => answer.status.to_string(),
    }
}

fn named(exchange: &Exchange) -> String {
    match asked(exchange) {
        Some(range) => format!("`Range: {range}`"),
        None => exchange.probe.method.as_str().to_owned(),
    }
}

fn end_of(exchange: &Exchange) -> SystemTime {
    exchange.begun + exchange.timing.total
}

fn asks_the_same(one: &Exchange, other: &Exchange) -> bool {
    one.request.url == other.request.url
        && one.probe.method == other.probe.method
        && DECIDING
            .iter()
            .all(|name| one.request.fields.all(name).eq(other.request.fields.all(name)))
}

fn asked(exchange: &Exchange) -> Option<&str> {
    exchange.request.fields.first("range")
}

fn method_of(request: &LoggedRequest) -> &str {
    request.line.split(' ').next().unwrap_or_default()
}

fn target_of(request: &LoggedRequest) -> &str {
    request.line.split(' ').nth(1).unwrap_or_default()
}

/// What comes after the last slash: a proxy may ask for the file in another folder.
fn file_of(target: &str) -> &str {
    target.rsplit('/').next().unwrap_or(target)
}

fn is_get(request: &LoggedRequest) -> bool {
    method_of(request) == "GET"
}

/// The fields of a request that decide which answer is right.
const DECIDING: [&str; 6] =
    ["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];

/// Characters of a value that a sentence holds.
const LONGEST: usize = 80;

#[cfg(test)]
mod tests;
