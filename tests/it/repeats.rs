//! The same mocks get the same verdict, code and party at fault, in whichever order the answers to
//! parallel requests arrive.

use std::collections::BTreeMap;
use std::time::Duration;

use bitsgate::model::exchange::Leg;
use bitsgate::model::outcome::RouteResult;
use bitsgate::model::target::MOCK_SIZE;
use futures_util::StreamExt as _;

use crate::cases::judge::findings;
use crate::cases::run::run_legs;
use crate::cases::{self, Case};

/// What must not depend on the order of answers.
fn essence(result: &RouteResult) -> String {
    let jobs = [Some(&result.jobs.download), result.jobs.ranges.as_ref()];
    let jobs = jobs.map(|job| {
        job.map(|job| (job.state, job.hresult.map(|code| code.to_string()), job.certainty))
    });
    let blames = result.blame.iter().chain(&result.also_to_blame);
    let blames: Vec<_> = blames.map(|blame| (blame.party, blame.direction)).collect();
    format!("{} {jobs:?} {blames:?}", result.verdict.as_str())
}

/// Runs a case once, with pauses before the answers.
async fn run(case: &Case, seed: u64) -> RouteResult {
    let delayed = |names: &str| format!("{names}+random-delay={seed}");
    let proxy = case.proxy.as_deref().map(delayed);
    let profile = case.conditions.profile;
    let legs = if proxy.is_some() { vec![Leg::Direct, Leg::Cold] } else { vec![Leg::Cold] };
    let size = case.conditions.size.unwrap_or(MOCK_SIZE);
    let timeout = Duration::from_secs(5);
    run_legs(legs, &delayed(&case.origin), proxy.as_deref(), size, profile, timeout).await
}

/// The cases whose reports differ from run to run, with what differs.
async fn differing(chosen: &[&Case], times: u64) -> Vec<String> {
    let runs = chosen.iter().flat_map(|case| (0..times).map(move |seed| (*case, seed)));
    let results: Vec<_> = futures_util::stream::iter(runs)
        .map(async |(case, seed)| (case, run(case, seed).await))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut all: BTreeMap<&str, BTreeMap<String, (usize, String)>> = BTreeMap::new();
    for (case, result) in &results {
        let of_case = all.entry(case.name.as_str()).or_default();
        let counted = of_case.entry(essence(result)).or_insert_with(|| (0, findings(result)));
        counted.0 += 1;
    }
    let differing = all.into_iter().filter(|(_, essences)| essences.len() > 1);
    let described = differing.map(|(name, essences)| {
        let lines = essences
            .into_iter()
            .map(|(essence, (count, findings))| format!("  {count} x {essence}\n{findings}"));
        format!("{name}\n{}", lines.collect::<String>())
    });
    described.collect()
}

/// Faults that depend on earlier requests.
const COUNTING: [&str; 22] = [
    "bytes-change",
    "etag-changes",
    "flaky-range",
    "last-modified-changes",
    "length-lost-later",
    "length-lost-on-second-head",
    "multi-200-at-first",
    "multi-200-first",
    "multi-200-while-filling",
    "one-connection-429",
    "one-connection-closed",
    "one-connection-reset",
    "range-ignored-while-filling",
    "size-changes",
    "sporadic-429",
    "sporadic-503",
    "two-connections-503",
    "close-unannounced",
    "get-503",
    "multi-503",
    "head-503",
    "reset-on-get",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mocks_that_count_requests_get_the_same_verdict_in_every_order() {
    let all = cases::all();
    let counts = |case: &&Case| case.behaviours().any(|name| COUNTING.contains(&name));
    let chosen: Vec<_> = all.iter().filter(counts).collect();
    assert!(chosen.len() > COUNTING.len(), "{}", chosen.len());
    let differing = differing(&chosen, FEW_TIMES).await;
    assert!(differing.is_empty(), "{} differ\n{}", differing.len(), differing.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes many minutes: all cases"]
async fn every_case_gets_the_same_verdict_in_every_order() {
    let all = cases::all();
    let chosen: Vec<_> = all.iter().collect();
    let differing = differing(&chosen, TIMES).await;
    assert!(differing.is_empty(), "{} differ\n{}", differing.len(), differing.join("\n"));
}

/// Runs of each case that counts requests.
const FEW_TIMES: u64 = 4;

/// Runs of each case in the test of all.
const TIMES: u64 = 20;

/// Runs at the same time.
const AT_ONCE: usize = 8;
