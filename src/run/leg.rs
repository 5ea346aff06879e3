//! One leg: sends the probes in the order that matters and gathers the evidence.
//!
//! HEAD, the first and the next chunk go one after the other on one connection, as BITS sends
//! them; with the profile of Delivery Optimization that are the first bytes and the first block.
//! What needs no order follows side by side on a few connections. At the end another HTTP
//! client asks the first two things once more.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::sleep;
use url::Url;

use super::siblings::{Asked, Siblings};
use super::{plan, plan_do};
use crate::bits::profile::Profile;
use crate::bits::request;
use crate::bits::request_do::{self, CorrelationVector};
use crate::probe::client::{Lane, SocketClient};
use crate::probe::evidence::{Evidence, Sibling, Truth, stated_size};
use crate::probe::exchange::{Exchange, ExchangeId};
use crate::probe::failure::FailureKind;
use crate::probe::probe::{Probe, Purpose};
use crate::probe::redirect::{MAX_REDIRECTS, redirect_target};
use crate::probe::witness::Witness;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;

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
type SlottedLane<'l> = (Lane<'l>, Option<SemaphorePermit<'l>>);

/// What the first requests told.
pub(super) struct Learned {
    /// Where the redirects led.
    url: Url,
    last_modified: Option<String>,
    size: Option<u64>,
}

impl Learned {
    /// Nothing but the size.
    pub(super) fn of(url: &Url, size: u64) -> Self {
        Self { url: url.clone(), last_modified: None, size: Some(size) }
    }
}

