//! The registry of checks, and what a check of mocks costs. `tests/scenarios` has the verdicts.

use std::collections::BTreeSet;

use bitsgate::checks::table;
use bitsgate::mock::emulation;
use bitsgate::mock::expectation::JobEnd;
use bitsgate::model::outcome::RouteResult;
use bitsgate::model::profile::Profile;
use bitsgate::model::verdict::Verdict;

use crate::cases::run::{PATIENT, run_mocks};

#[test]
fn the_registry_is_well_formed() {
    let checks = table::all().iter().chain(table::preflights());
    let metas: Vec<_> = checks.collect();
    let ids: BTreeSet<_> = metas.iter().map(|meta| meta.id).collect();
    assert_eq!(ids.len(), metas.len(), "ids are unique");
    for meta in metas {
        let is_kebab = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        assert!(meta.id.bytes().all(is_kebab), "{}", meta.id);
        assert!(!meta.title.is_empty() && !meta.explanation.is_empty(), "{}", meta.id);
        assert!(!meta.source.is_empty() && meta.rfc.starts_with("RFC "), "{}", meta.id);
    }
}

#[test]
fn emulation_that_fails_ends_or_damages_a_download() {
    for emulated in emulation::all() {
        let expected = &emulated.expectation;
        let is_transferred = expected.job == JobEnd::Transferred;
        assert!(expected.verdict != Verdict::Fail || !is_transferred, "{}", emulated.id);
        for id in expected.fails.iter().chain(&expected.warns) {
            assert!(table::find(id).is_some(), "{}: no check {id}", emulated.id);
        }
    }
}

#[tokio::test]
async fn a_right_five_gib_file_is_judged_on_little() {
    let result = run_mocks("", Some(""), 5 << 30, Profile::Bits, PATIENT).await;
    let body: u64 = bodies(&result).sum();
    assert!(body < 512 * 1024, "{body} bytes");
}

#[tokio::test]
async fn a_whole_file_for_a_range_costs_little() {
    let result = run_mocks("", Some("range-ignored"), 5 << 30, Profile::Bits, PATIENT).await;
    let largest = bodies(&result).max().unwrap_or_default();
    assert!(largest < 64 * 1024, "{largest} bytes");
}

fn bodies(result: &RouteResult) -> impl Iterator<Item = u64> {
    let answers = result.exchanges.iter().filter_map(|exchange| exchange.answer());
    answers.map(|answer| answer.body.received)
}
