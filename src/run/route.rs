//! One target over one route: its legs, run in the order that matters. [`super::judge`] says what
//! they mean.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use url::Url;

use super::context::Context;
use super::deep::{self, Fetch};
use super::leg::{CLOSING, LANES, LegRunner, Milestones, Order, Slots, needs_again};
use super::open::Origin;
use super::reference::Reference;
use super::siblings::{Siblings, Source};
use super::{RunError, agent, open, plan, recognise};
use crate::checks::conditions::content_hash;
use crate::http::client::SocketClient;
use crate::model::evidence::{Evidence, Whole};
use crate::model::exchange::{Exchange, ExchangeId, Leg};
use crate::model::failure::FailureKind;
use crate::model::finding::Status;
use crate::model::journal::LoggedRequest;
use crate::model::outcome::{LegReport, RouteResult};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::model::target::{ProxySpec, Route, Target};
use crate::run::limits::Turn;

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
        let legs = Box::pin(runner.first_legs()).await;
        runs.push((runner, legs));
    }
    let mut results = Vec::new();
    for (runner, mut legs) in runs {
        runner.deep(&mut legs).await;
        runner.warm_leg(&mut legs).await;
        number(&mut legs.evidence);
        let mut judged = runner.judge_phases(&mut legs);
        let confirmed = Box::pin(runner.confirm(&mut judged, &mut legs)).await;
        let repeated = runner.prove(&judged, &mut legs).await;
        let is_own = runner.reference().is_some();
        let mut result = runner.judge(legs, judged, &confirmed, repeated.as_ref());
        if context.settings.asks_who && agent::is_worth_asking(&result) {
            let leg = if runner.proxy.is_some() { Leg::Cold } else { Leg::Direct };
            let _turn = runner.turn(leg).await;
            agent::ask(&mut result, runner.client(leg), &runner.url, is_own).await;
            context.observer.exchange_done(route, target, Purpose::OtherAgent);
        }
        if recognise::may_look_closer(context.settings, route) {
            let asked = |purpose| context.observer.exchange_done(route, target, purpose);
            let client = runner.client(Leg::Cold);
            let _turn = runner.turn(Leg::Cold).await;
            let whose = recognise::Question { url: &runner.url, is_own_origin: is_own };
            recognise::look_closer(&mut result, client, whose, context.lanes(), &asked).await;
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
            let (direct, cold) = Box::pin(self.direct_and_cold(with_direct)).await;
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
        let Some(limit) = self.context.settings.deep_limit else { return };
        let Some(last) = legs.evidence.len().checked_sub(1) else { return };
        let proxy = self.proxy.as_ref();
        let is_wrong = |one: &Evidence| content_hash::judge(one).status == Status::Fail;
        let first = self.fetch_deep(limit, &legs.evidence[last], proxy).await;
        legs.evidence[last].whole = Some(first.clone());
        let direct = legs.evidence.iter().position(|one| one.leg == Leg::Direct);
        let Some(direct) = direct.filter(|_| proxy.is_some() && is_wrong(&legs.evidence[last]))
        else {
            return;
        };
        // What the server itself sends decides which party is at fault.
        let whole = self.fetch_deep(limit, &legs.evidence[direct], None).await;
        legs.evidence[direct].whole = Some(whole);
        if first.trouble_by_chance().is_some() && !is_wrong(&legs.evidence[direct]) {
            // Chance at one time must not make the proxy guilty.
            let later = self.fetch_deep(limit, &legs.evidence[last], proxy).await;
            legs.evidence[last].whole = Some(first.or_later(later, deep::JOB_RETRY_DELAY));
        }
    }

    /// Fetches the file whole through `proxy`, or without one.
    async fn fetch_deep(
        &self,
        limit: u64,
        evidence: &Evidence,
        proxy: Option<&ProxySpec>,
    ) -> Whole {
        let _turn = self.turn(evidence.leg).await;
        if !evidence.again.replaced.is_empty() {
            // A peer that limits connections may notice late that one was closed.
            sleep(CLOSING).await;
        }
        // The connections of a fetch are its own: it begins when all others are closed.
        let permit = match &self.context.limit {
            Some(limit) => limit.permit().await,
            None => None,
        };
        let truth = match &self.origin {
            Origin::Reference(reference) => Some(reference.truth()),
            Origin::Mock(_) => Some(deep::truth_of_mock()),
            Origin::Other => None,
        };
        let fetch = Fetch {
            context: self.context,
            profile: self.profile,
            proxy,
            url: &self.url,
            limit,
            truth,
        };
        let whole = fetch.whole(evidence).await;
        if let Some(permit) = permit {
            permit.give_back_later();
        }
        whole
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
        let slots = self.slots();
        // Where few connections are allowed, that holds for both phases together: the proxy opens
        // connections to the server as well.
        let few = self.context.lanes() < LANES;
        let direct_slots = if few { Arc::clone(&slots) } else { self.slots() };
        let (of_cold, of_direct) = (Milestones::default(), Milestones::default());
        let cold = async {
            let _turn = self.turn(Leg::Cold).await;
            let order = Order::new(&of_cold, None);
            let evidence = self.send_leg(self.client(Leg::Cold), None, &slots, order).await;
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
            // Before the turn, which the other phase may wait for.
            let order = Order::new(&of_direct, Some(&of_cold));
            order.first_request().await;
            // Waiting for the turn is no fault of the server, so no patience is lost by it.
            let _turn = self.turn(Leg::Direct).await;
            tokio::select! {
                evidence = self.send_leg(
                    self.client(Leg::Direct), None, &direct_slots, order
                ) => Some(Ok(evidence)),
                () = patience => Some(Err(String::from("no answer from the server in time"))),
            }
        };
        let (mut direct, mut cold) = tokio::join!(direct, cold);
        self.again(None, &mut cold).await;
        if let Some(Ok(evidence)) = &mut direct {
            self.again(None, evidence).await;
        }
        (direct.map(|evidence| evidence.and_then(reached)), cold)
    }

    /// Sends again what failed in a phase that is over, when no other connection of ours is open.
    pub(super) async fn again(&self, known_size: Option<u64>, evidence: &mut Evidence) {
        if needs_again(evidence) {
            let _alone = self.context.alone(self.proxy.as_ref(), evidence.leg, &self.url).await;
            let milestones = Milestones::default();
            let order = Order::new(&milestones, None);
            let slots = Arc::new(Slots::new(1));
            self.with_runner(
                self.client(evidence.leg),
                known_size,
                &slots,
                order,
                async |runner| {
                    runner.again(&self.url, evidence).await;
                },
            )
            .await;
        }
    }

    /// Permits for the connections of phases that run at the same time.
    pub(super) fn slots(&self) -> Arc<Slots> {
        Arc::new(Slots::new(self.context.lanes()))
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
        let milestones = Milestones::default();
        let mut evidence = {
            let _turn = self.turn(leg).await;
            let order = Order::new(&milestones, None);
            self.send_leg(self.client(leg), known_size, &self.slots(), order).await
        };
        self.again(known_size, &mut evidence).await;
        evidence
    }

    /// The caller holds a turn.
    pub(super) async fn send_leg(
        &self,
        client: SocketClient,
        known_size: Option<u64>,
        slots: &Arc<Slots>,
        order: Order<'_>,
    ) -> Evidence {
        let run = async |runner: LegRunner<'_>| runner.run(&self.url).await;
        self.with_runner(client, known_size, slots, order, run).await
    }

    /// Lends what sends the probes of a phase.
    pub(super) async fn with_runner<T>(
        &self,
        client: SocketClient,
        known_size: Option<u64>,
        slots: &Arc<Slots>,
        order: Order<'_>,
        work: impl AsyncFnOnce(LegRunner<'_>) -> T,
    ) -> T {
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
            slots: Arc::clone(slots),
            order,
            seed: context.settings.seed.wrapping_add(leg as u64),
            purposes: &purposes,
            on_exchange: &|purpose| {
                context.observer.exchange_done(self.route, self.target, purpose);
            },
            known_size,
            truth,
            siblings: self.siblings(leg),
        };
        work(runner).await
    }

    pub(super) fn client(&self, leg: Leg) -> SocketClient {
        self.context.client(self.proxy.as_ref(), leg, self.profile)
    }
}

/// A direct phase in which no one answered is no reference: it is left out, with its reason. An
/// answer that is not HTTP is an answer.
pub(super) fn reached(evidence: Evidence) -> Result<Evidence, String> {
    let is_garbage = |exchange: &Exchange| {
        let kind = exchange.failure().map(|failure| &failure.kind);
        matches!(
            kind,
            Some(
                FailureKind::MalformedHead(_)
                    | FailureKind::MalformedChunk
                    | FailureKind::TooManyInterim
            )
        )
    };
    if evidence.anything_answered() || evidence.exchanges.iter().any(is_garbage) {
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
