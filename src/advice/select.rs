//! Chooses and orders the cures for what was found.

mod choice;

use std::collections::HashSet;

use choice::Choice;

use super::Advice;
use super::catalog::{self, Cure, Kind, Product, Role};
use super::defect_name;
use super::fingerprint::{Place, Recognised};
use super::rule::Certainty;
use super::signs::{self, Seen};
use crate::check::direct::{self, Beside};
use crate::check::finding::{Finding, Level, Status};
use crate::probe::exchange::{Exchange, Leg};

pub(super) fn advise(
    findings: &[Finding],
    exchanges: &[Exchange],
    recognised: &[Recognised],
) -> Vec<Advice> {
    let is_proxied = findings.iter().any(|finding| finding.leg == Leg::Cold);
    let direct: Vec<_> = findings.iter().filter(|finding| finding.leg == Leg::Direct).collect();
    let trouble = Trouble { findings, direct: &direct, exchanges, is_proxied };
    let blamed: Vec<Blamed<'_>> = findings.iter().filter_map(|f| trouble.blame(f)).collect();
    if blamed.is_empty() {
        return Vec::new();
    }
    let mut choices: Vec<Choice<'_>> = Vec::new();
    for member in recognised.iter().rev() {
        let Some(product) = member.product.and_then(catalog::product) else { continue };
        let mut cures: Vec<_> = trouble.fitting(&blamed, product, Some(member)).collect();
        cures.sort_by_key(Choice::order);
        cures.truncate(MOST_PER_PRODUCT);
        for choice in cures {
            if !choices.iter().any(|other| std::ptr::eq(other.cure, choice.cure)) {
                choices.push(choice);
            }
        }
    }
    choices.sort_by_key(Choice::order);
    choices.extend(trouble.likely(&blamed, recognised, &choices));
    let mut named = HashSet::new();
    // One setting may mend several things; the best fit tells of it.
    choices
        .retain(|choice| named.insert((choice.product.id.as_str(), choice.cure.setting.as_str())));
    choices.iter().map(Choice::advice).collect()
}

/// All that was found over one route.
#[derive(Clone, Copy)]
struct Trouble<'f> {
    findings: &'f [Finding],
    /// Those of the direct leg.
    direct: &'f [&'f Finding],
    exchanges: &'f [Exchange],
    /// With a proxy in the route the direct leg only tells who is to blame.
    is_proxied: bool,
}

/// A finding to be mended.
#[derive(Clone, Copy)]
struct Blamed<'f> {
    finding: &'f Finding,
    side: Side,
    /// It passes through the proxy: worth mending at a server that is known, never worth a guess.
    is_hidden: bool,
    name: &'static str,
}

