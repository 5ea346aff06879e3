//! What holds for all cases together. Each case is a test of its own, so that what its expectation
//! states holds when all tests pass; here the expectations themselves are compared with the checks.

use std::collections::BTreeSet;

use bitsgate::checks::table;
use bitsgate::mock::Behaviour;
use bitsgate::mock::expectation::RunConditions;
use bitsgate::model::finding::Status;
use bitsgate::model::verdict::Verdict;
use libtest_mimic::{Failed, Trial};

use crate::cases::{self, Case, run};

/// A name and what is tested.
type Test = (&'static str, fn() -> Result<(), Failed>);

const TESTS: [Test; 5] = [
    ("catalogue::no_name_stands_twice", no_name_stands_twice),
    ("catalogue::every_expectation_names_checks_that_exist", every_named_check_exists),
    ("catalogue::every_check_is_failed_by_some_case", every_check_is_failed_by_some_case),
    ("catalogue::every_check_passes_in_some_case", every_check_passes_in_some_case),
    ("catalogue::scenarios_add_to_what_the_catalogue_states", scenarios_add_to_the_catalogue),
];

pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    TESTS.into_iter().map(|(name, test)| Trial::test(name, test))
}

fn no_name_stands_twice() -> Result<(), Failed> {
    let cases = cases::all();
    let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
    let is_unique = names.len() == cases.len();
    ensure(is_unique && cases.len() > 400, || format!("{} of {}", names.len(), cases.len()))
}

fn every_named_check_exists() -> Result<(), Failed> {
    for case in cases::all() {
        let named = case.expectation.fails.iter().chain(&case.expectation.warns);
        for id in named {
            ensure(table::find(id).is_some(), || format!("{}: no check {id}", case.name))?;
        }
        Behaviour::of_names(case.behaviours())
            .map_err(|error| format!("{}: {error}", case.name))?;
    }
    Ok(())
}

fn every_check_is_failed_by_some_case() -> Result<(), Failed> {
    let cases = cases::all();
    // Where the verdict is inconclusive, so may be the check.
    let conclusive = cases.iter().filter(|case| case.expectation.verdict != Verdict::Inconclusive);
    let failed: BTreeSet<_> =
        conclusive.flat_map(|case| &case.expectation.fails).map(String::as_str).collect();
    let warned: BTreeSet<_> =
        cases.iter().flat_map(|case| &case.expectation.warns).map(String::as_str).collect();
    for check in table::all() {
        let (is_failed, can_fail) = (failed.contains(check.id), !WARN_AT_MOST.contains(&check.id));
        ensure(is_failed == can_fail, || format!("{} fails: {is_failed}", check.id))?;
        ensure(can_fail || warned.contains(check.id), || format!("{} never warns", check.id))?;
    }
    Ok(())
}

fn every_check_passes_in_some_case() -> Result<(), Failed> {
    let compliant = cases::all()
        .into_iter()
        .filter(|case| case.origin.is_empty() && case.proxy.as_deref().is_none_or(str::is_empty));
    let mut passed = BTreeSet::new();
    for case in compliant {
        let conditions = RunConditions { direct: case.proxy.is_some(), ..case.conditions.clone() };
        let result = run::block_on(run::of_case(&Case { conditions, ..case }));
        let of_case = result.findings.iter();
        let right = of_case.filter(|finding| finding.judgement.status == Status::Pass);
        passed.extend(right.map(|finding| finding.check));
    }
    let all: BTreeSet<_> = table::all().iter().map(|check| check.id).collect();
    ensure(passed == all, || format!("never pass: {:?}", all.difference(&passed)))
}

/// A scenario of one fault or variation has other conditions, or another expectation.
fn scenarios_add_to_the_catalogue() -> Result<(), Failed> {
    let cases = cases::all();
    for (file, scenario) in cases::scenarios() {
        ensure(!scenario.why.is_empty(), || format!("{file}: {} has no reason", scenario.name))?;
        let repeats = |case: &&Case| {
            !case.name.starts_with("scenario::")
                && case.origin == scenario.origin
                && case.proxy == scenario.proxy
                && case.conditions == scenario.conditions
        };
        if let Some(case) = cases.iter().find(repeats) {
            return Err(format!("{file}: {} repeats {}", scenario.name, case.name).into());
        }
    }
    Ok(())
}

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(message().into()) }
}

/// Checks that warn when they fail.
const WARN_AT_MOST: [&str; 1] = ["parallel-requests"];
