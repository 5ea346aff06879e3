//! Ties it together: every target over every route, probes sent, evidence judged, job predicted.

mod blame;
mod content;
mod leg;
mod notes;
mod open;
pub mod outcome;
mod plan;
mod preflight;
mod recognise;
mod route;

use std::sync::Arc;
use std::time::SystemTime;

use futures_util::StreamExt as _;
use tokio::time::Instant;

use outcome::{Outcome, RouteResult, Verdict};

use crate::config::Settings;
use crate::mock;
use crate::probe::probe::Purpose;
use crate::probe::tls::{Tls, TlsError};
use crate::target::{Route, Target};

/// Why a run cannot be made at all. What goes wrong on the network is a finding instead.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A fault or quirk of a mock has no such name.
    #[error(transparent)]
    Behaviour(#[from] mock::behaviour::UnknownName),
    /// The mock cannot listen.
    #[error("cannot start the mock")]
    Mock(#[from] std::io::Error),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Told of progress; called from several tasks.
pub trait Observer: Sync {
    /// An exchange over this route for this target is over.
    fn exchange_done(&self, route: &Route, target: &Target, purpose: Purpose);

    /// A result is complete.
    fn result_done(&self, result: &RouteResult);
}

/// An upper limit of the exchanges of a run, redirects apart, for progress.
pub fn planned_exchanges(settings: &Settings) -> u64 {
    let of_leg = plan::purposes(&settings.checks).len();
    let of_route = |route: &Route| match route {
        Route::Direct if settings.warms_direct => 2 * of_leg + 1,
        Route::Direct => of_leg,
        // The cold leg, the warm one with its warm-up, the direct one, and who the proxy is.
        _ => of_leg * settings.legs.len() + 4,
    };
    let exchanges: usize = settings.routes.iter().map(of_route).sum();
    (exchanges * settings.targets.len()) as u64
}

/// Runs every target over every route. Routes run side by side, the targets of one route one
/// after the other, so that no proxy sees more than one leg at a time.
pub async fn run(settings: &Settings, observer: &dyn Observer) -> Result<Outcome, RunError> {
    let (started, begun) = (SystemTime::now(), Instant::now());
    let tls = Arc::new(Tls::new(settings.trust.clone())?);
    let context = Context { settings, observer, tls, deadline: begun + settings.deadline };
    let routes = futures_util::stream::iter(&settings.routes)
        .map(|route| context.run_route(route))
        .buffered(ROUTES_AT_ONCE)
        .collect::<Vec<_>>();
    let mut results = Vec::new();
    for of_route in routes.await {
        results.extend(of_route?);
    }
    let verdict = results.iter().map(|result| result.verdict).max();
    Ok(Outcome {
        started,
        duration: begun.elapsed(),
        verdict: verdict.unwrap_or(Verdict::Inconclusive),
        results,
    })
}

/// What all routes of a run share.
struct Context<'r> {
    settings: &'r Settings,
    observer: &'r dyn Observer,
    tls: Arc<Tls>,
    deadline: Instant,
}

impl Context<'_> {
    async fn run_route(&self, route: &Route) -> Result<Vec<RouteResult>, RunError> {
        let mut results = Vec::new();
        for target in &self.settings.targets {
            let result = match preflight::base_of(target) {
                Some(base) => preflight::run(self, route, target, &base).await?,
                None => route::run(self, route, target).await?,
            };
            self.observer.result_done(&result);
            results.push(result);
        }
        Ok(results)
    }
}

/// Proxies tested at the same time.
const ROUTES_AT_ONCE: usize = 4;
