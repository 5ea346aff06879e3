//! Two reports beside each other: what is new or worse, and what is mended. Called by
//! `bitsgate diff` with two files, and by `bitsgate check --baseline` with one and its own result.

use std::collections::BTreeSet;

use crate::gate::{Baseline, KnownCell, KnownFinding};
use crate::model::exchange::Leg;
use crate::model::finding::Status;
use crate::model::outcome::{Change, ChangeKind, Comparison, Missing, Outcome, RouteResult};
use crate::model::place::{CellKey, NotTried, PairKey};
use crate::model::verdict::Impact;

/// The findings of a run, in the shape of a report that was read back.
pub fn snapshot(outcome: &Outcome) -> Baseline {
    let cell = |result: &RouteResult| {
        let beside_proxy = result.proxy.is_some();
        // Beside a proxy the direct leg only tells who is to blame.
        let tested = result.findings.iter().filter(|one| !beside_proxy || one.leg != Leg::Direct);
        KnownCell {
            key: CellKey::of(result.place()),
            findings: tested.map(KnownFinding::of).collect(),
        }
    };
    let not_tried = |missing: &Missing| NotTried {
        pair: PairKey {
            proxy: missing.proxy.clone(),
            proxy_name: missing.names.proxy.clone(),
            target: missing.target.clone(),
            target_name: missing.names.target.clone(),
        },
        why: missing.why.to_owned(),
    };
    Baseline {
        cells: outcome.results.iter().map(cell).collect(),
        incomplete: !outcome.complete,
        not_tried: outcome.missing.iter().map(not_tried).collect(),
    }
}

/// What changed from one report to the other. Results that only one of them has are named, and
/// failures of new ones are new.
pub fn compare(then: &Baseline, now: &Baseline) -> Comparison {
    let mut comparison = Comparison {
        incomplete: now.incomplete,
        not_tried: now.not_tried.clone(),
        ..Comparison::default()
    };
    let mut met = BTreeSet::new();
    for cell in &now.cells {
        let before = then.cell(&cell.key);
        match before {
            Some(before) => drop(met.insert(&before.key)),
            None => comparison.added.push(cell.key.clone()),
        }
        for finding in &cell.findings {
            let old = before.and_then(|before| before.finding(finding));
            comparison.changes.extend(change(&cell.key, old, finding));
        }
        let gone = before.into_iter().flat_map(|before| &before.findings);
        for old in gone.filter(|old| cell.finding(old).is_none() && old.impact > Impact::None) {
            comparison.changes.push(Change {
                kind: ChangeKind::NotJudged,
                cell: cell.key.clone(),
                check: old.check.clone(),
                leg: old.leg.clone(),
                then: Some(old.status),
                now: None,
                then_hresult: old.hresult.clone(),
                now_hresult: None,
            });
        }
    }
    // What was not tried is not gone: nobody knows how it fares.
    let is_untried = |key: &CellKey| now.not_tried.iter().any(|one| one.pair.fits(&key.pair));
    let gone = then.cells.iter().filter(|cell| !met.contains(&cell.key));
    let gone = gone.filter(|cell| !is_untried(&cell.key));
    comparison.gone = gone.map(|cell| cell.key.clone()).collect();
    comparison
}

