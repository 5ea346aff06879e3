//! One leg: sends the probes in the order that matters and gathers the evidence.
//!
//! HEAD, the first and the next chunk go one after the other on one connection, as BITS sends
//! them; with the profile of Delivery Optimization that are the first bytes and the first block.
//! What needs no order follows side by side on a few connections. At the end another HTTP
//! client asks the first two things once more.

mod again;
mod lead;
mod order;
mod rest;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, sleep};
use url::Url;

pub(super) use self::again::needs_again;
pub(super) use self::order::{Milestones, Order};
use super::fresh::Subject;
use super::siblings::{Asked, Found, Siblings, Source};
use super::{filling, fresh, plan, plan_do};
use crate::clients;
use crate::clients::delivery_optimization::CorrelationVector;
use crate::http::client::{Lane, SocketClient};
use crate::http::dial::Permit;
use crate::model::evidence::{Again, Evidence, Sibling, Truth, may_be_dated_by_time};
use crate::model::exchange::{Exchange, ExchangeId, Request};
use crate::model::failure::FailureKind;
use crate::model::probe::{Probe, Purpose};
use crate::model::profile::Profile;

/// Everything that the probes of a leg are sent with.
pub(super) struct LegRunner<'r> {
    /// The client for the judged exchanges.
    pub(super) client: SocketClient,
    /// Whose requests are imitated.
    pub(super) profile: Profile,
    /// For the `MS-CV` of the requests of Delivery Optimization.
    pub(super) correlation: &'r CorrelationVector,
    /// Decides the order of its blocks.
    pub(super) seed: u64,
    /// Connections at the same time, at most [`LANES`].
    pub(super) lanes: usize,
    /// A permit for each of them. Phases that run at the same time share them.
    pub(super) slots: Arc<Slots>,
    /// Which requests of this phase, and of the one at the same time, come before others.
    pub(super) order: Order<'r>,
    /// What to ask.
    pub(super) purposes: &'r BTreeSet<Purpose>,
    /// Told of each exchange when it is over.
    pub(super) on_exchange: &'r (dyn Fn(Purpose) + Sync),
    /// The size of the file, when it is known beforehand; what this leg says of it is then only
    /// judged.
    pub(super) known_size: Option<u64>,
    /// The bytes of the file, when they are known.
    pub(super) truth: Option<Truth>,
    /// Files to ask for beside it.
    pub(super) siblings: Option<Siblings<'r>>,
}

/// A permit for each connection that may be used at the same time.
pub(super) type Slots = Semaphore;

/// A lane, with the permit for its connection when it has one yet.
type SlottedLane<'l> = (Lane<'l>, Option<OwnedSemaphorePermit>);

/// What the first requests told.
#[derive(Clone)]
pub(super) struct Learned {
    /// Where the redirects led.
    url: Url,
    last_modified: Option<String>,
    size: Option<u64>,
    /// When the first answers were there, if their `Last-Modified` may be the time of each answer.
    dated_by_time: Option<Instant>,
    /// Delivery Optimization's HEAD was sent.
    has_head: bool,
}

impl Learned {
    /// Nothing but the size.
    pub(super) fn of(url: &Url, size: u64) -> Self {
        Self {
            url: url.clone(),
            last_modified: None,
            size: Some(size),
            dated_by_time: None,
            has_head: false,
        }
    }

    /// Where the redirects led.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// The size of the file, in bytes.
    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }
}

