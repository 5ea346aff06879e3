//! Fixes of products that were not recognised, or only by a manner that others share.

use super::{Blamed, Choice, MOST_LIKELY, Side, Trouble};
use crate::model::defect::Defect;
use crate::model::exchange::{Client, Leg};
use crate::model::finding::Status;
use crate::model::product::Certainty;
use crate::model::product::{Place, Recognised};
use crate::products::catalog;
use crate::products::catalog::{Kind, Product, Role};
use crate::products::rule::Mark;
use crate::products::signs::{Seen, sign};

impl<'f> Trouble<'f> {
    /// Fixes of products that left no trace, as far as the recognised ones leave something open.
    pub(super) fn likely(
        self,
        blamed: &[Blamed<'f>],
        recognised: &[Recognised],
        chosen: &[Choice<'_>],
    ) -> Vec<Choice<'f>> {
        let sure = |choice: &Choice<'_>| choice.certainty > Certainty::Guess;
        // Next to a failure a warning is most often one more sign of it.
        let met = blamed.iter().filter(|blame| !blame.is_hidden);
        let worst = met.map(|blame| blame.finding.judgement.status).max();
        let is_open = |blame: &Blamed<'_>| {
            !blame.is_hidden
                && (worst != Some(Status::Fail) || blame.finding.judgement.status != Status::Warn)
                && !chosen.iter().any(|choice| sure(choice) && choice.mends(blame.name))
                && !is_side_known(recognised, blame.side)
        };
        let open: Vec<_> = blamed.iter().copied().filter(is_open).collect();
        let room = MOST_LIKELY.saturating_sub(chosen.len());
        if open.is_empty() || room == 0 {
            return Vec::new();
        }
        let mut choices: Vec<_> = catalog::products()
            .iter()
            .filter(|product| !recognised.iter().any(|member| member.product == Some(&product.id)))
            .filter_map(|product| {
                self.fitting(&open, product, None)
                    .filter(|choice| choice.missing == 0 && self.is_supported(choice, recognised))
                    .min_by_key(Choice::order)
            })
            .collect();
        choices.sort_by_key(Choice::order);
        choices.truncate(room);
        choices
    }

    /// Whether the evidence allows this guess.
    pub(super) fn is_supported(self, choice: &Choice<'_>, recognised: &[Recognised]) -> bool {
        let Choice { product, cure, .. } = choice;
        // A server says what it is, and no version is known of what was not recognised.
        // A hint that shows is evidence of the old fault itself.
        let is_of_versions = cure.from.is_some() || cure.before.is_some();
        if cure.role == Role::Origin || is_of_versions && cure.hints.is_empty() {
            return false;
        }
        // Every answer of a content delivery network names it.
        if product.kind == Kind::Cdn {
            return false;
        }
        // A product that refuses a request names itself in its own page, if it has a name at all.
        let refusal = |blame: &Blamed<'_>| is_refusal(blame.finding.judgement.defect);
        if choice.blamed.iter().all(refusal) && !product.fingerprints.is_empty() {
            return false;
        }
        let is_server_side = choice.blamed.iter().any(|blame| blame.side == Side::Server);
        if is_server_side && !self.is_supported_before_a_server(choice) {
            return false;
        }
        if self.is_excluded(product, is_server_side) {
            return false;
        }
        // A program that names itself is not one of those that would name themselves otherwise.
        !names_unknown(recognised, is_server_side) || product.fingerprints.is_empty()
    }

    /// Whether there is evidence that something before the server is at fault: a server that ignores
    /// ranges by itself is the usual case.
    fn is_supported_before_a_server(self, choice: &Choice<'_>) -> bool {
        let seen = Seen {
            findings: self.findings,
            exchanges: self.exchanges,
            fixed: choice.blamed.iter().map(|blame| blame.finding).collect(),
            legs: self.tested(Side::Server),
        };
        let shows = |name| sign(name).and_then(|sign| sign.shows(&seen)) == Some(true);
        if matches!(choice.product.kind, Kind::Gateway | Kind::Antivirus) {
            let is_silent = |blame: &Blamed<'_>| {
                matches!(blame.name, "stalled" | "timed-out" | "connection-lost")
            };
            return shows("ranges-announced")
                || choice.blamed.iter().any(is_silent) && shows("head-right");
        }
        // What names itself in every answer would have been recognised.
        let names_itself = choice
            .product
            .fingerprints
            .iter()
            .any(|rule| !rule.is_weak() && matches!(rule.mark, Mark::Field { .. }));
        let is_other = |means: &&&str| {
            sign("ranges-announced").is_none_or(|sign| sign.means.as_str() != **means)
        };
        !names_itself && choice.signs.iter().any(|means| is_other(&means))
    }

    /// Whether an answer cannot have passed this product, because its `Server` is missing or is
    /// another.
    fn is_excluded(self, product: &Product, is_direct: bool) -> bool {
        let names: Vec<&Mark> = product
            .fingerprints
            .iter()
            .map(|rule| &rule.mark)
            .filter(|mark| matches!(mark, Mark::Field { name, .. } if name.eq_ignore_ascii_case("server")))
            .collect();
        let is_named = |value: &str| {
            names.iter().any(|mark| {
                matches!(mark, Mark::Field { text, .. }
                    if value.to_ascii_lowercase().contains(&text.to_ascii_lowercase()))
            })
        };
        product.replaces_server
            && self
                .exchanges
                .iter()
                .filter(|exchange| {
                    exchange.client == Client::Socket
                        && (exchange.leg == Leg::Direct) == (is_direct || !self.is_proxied)
                })
                .filter_map(|exchange| Some(&exchange.answer()?.head.fields))
                .any(|fields| !fields.first("server").is_some_and(is_named))
    }
}

/// A status that refuses the request, or a page in place of the file: what sent it wrote it itself.
pub(super) fn is_refusal(defect: Option<Defect>) -> bool {
    matches!(
        defect,
        Some(
            Defect::HttpStatus(_)
                | Defect::TunnelRefused(_)
                | Defect::BlockPage
                | Defect::ProxyAuthentication
                | Defect::MultiRefused(401 | 403 | 407)
        )
    )
}

/// Whether the product on this side is known, so that others need not be guessed.
fn is_side_known(recognised: &[Recognised], side: Side) -> bool {
    let is_known = |places: &[Place], least| {
        recognised.iter().any(|member| {
            member.product.is_some() && places.contains(&member.place) && member.certainty >= least
        })
    };
    match side {
        // A server that names itself may still have something before it that leaves no trace.
        Side::Server => is_known(&[Place::Server], Certainty::Certain),
        Side::Proxy | Side::Unknown => {
            is_known(&[Place::Proxy, Place::Unknown], Certainty::Certain)
        }
    }
}

/// Whether a program that is not in the catalogue names itself on this side.
fn names_unknown(recognised: &[Recognised], is_server_side: bool) -> bool {
    recognised
        .iter()
        .any(|member| member.product.is_none() && (member.place == Place::Server) == is_server_side)
}
