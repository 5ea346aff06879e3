//! A case: a program in one setting, and what is true of it.

mod run;

pub(super) use run::run;

use super::scene::Scene;
use crate::support;
use crate::support::check::{SINGLE_RANGES, WITHOUT_RANGES};

/// A product and its cases.
pub(super) struct Product {
    /// As the table names it.
    pub(super) name: &'static str,
    /// The program that must be installed, and that is asked for its version.
    pub(super) program: &'static str,
    /// Its id in the catalogue.
    pub(super) id: &'static str,
    /// Its id when it shows itself, wherever a case does not say otherwise.
    pub(super) recognised: Option<&'static str>,
    /// In any order.
    pub(super) cases: fn() -> Vec<Case>,
}

/// One product in one setting.
pub(super) struct Case {
    setting: &'static str,
    start: fn() -> Scene,
    needs: &'static [&'static str],
    cold: Leg,
    warm: Leg,
    verdict: &'static str,
    code: Option<&'static str>,
    blame: Option<&'static str>,
    also_to_blame: Option<&'static str>,
    advice: Option<&'static str>,
    also_advice: Option<&'static str>,
    named_server: Option<(&'static str, &'static str)>,
    recognised: bool,
    note: Option<&'static str>,
    leaves: Checks,
    proof: &'static str,
}

/// What is true of one leg.
struct Leg {
    wire: &'static str,
    failing: Checks,
}

/// Names of checks, in groups.
pub(super) type Checks = &'static [&'static [&'static str]];

/// What [`observe`] says when there is nothing to say.
pub(super) const RIGHT: &str = "right";

/// The `proof` of a fix that a case applies.
const TESTED: &str = "tested";

/// The checks of several ranges in one request.
pub(super) const SEVERAL: &[&str] = &support::check::SEVERAL;
/// Adjacent ranges are merged into one, which HTTP allows.
pub(super) const MERGED: Checks = &[&["multi-adjacent"]];
/// Ranges are ignored.
pub(super) const IGNORED: Checks = &[&WITHOUT_RANGES];
/// HEAD tells no length, and the first range is ignored: nothing more can be asked.
pub(super) const UNSIZED: Checks = &[&["head-content-length", "range-first"]];
/// The answers to one range lack a field.
pub(super) const ONE: Checks = &[&SINGLE_RANGES];

impl Case {
    /// A setting that BITS can live with, cold and warm.
    pub(super) fn good(setting: &'static str, start: fn() -> Scene) -> Self {
        let right = || Leg { wire: RIGHT, failing: &[] };
        Self {
            setting,
            start,
            needs: &[],
            cold: right(),
            warm: right(),
            verdict: "pass",
            code: None,
            blame: None,
            also_to_blame: None,
            advice: None,
            also_advice: None,
            named_server: None,
            recognised: true,
            note: None,
            leaves: &[],
            proof: TESTED,
        }
    }

    /// A setting that breaks BITS so that the job shows `code`.
    pub(super) fn bad(setting: &'static str, code: &'static str, start: fn() -> Scene) -> Self {
        Self { verdict: "fail", code: Some(code), ..Self::good(setting, start) }
    }

    /// A setting that breaks only jobs that ask for several ranges at once, which is a warning.
    pub(super) fn several_only(setting: &'static str, start: fn() -> Scene) -> Self {
        Self { verdict: "warn", ..Self::good(setting, start) }
    }

    /// A setting with which a job ends without a code, and with another file than the server's.
    pub(super) fn spoils(setting: &'static str, start: fn() -> Scene) -> Self {
        Self { verdict: "fail", ..Self::good(setting, start) }
    }

    /// What is seen before anybody fetched the file, and the checks that fail for it.
    pub(super) fn cold(self, wire: &'static str, failing: Checks) -> Self {
        Self { cold: Leg { wire, failing }, ..self }
    }

    /// The same after somebody fetched the whole file.
    pub(super) fn warm(self, wire: &'static str, failing: Checks) -> Self {
        Self { warm: Leg { wire, failing }, ..self }
    }

    /// The same whether somebody fetched the file or not.
    pub(super) fn always(self, wire: &'static str, failing: Checks) -> Self {
        self.cold(wire, failing).warm(wire, failing)
    }

    /// Another verdict than the case's kind has.
    pub(super) fn verdict(self, verdict: &'static str) -> Self {
        Self { verdict, ..self }
    }

    /// Who is blamed, as `proxy, request`.
    pub(super) fn blames(self, blame: &'static str) -> Self {
        Self { blame: Some(blame), ..self }
    }

    /// Who else is blamed, for a fault of its own.
    pub(super) fn also_blames(self, blame: &'static str) -> Self {
        Self { also_to_blame: Some(blame), ..self }
    }

    /// What the setting that another advice names must hold.
    pub(super) fn also_advises(self, advice: &'static str) -> Self {
        Self { also_advice: Some(advice), ..self }
    }

    /// What the setting that the first advice names must hold.
    pub(super) fn advises(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
    }

    /// A reverse proxy named as the server: who is blamed then, and what the setting of the first
    /// advice must hold.
    pub(super) fn named_server(self, blame: &'static str, advice: &'static str) -> Self {
        Self { named_server: Some((blame, advice)), ..self }
    }

    /// What the run remarks.
    pub(super) fn notes(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The product does not show itself.
    pub(super) fn unrecognised(self) -> Self {
        Self { recognised: false, ..self }
    }

    /// What fails after the fix as well, because no setting of the program changes it.
    pub(super) fn leaves(self, leaves: Checks) -> Self {
        Self { leaves, ..self }
    }

    /// The first fix cannot be applied here, and says so: its `proof` is this one.
    pub(super) fn not_repaired(self, proof: &'static str) -> Self {
        Self { proof, ..self }
    }

    /// More programs that it needs, besides the product and nginx.
    pub(super) fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }
}
