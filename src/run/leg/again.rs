//! Sends again, alone, what failed in a way that too many connections or a passing overload can
//! explain. BITS sends the requests for a file one after the other, so that only the later answer
//! counts; the first one is kept as evidence of a limit.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use url::Url;

use super::{Learned, LegRunner};
use crate::http::client::Lane;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Client, Exchange};
use crate::model::failure::FailureKind;
use crate::model::probe::{Method, Probe, Purpose};
use crate::run::plan;
use crate::wire::status::is_temporary;

/// Requests that are expected to fail alike: when one of them goes on failing, so do the others.
#[derive(Eq, PartialEq)]
struct Kind {
    method: Method,
    /// Ranges asked, up to two.
    ranges: usize,
    /// The status, or the name of the failure.
    failure: String,
}

/// What sending a refused request again, alone, showed.
#[derive(Default)]
struct Refusal {
    /// The status of the request that was sent again first.
    status: Option<u16>,
    /// It was refused alone as well.
    is_real: bool,
}

impl LegRunner<'_> {
    /// Sends again what failed, one request at a time. No other connection of ours may be open.
    pub(in crate::run) async fn again(&self, url: &Url, evidence: &mut Evidence) {
        let anything_answered = evidence.anything_answered();
        let mut given_up = Vec::new();
        self.again_among(&mut given_up, evidence, anything_answered).await;
        // A peer that limits connections may notice late that one was closed.
        for pause in PAUSES_BEFORE_THE_PHASE {
            if evidence.again.replaced.is_empty() || !self.breaks_off(evidence) {
                break;
            }
            sleep(pause).await;
            let is_continued = self.complete(url, evidence).await;
            self.again_among(&mut given_up, evidence, true).await;
            if is_continued {
                break;
            }
        }
        let mut refusal = Refusal::default();
        let is_refused_beside = may_be_refused_beside_others(evidence);
        if is_refused_beside {
            self.again_refused(&mut refusal, evidence).await;
        }
        let mut siblings = std::mem::take(&mut evidence.siblings);
        for sibling in &mut siblings {
            let of_sibling = &mut sibling.evidence;
            self.again_among(&mut given_up, of_sibling, anything_answered).await;
            if is_refused_beside {
                self.again_refused(&mut refusal, of_sibling).await;
            }
            evidence.again.replaced.append(&mut of_sibling.again.replaced);
        }
        evidence.siblings = siblings;
    }

    /// Sends again what was refused while other connections were open. When the first of them is
    /// refused alone too, that is no limit, and none of the others is sent.
    async fn again_refused(&self, refusal: &mut Refusal, evidence: &mut Evidence) {
        let mut lane = self.client.lane();
        for index in 0..evidence.exchanges.len() {
            let first = &evidence.exchanges[index];
            let Some(status) = refused_with(first) else { continue };
            if refusal.is_real || Instant::now() >= self.client.deadline {
                return;
            }
            if refusal.status.is_some_and(|known| known != status) {
                continue;
            }
            if refusal.status.is_none() || !lane.is_kept() {
                // A peer that limits connections may notice late that one was closed.
                sleep(super::CLOSING).await;
            }
            let later = self.once_more(&mut lane, first, evidence).await;
            if refusal.status.replace(status).is_none() {
                refusal.is_real = refused_with(&later).is_some();
            }
            let is_served =
                later.answer().is_some_and(|answer| matches!(answer.head.status, 200..=299 | 416));
            if is_served {
                let first = std::mem::replace(&mut evidence.exchanges[index], later);
                evidence.again.replaced.push(first);
            }
        }
    }

    async fn again_among(
        &self,
        given_up: &mut Vec<Kind>,
        evidence: &mut Evidence,
        anything_answered: bool,
    ) {
        // One connection as long as it serves: a peer that counts them sees a closed one for a while.
        let mut lane = self.client.lane();
        for index in 0..evidence.exchanges.len() {
            let first = &evidence.exchanges[index];
            let waits = waits_before(first, anything_answered);
            let kind = kind_of(first);
            if waits.is_empty() || given_up.contains(&kind) {
                continue;
            }
            match self.until_answered(&mut lane, first, evidence, waits).await {
                Some(later) => {
                    let first = std::mem::replace(&mut evidence.exchanges[index], later);
                    evidence.again.replaced.push(first);
                }
                None => given_up.push(kind),
            }
        }
    }

    /// Sends the request of an exchange until it does not fail by chance any more; none when it
    /// never does.
    async fn until_answered<'l>(
        &'l self,
        lane: &mut Lane<'l>,
        first: &Exchange,
        evidence: &Evidence,
        waits: &[u64],
    ) -> Option<Exchange> {
        for (index, &wait) in waits.iter().enumerate() {
            let wait = Duration::from_millis(wait);
            let asked = if index == 0 { None } else { retry_after(first) };
            sleep(asked.unwrap_or(wait)).await;
            if Instant::now() >= self.client.deadline {
                return None;
            }
            let later = self.once_more(lane, first, evidence).await;
            if waits_before(&later, true).is_empty() {
                return Some(later);
            }
            *lane = self.client.lane();
        }
        None
    }

    /// Sends the request of an exchange once more, on this lane or by the other client, as before.
    pub(in crate::run) async fn once_more<'l>(
        &'l self,
        lane: &mut Lane<'l>,
        first: &Exchange,
        evidence: &Evidence,
    ) -> Exchange {
        let condition = first.request.fields.first("if-unmodified-since");
        let url = Url::parse(&first.request.url).or_else(|_| Url::parse(&evidence.url));
        let Ok(url) = url else { return first.clone() };
        let mut learned = Learned {
            last_modified: condition.map(str::to_owned),
            ..Learned::of(&url, evidence.size().unwrap_or_default())
        };
        learned.size = evidence.size();
        let probe = Probe { conditional: condition.is_some(), ..first.probe.clone() };
        let exchange = match first.client {
            Client::Socket => {
                self.follow(lane, &probe, &mut learned).await;
                lane.take().pop()
            }
            Client::Reqwest => {
                if lane.is_kept() {
                    *lane = self.client.lane();
                    // A peer that limits connections may notice late that one was closed.
                    sleep(super::CLOSING).await;
                }
                let (request, expected) = self.request(&probe, &learned);
                let witness = self.witness(&learned);
                let permit = self.permit().await;
                let sent = witness.send(self.client.leg, probe, request, expected).await;
                (self.on_exchange)(first.probe.purpose);
                sleep(super::CLOSING).await;
                drop(permit);
                Some(sent)
            }
        };
        let exchange = exchange.unwrap_or_else(|| first.clone());
        Exchange { probe: first.probe.clone(), ..exchange }
    }

    /// Whether the first requests failed so that the others were not sent.
    fn breaks_off(&self, evidence: &Evidence) -> bool {
        let Some(size) = evidence.size() else { return true };
        let is_missing = |purpose: &&Purpose| {
            plan::probe(**purpose, size).is_some() && evidence.exchange(**purpose).is_none()
        };
        // The unconditional repeat depends on what HEAD states, not on how far the run came.
        let needed = self.purposes.iter().filter(|&&purpose| {
            !matches!(purpose, Purpose::RangeUnconditional | Purpose::DoWithoutLength)
        });
        needed.filter(is_missing).count() > 0
    }

    /// Sends the whole phase again, one request at a time, and takes from it what is missing.
    /// Whether it went on after the first requests.
    async fn complete(&self, url: &Url, evidence: &mut Evidence) -> bool {
        let later = LegRunner {
            client: self.client.clone(),
            lanes: 1,
            slots: std::sync::Arc::new(super::Slots::new(1)),
            order: super::Order::new(&super::order::Milestones::default(), None),
            truth: self.truth.clone(),
            siblings: None,
            ..*self
        }
        .run(url)
        .await;
        let is_new = |exchange: &Exchange| evidence.exchange(exchange.probe.purpose).is_none();
        let (new, _): (Vec<_>, Vec<_>) = later.exchanges.into_iter().partition(is_new);
        let is_continued = !new.is_empty();
        evidence.exchanges.extend(new);
        evidence.exchanges.sort_by_key(|exchange| exchange.probe.purpose);
        is_continued
    }
}

