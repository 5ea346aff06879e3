//! Runs a check of mocks in this process.

use std::time::Duration;

use bitsgate::checks::table;
use bitsgate::gate::Policy;
use bitsgate::http::tls::Trust;
use bitsgate::model::exchange::Leg;
use bitsgate::model::outcome::RouteResult;
use bitsgate::model::probe::Purpose;
use bitsgate::model::profile::Profile;
use bitsgate::model::target::{MOCK_SIZE, Route, Target};
use bitsgate::model::verdict::Verdict;
use bitsgate::run::{self, Observer};
use bitsgate::settings;
use bitsgate::settings::Settings;

use super::Case;

/// The result of a case.
pub(crate) async fn of_case(case: &Case) -> RouteResult {
    let conditions = &case.conditions;
    // What passes never waits for a timeout, so a slow machine may take its time; a fault may.
    let passes = case.expectation.verdict == Verdict::Pass;
    let timeout = if passes { PATIENT } else { Duration::from_secs(3) };
    let mut legs = Vec::new();
    legs.extend(conditions.direct.then_some(Leg::Direct));
    legs.push(Leg::Cold);
    legs.extend(conditions.warm.then_some(Leg::Warm));
    let size = conditions.size.unwrap_or(MOCK_SIZE);
    let proxy = case.proxy.as_deref();
    let mut settings = settings(legs, &case.origin, proxy, size, conditions.profile, timeout);
    settings.deep_limit = settings.deep_limit.filter(|_| !conditions.short);
    only_result(&settings).await
}

/// The result of one cold phase.
pub(crate) async fn run_mocks(
    origin: &str,
    proxy: Option<&str>,
    size: u64,
    profile: Profile,
    timeout: Duration,
) -> RouteResult {
    run_legs(vec![Leg::Cold], origin, proxy, size, profile, timeout).await
}

/// The result of these phases.
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

/// Runs it to its end on a runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("a runtime").block_on(future)
}

async fn only_result(settings: &Settings) -> RouteResult {
    run::run(settings, &Silent).await.expect("a run").results.remove(0)
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

struct Silent;

impl Observer for Silent {
    fn exchange_done(&self, _: &Route, _: &Target, _: Purpose) {}
}

/// Time for one exchange where nothing should take long.
pub(crate) const PATIENT: Duration = Duration::from_secs(30);
