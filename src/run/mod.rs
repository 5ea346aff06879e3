//! Ties it together: every target over every route, probes sent, evidence judged, job predicted.

mod leg;
pub mod outcome;
mod plan;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::SystemTime;

use futures_util::StreamExt as _;
use tokio::time::Instant;
use url::{Host, Url};

use leg::LegRunner;
use outcome::{Outcome, RouteResult, Verdict};

use crate::bits::job;
use crate::bits::request::USER_AGENT;
use crate::check::{registry, verdict};
use crate::config::Settings;
use crate::mock::behaviour::Behaviour;
use crate::mock::{self, Running};
use crate::probe::client::SocketClient;
use crate::probe::dial::Dialer;
use crate::probe::evidence::Evidence;
use crate::probe::exchange::Leg;
use crate::probe::failure::FailureKind;
use crate::probe::probe::Purpose;
use crate::probe::tls::{Tls, TlsError};
use crate::target::{ProxyScheme, ProxySpec, Route, Target};

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
    let exchanges = plan::purposes(&settings.checks).len();
    (exchanges * settings.targets.len() * settings.routes.len()) as u64
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
            let result = self.run_one(route, target).await?;
            self.observer.result_done(&result);
            results.push(result);
        }
        Ok(results)
    }

    async fn run_one(&self, route: &Route, target: &Target) -> Result<RouteResult, RunError> {
        // The mocks end when these are dropped, at the end of the leg.
        let (proxy, _mock_proxy) = open_route(route).await?;
        let (url, _mock_origin) = open_target(target).await?;
        let purposes = plan::purposes(&self.settings.checks);
        let leg = if proxy.is_some() { Leg::Cold } else { Leg::Direct };
        let runner = LegRunner {
            client: SocketClient {
                dialer: Dialer { proxy, tls: Arc::clone(&self.tls), user_agent: USER_AGENT },
                leg,
                timeout: self.settings.timeout,
                deadline: self.deadline,
                connections: Arc::new(AtomicU32::new(0)),
            },
            purposes: &purposes,
            on_exchange: &|purpose| self.observer.exchange_done(route, target, purpose),
        };
        let evidence = runner.run(&url).await;
        Ok(self.judge(route, target, evidence))
    }

    fn judge(&self, route: &Route, target: &Target, evidence: Evidence) -> RouteResult {
        let findings = registry::judge_all(&evidence, &self.settings.checks);
        RouteResult {
            target: target.to_string(),
            proxy: route.label(),
            profile: "bits",
            verdict: verdict::verdict_of(&findings),
            job: job::predict(&findings),
            notes: notes(&evidence, self.settings),
            findings,
            exchanges: evidence.exchanges,
        }
    }
}

/// What a reader must know to weigh the result.
fn notes(evidence: &Evidence, settings: &Settings) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(size) = evidence.size().filter(|&size| size < SMALL_FILE) {
        notes.push(format!(
            "The file has {size} bytes. Some proxies slice small answers themselves and so hide \
             that they break ranges of larger ones: test a file of 1 MiB or more."
        ));
    }
    let deadline = |exchange: &crate::probe::exchange::Exchange| {
        exchange.failure().is_some_and(|failure| failure.kind == FailureKind::Deadline)
    };
    if evidence.exchanges.iter().any(deadline) {
        notes.push(format!(
            "The deadline of {} passed before all was asked.",
            humantime::format_duration(settings.deadline)
        ));
    }
    if settings.trust.insecure {
        notes.push("TLS certificates were not verified; BITS verifies them.".to_owned());
    }
    notes
}

async fn open_route(route: &Route) -> Result<(Option<ProxySpec>, Option<Running>), RunError> {
    match route {
        Route::Direct => Ok((None, None)),
        Route::Proxy(proxy) => Ok((Some(proxy.clone()), None)),
        Route::Mock(behaviour) => {
            let running = mock::start_proxy(LOOPBACK, Behaviour::parse(behaviour)?).await?;
            let proxy = ProxySpec {
                scheme: ProxyScheme::Http,
                host: Host::Ipv4(Ipv4Addr::LOCALHOST),
                port: running.addr().port(),
                credentials: None,
            };
            Ok((Some(proxy), Some(running)))
        }
    }
}

async fn open_target(target: &Target) -> Result<(Url, Option<Running>), RunError> {
    match target {
        Target::Url(url) => Ok((url.clone(), None)),
        Target::Mock { behaviour, size } => {
            let running = mock::start_origin(LOOPBACK, Behaviour::parse(behaviour)?).await?;
            let url = Url::parse(&running.object_url(*size)).map_err(std::io::Error::other)?;
            Ok((url, Some(running)))
        }
    }
}

const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Proxies tested at the same time.
const ROUTES_AT_ONCE: usize = 4;

/// Below this many bytes a pass says little of large files: Apache httpd's proxy slices answers
/// that it reads at once.
const SMALL_FILE: u64 = 64 * 1024;