/// Pauses before a phase that broke off is sent again.
const PAUSES_BEFORE_THE_PHASE: [Duration; 3] =
    [Duration::ZERO, Duration::from_millis(100), Duration::from_millis(400)];

/// Whether a phase has anything to send again.
pub(in crate::run) fn needs_again(evidence: &Evidence) -> bool {
    let answered = evidence.anything_answered();
    let siblings = evidence.siblings.iter().flat_map(|sibling| &sibling.evidence.exchanges);
    may_be_refused_beside_others(evidence)
        || evidence
            .exchanges
            .iter()
            .chain(siblings)
            .any(|one| !waits_before(one, answered).is_empty())
}

/// Whether a request was refused and another one of the same phase was served: a limit of connections
/// may explain that.
fn may_be_refused_beside_others(evidence: &Evidence) -> bool {
    let siblings = evidence.siblings.iter().flat_map(|sibling| &sibling.evidence.exchanges);
    let is_served = |exchange: &Exchange| {
        exchange.answer().is_some_and(|answer| matches!(answer.head.status, 200 | 206))
    };
    evidence.exchanges.iter().any(is_served)
        && evidence.exchanges.iter().chain(siblings).any(|one| refused_with(one).is_some())
}

/// The status of a refusal that too many connections can explain; none for those that speak of the
/// request itself: credentials, conditions and ranges.
fn refused_with(exchange: &Exchange) -> Option<u16> {
    let status = exchange.answer()?.head.status;
    let is_of_request = matches!(status, 401 | 407 | 412 | 416);
    let is_refusal = (400..=499).contains(&status) && !is_of_request && !is_temporary(status);
    (is_refusal && exchange.probe.purpose != Purpose::WarmUp).then_some(status)
}