fn change(cell: &CellKey, old: Option<&KnownFinding>, new: &KnownFinding) -> Option<Change> {
    let before = old.map_or(Impact::None, |old| old.impact);
    // As the gate sees it: what has another code, or none any more, is not what was known.
    let has_other_code = old.is_some_and(|old| old.hresult != new.hresult);
    let is_unjudged = matches!(new.status, Status::Skipped | Status::Inconclusive);
    let kind = match new.impact {
        after if after > before && before == Impact::None => ChangeKind::New,
        after if after > before => ChangeKind::Worse,
        after if after > Impact::None && after == before && has_other_code => ChangeKind::Worse,
        // What was not run is never a pass.
        after if after < before && is_unjudged => ChangeKind::NotJudged,
        Impact::None if before > Impact::None => ChangeKind::Mended,
        after if after < before => ChangeKind::Better,
        _ => return None,
    };
    Some(Change {
        kind,
        cell: cell.clone(),
        check: new.check.clone(),
        leg: new.leg.clone(),
        then: old.map(|old| old.status),
        now: Some(new.status),
        then_hresult: old.and_then(|old| old.hresult.clone()),
        now_hresult: new.hresult.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Level;

    fn report(findings: &[(&str, Status, Option<&str>)]) -> Baseline {
        let findings = findings.iter().map(|&(check, status, code)| KnownFinding {
            check: check.to_owned(),
            leg: String::from("cold"),
            status,
            impact: Impact::of(Level::Required, status).decisive(),
            hresult: code.map(str::to_owned),
        });
        let key = key(None);
        let cells = vec![KnownCell { key, findings: findings.collect() }];
        Baseline { cells, ..Baseline::default() }
    }

    /// The result of a proxy with this name.
    fn key(name: Option<&str>) -> CellKey {
        let pair = PairKey {
            proxy: Some(String::from("http://p:3128")),
            proxy_name: name.map(str::to_owned),
            target: String::from("http://h/a"),
            target_name: None,
        };
        CellKey { pair, profile: String::from("bits") }
    }

    /// The same report with a result for each name.
    fn of_names(report: &Baseline, names: &[Option<&str>]) -> Baseline {
        let cell = |&name| KnownCell { key: key(name), ..report.cells[0].clone() };
        Baseline { cells: names.iter().map(cell).collect(), ..Baseline::default() }
    }

    fn kinds(
        then: &[(&str, Status, Option<&str>)],
        now: &[(&str, Status, Option<&str>)],
    ) -> Vec<ChangeKind> {
        let comparison = compare(&report(then), &report(now));
        comparison.changes.iter().map(|change| change.kind).collect()
    }

    #[test]
    fn each_kind_of_change_is_told() {
        let (pass, warn, fail) = (Status::Pass, Status::Warn, Status::Fail);
        assert_eq!(kinds(&[("a", pass, None)], &[("a", fail, None)]), [ChangeKind::New]);
        assert_eq!(kinds(&[], &[("a", warn, None)]), [ChangeKind::New]);
        assert_eq!(kinds(&[("a", warn, None)], &[("a", fail, None)]), [ChangeKind::Worse]);
        assert_eq!(kinds(&[("a", fail, None)], &[("a", warn, None)]), [ChangeKind::Better]);
        assert_eq!(kinds(&[("a", fail, None)], &[("a", pass, None)]), [ChangeKind::Mended]);
        assert_eq!(kinds(&[("a", fail, None)], &[("a", fail, None)]), []);
        assert_eq!(
            kinds(&[("a", fail, Some("0x1"))], &[("a", fail, Some("0x2"))]),
            [ChangeKind::Worse]
        );
        assert_eq!(kinds(&[("a", fail, None)], &[]), [ChangeKind::NotJudged]);
        for unjudged in [Status::Skipped, Status::Inconclusive] {
            let now = [("a", unjudged, None)];
            assert_eq!(kinds(&[("a", fail, None)], &now), [ChangeKind::NotJudged]);
        }
        assert_eq!(
            kinds(&[("a", pass, None)], &[("a", Status::Inconclusive, None)]),
            [ChangeKind::New]
        );
    }

    #[test]
    fn another_code_is_worse_and_both_are_told() {
        let codes = |then: Option<&'static str>, now: Option<&'static str>| {
            let (then, now) =
                (report(&[("a", Status::Fail, then)]), report(&[("a", Status::Fail, now)]));
            let changes = compare(&then, &now).changes;
            changes.into_iter().next().map(|one| (one.kind, one.then_hresult, one.now_hresult))
        };
        let code = |text: &str| Some(text.to_owned());
        let worse = ChangeKind::Worse;
        assert_eq!(codes(Some("0x1"), Some("0x2")), Some((worse, code("0x1"), code("0x2"))));
        assert_eq!(codes(Some("0x1"), None), Some((worse, code("0x1"), None)));
        assert_eq!(codes(Some("0x1"), Some("0x1")), None);
    }

    #[test]
    fn results_of_only_one_report_are_named() {
        let one = report(&[("a", Status::Fail, None)]);
        let none = Baseline::default();
        assert_eq!(compare(&one, &none).gone.len(), 1);
        assert!(!compare(&one, &none).is_worse());
        let added = compare(&none, &one);
        assert_eq!((added.added.len(), added.is_worse()), (1, true));
    }

    #[test]
    fn what_was_not_tried_is_not_gone() {
        let fail = report(&[("a", Status::Fail, None)]);
        let (a, b) = (Some("site-a"), Some("site-b"));
        let not_tried = vec![NotTried { pair: key(b).pair, why: String::from("the deadline") }];
        let now = Baseline { incomplete: true, not_tried, ..of_names(&fail, &[a]) };
        let comparison = compare(&of_names(&fail, &[a, b, Some("site-c")]), &now);
        assert_eq!((comparison.incomplete, &comparison.not_tried), (true, &now.not_tried));
        assert_eq!(comparison.gone, [key(Some("site-c"))]);
    }

    #[test]
    fn names_tell_results_of_one_url_apart() {
        let fail = report(&[("a", Status::Fail, None)]);
        let counts = |then: &[Option<&str>], now: &[Option<&str>]| {
            let comparison = compare(&of_names(&fail, then), &of_names(&fail, now));
            (comparison.gone.len(), comparison.added.len(), comparison.is_worse())
        };
        let (a, b) = (Some("site-a"), Some("site-b"));
        assert_eq!(counts(&[a], &[a]), (0, 0, false));
        assert_eq!(counts(&[a], &[b]), (1, 1, true));
        assert_eq!(counts(&[a], &[a, b]), (0, 1, true));
        // A report without names goes by the URL,
        assert_eq!(counts(&[None], &[a, b]), (0, 0, false));
        assert_eq!(counts(&[a], &[None]), (0, 0, false));
        // but not where nobody knows which of two it is.
        assert_eq!(counts(&[a, b], &[None]), (2, 1, true));
    }
}
