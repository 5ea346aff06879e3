//! One target over one route: its legs, run in the order that matters. [`super::judge`] says what
//! they mean.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use url::Url;

use super::context::Context;
use super::deep::{self, Fetch};
use super::gate::Turn;
use super::leg::LegRunner;
use super::open::Origin;
use super::outcome::{LegReport, RouteResult};
use super::reference::Reference;
use super::siblings::{Siblings, Source};
use super::{RunError, agent, open, plan, recognise};
use crate::bits::profile::Profile;
use crate::mock::LoggedRequest;
use crate::probe::client::SocketClient;
use crate::probe::evidence::Evidence;
use crate::probe::exchange::{ExchangeId, Leg};
use crate::target::{ProxySpec, Route, Target};

/// Runs one target over one route, with each profile. All cold legs come before the first warm
/// one: what one profile has the proxy store must not hide what another would meet.
pub(super) async fn run(
    context: &Context<'_>,
    route: &Route,
    target: &Target,
    reference: Option<&Arc<Reference>>,
) -> Result<Vec<RouteResult>, RunError> {
    let mut runs = Vec::new();
    // The mocks end when these are dropped, when all legs are over. Each profile has its own.
    let mut mocks = Vec::new();
    for &profile in &context.settings.profiles {
        let (proxy, mock_proxy) = open::route(route).await?;
        mocks.push(mock_proxy);
        let (url, origin) = open::target(target, reference, profile).await?;
        let runner = RouteRunner { context, route, target, profile, proxy, url, origin };
        let legs = runner.first_legs().await;
        runs.push((runner, legs));
    }
    let mut results = Vec::new();
    for (runner, mut legs) in runs {
        runner.deep(&mut legs).await;
        runner.warm_leg(&mut legs).await;
        number(&mut legs.evidence);
        let mut result = runner.judge(legs);
        if context.settings.asks_who && agent::is_worth_asking(&result) {
            let leg = if runner.proxy.is_some() { Leg::Cold } else { Leg::Direct };
            let _turn = runner.turn(leg).await;
            agent::ask(&mut result, runner.client(leg), &runner.url).await;
            context.observer.exchange_done(route, target, Purpose::OtherAgent);
        }
        if recognise::may_look_closer(context.settings, route) {
            let asked = |purpose| context.observer.exchange_done(route, target, purpose);
            let client = runner.client(Leg::Cold);
            let _turn = runner.turn(Leg::Cold).await;
            recognise::look_closer(&mut result, client, &runner.url, context.lanes(), &asked).await;
        }
        results.push(result);
    }
    Ok(results)
}

pub(super) struct RouteRunner<'r> {
    pub(super) context: &'r Context<'r>,
    pub(super) route: &'r Route,
    pub(super) target: &'r Target,
    pub(super) profile: Profile,
    pub(super) proxy: Option<ProxySpec>,
    pub(super) url: Url,
    pub(super) origin: Origin,
}

/// What the legs brought.
#[derive(Default)]
pub(super) struct Legs {
    /// In the order direct, cold, warm.
    pub(super) evidence: Vec<Evidence>,
    pub(super) reports: Vec<LegReport>,
    pub(super) remarks: Vec<String>,
    /// What arrived at the reference origin on each leg.
    pub(super) arrivals: Vec<(Leg, Vec<LoggedRequest>)>,
}

impl Legs {
    pub(super) fn ran(&mut self, evidence: Evidence) {
        self.reports.push(LegReport { leg: evidence.leg, skipped: None });
        self.evidence.push(evidence);
    }

    pub(super) fn skipped(&mut self, leg: Leg, why: impl Into<String>) {
        self.reports.push(LegReport { leg, skipped: Some(why.into()) });
    }
}

