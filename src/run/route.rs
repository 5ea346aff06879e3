//! One target over one route: its legs, run in the order that matters, judged, blamed, advised.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use url::Url;

use super::context::Context;
use super::gate::Turn;
use super::leg::{LegRunner, witness_closes};
use super::open::Origin;
use super::outcome::{Blame, Direction, LegReport, Party, RouteResult, Traffic};
use super::reference::Reference;
use super::{RunError, blame, content, notes, open, plan, proof, recognise};
use crate::advice;
use crate::bits::job::{self, Job, JobState};
use crate::bits::profile::Profile;
use crate::bits::{request, request_do};
use crate::check::finding::Finding;
use crate::check::verdict;
use crate::mock::LoggedRequest;
use crate::probe::client::SocketClient;
use crate::probe::evidence::Evidence;
use crate::probe::exchange::{ExchangeId, Leg};
use crate::probe::probe::{Method, Probe, Purpose};
use crate::probe::witness::Witness;
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
        runner.warm_leg(&mut legs).await;
        number(&mut legs.evidence);
        let mut result = runner.judge(legs);
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

struct RouteRunner<'r> {
    context: &'r Context<'r>,
    route: &'r Route,
    target: &'r Target,
    profile: Profile,
    proxy: Option<ProxySpec>,
    url: Url,
    origin: Origin,
}

/// What the legs brought.
#[derive(Default)]
struct Legs {
    /// In the order direct, cold, warm.
    evidence: Vec<Evidence>,
    reports: Vec<LegReport>,
    remarks: Vec<String>,
    /// What arrived at the reference origin on each leg.
    arrivals: Vec<(Leg, Vec<LoggedRequest>)>,
}

impl Legs {
    fn ran(&mut self, evidence: Evidence) {
        self.reports.push(LegReport { leg: evidence.leg, skipped: None });
        self.evidence.push(evidence);
    }

    fn skipped(&mut self, leg: Leg, why: impl Into<String>) {
        self.reports.push(LegReport { leg, skipped: Some(why.into()) });
    }
}

