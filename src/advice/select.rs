//! Chooses and orders the cures for what was found.

use std::collections::HashSet;

use super::Advice;
use super::catalog::{self, Cure, CureCertainty, Kind, Product, Role};
use super::defect_name;
use super::fingerprint::{Place, Recognised};
use super::rule::Certainty;
use super::signs;
use crate::check::finding::{Finding, Status};
use crate::probe::exchange::Leg;

pub(super) fn advise(findings: &[Finding], recognised: &[Recognised]) -> Vec<Advice> {
    let blamed: Vec<Blamed<'_>> = findings.iter().filter_map(|f| blame(findings, f)).collect();
    if blamed.is_empty() {
        return Vec::new();
    }
    let mut choices: Vec<Choice<'_>> = Vec::new();
    for member in recognised.iter().rev() {
        let Some(product) = member.product.and_then(catalog::product) else { continue };
        let mut cures: Vec<_> = fitting(findings, &blamed, product, Some(member)).collect();
        cures.sort_by_key(Choice::order);
        cures.truncate(MOST_PER_PRODUCT);
        for choice in cures {
            if !choices.iter().any(|other| std::ptr::eq(other.cure, choice.cure)) {
                choices.push(choice);
            }
        }
    }
    choices.sort_by_key(Choice::order);
    choices.extend(likely(findings, &blamed, recognised, &choices));
    let mut named = HashSet::new();
    // One setting may mend several things; the best fit tells of it.
    choices
        .retain(|choice| named.insert((choice.product.id.as_str(), choice.cure.setting.as_str())));
    choices.iter().map(Choice::advice).collect()
}

/// A finding to be mended.
#[derive(Clone, Copy)]
struct Blamed<'f> {
    finding: &'f Finding,
    side: Side,
    name: &'static str,
}

/// On whose side the trouble is, as far as the legs tell.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Side {
    /// Direct it does not show.
    Proxy,
    /// Direct it shows too.
    Server,
    /// There was nothing direct to compare with.
    Unknown,
}

/// A cure that would mend something.
struct Choice<'f> {
    product: &'static Product,
    cure: &'static Cure,
    /// What it mends.
    blamed: Vec<Blamed<'f>>,
    /// What the signs and hints of the cure that show mean.
    signs: Vec<&'static str>,
    /// How many of its signs do not show.
    missing: usize,
    /// How certain it is that the product is there.
    certainty: Certainty,
}

/// Cures of products that left no trace, as far as the recognised ones leave something open.
fn likely<'f>(
    findings: &'f [Finding],
    blamed: &[Blamed<'f>],
    recognised: &[Recognised],
    chosen: &[Choice<'_>],
) -> Vec<Choice<'f>> {
    let sure = |choice: &Choice<'_>| choice.certainty > Certainty::Guess;
    let open: Vec<_> = blamed
        .iter()
        .copied()
        .filter(|blame| !chosen.iter().any(|choice| sure(choice) && choice.mends(blame.name)))
        .collect();
    let room = MOST_LIKELY.saturating_sub(chosen.len());
    if open.is_empty() || room == 0 {
        return Vec::new();
    }
    // When the proxy is known for certain, only what never shows on the wire can be added.
    let proxy_is_known = recognised.iter().any(|member| {
        member.product.is_some()
            && member.place == Place::Proxy
            && member.certainty == Certainty::Certain
    });
    let mut choices: Vec<_> = catalog::products()
        .iter()
        .filter(|product| !recognised.iter().any(|member| member.product == Some(&product.id)))
        .filter(|product| !proxy_is_known || product.fingerprints.is_empty())
        .filter_map(|product| {
            fitting(findings, &open, product, None)
                .filter(|choice| choice.missing == 0)
                .min_by_key(Choice::order)
        })
        .collect();
    choices.sort_by_key(Choice::order);
    choices.truncate(room);
    choices
}

/// The cures of a product for what is blamed.
fn fitting<'f>(
    findings: &'f [Finding],
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
        if mended.is_empty() {
            return None;
        }
        let proof: Vec<_> = mended.iter().map(|blame| blame.finding).collect();
        let showing = |name: &String| signs::showing(name, findings, &proof);
        let mut signs: Vec<_> = cure.signs.iter().filter_map(showing).collect();
        let missing = cure.signs.len() - signs.len();
        signs.extend(cure.hints.iter().filter_map(showing));
        let certainty = member.map_or(Certainty::Guess, |member| member.certainty);
        Some(Choice { product, cure, blamed: mended, signs, missing, certainty })
    })
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

/// A finding that needs mending, unless the direct leg says the same of it.
fn blame<'f>(findings: &'f [Finding], finding: &'f Finding) -> Option<Blamed<'f>> {
    let defect = finding.judgement.defect?;
    if matches!(finding.judgement.status, Status::Pass | Status::Skipped) {
        return None;
    }
    let name = defect_name::name(defect);
    let side = if finding.leg == Leg::Direct {
        Side::Server
    } else {
        let direct =
            findings.iter().find(|other| other.leg == Leg::Direct && other.check == finding.check);
        match direct.map(|direct| &direct.judgement) {
            None => Side::Unknown,
            Some(judgement) if judgement.defect.map(defect_name::name) == Some(name) => {
                return None;
            }
            Some(judgement) if judgement.status == Status::Inconclusive => Side::Unknown,
            Some(_) => Side::Proxy,
        }
    };
    Some(Blamed { finding, side, name })
}

fn mends(cure: &Cure, finding: &Finding) -> bool {
    let defect = finding.judgement.defect;
    defect.is_some_and(|defect| cure.defects.iter().any(|pattern| pattern.matches(defect)))
}

impl Choice<'_> {
    fn mends(&self, name: &str) -> bool {
        self.blamed.iter().any(|blame| blame.name == name)
    }

    /// Smallest first: no sign against it, the certain before the guessed, most signs for it,
    /// failures before warnings, the usual before the rare, what mends more before what mends
    /// less.
    fn order(&self) -> impl Ord + use<> {
        use std::cmp::Reverse;
        let worst = self.blamed.iter().map(|blame| blame.finding.judgement.status).max();
        (
            self.missing,
            Reverse(self.certainty),
            Reverse(self.signs.len()),
            Reverse(worst),
            Reverse(self.cure.likelihood),
            Reverse(self.blamed.len()),
        )
    }

    fn advice(&self) -> Advice {
        let Self { product, cure, .. } = self;
        let mut unique = Vec::new();
        for blame in &self.blamed {
            if !unique.contains(&blame.name) {
                unique.push(blame.name);
            }
        }
        let most = match cure.certainty {
            CureCertainty::Documented | CureCertainty::Measured => Certainty::Certain,
            CureCertainty::Likely | CureCertainty::Reported => Certainty::Likely,
        };
        Advice {
            product: &product.id,
            name: &product.name,
            certainty: self.certainty.min(most),
            defects: unique,
            setting: cure.setting.trim_end(),
            text: self.text(),
            source: &cure.source,
        }
    }

    /// When, why and at what cost, in sentences.
    fn text(&self) -> String {
        let Cure { when, reason, side_effect, .. } = self.cure;
        let mut fits = String::new();
        if !self.signs.is_empty() {
            fits = format!(" It fits: {}.", self.signs.join("; "));
        }
        format!("When: {when}.{fits} {reason} Side effect: {side_effect}")
    }
}

/// Cures shown for one recognised product.
const MOST_PER_PRODUCT: usize = 4;

/// Cures shown while the product is not known.
const MOST_LIKELY: usize = 5;

#[cfg(test)]
mod tests;