/// How long to wait before each further attempt, in milliseconds; nothing when neither too many
/// connections nor a passing overload explains what came.
fn waits_before(exchange: &Exchange, anything_answered: bool) -> &'static [u64] {
    if exchange.probe.purpose == Purpose::WarmUp {
        return &[];
    }
    let failure = match &exchange.result {
        Ok(answer) if is_temporary(answer.head.status) => return &[0, 20, 60, 180, 400],
        Ok(_) => return &[],
        Err(failure) => failure,
    };
    match &failure.kind {
        FailureKind::TunnelRefused(head) if is_temporary(head.status) => &[0, 20, 60, 180, 400],
        FailureKind::CannotConnect | FailureKind::Closed | FailureKind::Reset => {
            if anything_answered {
                &[0, 20, 100, 300]
            } else {
                &[0, 50]
            }
        }
        // Each attempt takes the whole timeout.
        FailureKind::NoAnswer | FailureKind::ConnectTimeout if anything_answered => &[0],
        _ => &[],
    }
}

fn kind_of(exchange: &Exchange) -> Kind {
    let failure = match &exchange.result {
        Ok(answer) => answer.head.status.to_string(),
        Err(failure) => failure.name().to_owned(),
    };
    let ranges = exchange.probe.ranges.as_ref().map_or(0, |set| set.ranges().len().min(2));
    Kind { method: exchange.probe.method, ranges, failure }
}

/// The pause that the peer asks for, where it is short.
fn retry_after(exchange: &Exchange) -> Option<Duration> {
    let value = exchange.answer()?.head.fields.first("retry-after")?;
    let seconds = value.trim().parse::<u64>().ok()?;
    (1..=LONGEST_PAUSE).contains(&seconds).then(|| Duration::from_secs(seconds))
}

/// Seconds that a peer may ask to wait before a request is sent again.
const LONGEST_PAUSE: u64 = 1;
