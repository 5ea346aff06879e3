//! Every fault gets the verdict and the code that it promises, from the origin itself and from a
//! proxy; every quirk passes; and the registry of checks is held to its rules.

use std::collections::BTreeSet;
use std::time::Duration;

use bitsgate::check::finding::{Level, Status};
use bitsgate::check::registry;
use bitsgate::config::Settings;
use bitsgate::mock::fault::{self, Fault};
use bitsgate::mock::quirk;
use bitsgate::probe::probe::Purpose;
use bitsgate::probe::tls::Trust;
use bitsgate::run::outcome::{RouteResult, Verdict};
use bitsgate::run::{self, Observer};
use bitsgate::target::{Route, Target};
use futures_util::StreamExt as _;

struct Nobody;

impl Observer for Nobody {
    fn exchange_done(&self, _: &Route, _: &Target, _: Purpose) {}
    fn result_done(&self, _: &RouteResult) {}
}

/// Where the misbehaviour sits.
#[derive(Clone, Copy, Debug)]
enum Place {
    Origin,
    Proxy,
}

const PLACES: [Place; 2] = [Place::Origin, Place::Proxy];

async fn result_of(behaviour: &str, place: Place, size: u64) -> RouteResult {
    let (of_origin, route) = match place {
        Place::Origin => (behaviour, Route::Direct),
        Place::Proxy => ("", Route::Mock(behaviour.to_owned())),
    };
    let settings = Settings {
        targets: vec![Target::Mock { behaviour: of_origin.to_owned(), size }],
        routes: vec![route],
        trust: Trust::default(),
        timeout: Duration::from_millis(1500),
        deadline: Duration::from_secs(60),
        checks: registry::all().to_vec(),
    };
    run::run(&settings, &Nobody).await.expect("a run").results.remove(0)
}

/// The size of the file: faults beyond 2 or 4 GiB need one that is larger.
fn size_for(fault: &Fault) -> u64 {
    if fault.name.contains("gib") { 5 << 30 } else { 1 << 20 }
}

fn complaint(fault: &Fault, place: Place, result: &RouteResult) -> Option<String> {
    let promise = &fault.promise;
    let status = result
        .findings
        .iter()
        .find(|finding| finding.check == promise.check)
        .map(|finding| finding.judgement.status);
    let is_named = matches!(status, Some(Status::Fail | Status::Inconclusive | Status::Warn));
    let kept = result.verdict.as_str() == promise.verdict.as_str()
        && result.job.hresult == promise.hresult
        && is_named;
    (!kept).then(|| {
        format!(
            "{} at the {place:?}: promised {promise:?}, got {:?} {:?}, {}: {status:?}\n{}",
            fault.name,
            result.verdict,
            result.job,
            promise.check,
            findings(result)
        )
    })
}

fn findings(result: &RouteResult) -> String {
    let noteworthy = result
        .findings
        .iter()
        .filter(|finding| !matches!(finding.judgement.status, Status::Pass | Status::Skipped));
    let lines = noteworthy.map(|finding| {
        let judgement = &finding.judgement;
        format!(
            "    {} {}: {} | {}\n",
            judgement.status.as_str(),
            finding.check,
            judgement.summary,
            judgement.reason
        )
    });
    lines.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_keeps_its_promise() {
    let pairs = fault::all().flat_map(|fault| PLACES.map(|place| (fault, place)));
    let complaints: Vec<String> = futures_util::stream::iter(pairs)
        .map(async |(fault, place)| {
            let result = result_of(fault.name, place, size_for(fault)).await;
            complaint(fault, place, &result)
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(async |complaint| complaint)
        .collect()
        .await;
    assert!(complaints.is_empty(), "{} broken\n{}", complaints.len(), complaints.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_quirk_passes_without_a_warning() {
    let names = quirk::all().map(|quirk| quirk.name).chain(["", "http-1.0+lower-case-names"]);
    let pairs = names.flat_map(|name| PLACES.map(|place| (name, place)));
    let complaints: Vec<String> = futures_util::stream::iter(pairs)
        .map(async |(name, place)| {
            let result = result_of(name, place, 1 << 20).await;
            let passes = result.verdict == Verdict::Pass && result.job.hresult.is_none();
            (!passes).then(|| format!("{name:?} at the {place:?}\n{}", findings(&result)))
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(async |complaint| complaint)
        .collect()
        .await;
    assert!(complaints.is_empty(), "{} broken\n{}", complaints.len(), complaints.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_passes_on_a_right_origin_and_has_a_fault() {
    let large = result_of("", Place::Origin, 5 << 30).await;
    let passed: BTreeSet<_> = large
        .findings
        .iter()
        .filter(|finding| finding.judgement.status == Status::Pass)
        .map(|finding| finding.check)
        .collect();
    let all: BTreeSet<_> = registry::all().iter().map(|check| check.meta().id).collect();
    assert_eq!(passed, all, "{}", findings(&large));
    let promised: BTreeSet<_> = fault::all().map(|fault| fault.promise.check).collect();
    assert_eq!(promised, all, "each check needs a fault that fails it, and each fault a check");
}

#[test]
fn the_registry_is_well_formed() {
    let metas: Vec<_> = registry::all().iter().map(|check| check.meta()).collect();
    let ids: BTreeSet<_> = metas.iter().map(|meta| meta.id).collect();
    assert_eq!(ids.len(), metas.len(), "ids are unique");
    for meta in metas {
        let is_kebab = meta.id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        assert!(is_kebab, "{}", meta.id);
        assert!(!meta.title.is_empty() && !meta.explanation.is_empty(), "{}", meta.id);
        assert!(!meta.source.is_empty() && meta.rfc.starts_with("RFC "), "{}", meta.id);
        assert!(!meta.decides_job || meta.level == Level::Required, "{}", meta.id);
    }
    assert!(fault::all().count() >= 60);
}

#[tokio::test]
async fn a_right_five_gib_file_is_judged_on_little() {
    let result = result_of("", Place::Proxy, 5 << 30).await;
    let body: u64 =
        result.exchanges.iter().filter_map(|exchange| Some(exchange.answer()?.body.received)).sum();
    assert!(body < 512 * 1024, "{body} bytes");
}

#[tokio::test]
async fn a_whole_file_for_a_range_costs_little() {
    let result = result_of("range-ignored", Place::Proxy, 5 << 30).await;
    for exchange in &result.exchanges {
        let received = exchange.answer().map_or(0, |answer| answer.body.received);
        assert!(received < 64 * 1024, "{:?}: {received} bytes", exchange.probe.purpose);
    }
}

/// Runs side by side.
const AT_ONCE: usize = 16;
