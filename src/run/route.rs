//! One target over one route: its legs, run in the order that matters, judged, blamed, advised.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use url::Url;

use super::leg::LegRunner;
use super::outcome::{LegReport, RouteResult};
use super::{Context, RunError, blame, content, notes, open, plan, recognise};
use crate::advice;
use crate::bits::job::{self, Job, JobState};
use crate::bits::request::{self, USER_AGENT};
use crate::check::finding::Finding;
use crate::check::{registry, verdict};
use crate::probe::client::SocketClient;
use crate::probe::dial::Dialer;
use crate::probe::evidence::Evidence;
use crate::probe::exchange::{ExchangeId, Leg};
use crate::probe::probe::{Method, Probe, Purpose};
use crate::probe::witness::Witness;
use crate::target::{ProxySpec, Route, Target};

/// Runs one target over one route.
pub(super) async fn run(
    context: &Context<'_>,
    route: &Route,
    target: &Target,
) -> Result<RouteResult, RunError> {
    // The mocks end when these are dropped, when all legs are over.
    let (proxy, _mock_proxy) = open::route(route).await?;
    let (url, _mock_origin) = open::target(target).await?;
    let runner = RouteRunner { context, route, target, proxy, url };
    let mut legs = runner.legs().await;
    number(&mut legs.evidence);
    let mut result = runner.judge(legs);
    if recognise::may_look_closer(context.settings, route) {
        let asked = |purpose| context.observer.exchange_done(route, target, purpose);
        recognise::look_closer(&mut result, runner.client(Leg::Cold), &runner.url, &asked).await;
    }
    Ok(result)
}

struct RouteRunner<'r> {
    context: &'r Context<'r>,
    route: &'r Route,
    target: &'r Target,
    proxy: Option<ProxySpec>,
    url: Url,
}

/// What the legs brought.
#[derive(Default)]
struct Legs {
    /// In the order direct, cold, warm.
    evidence: Vec<Evidence>,
    reports: Vec<LegReport>,
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
    async fn legs(&self) -> Legs {
        let wanted = |leg| self.context.settings.legs.contains(&leg);
        let mut legs = Legs::default();
        if self.proxy.is_none() {
            legs.ran(self.run_leg(Leg::Direct).await);
        } else {
            let (direct, cold) = self.direct_and_cold(wanted(Leg::Direct)).await;
            match direct {
                Some(Ok(evidence)) => legs.ran(evidence),
                Some(Err(why)) => legs.skipped(Leg::Direct, why),
                None => {}
            }
            legs.ran(cold);
        }
        if wanted(Leg::Warm) && (self.proxy.is_some() || self.context.settings.warms_direct) {
            match self.warm_up(&legs).await {
                Ok(()) => legs.ran(self.run_leg(Leg::Warm).await),
                Err(why) => legs.skipped(Leg::Warm, why),
            }
        }
        legs
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
            tokio::select! {
                evidence = self.run_leg(Leg::Direct) => Some(reached(evidence)),
                () = patience => Some(Err(String::from("no answer from the server in time"))),
            }
        };
        tokio::join!(direct, cold)
    }

    async fn run_leg(&self, leg: Leg) -> Evidence {
        let context = self.context;
        let purposes = plan::purposes(&context.settings.checks);
        let runner = LegRunner {
            client: self.client(leg),
            purposes: &purposes,
            on_exchange: &|purpose| {
                context.observer.exchange_done(self.route, self.target, purpose);
            },
        };
        runner.run(&self.url).await
    }

    fn client(&self, leg: Leg) -> SocketClient {
        SocketClient {
            dialer: self.dialer(leg),
            leg,
            timeout: self.context.settings.timeout,
            deadline: self.context.deadline,
            connections: Arc::new(AtomicU32::new(0)),
        }
    }

    fn dialer(&self, leg: Leg) -> Dialer {
        Dialer {
            proxy: self.proxy.clone().filter(|_| leg != Leg::Direct),
            tls: Arc::clone(&self.context.tls),
            user_agent: USER_AGENT,
        }
    }

    /// Fetches the whole object once over the route, so that whatever stores objects may store
    /// this one.
    async fn warm_up(&self, legs: &Legs) -> Result<(), String> {
        let last = legs.evidence.last().ok_or("no leg ran before it")?;
        let size = last.size().ok_or("the size of the file is not known")?;
        let limit = self.context.settings.warm_limit;
        if size > limit {
            return Err(format!("the file has {size} bytes, and --warm-limit is {limit}"));
        }
        let head = last.exchange(Purpose::Head).ok_or("HEAD was not sent")?;
        let url = Url::parse(&head.request.url).map_err(|error| error.to_string())?;
        let probe = Probe {
            purpose: Purpose::WarmUp,
            method: Method::Get,
            ranges: None,
            conditional: false,
        };
        let to_proxy = self.dialer(Leg::Warm).speaks_to_proxy(&url);
        let request = request::request(&probe, &url, to_proxy, None);
        let tls = &self.context.tls;
        let witness = Witness::new(self.proxy.as_ref(), &url, tls, self.context.settings.timeout);
        let fetched = witness.fetch_whole(&request, limit, self.context.deadline).await;
        (self.context.observer).exchange_done(self.route, self.target, Purpose::WarmUp);
        match fetched {
            Ok((200, received)) if received == size => Ok(()),
            Ok((status, received)) => Err(format!(
                "a plain GET of the whole file was answered with {status} and {received} bytes"
            )),
            Err(failure) => Err(format!("a plain GET of the whole file failed: {failure}")),
        }
    }

    fn judge(&self, legs: Legs) -> RouteResult {
        let checks = &self.context.settings.checks;
        let of_leg = |evidence: &Evidence| registry::judge_all(evidence, checks);
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
        let blame = blame::blame(&judged, &legs.reports, self.proxy.is_some());
        let mut notes = content::notes(&legs.evidence);
        notes.extend(notes::notes(&legs.evidence, &legs.reports, self.context.settings));
        notes.extend(blame::hidden_fault(&judged).filter(|_| self.proxy.is_some()));
        let recognised = recognise::recognise(&legs.evidence);
        let findings: Vec<Finding> =
            judged.into_iter().flat_map(|(_, findings)| findings).collect();
        RouteResult {
            target: self.target.to_string(),
            proxy: self.route.label(),
            profile: "bits",
            verdict: verdict.unwrap_or(verdict::Verdict::Inconclusive),
            job,
            blame,
            advice: advice::advise(&findings, &recognised),
            recognised,
            legs: legs.reports,
            notes,
            findings,
            exchanges: legs.evidence.into_iter().flat_map(|leg| leg.exchanges).collect(),
        }
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
