//! What a gate is told besides the results: what decides nothing and why, what was not tried, what
//! changed since the baseline.

use crate::model::disposition::Excuse;
use crate::model::finding::Finding;
use crate::model::outcome::Outcome;
use crate::report::comparison;
use crate::report::label::Labels;
use crate::ui::page::Page;
use crate::ui::style::Role;

/// Why a finding counts otherwise than its status says; nothing when it does not.
pub(super) fn write_treatment(page: &mut Page, finding: &Finding) {
    match &finding.treatment.excuse {
        Some(Excuse::Accepted { reason, until }) => {
            page.labelled("accepted", &format!("until {until}: {reason}"));
        }
        Some(Excuse::Known) => {
            page.labelled("known", "the baseline has it too: it decides nothing");
        }
        None => {}
    }
    if let Some(severity) = finding.treatment.severity {
        page.labelled("counts", &format!("as {:?}, by the configuration", severity.as_str()));
    }
}

/// What stands above the total.
pub(super) fn write(page: &mut Page, outcome: &Outcome) {
    if let Some(comparison) = &outcome.comparison {
        comparison::write(page, comparison);

        page.gap();
    }
    for warning in &outcome.warnings {
        page.tagged(Role::Warn, "warning", warning);
    }
    if !outcome.complete {
        page.gap();
        page.tagged(Role::Inconclusive, "INCOMPLETE", "not all that was asked for was tried:");
        for missing in &outcome.missing {
            page.indented(&format!("{}: {}", Labels::from(missing), missing.why));
        }
    }
    page.gap();
}