impl RouteRunner<'_> {
    /// All legs but the warm one.
    async fn first_legs(&self) -> Legs {
        let mut legs = Legs::default();
        if self.is_own_origin() {
            // It needs no direct leg beside it: its journal tells more.
            self.run_journalled(Leg::Cold, &mut legs).await;
        } else if self.proxy.is_none() {
            legs.ran(self.run_leg(Leg::Direct).await);
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

    /// The warm leg, where it is wanted.
    async fn warm_leg(&self, legs: &mut Legs) {
        let settings = self.context.settings;
        if !settings.legs.contains(&Leg::Warm) {
            return;
        }
        if self.proxy.is_none() && !self.is_own_origin() && !settings.warms_direct {
            let why = "without a proxy it runs when --legs names it, for caches before servers";
            return legs.skipped(Leg::Warm, why);
        }
        match self.warm_up(legs).await {
            Ok(remark) => {
                legs.remarks.extend(remark);
                self.run_journalled(Leg::Warm, legs).await;
            }
            Err(why) => legs.skipped(Leg::Warm, why),
        }
    }

    /// Whether the file comes from the reference origin.
    fn is_own_origin(&self) -> bool {
        matches!(self.origin, Origin::Reference(_))
    }

    /// A leg, with what arrived during it where the tool plays the origin.
    async fn run_journalled(&self, leg: Leg, legs: &mut Legs) {
        let Origin::Reference(reference) = &self.origin else {
            return legs.ran(self.run_leg(leg).await);
        };
        let mark = reference.mark();
        let mut evidence = self.run_leg(leg).await;
        evidence.truth = Some(reference.truth());
        legs.ran(evidence);
        legs.arrivals.push((leg, reference.since(mark)));
    }

    /// Both at once: neither changes what the other meets, as long as no cache is shared.
    async fn direct_and_cold(
        &self,
        with_direct: bool,
    ) -> (Option<Result<Evidence, String>>, Evidence) {
        let over = Notify::new();
        let cold = async {
            let evidence = self.run_leg(Leg::Cold).await;
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
                evidence = self.send_leg(Leg::Direct) => Some(reached(evidence)),
                () = patience => Some(Err(String::from("no answer from the server in time"))),
            }
        };
        tokio::join!(direct, cold)
    }

    async fn turn(&self, leg: Leg) -> Turn {
        self.context.turn(self.proxy.as_ref(), leg, &self.url).await
    }

    async fn run_leg(&self, leg: Leg) -> Evidence {
        let _turn = self.turn(leg).await;
        self.send_leg(leg).await
    }

    async fn send_leg(&self, leg: Leg) -> Evidence {
        let context = self.context;
        let purposes = plan::purposes(&context.settings.checks, self.profile);
        let runner = LegRunner {
            client: self.client(leg),
            profile: self.profile,
            correlation: context.correlation,
            lanes: context.lanes(),
            seed: context.settings.seed.wrapping_add(leg as u64),
            purposes: &purposes,
            on_exchange: &|purpose| {
                context.observer.exchange_done(self.route, self.target, purpose);
            },
        };
        runner.run(&self.url).await
    }

    fn client(&self, leg: Leg) -> SocketClient {
        self.context.client(self.proxy.as_ref(), leg, self.profile)
    }

    /// Fetches the whole object once over the route, so that whatever stores objects may store
    /// this one. What is odd about the answer is given back as a remark.
    async fn warm_up(&self, legs: &Legs) -> Result<Option<String>, String> {
        let last = legs.evidence.last().ok_or("no leg ran before it")?;
        let limit = self.context.settings.warm_limit;
        if let Some(size) = last.size().filter(|&size| size > limit) {
            return Err(format!("the file has {size} bytes, and --warm-limit is {limit}"));
        }
        let first = last.opening().ok_or("nothing was asked")?;
        if last.answers().all(|(_, answer)| !matches!(answer.head.status, 200 | 206)) {
            return Err(String::from("no request was answered with success before it"));
        }
        let url = Url::parse(&first.request.url).map_err(|error| error.to_string())?;
        let probe = Probe {
            purpose: Purpose::WarmUp,
            method: Method::Get,
            ranges: None,
            conditional: false,
        };
        let to_proxy = self.client(Leg::Warm).dialer.speaks_to_proxy(&url);
        let request = match self.profile {
            Profile::Bits => request::request(&probe, &url, to_proxy, None),
            Profile::Do => request_do::request(&probe, &url, to_proxy, self.context.correlation),
        };
        let tls = &self.context.tls;
        let witness = Witness::new(self.proxy.as_ref(), &url, tls, self.context.settings.timeout);
        let _turn = self.turn(Leg::Warm).await;
        let fetched = witness.fetch_whole(&request, limit, self.context.deadline).await;
        witness_closes(self.context.lanes()).await;
        (self.context.observer).exchange_done(self.route, self.target, Purpose::WarmUp);
        match fetched {
            Ok((200, received)) if received > limit => {
                Err(format!("the file has more than {limit} bytes, which is --warm-limit"))
            }
            Ok((200, received)) => Ok(last.size().filter(|&size| size != received).map(|size| {
                format!(
                    "A plain GET of the whole file brought {received} bytes, though its size is \
                     said to be {size}."
                )
            })),
            Ok((status, _)) => {
                Err(format!("a plain GET of the whole file was answered with {status}"))
            }
            Err(failure) => Err(format!("a plain GET of the whole file failed: {failure}")),
        }
    }

    /// What went before over the same route, where proxy and target are the same for all profiles.
    fn not_first(&self) -> Option<String> {
        let first = *self.context.settings.profiles.first()?;
        let is_shared =
            matches!(self.route, Route::Proxy(_)) && matches!(self.target, Target::Url(_));
        (is_shared && first != self.profile).then(|| {
            format!(
                "The requests of profile {first} went before, so that the cold leg was not as cold \
                 as theirs. --profile {} alone shows how this client fares first.",
                self.profile
            )
        })
    }

    fn judge(&self, legs: Legs) -> RouteResult {
        let checks = &self.context.settings.checks;
        let of_leg =
            |evidence: &Evidence| self.context.judge(evidence, checks, self.route, self.target);
        let judged: Vec<(Leg, Vec<Finding>)> =
            legs.evidence.iter().map(|evidence| (evidence.leg, of_leg(evidence))).collect();
        // With a proxy in the route the direct leg only tells who is to blame.
        let is_reference = |leg: Leg| self.proxy.is_some() && leg == Leg::Direct;
        let tested: Vec<&[Finding]> = judged
            .iter()
            .filter(|(leg, _)| !is_reference(*leg))
            .map(|(_, findings)| findings.as_slice())
            .collect();
        let verdict = tested.iter().map(|findings| verdict::verdict_of(findings)).max();
        let job = worst_job(&tested);
        let through_proxy = self.proxy.is_some();
        let exchanges = || legs.evidence.iter().flat_map(|leg| &leg.exchanges);
        let blame = match &self.origin {
            Origin::Reference(_) => proof::blame(&judged, exchanges(), &legs.arrivals),
            _ => blame::blame(&judged, &legs.reports, through_proxy),
        };
        let mut notes = content::notes(&legs.evidence);
        notes.extend(notes::notes(&legs.evidence, &legs.reports, self.context.settings));
        notes.extend(blame::hidden_fault(&judged).filter(|_| through_proxy));
        notes.extend(proof::notes(exchanges(), &legs.arrivals));
        notes.extend(legs.remarks.iter().cloned());
        notes.extend(self.not_first());
        let recognised = recognise::recognise(&legs.evidence);
        let unreached = self.unreached(&legs);
        let (verdict, job, blame) = match &unreached {
            Some(blame) => (None, job::predict(&[]), Some(blame.clone())),
            None => (verdict, job, blame),
        };
        let findings: Vec<Finding> =
            judged.into_iter().flat_map(|(_, findings)| findings).collect();
        RouteResult {
            target: self.target.to_string(),
            proxy: self.route.label(),
            names: self.context.names.clone(),
            profile: self.profile,
            verdict: verdict.unwrap_or(verdict::Verdict::Inconclusive),
            job,
            blame,
            advice: advice::advise(&findings, &recognised),
            recognised,
            legs: legs.reports,
            notes,
            findings,
            forgotten: Traffic::default(),
            exchanges: legs.evidence.into_iter().flat_map(|leg| leg.exchanges).collect(),
        }
    }
}

