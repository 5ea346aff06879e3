//! Chooses and orders the fixes for what was found.
//!
//! Rules: a problem of the connection gets an instruction about that problem and never a product's
//! setting. A fix is left out when a sign contradicts it. While a product is recognised with
//! certainty, only its fixes are shown for its side. A product that was not recognised is a guess: it
//! needs evidence in its favour, and none that another program sent the answer.

mod choice;
mod guess;

use std::collections::HashSet;

use choice::Choice;
use url::Url;

use super::catalog::{self, Cure, Kind, Product, Role};
use super::fix::Values;
use super::instruction::{self, Instruction};
use super::signs::{self, Seen};
use crate::attribution::direct;
use crate::attribution::direct::Beside;
use crate::model::advice::Advice;
use crate::model::advice::Proof;
use crate::model::defect_name;
use crate::model::exchange::{Exchange, Leg};
use crate::model::finding::{Finding, Level, Status};
use crate::model::probe::Purpose;
use crate::model::product::Certainty;
use crate::model::product::{Place, Recognised};

pub(super) fn advise(
    findings: &[Finding],
    exchanges: &[Exchange],
    recognised: &[Recognised],
    proxy: Option<&str>,
) -> Vec<Advice> {
    let is_proxied = findings.iter().any(|finding| finding.leg == Leg::Cold);
    let direct: Vec<_> = findings.iter().filter(|finding| finding.leg == Leg::Direct).collect();
    let trouble = Trouble { findings, direct: &direct, exchanges, is_proxied };
    let mut blamed: Vec<Blamed<'_>> = findings.iter().filter_map(|f| trouble.blame(f)).collect();
    settle_sides(&mut blamed);
    let values = values_of(exchanges).through(proxy);
    let (connection, blamed): (Vec<_>, Vec<_>) =
        blamed.into_iter().partition(|blame| trouble.is_about_the_connection(blame));
    let mut choices = trouble.recognised(&blamed, recognised);
    choices.extend(trouble.likely(&blamed, recognised, &choices));
    let mut named = HashSet::new();
    // One setting may fix several things; the best fit speaks for it.
    choices
        .retain(|choice| named.insert((choice.product.id.as_str(), choice.cure.printed(&values))));
    let open = |blame: &Blamed<'_>| {
        !choices.iter().any(|c| c.certainty > Certainty::Guess && c.mends(blame.name))
    };
    let rest: Vec<_> = blamed.iter().copied().filter(open).collect();
    let mut advice = trouble.instructions(&connection, &values);
    let about_the_rest = trouble.instructions(&rest, &values);
    // An instruction that names the cause is better than a guess at a product.
    if about_the_rest.iter().any(|one| one.certainty == Certainty::Certain) {
        choices.retain(|choice| choice.certainty > Certainty::Guess);
    }
    advice.extend(choices.iter().map(|choice| choice.advice(&values)));
    advice.extend(about_the_rest);
    advice
}

/// What placeholders stand for: the file that was asked first.
fn values_of(exchanges: &[Exchange]) -> Values {
    let is_fingerprint = |purpose| {
        matches!(
            purpose,
            Purpose::FingerprintNoSuchHost
                | Purpose::FingerprintOptions
                | Purpose::FingerprintTrace
        )
    };
    let first = exchanges.iter().find(|exchange| !is_fingerprint(exchange.probe.purpose));
    let url = first.and_then(|exchange| Url::parse(&exchange.request.url).ok());
    url.map_or_else(Values::example, |url| Values::of(&url))
}

/// All that was found over one route.
#[derive(Clone, Copy)]
struct Trouble<'f> {
    findings: &'f [Finding],
    /// Those of the direct leg.
    direct: &'f [&'f Finding],
    exchanges: &'f [Exchange],
    /// With a proxy in the route the direct leg only shows who is at fault.
    is_proxied: bool,
}