impl LegRunner<'_> {
    /// Sends the probes for a URL. Never fails: what goes wrong is evidence.
    pub(super) async fn run(&self, url: &Url) -> Evidence {
        let slots = Slots::new(self.lanes);
        let siblings = async {
            match &self.siblings {
                Some(siblings) => siblings.ask(self, url, &slots).await,
                None => Vec::new(),
            }
        };
        let (mut exchanges, siblings) =
            tokio::join!(Box::pin(self.main(url, &slots)), Box::pin(siblings));
        exchanges.sort_by_key(|exchange| exchange.probe.purpose);
        let sibling = |(history, url, exchanges): Asked| Sibling {
            history,
            evidence: Evidence {
                known_size: self.siblings.as_ref().map(|siblings| siblings.size),
                ..self.evidence(&url, exchanges)
            },
        };
        let siblings = siblings.into_iter().map(sibling).collect();
        let mut evidence = Evidence { siblings, ..self.evidence(url, exchanges) };
        for (id, exchange) in (1..).zip(evidence.all_exchanges_mut()) {
            exchange.id = ExchangeId(id);
        }
        evidence
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
            siblings: Vec::new(),
            whole: None,
        }
    }

    /// All requests for the file under test.
    async fn main(&self, url: &Url, slots: &Slots) -> Vec<Exchange> {
        // The first of all, so it is free.
        let slot = slots.try_acquire().ok();
        let mut lane = self.client.lane();
        let mut learned = Learned { url: url.clone(), last_modified: None, size: self.known_size };
        let mut spares = Vec::new();
        let goes_on = match self.profile {
            Profile::Bits => self.lead(&mut lane, &mut learned, &mut spares, slots).await,
            Profile::Do => self.lead_do(&mut lane, &mut learned).await,
        };
        let (true, Some(size)) = (goes_on, learned.size) else { return lane.finish().await };
        let lanes = std::iter::once((lane, slot)).chain(spares).collect();
        let witness = async { self.witness(&learned) };
        let sent = self.side_by_side(lanes, &learned, size, slots);
        let (mut exchanges, witness) = tokio::join!(sent, witness);
        exchanges.extend(self.last_look(&witness, &learned, size).await);
        exchanges
    }

    /// HEAD, first and next chunk. Whether the rest is worth sending. Opens the connections of
    /// the rest meanwhile, into `spares`.
    async fn lead<'l>(
        &'l self,
        lane: &mut Lane<'_>,
        learned: &mut Learned,
        spares: &mut Vec<SlottedLane<'l>>,
        slots: &'l Slots,
    ) -> bool {
        let head = self.follow(lane, &Probe::head(Purpose::Head), learned).await;
        if head.failure().is_some_and(|failure| ends_everything(&failure.kind)) {
            return false;
        }
        let stated = stated_size(head).filter(|&size| size > 0);
        learned.size = learned.size.or(stated);
        learned.last_modified = head
            .answer()
            .filter(|answer| answer.head.status == 200)
            .and_then(|answer| answer.head.fields.first("last-modified"))
            .map(str::to_owned);
        let head_answered = head.answer().is_some();
        let probe = match learned.size {
            Some(size) => plan::probe(Purpose::RangeFirst, size),
            None => Some(plan::first_range_of_unknown_size()),
        };
        // An empty file has no part; the checks say so.
        let Some(probe) = probe else { return true };
        let first = self.follow(lane, &probe, learned).await;
        let (first_timed_out, first_reused) = (timed_out(first), first.reused);
        if first.answer().is_none() && !head_answered {
            return false;
        }
        let total = total_of(first);
        learned.size = learned.size.or(total);
        let Some(size) = learned.size else { return false };
        if let Some(probe) = self.planned(Purpose::RangeNext, size) {
            // Only beside a connection that has lasted: a server that serves one after the other
            // would wait on an idle one, should this one have to be opened anew.
            if first_reused && lane.is_kept() {
                let wanted = self.unordered(learned, size).len().min(self.lanes);
                // Where others hold the connections, they are opened later.
                let free = (1..wanted).map_while(|_| slots.try_acquire().ok());
                let opened = |slot| (self.client.opened_lane(&learned.url), Some(slot));
                spares.extend(free.map(opened));
            }
            let next = self.follow(lane, &probe, learned).await;
            return !(first_timed_out && timed_out(next));
        }
        true
    }

    /// The first bytes and the first block of Delivery Optimization; the first bytes also without
    /// `Content-Length: 0` when they did not come with it. Whether the rest is worth sending.
    async fn lead_do(&self, lane: &mut Lane<'_>, learned: &mut Learned) -> bool {
        let probe = plan_do::first_bytes(Purpose::DoFirstBytes);
        let first = self.follow(lane, &probe, learned).await;
        if first.failure().is_some_and(|failure| ends_everything(&failure.kind)) {
            return false;
        }
        let (mut answered, was_late) = (first.answer().is_some(), timed_out(first));
        let is_part = first.answer().is_some_and(|answer| answer.head.status == 206);
        let mut size = learned.size.or_else(|| total_of(first)).or_else(|| whole_size(first));
        if !is_part && self.purposes.contains(&Purpose::DoWithoutLength) {
            let probe = plan_do::first_bytes(Purpose::DoWithoutLength);
            let without = self.follow(lane, &probe, learned).await;
            answered |= without.answer().is_some();
            size = size.or_else(|| total_of(without));
            if was_late && timed_out(without) {
                return false;
            }
        }
        if !answered {
            return false;
        }
        let probe = match size {
            Some(size) => plan::probe(Purpose::DoFirstBlock, size),
            None => Some(plan_do::first_block_of_unknown_size()),
        };
        learned.size = size;
        let Some(probe) = probe else { return false };
        let block = self.follow(lane, &probe, learned).await;
        let total = total_of(block);
        let both_late = was_late && timed_out(block);
        learned.size = size.or(total);
        learned.size.is_some() && !both_late
    }

    /// The probes that need no order. The one whose answer is cut off comes last, since nothing
    /// can follow it on its connection.
    fn unordered(&self, learned: &Learned, size: u64) -> Vec<Probe> {
        const LEAD: [Purpose; 6] = [
            Purpose::Head,
            Purpose::RangeFirst,
            Purpose::RangeNext,
            Purpose::DoFirstBytes,
            Purpose::DoWithoutLength,
            Purpose::DoFirstBlock,
        ];
        let is_conditional = learned.last_modified.is_some();
        let purposes = self.purposes.iter();
        let mut probes: Vec<Probe> = purposes
            .filter(|purpose| !LEAD.contains(purpose) && !purpose.is_last_look())
            .filter(|&&purpose| purpose != Purpose::RangeUnconditional || is_conditional)
            .filter_map(|&purpose| plan::probe(purpose, size))
            .collect();
        match self.profile {
            Profile::Bits => probes.sort_by_key(|probe| probe.purpose == Purpose::RangeWhole),
            Profile::Do => probes.shuffle(&mut StdRng::seed_from_u64(self.seed)),
        }
        probes
    }

    /// Sends the probes that need no order, on these lanes and some more.
    async fn side_by_side<'l>(
        &'l self,
        mut lanes: Vec<SlottedLane<'l>>,
        learned: &Learned,
        size: u64,
        slots: &'l Slots,
    ) -> Vec<Exchange> {
        let mut shares: Vec<Vec<Probe>> = vec![Vec::new(); self.lanes];
        for (index, probe) in self.unordered(learned, size).into_iter().enumerate() {
            shares[index % self.lanes].push(probe);
        }
        lanes.resize_with(self.lanes, || (self.client.lane(), None));
        let runs = lanes.into_iter().zip(shares).map(async |((mut lane, mut slot), probes)| {
            for probe in probes {
                if slot.is_none() {
                    slot = slots.acquire().await.ok();
                }
                let mut learned = Learned {
                    url: learned.url.clone(),
                    last_modified: learned.last_modified.clone(),
                    size: Some(size),
                };
                self.follow(&mut lane, &probe, &mut learned).await;
            }
            lane.finish().await
        });
        join_all(runs).await.into_iter().flatten().collect()
    }

    fn witness(&self, learned: &Learned) -> Witness {
        let SocketClient { dialer, timeout, .. } = &self.client;
        let proxy = dialer.proxy.as_ref();
        Witness::new(proxy, &learned.url, &dialer.tls, *timeout, dialer.user_agent)
    }

    /// HEAD and the first range or block once more, by the independent client on new connections.
    async fn last_look(&self, witness: &Witness, learned: &Learned, size: u64) -> Vec<Exchange> {
        let client = &self.client;
        let last = self.purposes.iter().filter(|purpose| purpose.is_last_look());
        let probes = last.filter_map(|&purpose| plan::probe(purpose, size));
        let sent = futures_util::stream::iter(probes).map(async |probe| {
            let purpose = probe.purpose;
            let (request, expected) = self.request(&probe, learned);
            let until = client.exchange_end();
            let read = expected.min(plan_do::REPEAT_READ);
            let exchange = witness.send(client.leg, probe, request, read, until).await;
            (self.on_exchange)(purpose);
            witness_closes(self.lanes).await;
            exchange
        });
        sent.buffered(self.lanes).collect().await
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
            let next = exchange
                .answer()
                .and_then(|answer| redirect_target(&answer.head, &learned.url))
                .filter(|next| visited.len() <= MAX_REDIRECTS && !visited.contains(next));
            let Some(next) = next else { break };
            lane.mark_redirect();
            visited.push(next.clone());
            learned.url = next;
        }
        lane.last()
    }

    fn request(&self, probe: &Probe, learned: &Learned) -> (crate::probe::exchange::Request, u64) {
        let to_proxy = self.client.dialer.speaks_to_proxy(&learned.url);
        let last_modified = learned.last_modified.as_deref();
        let request = match self.profile {
            Profile::Bits => request::request(probe, &learned.url, to_proxy, last_modified),
            Profile::Do => request_do::request(probe, &learned.url, to_proxy, self.correlation),
        };
        (request, plan::expected_body(probe, learned.size))
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

/// The size of the whole file, by the length of a 200 that has it.
fn whole_size(exchange: &Exchange) -> Option<u64> {
    let answer = exchange.answer().filter(|answer| answer.head.status == 200)?;
    match answer.head.fields.content_length() {
        ContentLength::Valid { value: size @ 3.., .. } => Some(size),
        _ => None,
    }
}

/// The size of the file that a 206 states.
fn total_of(exchange: &Exchange) -> Option<u64> {
    let fields = &exchange.answer().filter(|answer| answer.head.status == 206)?.head.fields;
    let total = ContentRange::parse(fields.first("content-range")?).ok()?.total();
    total.filter(|&total| total > 0)
}

pub(super) fn timed_out(exchange: &Exchange) -> bool {
    exchange.failure().is_some_and(|failure| {
        matches!(
            failure.kind,
            FailureKind::NoAnswer | FailureKind::TooSlow { .. } | FailureKind::Deadline
        )
    })
}

/// After these no other request can fare better.
fn ends_everything(kind: &FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::NameNotResolved
            | FailureKind::CannotConnect
            | FailureKind::ConnectTimeout
            | FailureKind::SocksRefused
            | FailureKind::TunnelRefused(_)
            | FailureKind::CertificateInvalid
            | FailureKind::TlsFailed
            | FailureKind::Deadline
    )
}

/// Connections used at the same time; a real proxy must never be flooded.
pub(super) const LANES: usize = 4;

/// Time for the other client to close a connection.
const CLOSING: Duration = Duration::from_millis(100);