impl RouteRunner<'_> {
    /// When the proxy answers, but nothing ever arrived at the reference origin: it cannot reach
    /// the origin, or is not allowed to, and nothing can be concluded.
    fn unreached(&self, legs: &Legs) -> Option<Blame> {
        let Origin::Reference(reference) = &self.origin else { return None };
        let head = legs.evidence.first()?.opening()?.answer()?;
        let nothing_arrived = legs.arrivals.iter().all(|(_, arrived)| arrived.is_empty());
        if !nothing_arrived || matches!(head.head.status, 200 | 206 | 407) {
            return None;
        }
        let why = format!(
            "The proxy answered with {}, and nothing arrived at the reference origin: it \
             cannot reach http://{}, or may not. Open that address and port for it, name another \
             with --origin-listen and --origin-url, or name the URL of a file that it can reach.",
            head.head.status,
            reference.address()
        );
        Some(Blame { party: Party::Network, direction: Some(Direction::Request), why })
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

/// The job of the leg on which it fares worst, the earlier one when they fare alike.
fn worst_job(legs: &[&[Finding]]) -> Job {
    let badness = |job: &Job| match job.state {
        JobState::Transferred => 0,
        JobState::Unknown => 1,
        JobState::TransientError => 2,
        JobState::Error => 3,
    };
    let jobs = legs.iter().map(|findings| job::predict(findings));
    jobs.rev().max_by_key(badness).unwrap_or_else(|| job::predict(&[]))
}

/// Numbers the exchanges of all legs one after the other.
pub(super) fn number(legs: &mut [Evidence]) {
    let exchanges = legs.iter_mut().flat_map(|evidence| &mut evidence.exchanges);
    for (id, exchange) in (1..).zip(exchanges) {
        exchange.id = ExchangeId(id);
    }
}

/// How long the direct leg may go on when the proxy has answered everything.
const DIRECT_PATIENCE: Duration = Duration::from_secs(3);