/// On whose side the trouble is, as far as the legs tell.
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
    /// Cures of products that left no trace, as far as the recognised ones leave something open.
    fn likely(
        self,
        blamed: &[Blamed<'f>],
        recognised: &[Recognised],
        chosen: &[Choice<'_>],
    ) -> Vec<Choice<'f>> {
        let sure = |choice: &Choice<'_>| choice.certainty > Certainty::Guess;
        // Beside a failure a warning is most often one more sign of it.
        let met = blamed.iter().filter(|blame| !blame.is_hidden);
        let worst = met.map(|blame| blame.finding.judgement.status).max();
        let is_open = |blame: &Blamed<'_>| {
            !blame.is_hidden
                && (worst != Some(Status::Fail) || blame.finding.judgement.status != Status::Warn)
                && !chosen.iter().any(|choice| sure(choice) && choice.mends(blame.name))
        };
        let open: Vec<_> = blamed.iter().copied().filter(is_open).collect();
        let room = MOST_LIKELY.saturating_sub(chosen.len());
        if open.is_empty() || room == 0 {
            return Vec::new();
        }
        let is_known = |place, least| {
            recognised.iter().any(|member| {
                member.product.is_some() && member.place == place && member.certainty >= least
            })
        };
        // When the proxy or the server is known, only what never shows on the wire can be added.
        let proxy_is_known = is_known(Place::Proxy, Certainty::Certain);
        let server_is_known = is_known(Place::Server, Certainty::Likely);
        let may_be = |choice: &Choice<'_>| {
            choice.product.fingerprints.is_empty()
                || choice.cure.role == Role::Proxy && !proxy_is_known
                || choice.cure.role == Role::Origin && !server_is_known
        };
        let mut choices: Vec<_> = catalog::products()
            .iter()
            .filter(|product| !recognised.iter().any(|member| member.product == Some(&product.id)))
            .filter_map(|product| {
                self.fitting(&open, product, None)
                    .filter(|choice| choice.missing == 0 && may_be(choice))
                    .min_by_key(Choice::order)
            })
            .collect();
        choices.sort_by_key(Choice::order);
        choices.truncate(room);
        choices
    }

    /// The cures of a product for what is blamed: none that a sign speaks against.
    fn fitting(
        self,
        blamed: &[Blamed<'f>],
        product: &'static Product,
        member: Option<&Recognised>,
    ) -> impl Iterator<Item = Choice<'f>> {
        let version = member.and_then(|member| member.version.as_deref());
        product.cures.iter().filter(move |cure| cure.concerns(version)).filter_map(move |cure| {
            let mended: Vec<_> = blamed
                .iter()
                .copied()
                .filter(|blame| is_on_side(product, cure, member, blame.side))
                .filter(|blame| mends(cure, blame.finding))
                .collect();
            let legs = self.tested(mended.first()?.side);
            let seen = Seen {
                findings: self.findings,
                exchanges: self.exchanges,
                mended: mended.iter().map(|blame| blame.finding).collect(),
                legs,
            };
            let shows = |name: &String| {
                let sign = signs::sign(name)?;
                Some((sign.shows(&seen)?, sign.means.as_str()))
            };
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
            let certainty = member.map_or(Certainty::Guess, |member| member.certainty);
            Some(Choice { product, cure, blamed: mended, signs: showing, missing, certainty })
        })
    }

    /// The legs over which something on a side was tested.
    fn tested(self, side: Side) -> &'static [Leg] {
        match (side, self.is_proxied) {
            (Side::Server, true) => &[Leg::Direct],
            (_, false) => &[Leg::Direct, Leg::Warm],
            (_, true) => &[Leg::Cold, Leg::Warm],
        }
    }

    /// A finding that needs mending, unless another leg says the same of it.
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
                // What the proxy hides is worth mending when other clients cannot do without.
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

/// Whether a cure can be set where the trouble is.
fn is_on_side(product: &Product, cure: &Cure, member: Option<&Recognised>, side: Side) -> bool {
    let place = member.map(|member| member.place);
    match (place, side) {
        (Some(Place::Proxy), Side::Server) | (Some(Place::Server), Side::Proxy) => return false,
        _ => {}
    }
    match (cure.role, side) {
        (Role::Origin, _) => side != Side::Proxy && place != Some(Place::Proxy),
        // What answers directly may itself be a reverse proxy or a cache.
        (Role::Proxy, Side::Server) => {
            place.is_some() || matches!(product.kind, Kind::Cache | Kind::ReverseProxy)
        }
        _ => true,
    }
}

fn is_wrong(finding: &Finding) -> bool {
    !matches!(finding.judgement.status, Status::Pass | Status::Skipped)
}

fn mends(cure: &Cure, finding: &Finding) -> bool {
    let defect = finding.judgement.defect;
    defect.is_some_and(|defect| cure.defects.iter().any(|pattern| pattern.matches(defect)))
}

/// Cures shown for one recognised product.
const MOST_PER_PRODUCT: usize = 4;

/// Cures shown while the product is not known.
const MOST_LIKELY: usize = 5;

#[cfg(test)]
mod tests;