impl RouteRunner<'_> {
    /// All legs but the warm one.
    async fn first_legs(&self) -> Legs {
        let mut legs = Legs::default();
        if let Some(reference) = self.reference() {
            // It needs no direct leg beside it: its journal tells more.
            self.run_journalled(reference, &mut legs).await;
        } else if self.proxy.is_none() {
            legs.ran(self.run_leg(Leg::Direct, None).await);
        } else {
            let with_direct = self.context.settings.legs.contains(&Leg::Direct);
            let (direct, cold) = self.direct_and_cold(with_direct).await;
            match direct {
                Some(Ok(evidence)) => legs.ran(evidence),
                Some(Err(why)) => legs.skipped(Leg::Direct, why),
                None => {}
            }
            legs.ran(cold);
        }
        legs
    }

    /// Fetches the file whole over the route of the last leg, where that is wanted.
    async fn deep(&self, legs: &mut Legs) {
        let (Some(limit), Some(evidence)) =
            (self.context.settings.deep_limit, legs.evidence.last_mut())
        else {
            return;
        };
        let _turn = self.turn(evidence.leg).await;
        let truth = match &self.origin {
            Origin::Reference(reference) => Some(reference.truth()),
            Origin::Mock(_) => Some(deep::truth_of_mock()),
            Origin::Other => None,
        };
        let fetch = Fetch {
            context: self.context,
            profile: self.profile,
            proxy: self.proxy.as_ref(),
            url: &self.url,
            limit,
            truth,
        };
        evidence.whole = Some(fetch.whole(evidence).await);
    }

    /// The built-in origin, where the file comes from it.
    pub(super) fn reference(&self) -> Option<&Reference> {
        match &self.origin {
            Origin::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// The cold leg with what arrived during it at the built-in origin.
    async fn run_journalled(&self, reference: &Reference, legs: &mut Legs) {
        let mark = reference.mark();
        legs.ran(self.run_leg(Leg::Cold, self.own_size().filter(|&size| size > 0)).await);
        legs.arrivals.push((Leg::Cold, reference.since(mark)));
    }

    /// Both at once: neither changes what the other meets, as long as no cache is shared.
    async fn direct_and_cold(
        &self,
        with_direct: bool,
    ) -> (Option<Result<Evidence, String>>, Evidence) {
        let over = Notify::new();
        let cold = async {
            let evidence = self.run_leg(Leg::Cold, None).await;
            over.notify_one();
            evidence
        };
        let direct = async {
            if !with_direct {
                return None;
            }
            // Behind a proxy the server is often filtered: that must not hold up the rest.
            let patience = async {
                over.notified().await;
                sleep(DIRECT_PATIENCE).await;
            };
            // Waiting for the turn is no fault of the server, so no patience is lost by it.
            let _turn = self.turn(Leg::Direct).await;
            tokio::select! {
                evidence = self.send_leg(self.client(Leg::Direct), None) => Some(reached(evidence)),
                () = patience => Some(Err(String::from("no answer from the server in time"))),
            }
        };
        tokio::join!(direct, cold)
    }

    /// The size of the file, when the tool itself serves it.
    pub(super) fn own_size(&self) -> Option<u64> {
        match self.target {
            Target::Mock { size, .. } | Target::Reference { size, .. } => Some(*size),
            Target::Url(_) => None,
        }
    }

    /// Files to ask for next to the one under test. The warm phase is for what is stored.
    fn siblings(&self, leg: Leg) -> Option<Siblings<'_>> {
        let settings = self.context.settings;
        let histories = plan::histories(&settings.checks, self.profile);
        let source = match self.origin.running() {
            Some(origin) => Source::Own { origin, size: self.own_size()? },
            None => Source::Query { largest: settings.warm_limit, checks: &settings.checks },
        };
        (leg != Leg::Warm).then_some(Siblings { source, histories })
    }

    pub(super) async fn turn(&self, leg: Leg) -> Turn {
        self.context.turn(self.proxy.as_ref(), leg, &self.url).await
    }

    async fn run_leg(&self, leg: Leg, known_size: Option<u64>) -> Evidence {
        let _turn = self.turn(leg).await;
        self.send_leg(self.client(leg), known_size).await
    }

    /// The caller holds a turn.
    pub(super) async fn send_leg(&self, client: SocketClient, known_size: Option<u64>) -> Evidence {
        let (context, leg) = (self.context, client.leg);
        let truth = match &self.origin {
            Origin::Reference(reference) => Some(reference.truth()),
            _ => None,
        };
        let purposes = plan::purposes(&context.settings.checks, self.profile);
        let runner = LegRunner {
            client,
            profile: self.profile,
            correlation: context.correlation,
            lanes: context.lanes(),
            seed: context.settings.seed.wrapping_add(leg as u64),
            purposes: &purposes,
            on_exchange: &|purpose| {
                context.observer.exchange_done(self.route, self.target, purpose);
            },
            known_size,
            truth,
            siblings: self.siblings(leg),
        };
        runner.run(&self.url).await
    }

    pub(super) fn client(&self, leg: Leg) -> SocketClient {
        self.context.client(self.proxy.as_ref(), leg, self.profile)
    }
}

/// A direct leg that reached nobody is no reference: it is left out, with its reason.
pub(super) fn reached(evidence: Evidence) -> Result<Evidence, String> {
    if evidence.anything_answered() {
        return Ok(evidence);
    }
    let failure = evidence.exchanges.first().and_then(|exchange| exchange.failure());
    Err(failure.map_or_else(|| String::from("nothing was asked"), ToString::to_string))
}

/// Numbers the exchanges of all legs one after the other.
pub(super) fn number(legs: &mut [Evidence]) {
    let exchanges = legs.iter_mut().flat_map(Evidence::all_exchanges_mut);
    for (id, exchange) in (1..).zip(exchanges) {
        exchange.id = ExchangeId(id);
    }
}

/// How long the direct leg may go on when the proxy has answered everything.
const DIRECT_PATIENCE: Duration = Duration::from_secs(3);
