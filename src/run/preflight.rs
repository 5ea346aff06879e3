//! The base URL of a WSUS server as target: whether the server is alive, over each leg, as far as
//! that shows without a file. What was not tried is no pass: the verdict is inconclusive at best,
//! and a note says how to get the URL of a content file.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use url::Url;

use super::context::Context;
use super::{RunError, content, notes, open, recognise, route};
use crate::attribution::{blame, target_usable};
use crate::checks::table;
use crate::clients::bits;
use crate::http::client::SocketClient;
use crate::model::check::Check;
use crate::model::evidence::{Again, Evidence};
use crate::model::exchange::{Exchange, Leg};
use crate::model::finding::Finding;
use crate::model::outcome::{LegReport, RouteResult, Traffic};
use crate::model::probe::{Method, Probe, Purpose};
use crate::model::profile::Profile;
use crate::model::target::{ProxySpec, Route, Target};
use crate::model::verdict::{Verdict, verdict_of};
use crate::model::wsus;
use crate::model::wsus::liveness::Liveness;
use crate::predict::job;
use crate::products;

/// The base URL of the WSUS server that a target names; none when it names a file.
pub(super) fn base_of(target: &Target) -> Option<Url> {
    let Target::Url(url) = target else { return None };
    wsus::base_of(url)
}

/// Asks a WSUS server over one route for signs of life.
pub(super) async fn run(
    context: &Context<'_>,
    route: &Route,
    target: &Target,
    base: &Url,
) -> Result<RouteResult, RunError> {
    // The mock ends when this is dropped.
    let (proxy, _mock_proxy) = open::route(route).await?;
    let preflight = Preflight { context, route, target, proxy, base };
    let (mut legs, reports) = Box::pin(preflight.legs()).await;
    route::number(&mut legs);
    let mut result = preflight.judge(legs, reports);
    let client = preflight.client(Leg::Cold, context.settings.timeout);
    let asked = |purpose| context.observer.exchange_done(route, target, purpose);
    if recognise::may_look_closer(context.settings, route) {
        let _turn = context.turn(preflight.proxy.as_ref(), Leg::Cold, base).await;
        let question = recognise::Question { url: base, is_own_origin: false };
        recognise::look_closer(&mut result, client, question, context.lanes(), &asked).await;
    }
    Ok(result)
}

struct Preflight<'r> {
    context: &'r Context<'r>,
    route: &'r Route,
    target: &'r Target,
    proxy: Option<ProxySpec>,
    base: &'r Url,
}

