//! Ties it together: every target over every route, probes sent, evidence judged, job predicted.

mod blame;
mod content;
mod leg;
mod notes;
mod open;
pub mod outcome;
mod plan;
mod plan_do;
mod preflight;
mod proof;
mod recognise;
mod reference;
mod route;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::SystemTime;

use futures_util::StreamExt as _;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::Instant;

use outcome::{Outcome, RouteResult, Verdict};
use reference::Reference;

use crate::advice::catalog;
use crate::bits::profile::Profile;
use crate::bits::request_do::CorrelationVector;
use crate::config::Settings;
use crate::mock;
use crate::probe::client::SocketClient;
use crate::probe::dial::Dialer;
use crate::probe::exchange::Leg;
use crate::probe::probe::Purpose;
use crate::probe::tls::{Tls, TlsError};
use crate::target::{ProxySpec, Route, Target};

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

    /// A result is complete.
    fn result_done(&self, result: &RouteResult);
}

/// An upper limit of the exchanges of a run, redirects apart, for progress.
pub fn planned_exchanges(settings: &Settings) -> u64 {
    let of_leg = |profile: &Profile| plan::purposes(&settings.checks, *profile).len();
    let of_leg: usize = settings.profiles.iter().map(of_leg).sum();
    let profiles = settings.profiles.len();
    let of_route = |route: &Route| match route {
        Route::Direct if settings.warms_direct => 2 * of_leg + profiles,
        Route::Direct => of_leg,
        // The cold leg, the warm one with its warm-up, the direct one, and who the proxy is.
        _ => of_leg * settings.legs.len() + profiles * 4,
    };
    let exchanges: usize = settings.routes.iter().map(of_route).sum();
    (exchanges * settings.targets.len()) as u64
}

/// Runs every target over every route. Routes run side by side, the targets of one route one
/// after the other, so that no proxy sees more than one leg at a time.
pub async fn run(settings: &Settings, observer: &dyn Observer) -> Result<Outcome, RunError> {
    let (started, begun) = (SystemTime::now(), Instant::now());
    let tls = Arc::new(Tls::new(settings.trust.clone())?);
    // The judging needs the products. Reading them takes a moment, which is free while the
    // network is waited for.
    tokio::task::spawn_blocking(catalog::products);
    let shared_reference = match settings.origin_listen {
        Some(listen) => {
            let base = settings.targets.iter().find_map(|target| match target {
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
    // In a journal that several routes share, nobody could tell whose request arrived.
    let at_once = if shared_reference.is_some() { 1 } else { ROUTES_AT_ONCE };
    let correlation = CorrelationVector::new(StdRng::seed_from_u64(settings.seed).random());
    let deadline = begun + settings.deadline;
    let context = Context { settings, observer, tls, deadline, correlation, shared_reference };
    let routes = futures_util::stream::iter(&settings.routes)
        .map(|route| context.run_route(route))
        .buffered(at_once)
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
    correlation: CorrelationVector,
    shared_reference: Option<Arc<Reference>>,
}

impl Context<'_> {
    /// A client for one leg of a route. The direct leg leaves the proxy out.
    fn client(&self, proxy: Option<&ProxySpec>, leg: Leg, profile: Profile) -> SocketClient {
        SocketClient {
            dialer: Dialer {
                proxy: proxy.filter(|_| leg != Leg::Direct).cloned(),
                tls: Arc::clone(&self.tls),
                user_agent: profile.user_agent(),
            },
            leg,
            timeout: self.settings.timeout,
            deadline: self.deadline,
            connections: Arc::new(AtomicU32::new(0)),
        }
    }

    async fn run_route(&self, route: &Route) -> Result<Vec<RouteResult>, RunError> {
        let mut results = Vec::new();
        let reference = self.reference_for(route).await?;
        for target in &self.settings.targets {
            let of_target = match preflight::base_of(target) {
                Some(base) => vec![preflight::run(self, route, target, &base).await?],
                None => route::run(self, route, target, reference.as_ref()).await?,
            };
            for result in of_target {
                self.observer.result_done(&result);
                results.push(result);
            }
        }
        Ok(results)
    }

    /// The reference origin for a route, when a target needs it.
    async fn reference_for(&self, route: &Route) -> Result<Option<Arc<Reference>>, RunError> {
        let base = self.settings.targets.iter().find_map(|target| match target {
            Target::Reference { base, .. } => Some(base.as_ref()),
            _ => None,
        });
        let Some(base) = base else { return Ok(None) };
        if let Some(shared) = &self.shared_reference {
            return Ok(Some(Arc::clone(shared)));
        }
        let address = reference::local_address(route).await?;
        let base = base.or(self.settings.origin_url.as_ref());
        let reference = Reference::start(SocketAddr::new(address, 0), base).await?;
        self.observer.origin_listens(reference.address());
        Ok(Some(Arc::new(reference)))
    }
}

/// Proxies tested at the same time.
const ROUTES_AT_ONCE: usize = 4;
