//! Who stands between: from the heads of the answers of one leg, compared with those of the
//! direct leg, to the products of the chain. Pure; the runner calls it once per leg.
//!
//! What the direct leg shows too belongs to the server's side. A `Server` field passes through
//! most proxies unchanged, so it names the proxy only where the proxy made the answer itself or
//! where the direct leg had another.

use std::cell::LazyCell;

use super::catalog::{self, Product};
use super::rule;
use super::rule::{MOST_MEMBERS, Mark, Page, Rule, members, short};
use crate::model::exchange::Exchange;
use crate::model::product::Certainty;
use crate::model::product::Place;
use crate::model::product::Recognised;
use crate::wire::head::ResponseHead;

/// An answer to look at.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// What was asked.
    pub asked: Asked,
    /// The head of the answer.
    pub head: &'a ResponseHead,
    /// The body, as far as it is known.
    pub page: Page<'a>,
}

/// What an answer was asked by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asked {
    /// An ordinary request for the file.
    File,
    /// OPTIONS or TRACE with `Max-Forwards: 0`, which the first proxy should answer itself.
    MaxForwardsZero,
    /// A URL with a host under `.invalid`: no origin can have answered.
    NoSuchHost,
}

/// The answers of one leg, and what they are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// The answers of the leg.
    pub leg: &'a [Sample<'a>],
    /// The answers of the direct leg, when there was one and it is not this.
    pub direct: Option<&'a [Sample<'a>]>,
    /// Whether a proxy is in the route of the leg.
    pub through_proxy: bool,
}

/// The chain in the order of `Via`: the server's side first, the proxy next to the client last;
/// those that `Via` does not name follow, for their position is not known.
pub fn recognise(answers: &Answers<'_>) -> Vec<Recognised> {
    let mut chain = via_chain(answers);
    for product in catalog::products() {
        for rule in product.fingerprints.iter().filter(|rule| !rule.is_weak() && !is_via(rule)) {
            for found in judge(answers, product, rule) {
                merge(&mut chain, found);
            }
        }
    }
    if !chain.iter().any(|member| member.place != Place::Server && member.product.is_some()) {
        let rules = catalog::products()
            .iter()
            .flat_map(|product| product.fingerprints.iter().map(move |rule| (product, rule)));
        let mut hints: Vec<_> = rules
            .filter(|(_, rule)| rule.is_weak())
            .flat_map(|(product, rule)| judge(answers, product, rule))
            .filter(|found| found.place != Place::Server || !answers.through_proxy)
            .collect();
        hints.sort_by_key(|found| std::cmp::Reverse(found.certainty));
        for found in hints {
            merge(&mut chain, found);
        }
    }
    let hidden: Vec<_> =
        chain.iter().filter_map(|m| Some((catalog::product(m.product?)?, m.place))).collect();
    chain.retain(|member| {
        let hides = |(product, place): &(&Product, Place)| {
            *place == member.place
                && product.hides.iter().any(|id| Some(id.as_str()) == member.product)
        };
        member.certainty == Certainty::Certain || !hidden.iter().any(hides)
    });
    chain
}

impl<'a> Sample<'a> {
    /// The answer of an exchange for the file.
    pub fn of(exchange: &'a Exchange) -> Option<Self> {
        let answer = exchange.answer()?;
        Some(Self { asked: Asked::File, head: &answer.head, page: Page::new(&answer.body.data) })
    }
}

/// One entry for each member of the longest `Via` of the leg.
fn via_chain(answers: &Answers<'_>) -> Vec<Recognised> {
    let mut direct = answers.direct.map(longest_via).unwrap_or_default();
    let others = || catalog::products().iter();
    longest_via(answers.leg)
        .into_iter()
        .map(|member| {
            let known = direct.iter().position(|other| other.eq_ignore_ascii_case(member));
            let on_direct = known.map(|index| direct.remove(index)).is_some();
            let place = place(answers, on_direct);
            let evidence = format!("Via: {}", short(member));
            let named = others().find_map(|product| {
                let rule =
                    product.fingerprints.iter().find(|r| is_via(r) && fits_via(r, member))?;
                Some(recognised(product, rule, place, rule.certainty, evidence.clone()))
            });
            named.unwrap_or_else(|| Recognised {
                product: None,
                name: short(member.split_whitespace().nth(1).unwrap_or(member)).to_owned(),
                version: None,
                certainty: Certainty::Certain,
                place,
                evidence: vec![evidence],
            })
        })
        .collect()
}

/// What one rule says of the leg: at most one entry for the proxy and one for the server.
fn judge(answers: &Answers<'_>, product: &'static Product, rule: &Rule) -> Vec<Recognised> {
    let seen = LazyCell::new(|| {
        let direct = answers.direct.unwrap_or_default();
        direct.iter().map(|other| rule.find(other.head, &other.page)).collect()
    });
    let mut entries = Vec::new();
    for sample in answers.leg {
        let found = rule.find(sample.head, &sample.page);
        let Some(evidence) = found.last() else { continue };
        let (place, most) = weigh(answers, rule, sample, &found, &seen);
        let certainty = rule.certainty.min(most);
        let entry = recognised(product, rule, place, certainty, evidence.clone());
        merge(&mut entries, entry);
    }
    entries
}

