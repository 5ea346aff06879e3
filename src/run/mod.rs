//! Ties it together: every target over every route, probes sent, evidence judged, job predicted.

mod agent;
mod confirm;
mod content;
mod context;
mod deep;
mod filling;
mod fresh;
mod judge;
mod keep;
mod leg;
mod limits;
mod matrix;
mod notes;
pub(crate) mod open;
mod plan;
mod plan_do;
mod preflight;
mod recognise;
pub(crate) mod reference;
mod route;
mod siblings;
mod warm;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::Instant;

use crate::model::outcome::{Names, Outcome, RouteResult};
use crate::model::verdict::Verdict;
use crate::run::limits::Gates;
use context::Context;
use matrix::Done;
use reference::Reference;

use crate::clients::delivery_optimization::CorrelationVector;
use crate::http::tls::{Tls, TlsError};
use crate::mock;
use crate::model::exchange::Leg;
use crate::model::finding::Finding;
use crate::model::place::Place;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::model::target::{Named, ProxyScheme, Route, Target};
use crate::settings::Settings;

/// Why a run cannot be made at all. What goes wrong on the network is a finding instead.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The names of a mock's behaviour cannot be used.
    #[error(transparent)]
    Behaviour(#[from] mock::behaviour::BehaviourError),
    /// The mock or the reference origin cannot listen.
    #[error("cannot start the built-in server")]
    Mock(#[from] std::io::Error),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Told of progress; called from several tasks.
pub trait Observer: Sync {
    /// An exchange over this route for this target is over.
    fn exchange_done(&self, route: &Route, target: &Target, purpose: Purpose);

    /// The reference origin listens on this address.
    fn origin_listens(&self, _address: SocketAddr) {}

    /// A route and a target have their turn.
    fn cell_begins(&self, _route: &Named<Route>, _target: &Named<Target>) {}

    /// They are complete.
    fn cell_ends(&self, _route: &Named<Route>, _target: &Named<Target>, _results: &[RouteResult]) {}
}

/// An upper limit of the exchanges with a target over a route, redirects apart, for progress.
pub fn planned_exchanges(settings: &Settings, route: &Route, target: &Target) -> u64 {
    let of_leg = |profile: &Profile| plan::purposes(&settings.checks, *profile).len();
    let of_leg: usize = settings.profiles.iter().map(of_leg).sum();
    let profiles = settings.profiles.len();
    let exchanges = match route {
        // The direct phase, and the warm one with its plain GETs.
        Route::Direct if settings.legs.contains(&Leg::Warm) => 2 * of_leg + profiles * 3,
        Route::Direct => of_leg,
        // The cold phase, the warm one, the direct one, and which product the proxy is.
        _ => of_leg * settings.legs.len() + profiles * 7,
    };
    let phases = match (route, target) {
        (Route::Proxy(_) | Route::Mock(_), Target::Url(_)) => 2,
        _ => 1,
    };
    let of_siblings = profiles * phases * siblings::MOST_REQUESTS;
    (exchanges + of_siblings) as u64
}

/// Runs every target over every route, within the limits of the settings.
pub async fn run(settings: &Settings, observer: &dyn Observer) -> Result<Outcome, RunError> {
    run_until(settings, observer, std::future::pending()).await
}

/// As [`run`], but no longer than until `stop` is done: what is complete by then is the result,
/// and what is not is named in it.
pub async fn run_until(
    settings: &Settings,
    observer: &dyn Observer,
    stop: impl Future<Output = ()>,
) -> Result<Outcome, RunError> {
    let (started, begun) = (SystemTime::now(), Instant::now());
    let tls = Arc::new(Tls::new(settings.trust.clone())?);
    if uses_tls(settings) {
        // A store that cannot be used is known before the run.
        tls.config()?;
    }
    let shared_reference = match settings.origin_listen {
        Some(listen) => {
            let base = settings.targets.iter().find_map(|target| match &target.value {
                Target::Reference { base, .. } => base.as_ref(),
                _ => None,
            });
            let base = base.or(settings.origin_url.as_ref());
            let reference = Reference::start(listen, base).await?;
            observer.origin_listens(reference.address());
            Some(Arc::new(reference))
        }
        None => None,
    };
    let context = Context {
        settings,
        observer,
        tls: &tls,
        deadline: begun + settings.deadline,
        correlation: &CorrelationVector::new(StdRng::seed_from_u64(settings.seed).random()),
        gates: &Gates::new(settings.connections),
        names: Names::default(),
        pauses: Arc::default(),
        limit: None,
    };
    let Done { results, missing } = matrix::run(&context, shared_reference.as_ref(), stop).await?;
    // A redirect may have led to https.
    if let Some(error) = tls.failure() {
        return Err(error.into());
    }
    let complete = missing.is_empty();
    // What was not tried is never a pass.
    let floor = if complete { None } else { Some(Verdict::Inconclusive) };
    let verdict = results.iter().map(|result| result.verdict).chain(floor).max();
    Ok(Outcome {
        started,
        duration: begun.elapsed(),
        verdict: verdict.unwrap_or(Verdict::Inconclusive),
        complete,
        warnings: settings.policy.warnings(&found(&results), complete),
        results,
        missing,
        comparison: None,
    })
}

/// Whether a target or a proxy is reached by TLS, redirects apart.
fn uses_tls(settings: &Settings) -> bool {
    let is_inner = |target: &Target| matches!(target, Target::Url(url) if url.scheme() == "https");
    let is_secure =
        |route: &Route| matches!(route, Route::Proxy(proxy) if proxy.scheme == ProxyScheme::Https);
    settings.targets.iter().any(|target| is_inner(&target.value))
        || settings.routes.iter().any(|route| is_secure(&route.value))
}

/// All findings, each with its place.
fn found(results: &[RouteResult]) -> Vec<(Place<'_>, &[Finding])> {
    results.iter().map(|result| (result.place(), result.findings.as_slice())).collect()
}
