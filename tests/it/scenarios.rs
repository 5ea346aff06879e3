//! Every scenario of testdata/scenarios gets its verdict; together they hold the registry of checks
//! to its rules: each check passes somewhere and is failed by some fault.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use bitsgate::checks::table;
use bitsgate::gate::Policy;
use bitsgate::http::tls::Trust;
use bitsgate::mock::{emulation, fault};
use bitsgate::model::exchange::Leg;
use bitsgate::model::finding::{Finding, Status};
use bitsgate::model::hresult::Hresult;
use bitsgate::model::job::JobState;
use bitsgate::model::outcome::RouteResult;
use bitsgate::model::probe::Purpose;
use bitsgate::model::profile::Profile;
use bitsgate::model::target::{MOCK_SIZE, Route, Target};
use bitsgate::model::verdict::Verdict;
use bitsgate::run::{self, Observer};
use bitsgate::settings;
use bitsgate::settings::Settings;
use futures_util::StreamExt as _;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenario: Vec<Scenario>,
}

/// One mock or two, and what a check of them must say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// Faults and quirks of the origin.
    pub(crate) origin: String,
    /// Faults and quirks of the proxy; none: the origin is asked directly.
    pub(crate) proxy: Option<String>,
    pub(crate) verdict: String,
    /// Code of an ordinary job; none: it shows no code.
    pub(crate) hresult: Option<String>,
    /// Checks that must not pass.
    fails: Vec<String>,
    /// Size of the file in bytes.
    pub(crate) size: Option<u64>,
    /// Whether the file is also asked for without the proxy.
    #[serde(default)]
    direct: bool,
    /// Whether the warm phase is run.
    #[serde(default)]
    warm: bool,
    /// Whether the file is not downloaded as a whole: what a short check asks again ends a job.
    #[serde(default)]
    short: bool,
    /// Whose requests are sent; none: those of BITS.
    pub(crate) profile: Option<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_gets_its_verdict() {
    let scenarios = scenarios();
    let outcomes: Vec<_> = futures_util::stream::iter(&scenarios)
        .map(async |scenario| (scenario, result_of(scenario).await))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let complaints: Vec<_> =
        outcomes.iter().filter_map(|(scenario, result)| complaint(scenario, result)).collect();
    assert!(complaints.is_empty(), "{} broken\n{}", complaints.len(), complaints.join("\n"));

    let findings = outcomes.iter().flat_map(|(_, result)| &result.findings);
    let with = |wanted: Status| -> BTreeSet<_> {
        let of_status = |finding: &&Finding| finding.judgement.status == wanted;
        findings.clone().filter(of_status).map(|finding| finding.check).collect()
    };
    let all: BTreeSet<_> = table::all().iter().map(|check| check.id).collect();
    assert_eq!(with(Status::Pass), all, "each check needs a scenario in which it passes");
    let fail: BTreeSet<_> = all.iter().copied().filter(|id| !WARN_AT_MOST.contains(id)).collect();
    assert_eq!(with(Status::Fail), fail, "each check needs a fault that fails it");
}

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
    for fault in fault::all() {
        assert!(table::find(fault.promise.check).is_some(), "{}", fault.name);
    }
}

