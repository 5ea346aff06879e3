//! A case, and how it is run: first the wire, then the tool.

use std::collections::BTreeSet;

use bitsgate::advice::catalog;
use bitsgate::advice::fix::Proof;

use super::scene::Scene;
use super::table::{self, Row};
use super::{observe, repair, report, version};
use crate::support::check::{SINGLE_RANGES, WITHOUT_RANGES};
use crate::support::require;

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

/// The checks of several ranges in one request.
pub(super) const SEVERAL: &[&str] = &[
    "multi-adjacent",
    "multi-descending",
    "multi-five",
    "multi-many",
    "multi-repeated",
    "multi-two",
];
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
        }
    }

    /// A setting that breaks BITS so that the job shows `code`.
    pub(super) fn bad(setting: &'static str, code: &'static str, start: fn() -> Scene) -> Self {
        Self { verdict: "fail", code: Some(code), ..Self::good(setting, start) }
    }

    /// A setting that breaks only jobs that ask for several ranges at once.
    pub(super) fn several_only(setting: &'static str, start: fn() -> Scene) -> Self {
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

    /// More programs that it needs, besides the product and nginx.
    pub(super) fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }

    /// Runs it, and says everything that is not as stated.
    fn run(&self, product: &Product) -> (Seen, Vec<String>) {
        let mut scene = (self.start)();
        let mut problems = Vec::new();
        let mut compare = |what: &str, seen: &dyn std::fmt::Debug, stated: &dyn std::fmt::Debug| {
            let (seen, stated) = (format!("{seen:?}"), format!("{stated:?}"));
            if seen != stated {
                problems.push(format!("{what}: stated {stated}\n    seen   {seen}"));
            }
        };
        let (cold, warm) = (observe::cold(&scene), observe::warm(&scene));
        compare("cold wire", &cold, &self.cold.wire);
        compare("warm wire", &warm, &self.warm.wire);
        let judged = report::judge(&scene);
        compare("verdict", &judged.verdict, &self.verdict);
        compare("code", &judged.code.as_deref(), &self.code);
        compare("failing cold", &judged.cold, &names(self.cold.failing));
        compare("failing warm", &judged.warm, &names(self.warm.failing));
        compare("blame", &judged.blame().as_deref(), &self.blame);
        let also: Vec<_> = self.also_to_blame.iter().map(|&blame| blame.to_owned()).collect();
        compare("also to blame", &judged.also_to_blame(), &also);
        if let Some(advice) = self.advice {
            let settings = judged.settings();
            if !settings.first().is_some_and(|setting| setting.contains(advice)) {
                problems.push(format!("advice: stated {advice}\n    seen   {settings:?}"));
            }
        }
        if let Some((blame, advice)) = self.named_server {
            let seen = judged.named_server();
            if seen.0.as_deref() != Some(blame) || !seen.1.contains(advice) {
                problems.push(format!("as server: stated {blame}, {advice}\n    seen   {seen:?}"));
            }
        }
        if let Some(advice) = self.also_advice {
            let settings = judged.settings();
            if !settings.iter().any(|setting| setting.contains(advice)) {
                problems.push(format!("advice: stated also {advice}\n    seen   {settings:?}"));
            }
        }
        if let Some(id) = product.recognised {
            let recognised = judged.recognised();
            if recognised.contains(&id) != self.recognised {
                problems.push(format!("recognised: {recognised:?}"));
            }
        }
        if let Some(note) = self.note
            && !judged.notes().contains(note)
        {
            problems.push(format!("notes: stated {note}\n    seen   {}", judged.notes()));
        }
        let mut proved = Vec::new();
        if !judged.is_right() {
            let repair = repair::repair(&mut scene, &judged);
            problems.extend(repair.problem.map(|problem| format!("repair: {problem}")));
            proved = repair.applied;
        }
        if !problems.is_empty() || std::env::var_os("BITSGATE_REAL_SHOW").is_some() {
            let wire = format!("wire: cold {cold}; warm {warm}\n      ");
            problems.push(wire + &judged.explained);
        }
        (Seen { cold, warm, verdict: judged.verdict, code: judged.code, proved }, problems)
    }
}

/// What came out of a case.
struct Seen {
    cold: String,
    warm: String,
    verdict: String,
    code: Option<String>,
    /// The texts of the fixes that made the check pass.
    proved: Vec<String>,
}

/// Runs every case of a product, compares the table's rows, and panics with everything that is not
/// as stated.
#[track_caller]
pub(super) fn run(product: &Product) {
    if !require::programs(&[product.program, "nginx"]) {
        return;
    }
    let version = version::of(product.program);
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    let mut proved = Vec::new();
    let mut is_whole = true;
    for case in (product.cases)() {
        if !require::programs(case.needs) {
            is_whole = false;
            continue;
        }
        let (seen, found) = case.run(product);
        proved.extend(seen.proved.iter().cloned());
        problems.extend(found.iter().map(|problem| format!("{}\n  {problem}", case.setting)));
        rows.push(Row {
            product: product.name.to_owned(),
            version: version.clone(),
            setting: case.setting.to_owned(),
            cold: seen.cold,
            warm: seen.warm,
            verdict: seen.verdict,
            code: seen.code.unwrap_or_default(),
        });
    }
    if is_whole {
        problems.extend(not_proved(product.id, &proved));
    }
    assert!(problems.is_empty(), "{}:\n{}", product.name, problems.join("\n"));
    table::hold(product.name, rows);
}

/// The fixes that the catalogue calls tested though no case applied them.
fn not_proved(id: &str, proved: &[String]) -> Vec<String> {
    let product = catalog::product(id).expect("a product of the catalogue");
    let tested = product.cures.iter().filter(|cure| cure.proof == Proof::Tested);
    let is_open = |cure: &&catalog::Cure| {
        let condition = format!("Condition: {}.", cure.when);
        !proved.iter().any(|text| text.starts_with(&condition))
    };
    let open = tested.filter(is_open);
    open.map(|cure| format!("called tested, but no case applies it: {}", cure.when)).collect()
}

fn names(groups: Checks) -> BTreeSet<String> {
    groups.iter().copied().flatten().map(|name| (*name).to_owned()).collect()
}