/// A finding to be fixed.
#[derive(Clone, Copy)]
struct Blamed<'f> {
    finding: &'f Finding,
    side: Side,
    /// It passes through the proxy: worth fixing at a server that is known, never worth a guess.
    is_hidden: bool,
    name: &'static str,
}

/// On whose side the trouble is, as far as the legs show.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Side {
    /// Direct it does not show.
    Proxy,
    /// Direct it shows too, or no proxy is in the route.
    Server,
    /// There was nothing direct to compare with.
    Unknown,
}

impl<'f> Trouble<'f> {
    /// Whether no exchange in HTTP took place, or the name, the connection or TLS failed.
    fn is_about_the_connection(self, blame: &Blamed<'_>) -> bool {
        let is_unreachable = |leg: Leg| {
            let mut of_leg = self.findings.iter().filter(|f| f.leg == leg);
            of_leg.any(|f| f.check == "reachable" && is_wrong(f))
        };
        match blame.name {
            "name-not-resolved"
            | "cannot-connect"
            | "certificate-invalid"
            | "tls-failed"
            | "socks-refused" => true,
            "tunnel-refused" | "proxy-authentication" | "proxy-challenge-missing" => false,
            _ => is_unreachable(blame.finding.leg),
        }
    }

    /// The first instruction that fits each of the findings, each once.
    fn instructions(self, blamed: &[Blamed<'f>], values: &Values) -> Vec<Advice> {
        let mut chosen: Vec<(&'static Instruction, Vec<&'static str>)> = Vec::new();
        for blame in blamed.iter().filter(|blame| !blame.is_hidden) {
            // A leg is looked at by itself: the peer that failed is another on each.
            let seen = Seen {
                findings: self.findings,
                exchanges: self.exchanges,
                fixed: vec![blame.finding],
                legs: self.tested(blame.side),
            };
            let shows =
                |name: &String| signs::sign(name).and_then(|sign| sign.shows(&seen)) == Some(true);
            let fits = |one: &&Instruction| {
                let defect = blame.finding.judgement.defect;
                defect.is_some_and(|defect| one.defects.iter().any(|d| d.matches(defect)))
                    && one.signs.iter().all(shows)
                    && !one.unless.iter().any(shows)
            };
            let is_general = !self.is_about_the_connection(blame);
            let instructions = instruction::instructions().iter();
            let Some(found) = instructions
                .filter(|one| !is_general || one.defects.iter().any(|d| d.name == "http-status"))
                .find(fits)
            else {
                continue;
            };
            match chosen.iter_mut().find(|(one, _)| std::ptr::eq(*one, found)) {
                Some((_, names)) if names.contains(&blame.name) => {}
                Some((_, names)) => names.push(blame.name),
                None => chosen.push((found, vec![blame.name])),
            }
        }
        chosen.truncate(MOST_INSTRUCTIONS);
        chosen.into_iter().map(|(one, names)| instructed(one, names, values)).collect()
    }

    /// The fixes of the recognised products, the best first.
    fn recognised(self, blamed: &[Blamed<'f>], recognised: &[Recognised]) -> Vec<Choice<'f>> {
        let mut choices: Vec<Choice<'_>> = Vec::new();
        for member in recognised.iter().rev() {
            let Some(product) = member.product.and_then(catalog::product) else { continue };
            let is_guess = member.certainty == Certainty::Guess;
            let mut fixes: Vec<_> = self
                .fitting(blamed, product, Some(member))
                .filter(|choice| !is_guess || self.is_supported(choice, recognised))
                .collect();
            fixes.sort_by_key(Choice::order);
            fixes.truncate(MOST_PER_PRODUCT);
            for choice in fixes {
                if !choices.iter().any(|other| std::ptr::eq(other.cure, choice.cure)) {
                    choices.push(choice);
                }
            }
        }
        choices.sort_by_key(Choice::order);
        choices
    }

    /// The fixes of a product for what is blamed: none that a sign contradicts.
    fn fitting(
        self,
        blamed: &[Blamed<'f>],
        product: &'static Product,
        member: Option<&Recognised>,
    ) -> impl Iterator<Item = Choice<'f>> {
        let version = member.and_then(|member| member.version.as_deref());
        product.cures.iter().filter(move |cure| cure.concerns(version)).filter_map(move |cure| {
            let fixed: Vec<_> = blamed
                .iter()
                .copied()
                .filter(|blame| is_on_side(product, cure, member, blame.side))
                .filter(|blame| mends(cure, blame.finding))
                .collect();
            // What the server does by itself says nothing of the proxy, and the other way round.
            let (of_server, of_proxy): (Vec<_>, Vec<_>) =
                fixed.into_iter().partition(|blame| blame.side == Side::Server);
            let fits = [of_proxy, of_server].into_iter().filter_map(|of_side| {
                let fit = self.fit(cure, &of_side)?;
                Some((fit, of_side))
            });
            let ((signs, missing), blamed) = fits.reduce(|(fit, mut blamed), (_, more)| {
                blamed.extend(more);
                (fit, blamed)
            })?;
            let certainty = member.map_or(Certainty::Guess, |member| member.certainty);
            Some(Choice { product, cure, blamed, signs, missing, certainty })
        })
    }

    /// What the signs and hints of a fix that show mean, and how many of its signs were not tested;
    /// none where a sign contradicts it. `fixed`: what it would fix on one side.
    fn fit(self, cure: &Cure, fixed: &[Blamed<'f>]) -> Option<(Vec<&'static str>, usize)> {
        let legs = self.tested(fixed.first()?.side);
        let seen = Seen {
            findings: self.findings,
            exchanges: self.exchanges,
            fixed: fixed.iter().map(|blame| blame.finding).collect(),
            legs,
        };
        let shows = |name: &String| {
            let sign = signs::sign(name)?;
            Some((sign.shows(&seen)?, sign.means.as_str()))
        };
        // What is right in the usual order is not a matter of a header that is removed or a filter.
        let is_about_a_cache = |name: &&String| ABOUT_CACHES.contains(&name.as_str());
        let mut named = cure.signs.iter().chain(&cure.hints).filter(is_about_a_cache);
        if fixed.iter().all(|blame| is_of_order(blame.finding))
            && !named.any(|name| shows(name).is_some_and(|(shows, _)| shows))
        {
            return None;
        }
        let mut showing = Vec::new();
        for name in &cure.signs {
            match shows(name) {
                Some((true, means)) => showing.push(means),
                Some((false, _)) => return None,
                None => {}
            }
        }
        if cure.unless.iter().filter_map(shows).any(|(shows, _)| shows) {
            return None;
        }
        let missing = cure.signs.len() - showing.len();
        let hints = cure.hints.iter().filter_map(shows).filter(|(shows, _)| *shows);
        showing.extend(hints.map(|(_, means)| means));
        Some((showing, missing))
    }

    /// The legs over which something on a side was tested.
    fn tested(self, side: Side) -> &'static [Leg] {
        match (side, self.is_proxied) {
            (Side::Server, true) => &[Leg::Direct],
            (_, false) => &[Leg::Direct, Leg::Warm],
            (_, true) => &[Leg::Cold, Leg::Warm],
        }
    }

    /// A finding that needs a fix, unless another leg says the same of it.
    fn blame(self, finding: &'f Finding) -> Option<Blamed<'f>> {
        let name = defect_name::name(finding.judgement.defect?);
        if !is_wrong(finding) {
            return None;
        }
        let same_check = |leg: Leg| {
            self.findings.iter().find(|other| other.leg == leg && other.check == finding.check)
        };
        let shows = |leg| {
            let defect = same_check(leg).and_then(|other| other.judgement.defect);
            defect.map(defect_name::name) == Some(name)
        };
        let beside = direct::beside(self.direct, finding);
        let side = match (finding.leg, beside) {
            (Leg::Direct, _) if self.is_proxied => {
                let is_met = shows(Leg::Cold) || shows(Leg::Warm);
                // What the proxy hides is worth fixing when other clients cannot do without.
                let matters = finding.level == Level::Required;
                let is_the_servers = matters && direct::barrier(self.direct).is_none();
                (is_met || is_the_servers).then_some(Side::Server)?
            }
            (Leg::Direct, _) => Side::Server,
            (_, Beside::Barred(_)) => Side::Unknown,
            (_, Beside::Same(_)) => return None,
            _ if shows(Leg::Direct) => return None,
            _ if !self.is_proxied => Side::Server,
            (_, Beside::Nothing | Beside::Other(_)) => Side::Unknown,
            (_, Beside::Right(_)) => Side::Proxy,
        };
        let is_hidden = self.is_proxied
            && finding.leg == Leg::Direct
            && [Leg::Cold, Leg::Warm].into_iter().filter_map(same_check).all(|f| !is_wrong(f));
        Some(Blamed { finding, side, is_hidden, name })
    }
}

/// What has nothing to compare with is on the side of the same defect elsewhere, when that is on one
/// side only.
fn settle_sides(blamed: &mut [Blamed<'_>]) {
    let known: Vec<_> = blamed.iter().map(|blame| (blame.name, blame.side)).collect();
    for blame in blamed.iter_mut().filter(|blame| blame.side == Side::Unknown) {
        let has = |side| known.contains(&(blame.name, side));
        if has(Side::Proxy) && !has(Side::Server) {
            blame.side = Side::Proxy;
        }
    }
}

/// An instruction as advice.
fn instructed(one: &'static Instruction, defects: Vec<&'static str>, values: &Values) -> Advice {
    Advice {
        product: None,
        name: &one.subject,
        certainty: Certainty::Certain,
        defects,
        setting: values.fill(one.setting.trim()),
        file: None,
        position: String::new(),
        edits: Vec::new(),
        reload: None,
        side_effect: String::new(),
        proof: Proof::Documented,
        text: format!("Found: {}. {}", values.fill(&one.when), values.fill(&one.reason)),
        source: &one.source,
    }
}

/// Whether a fix can be applied where the trouble is.
fn is_on_side(product: &Product, cure: &Cure, member: Option<&Recognised>, side: Side) -> bool {
    let place = member.map(|member| member.place);
    match (place, side) {
        (Some(Place::Proxy), Side::Server) | (Some(Place::Server), Side::Proxy) => return false,
        _ => {}
    }
    match (cure.role, side) {
        (Role::Origin, _) => side != Side::Proxy && place != Some(Place::Proxy),
        // What answers directly may itself be a reverse proxy or a cache, or come through a firewall.
        (Role::Proxy, Side::Server) => place.is_some() || product.kind != Kind::ForwardProxy,
        _ => true,
    }
}

/// Whether a finding is of a file that was asked for in another order than usual.
fn is_of_order(finding: &Finding) -> bool {
    finding.row.history.is_some()
}

fn is_wrong(finding: &Finding) -> bool {
    !matches!(finding.judgement.status, Status::Pass | Status::Skipped)
}

fn mends(cure: &Cure, finding: &Finding) -> bool {
    let defect = finding.judgement.defect;
    defect.is_some_and(|defect| cure.defects.iter().any(|pattern| pattern.matches(defect)))
}

/// Signs of what a cache does: fixes for which none of them shows are about something else.
const ABOUT_CACHES: [&str; 4] = ["warm-only", "cold-only", "from-cache", "first-only"];

/// Fixes shown for one recognised product.
const MOST_PER_PRODUCT: usize = 4;

/// Fixes shown while the product is not known.
const MOST_LIKELY: usize = 5;

/// Instructions shown.
const MOST_INSTRUCTIONS: usize = 2;

#[cfg(test)]
mod tests;
