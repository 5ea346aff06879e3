//! A fix that is chosen: how well it fits, and what is said of it.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::{Blamed, Side};
use crate::model::advice::Advice;
use crate::model::advice::{Edit, Proof};
use crate::model::check::Check;
use crate::model::finding::{Level, Status};
use crate::model::job_kind::JobKind;
use crate::model::product::Certainty;
use crate::products::catalog::{Cure, Product, Role};
use crate::products::fix::Values;

/// A cure that would mend something.
pub(super) struct Choice<'f> {
    pub(super) product: &'static Product,
    pub(super) cure: &'static Cure,
    /// What it mends.
    pub(super) blamed: Vec<Blamed<'f>>,
    /// What the signs and hints of the cure that show mean.
    pub(super) signs: Vec<&'static str>,
    /// How many of its signs do not show.
    pub(super) missing: usize,
    /// How certain it is that the product is there.
    pub(super) certainty: Certainty,
}

/// Whether a failure of a check ends an ordinary download.
fn ends_download(meta: &Check) -> bool {
    meta.level == Level::Required && meta.jobs.contains(&JobKind::Download)
}

impl Choice<'_> {
    pub(super) fn mends(&self, name: &str) -> bool {
        self.blamed.iter().any(|blame| blame.name == name)
    }

    /// Smallest first: all signs seen, failures before warnings, what ends an ordinary job before
    /// the rest, the certain before the guessed, most signs for it, settings of servers before those
    /// of proxies on the server's side, what explains more, the usual before the rare.
    pub(super) fn order(&self) -> impl Ord + use<> {
        let ends_job = |blame: &&Blamed<'_>| {
            blame.finding.judgement.status == Status::Fail && ends_download(blame.finding.row)
        };
        let decisive: HashSet<_> =
            self.blamed.iter().filter(ends_job).map(|blame| blame.name).collect();
        let on_server = self.blamed.iter().any(|blame| blame.side == Side::Server);
        let worst = self.blamed.iter().map(|blame| blame.finding.judgement.status).max();
        (
            self.missing,
            Reverse(worst),
            decisive.is_empty(),
            Reverse(self.certainty),
            Reverse(self.signs.len()),
            on_server && self.cure.role == Role::Proxy,
            Reverse(decisive.len()),
            Reverse(self.cure.likelihood),
            Reverse(self.blamed.len()),
        )
    }

    pub(super) fn advice(&self, values: &Values) -> Advice {
        let Self { product, cure, .. } = self;
        let mut unique = Vec::new();
        for blame in &self.blamed {
            if !unique.contains(&blame.name) {
                unique.push(blame.name);
            }
        }
        let most = match cure.proof {
            Proof::Documented | Proof::Tested => Certainty::Certain,
            Proof::NotTried => Certainty::Likely,
        };
        let file = cure.file.as_deref().or(product.file.as_deref());
        let reload = cure.reload.as_deref().or(product.reload.as_deref());
        let edits = cure.edits(values);
        let is_edit = !edits.is_empty();
        let positions: Vec<_> = edits.iter().map(Edit::position).collect();
        Advice {
            product: Some(&product.id),
            name: &product.name,
            certainty: self.certainty.min(most),
            defects: unique,
            setting: cure.printed(values),
            file: file.filter(|_| is_edit || cure.file.is_some()),
            position: positions.join("; "),
            edits,
            reload: reload.filter(|_| is_edit || cure.reload.is_some()),
            side_effect: values.fill(&cure.side_effect),
            proof: cure.proof,
            text: self.text(values),
            source: &cure.source,
        }
    }

    /// When, what of that was detected, why and at what cost, in sentences.
    fn text(&self, values: &Values) -> String {
        let Cure { when, reason, side_effect, .. } = self.cure;
        let mut detected = String::new();
        if !self.signs.is_empty() {
            detected = format!(" Detected: {}.", self.signs.join("; "));
        }
        values.fill(&format!("Condition: {when}.{detected} {reason} Side effect: {side_effect}"))
    }
}
