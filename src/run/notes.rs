//! What a reader must know to weigh a result.

use super::plan_do::BLOCK;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, Exchange, Leg};
use crate::model::failure::FailureKind;
use crate::model::outcome::LegReport;
use crate::model::profile::Profile;
use crate::settings::Settings;

/// Remarks about a result, in full sentences.
pub(super) fn notes(legs: &[Evidence], reports: &[LegReport], settings: &Settings) -> Vec<String> {
    let mut notes = Vec::new();
    let size = legs.iter().find_map(Evidence::size);
    if let Some(size) = size.filter(|size| (1..SMALL_FILE).contains(size)) {
        notes.push(format!(
            "The file is small ({size} B). Some proxies slice small answers themselves and so hide \
             that they break ranges of larger ones: test a file of 1 MiB or more."
        ));
    }
    let is_do = legs.first().is_some_and(|leg| leg.profile == Profile::Do);
    if let Some(size) = size.filter(|&size| is_do && size > 0 && size <= BLOCK) {
        notes.push(format!(
            "The file has {size} B, which is one block of Delivery Optimization. It cannot show how \
             the blocks of a larger file are answered, nor positions beyond 1 MiB: test a file of 3 \
             MiB or more."
        ));
    }
    notes.extend(legs.iter().find_map(not_cold));
    notes.extend(reports.iter().filter_map(|report| {
        let why = report.skipped.as_ref()?;
        Some(format!("The {} leg was left out: {why}.", report.leg))
    }));
    let is_late = |exchange: &Exchange| {
        exchange.failure().is_some_and(|failure| failure.kind == FailureKind::Deadline)
    };
    if legs.iter().flat_map(|leg| &leg.exchanges).any(is_late) {
        notes.push(format!(
            "The deadline of {} passed before all was asked.",
            humantime::format_duration(settings.deadline)
        ));
    }
    if settings.trust.insecure {
        notes.push("TLS certificates were not verified; Windows verifies them.".to_owned());
    }
    notes
}

/// In which order the file was asked for, where another order could not be tried, and why not.
pub(super) fn order(legs: &[Evidence], profile: Profile) -> Option<String> {
    let why = legs.iter().find_map(|leg| leg.not_fresh.as_ref())?;
    let order = match profile {
        Profile::Bits => "HEAD was asked first, then one range, then several",
        Profile::Do => "A range was asked first, as Delivery Optimization does",
    };
    Some(format!(
        "{order}. Other orders take a fresh URL, which is the same one with a new query, and that was \
         not possible: {why}. A proxy that is checked without a URL is tried with each order."
    ))
}

/// Signs that the first answer of the cold leg came from a cache: what others asked before may
/// have been stored (RFC 9111 5.1, RFC 9211).
fn not_cold(evidence: &Evidence) -> Option<String> {
    if evidence.leg != Leg::Cold {
        return None;
    }
    let first = evidence.exchanges.iter().find_map(Exchange::answer)?;
    let sign = cache_sign(first)?;
    Some(format!(
        "The cold leg was not cold: its first answer came from a cache ({sign}). How the proxy \
         answers for a file that nobody asked before is not shown; test with a fresh one."
    ))
}

/// The sign of an answer that a cache sent it (RFC 9111 5.1, RFC 9211).
pub(super) fn cache_sign(answer: &Answer) -> Option<String> {
    let fields = &answer.head.fields;
    let age = fields.first("age").filter(|age| age.parse::<u64>().is_ok_and(|age| age > 0));
    let hit = ["x-cache", "x-cache-status", "cf-cache-status", "cache-status"]
        .into_iter()
        .find_map(|name| Some((name, fields.first(name).filter(|value| says_hit(value))?)));
    match (age, hit) {
        (_, Some((name, value))) => Some(format!("{name}: {value}")),
        (Some(age), None) => Some(format!("Age: {age}")),
        (None, None) => None,
    }
}

fn says_hit(value: &str) -> bool {
    value
        .split(|char: char| !char.is_ascii_alphanumeric())
        .any(|word| word.eq_ignore_ascii_case("hit"))
}

/// Below this many bytes a pass says little of large files: Apache httpd's proxy slices answers
/// that it reads at once.
const SMALL_FILE: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_told_from_misses() {
        for hit in ["HIT", "HIT from proxy", "TCP_HIT", "hit, miss", "squid; hit"] {
            assert!(says_hit(hit), "{hit}");
        }
        for miss in ["MISS from proxy", "white", "squid; fwd=miss", "EXPIRED"] {
            assert!(!says_hit(miss), "{miss}");
        }
    }
}