impl Preflight<'_> {
    /// The direct leg, when it is wanted, and the one through the proxy, both at once.
    async fn legs(&self) -> (Vec<Evidence>, Vec<LegReport>) {
        let timeout = self.context.settings.timeout;
        let ran = |leg| LegReport { leg, skipped: None };
        if self.proxy.is_none() {
            return (vec![Box::pin(self.leg(Leg::Direct, timeout)).await], vec![ran(Leg::Direct)]);
        }
        let direct = async {
            if !self.context.settings.legs.contains(&Leg::Direct) {
                return None;
            }
            // Behind a proxy the server is often filtered: that must not hold up the rest.
            Some(route::reached(
                Box::pin(self.leg(Leg::Direct, timeout.min(DIRECT_PATIENCE))).await,
            ))
        };
        let (direct, cold) = tokio::join!(direct, self.leg(Leg::Cold, timeout));
        let (mut legs, mut reports) = (Vec::new(), Vec::new());
        match direct {
            Some(Ok(evidence)) => {
                legs.push(evidence);
                reports.push(ran(Leg::Direct));
            }
            Some(Err(why)) => reports.push(LegReport { leg: Leg::Direct, skipped: Some(why) }),
            None => {}
        }
        legs.push(cold);
        reports.push(ran(Leg::Cold));
        (legs, reports)
    }

    async fn leg(&self, leg: Leg, timeout: Duration) -> Evidence {
        let _turn = self.context.turn(self.proxy.as_ref(), leg, self.base).await;
        let client = self.client(leg, timeout);
        let asked = PATHS.map(|(purpose, path)| self.ask(&client, purpose, path));
        let asked = stream::iter(asked).buffered(self.context.lanes());
        let proxy = client.dialer.proxy.as_ref();
        Evidence {
            profile: Profile::Bits,
            truth: None,
            known_size: None,
            direct: None,
            earlier: None,
            siblings: Vec::new(),
            whole: None,
            files: Vec::new(),
            not_fresh: None,
            again: Again::default(),
            leg,
            through_proxy: proxy.is_some(),
            has_credentials: proxy.is_some_and(|proxy| proxy.credentials.is_some()),
            url: self.target.to_string(),
            exchanges: Box::pin(asked.flat_map(stream::iter).collect()).await,
        }
    }

    async fn ask(&self, client: &SocketClient, purpose: Purpose, path: Liveness) -> Vec<Exchange> {
        // Clients get content in the clear even where all else is encrypted.
        let mut url = match path {
            Liveness::AnonymousCheckFile => wsus::content_base(self.base),
            _ => self.base.clone(),
        };
        url.set_path(path.path());
        let probe = Probe::plain(purpose, Method::Get);
        let to_proxy = client.dialer.speaks_to_proxy(&url);
        let request = bits::request(&probe, &url, to_proxy, None);
        let mut lane = client.lane();
        lane.send(probe, &url, request, MOST_BODY).await;
        self.context.observer.exchange_done(self.route, self.target, purpose);
        lane.finish().await
    }

    fn client(&self, leg: Leg, timeout: Duration) -> SocketClient {
        let client = self.context.client(self.proxy.as_ref(), leg, Profile::Bits);
        SocketClient { timeout, ..client }
    }

    fn judge(&self, legs: Vec<Evidence>, reports: Vec<LegReport>) -> RouteResult {
        let through_proxy = self.proxy.is_some();
        let checks = checks();
        let judged: Vec<(Leg, Vec<Finding>)> = legs
            .iter()
            .map(|evidence| {
                (evidence.leg, self.context.judge(evidence, &checks, self.route, self.target))
            })
            .collect();
        // With a proxy in the route the direct leg, which comes first, only tells who is to blame.
        let tested = judged.last().map_or(&[][..], |(_, findings)| findings.as_slice());
        let (verdict, jobs) = (verdict_of(tested), job::predict_all(tested, Profile::Bits));
        let scene = blame::Scene {
            legs: &judged,
            reports: &reports,
            exchanges: legs.iter().flat_map(|leg| &leg.exchanges).collect(),
            through_proxy,
            confirmed: &crate::attribution::confirmed::Confirmed::default(),
            came_directly: false,
        };
        let blames = blame::blames(&scene);
        let recognised = recognise::recognise(&legs, false);
        let unusable = target_usable::why_unusable(&legs, &reports);
        let mut blames = blames.into_iter().filter(|_| unusable.is_none());
        let mut notes = content::notes(&legs);
        // Who is not there must be found first.
        if legs.last().is_some_and(Evidence::anything_answered) {
            notes.insert(0, format!("{NO_FILE} {}", wsus::HOW_TO_FIND_CONTENT));
        }
        notes.extend(notes::notes(&legs, &reports, self.context.settings));
        notes.extend(blame::hidden_fault(&judged).filter(|_| through_proxy));
        let findings: Vec<Finding> =
            judged.into_iter().flat_map(|(_, findings)| findings).collect();
        let exchanges: Vec<Exchange> = legs.into_iter().flat_map(|leg| leg.exchanges).collect();
        RouteResult {
            target: self.target.to_string(),
            proxy: self.route.label(),
            names: self.context.names.clone(),
            signs_in: self.proxy.as_ref().is_some_and(|proxy| proxy.credentials.is_some()),
            profile: Profile::Bits,
            // No range was tried: nothing here can be a pass.
            verdict: match unusable {
                Some(_) => Verdict::Inconclusive,
                None => verdict.max(Verdict::Inconclusive),
            },
            is_strict: self.context.settings.policy.is_strict,
            require: self.context.settings.policy.require,
            jobs,
            blame: blames.next(),
            also_to_blame: blames.collect(),
            advice: match unusable {
                Some(_) => Vec::new(),
                None => products::advise(
                    &findings,
                    &exchanges,
                    &recognised,
                    self.route.label().as_deref(),
                ),
            },
            unusable,
            recognised,
            legs: reports,
            notes,
            findings,
            fetches_whole: false,
            forgotten: Traffic::default(),
            exchanges,
        }
    }
}

/// Whether the server can be reached at all, and what it shows of itself. `--only` and `--skip`
/// choose among the checks of files and change nothing here.
fn checks() -> Vec<&'static Check> {
    let reaching = ["reachable", "proxy-authentication"].into_iter().filter_map(table::find);
    reaching.chain(table::preflights().iter().copied()).collect()
}

/// What to ask, and what for.
const PATHS: [(Purpose, Liveness); 3] = [
    (Purpose::WsusAlive, Liveness::AnonymousCheckFile),
    (Purpose::WsusClientService, Liveness::ClientWebService),
    (Purpose::WsusSelfUpdate, Liveness::SelfUpdate),
];

/// Bytes of a body that are read; more show nothing more.
const MOST_BODY: u64 = 4096;

/// How long the direct leg, which is only for comparison, may take.
const DIRECT_PATIENCE: Duration = Duration::from_secs(5);

const NO_FILE: &str = "This is the base URL of a WSUS server. It was asked whether it is alive; \
                       ranges, which BITS needs, were not tried, so nothing has passed.";