/// Where the sender of a found text stands, and how certain that text can be at most. `seen` is
/// what the rule finds on the direct leg.
fn weigh(
    answers: &Answers<'_>,
    rule: &Rule,
    sample: &Sample<'_>,
    found: &[String],
    seen: &LazyCell<Vec<Vec<String>>, impl FnOnce() -> Vec<Vec<String>>>,
) -> (Place, Certainty) {
    if sample.asked == Asked::NoSuchHost {
        // A reverse proxy hands strange hosts on: then the server's own words come back.
        let is_servers = seen.iter().flatten().any(|text| found.contains(text));
        return if is_servers {
            (Place::Server, Certainty::Likely)
        } else {
            (Place::Proxy, Certainty::Certain)
        };
    }
    let is_shared = match &rule.mark {
        Mark::Field { name, .. } if name.eq_ignore_ascii_case("server") => true,
        Mark::Page(_) | Mark::Reason(_) => true,
        _ => rule.is_weak(),
    };
    let Some(direct) = answers.direct else {
        let place = place(answers, false);
        let most = match (is_shared, answers.through_proxy) {
            (false, _) => Certainty::Certain,
            (true, true) => Certainty::Guess,
            // A manner that does not fit what the server calls itself.
            (true, false) if rule.is_weak() => Certainty::Guess,
            (true, false) => Certainty::Likely,
        };
        return (place, most);
    };
    if is_shared {
        // The same text on the direct leg is the server's; another, such as a newer version,
        // is not. Weak marks tell no two senders apart.
        let is_found = |text: &String| found.iter().any(|other| other.eq_ignore_ascii_case(text));
        let same = seen.iter().flatten().any(|text| rule.is_weak() || is_found(text));
        let comparable = !matches!(rule.mark, Mark::Boundary(_))
            || direct.iter().any(|other| rule::boundary(other.head).is_some());
        return match (same, comparable) {
            (true, _) => (Place::Server, Certainty::Likely),
            (false, false) => (Place::Unknown, Certainty::Guess),
            (false, true) if sample.asked == Asked::MaxForwardsZero => {
                (Place::Proxy, Certainty::Certain)
            }
            (false, true) => (Place::Proxy, Certainty::Likely),
        };
    }
    let most_direct = seen.iter().map(Vec::len).max().unwrap_or(0);
    (place(answers, found.len() <= most_direct), Certainty::Certain)
}

fn place(answers: &Answers<'_>, on_direct: bool) -> Place {
    match (answers.through_proxy, answers.direct) {
        (false, _) => Place::Server,
        (true, None) => Place::Unknown,
        (true, Some(_)) if on_direct => Place::Server,
        (true, Some(_)) => Place::Proxy,
    }
}

/// Adds an entry to the chain, or to the entry of the same product at the same place: the one
/// nearest to the client, unless a version tells which.
fn merge(chain: &mut Vec<Recognised>, found: Recognised) {
    let same = |member: &&mut Recognised| {
        member.product == found.product
            && (member.place == found.place || Place::Unknown == found.place)
            && (member.version == found.version
                || member.version.is_none()
                || found.version.is_none())
    };
    let Some(member) = chain.iter_mut().rev().find(same) else {
        let at = if found.place == Place::Server { 0 } else { chain.len() };
        chain.insert(at, found);
        return;
    };
    member.certainty = member.certainty.max(found.certainty);
    member.version = member.version.take().or(found.version);
    for evidence in found.evidence {
        if !member.evidence.contains(&evidence) && member.evidence.len() < MOST_EVIDENCE {
            member.evidence.push(evidence);
        }
    }
}

fn recognised(
    product: &'static Product,
    rule: &Rule,
    place: Place,
    certainty: Certainty,
    evidence: String,
) -> Recognised {
    Recognised {
        product: Some(&product.id),
        name: product.name.clone(),
        version: rule.version(&evidence),
        certainty,
        place,
        evidence: vec![evidence],
    }
}

/// The members of the longest `Via`, of an absurd one those nearest to the client.
fn longest_via<'a>(samples: &[Sample<'a>]) -> Vec<&'a str> {
    let via = |sample: &Sample<'a>| {
        let values = sample.head.fields.all("via");
        values.flat_map(|value| members("via", value)).collect::<Vec<_>>()
    };
    let mut longest = samples.iter().map(via).max_by_key(Vec::len).unwrap_or_default();
    longest.drain(..longest.len().saturating_sub(MOST_MEMBERS));
    longest
}

fn is_via(rule: &Rule) -> bool {
    matches!(&rule.mark, Mark::Field { name, .. } if name.eq_ignore_ascii_case("via"))
}

fn fits_via(rule: &Rule, member: &str) -> bool {
    let Mark::Field { text, .. } = &rule.mark else { return false };
    member.to_ascii_lowercase().contains(&text.to_ascii_lowercase())
}

/// Texts kept for one member; more prove nothing more.
const MOST_EVIDENCE: usize = 6;

#[cfg(test)]
mod tests;
