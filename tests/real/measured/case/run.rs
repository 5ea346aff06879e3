//! How a case is run: first the wire, then the tool, then the fix.

use std::collections::BTreeSet;

use bitsgate::model::advice::Proof;
use bitsgate::products::catalog;

use super::{Case, Checks, Product, TESTED};
use crate::measured::table::{self, Row};
use crate::measured::{observe, repair, report, version};
use crate::support::require;

impl Case {
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
        let leaves = names(self.leaves);
        if self.proof != TESTED {
            let fix = judged.first_fix().unwrap_or_default();
            let proof = fix["proof"].as_str().unwrap_or("no fix");
            if proof != self.proof {
                let stated = self.proof;
                problems.push(format!("first fix: stated {stated}\n    seen   {proof}"));
            }
        } else if !judged.is_right(&leaves) {
            let repair = repair::repair(&mut scene, &judged, &leaves);
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
pub(in crate::measured) fn run(product: &Product) {
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