impl LegRunner<'_> {
    /// Sends the probes for a URL. Never fails: what goes wrong is evidence.
    pub(super) async fn run(&self, url: &Url) -> Evidence {
        let (tell, told) = oneshot::channel();
        let siblings = async {
            match &self.siblings {
                Some(siblings) => Box::pin(siblings.ask(self, url, &self.slots, told)).await,
                None => Found::default(),
            }
        };
        let main = async {
            let exchanges = self.main(url, tell).await;
            self.order.own.is_over();
            exchanges
        };
        let (mut exchanges, found) = tokio::join!(Box::pin(main), Box::pin(siblings));
        exchanges.sort_by_key(|exchange| exchange.probe.purpose);
        let sibling = |(history, url, exchanges): Asked| Sibling {
            history,
            evidence: self.evidence_of_sibling(&url, found.size, exchanges),
        };
        let siblings = found.siblings.into_iter().map(sibling).collect();
        let mut evidence =
            Evidence { siblings, not_fresh: found.why_not, ..self.evidence(url, exchanges) };
        if let Some(siblings) = &self.siblings {
            Box::pin(filling::confirm(self, siblings, &mut evidence)).await;
        }
        if let (Some(siblings), Some(control)) = (&self.siblings, found.control)
            && let Source::Query { checks, .. } = siblings.source
        {
            fresh::confirm(self, siblings, checks, &mut evidence, control).await;
        }
        for (id, exchange) in (1..).zip(evidence.all_exchanges_mut()) {
            exchange.id = ExchangeId(id);
        }
        evidence
    }

    pub(super) fn evidence_of_sibling(
        &self,
        url: &Url,
        size: u64,
        exchanges: Vec<Exchange>,
    ) -> Evidence {
        Evidence { known_size: Some(size), ..self.evidence(url, exchanges) }
    }

    fn evidence(&self, url: &Url, exchanges: Vec<Exchange>) -> Evidence {
        let proxy = self.client.dialer.proxy.as_ref();
        Evidence {
            leg: self.client.leg,
            profile: self.profile,
            through_proxy: proxy.is_some(),
            has_credentials: proxy.is_some_and(|proxy| proxy.credentials.is_some()),
            url: url.to_string(),
            exchanges,
            truth: self.truth.clone(),
            known_size: self.known_size,
            direct: None,
            earlier: None,
            siblings: Vec::new(),
            whole: None,
            files: Vec::new(),
            not_fresh: None,
            again: Again::default(),
        }
    }

    /// All requests for the file under test.
    async fn main(&self, url: &Url, tell: oneshot::Sender<Subject>) -> Vec<Exchange> {
        self.order.first_request().await;
        let slot = self.slot().await;
        let mut lane = self.client.lane();
        let mut learned = Learned {
            url: url.clone(),
            last_modified: None,
            size: self.known_size,
            dated_by_time: None,
            has_head: false,
        };
        let mut spares = Vec::new();
        let goes_on = match self.profile {
            Profile::Bits => self.lead(&mut lane, &mut learned, &mut spares).await,
            Profile::Do => self.lead_do(&mut lane, &mut learned).await,
        };
        let moves = lane.exchanges().iter().any(may_be_dated_by_time);
        learned.dated_by_time = moves.then(Instant::now);
        match Subject::of(lane.exchanges(), self.profile, &learned).filter(|_| goes_on) {
            // No one listens where no sibling is wanted.
            Some(subject) => drop(tell.send(subject)),
            None => drop(tell),
        }
        let (true, Some(size)) = (goes_on, learned.size) else {
            let mut exchanges = lane.finish().await;
            drop(slot);
            if goes_on {
                self.wait_for_another_second(&learned).await;
                // Of a file of unknown size the first block is known to be there.
                let witness = self.witness(&learned);
                exchanges.extend(self.last_look(&witness, &learned, plan_do::BLOCK).await);
            }
            return exchanges;
        };
        let lanes = std::iter::once((lane, slot)).chain(spares).collect();
        self.rest(lanes, &learned, size).await
    }

    /// Waits for the permit for a connection.
    async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots).acquire_owned().await.ok()
    }

    /// Waits for the permit for a connection of the other client, where few connections are allowed.
    pub(super) async fn permit(&self) -> Option<Permit> {
        self.client.dialer.limit.as_ref()?.permit().await
    }

    /// Sends a probe and follows redirects as BITS does; `learned.url` is then where they led.
    pub(super) async fn follow<'l>(
        &self,
        lane: &'l mut Lane<'_>,
        probe: &Probe,
        learned: &mut Learned,
    ) -> &'l Exchange {
        let mut visited = vec![learned.url.clone()];
        loop {
            let (request, expected) = self.request(probe, learned);
            let exchange = lane.send(probe.clone(), &learned.url, request, expected).await;
            (self.on_exchange)(probe.purpose);
            let answer = exchange.answer();
            let next = answer.and_then(|one| self.client.dialer.redirect(&one.head, &visited));
            let Some(next) = next else { break };
            lane.mark_redirect();
            visited.push(next.clone());
            learned.url = next;
        }
        lane.last()
    }

    pub(super) fn request(&self, probe: &Probe, learned: &Learned) -> (Request, u64) {
        let last_modified = learned.last_modified.as_deref();
        let (url, dialer) = (&learned.url, &self.client.dialer);
        let to_proxy = dialer.speaks_to_proxy(url);
        let request =
            clients::request(self.profile, probe, url, to_proxy, last_modified, self.correlation);
        (dialer.with_cookies(request, url), plan::expected_body(probe, learned.size))
    }

    fn planned(&self, purpose: Purpose, size: u64) -> Option<Probe> {
        self.purposes.contains(&purpose).then(|| plan::probe(purpose, size)).flatten()
    }
}

/// The other client closes its connection a moment later than it gives the answer: where few are
/// allowed, that is waited for.
pub(super) async fn witness_closes(lanes: usize) {
    if lanes < LANES {
        sleep(CLOSING).await;
    }
}

/// Gives a permit back when the connection of the other client is closed for certain. The caller
/// does not wait for that.
fn give_back_later(slot: Option<OwnedSemaphorePermit>) {
    tokio::spawn(async move {
        sleep(CLOSING).await;
        drop(slot);
    });
}

/// Whether the exchange was not over in its time: more of that kind would take as long again.
pub(super) fn timed_out(exchange: &Exchange) -> bool {
    if exchange.is_slow() {
        return true;
    }
    exchange.failure().is_some_and(|failure| {
        matches!(
            failure.kind,
            FailureKind::NoAnswer | FailureKind::TooSlow { .. } | FailureKind::Deadline
        )
    })
}

/// Connections used at the same time; a real proxy must never be flooded.
pub(super) const LANES: usize = 4;

/// Time for the other client to close a connection.
pub(super) const CLOSING: Duration = Duration::from_millis(100);