#[test]
fn fault_that_fails_ends_or_damages_a_download() {
    for fault in fault::all().filter(|fault| fault.promise.verdict == fault::Expected::Fail) {
        assert_ne!(fault.promise.end, fault::End::Transferred, "{}", fault.name);
    }
    for table in emulation::all() {
        let promise = &table.promise;
        let fails = promise.verdict == emulation::Verdict::Fail;
        assert!(!fails || promise.job() != "transferred", "{}", table.id);
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

pub(crate) fn scenarios() -> Vec<Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/scenarios");
    let files = fs::read_dir(folder).expect("the folder of scenarios");
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    texts
        .flat_map(|text| toml::from_str::<File>(&text).expect("a file of scenarios").scenario)
        .collect()
}

async fn result_of(scenario: &Scenario) -> RouteResult {
    let size = scenario.size.unwrap_or(MOCK_SIZE);
    let profile = match scenario.profile.as_deref() {
        None => Profile::Bits,
        Some("do") => Profile::Do,
        Some(other) => panic!("{}: no profile {other}", scenario.name),
    };
    // What passes never waits for a timeout, so a slow machine may take its time; a fault may.
    let timeout = if scenario.verdict == "pass" { PATIENT } else { Duration::from_secs(3) };
    let mut legs = if scenario.direct { vec![Leg::Direct, Leg::Cold] } else { vec![Leg::Cold] };
    legs.extend(scenario.warm.then_some(Leg::Warm));
    let proxy = scenario.proxy.as_deref();
    let mut settings = settings(legs, &scenario.origin, proxy, size, profile, timeout);
    settings.deep_limit = settings.deep_limit.filter(|_| !scenario.short);
    only_result(&settings).await
}

pub(crate) async fn run_mocks(
    origin: &str,
    proxy: Option<&str>,
    size: u64,
    profile: Profile,
    timeout: Duration,
) -> RouteResult {
    run_legs(vec![Leg::Cold], origin, proxy, size, profile, timeout).await
}

pub(crate) async fn run_legs(
    legs: Vec<Leg>,
    origin: &str,
    proxy: Option<&str>,
    size: u64,
    profile: Profile,
    timeout: Duration,
) -> RouteResult {
    only_result(&settings(legs, origin, proxy, size, profile, timeout)).await
}

/// As [`run_legs`], without the download of the whole file.
pub(crate) async fn run_short(legs: Vec<Leg>, origin: &str, proxy: Option<&str>) -> RouteResult {
    let settings = settings(legs, origin, proxy, MOCK_SIZE, Profile::Bits, PATIENT);
    only_result(&Settings { deep_limit: None, ..settings }).await
}

async fn only_result(settings: &Settings) -> RouteResult {
    run::run(settings, &Nobody).await.expect("a run").results.remove(0)
}

fn settings(
    legs: Vec<Leg>,
    origin: &str,
    proxy: Option<&str>,
    size: u64,
    profile: Profile,
    timeout: Duration,
) -> Settings {
    Settings {
        targets: vec![Target::Mock { behaviour: origin.to_owned(), size }.into()],
        routes: vec![proxy.map_or(Route::Direct, |proxy| Route::Mock(proxy.to_owned())).into()],
        jobs: settings::JOBS,
        connections: settings::CONNECTIONS,
        policy: Policy::default(),
        trust: Trust::default(),
        timeout,
        deadline: Duration::from_mins(2),
        legs,
        warm_limit: 64 << 20,
        deep_limit: Some(64 << 20),
        origin_listen: None,
        origin_url: None,
        profiles: vec![profile],
        seed: 7,
        asks_who: false,
        checks: table::all().to_vec(),
    }
}

fn complaint(scenario: &Scenario, result: &RouteResult) -> Option<String> {
    let spared: Vec<_> = scenario
        .fails
        .iter()
        .filter(|id| {
            let mut of_check = result.findings.iter().filter(|one| one.check == id.as_str());
            !of_check.any(|finding| {
                let status = finding.judgement.status;
                matches!(status, Status::Fail | Status::Inconclusive | Status::Warn)
            })
        })
        .collect();
    let kept = result.verdict.as_str() == scenario.verdict
        && result.jobs.download.hresult.as_ref().map(Hresult::to_string) == scenario.hresult
        && spared.is_empty()
        && ends_as_promised(scenario, result)
        && !fails_though_transferred(result);
    (!kept).then(|| {
        let (verdict, job) = (result.verdict, &result.jobs);
        let name = &scenario.name;
        format!(
            "{name}: {scenario:?}\n  got {verdict:?} {job:?}, spared {spared:?}\n{}",
            findings(result)
        )
    })
}

/// Whether jobs end as the fault of the scenario promises.
fn ends_as_promised(scenario: &Scenario, result: &RouteResult) -> bool {
    let name = scenario.proxy.as_deref().unwrap_or(&scenario.origin);
    let promise = fault::find(name).map(|fault| fault.promise);
    let is_same = |promise: &fault::Promise| {
        scenario.profile.as_deref().unwrap_or("bits") == promise.profile.as_str()
    };
    let ranges = result.jobs.ranges.as_ref().and_then(|job| job.hresult);
    promise.filter(is_same).is_none_or(|promise| {
        let ranges_end = promise.ranges.is_none_or(|code| ranges == Some(code));
        promise.end.is(result.jobs.download.state) && ranges_end
    })
}

/// Whether a result contradicts itself.
fn fails_though_transferred(result: &RouteResult) -> bool {
    result.verdict == Verdict::Fail && result.job().state == JobState::Transferred
}

/// What is not right, one line each.
pub(crate) fn findings(result: &RouteResult) -> String {
    let noteworthy = result
        .findings
        .iter()
        .filter(|finding| !matches!(finding.judgement.status, Status::Pass | Status::Skipped));
    let lines = noteworthy.map(|finding| {
        let judgement = &finding.judgement;
        let (status, check) = (judgement.status.as_str(), finding.check);
        format!("    {status} {check}: {} | {}\n", judgement.summary, judgement.reason)
    });
    lines.collect()
}

struct Nobody;

impl Observer for Nobody {
    fn exchange_done(&self, _: &Route, _: &Target, _: Purpose) {}
}

/// Checks that warn when they fail.
const WARN_AT_MOST: [&str; 1] = ["parallel-requests"];

/// Time for one exchange where nothing should take long.
pub(crate) const PATIENT: Duration = Duration::from_secs(30);

/// Scenarios at the same time.
const AT_ONCE: usize = 12;
