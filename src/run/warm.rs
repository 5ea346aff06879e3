//! The warm phase: fetches the file whole, so that whatever stores objects may have stored it, and
//! sends all probes again. Then, once for a route, it fetches the file two more times, waits, and
//! repeats a range and several ranges: some caches store a file only then.
//!
//! The answers to these plain GETs are evidence like all others.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use url::Url;

use super::leg::{Milestones, Order, witness_closes};
use super::open::Origin;
use super::route::{Legs, RouteRunner};
use super::{deep, plan};
use crate::checks::{pieces, table};
use crate::clients;
use crate::http::client::SocketClient;
use crate::http::dial::{Dialer, Window};
use crate::http::whole_file::FileReader;
use crate::model::evidence::{Evidence, Truth};
use crate::model::exchange::{BodyEnd, Exchange, Leg, Request};
use crate::model::failure::FailureKind;
use crate::model::file_bytes::{FileBytes, Piece};
use crate::model::finding::Status;
use crate::model::probe::{Method, Probe, Purpose};
use crate::model::profile::Profile;
use crate::model::wsus::content::content_hash;
use crate::wire::status::is_temporary;

/// What a plain GET of the whole file is sent with.
#[derive(Clone)]
struct Fetch {
    url: Url,
    /// What HEAD said of the time of the last change.
    last_modified: Option<String>,
    size: Option<u64>,
    /// The largest file to fetch, in bytes.
    limit: u64,
    truth: Option<Truth>,
    pieces: Vec<Piece>,
    /// The SHA-1 that the URL states.
    named: Option<String>,
}

/// The exchanges of a plain GET, redirects included, and what the file showed.
type Fetched = (Vec<Exchange>, Option<FileBytes>);

impl RouteRunner<'_> {
    /// The warm phase, where it is wanted.
    pub(super) async fn warm_leg(&self, legs: &mut Legs) {
        if !self.context.settings.legs.contains(&Leg::Warm) {
            return;
        }
        let fetch = match self.fetch_after(legs) {
            Ok(fetch) => fetch,
            Err(why) => return legs.skipped(Leg::Warm, why),
        };
        let turn = self.turn(Leg::Warm).await;
        let mark = self.reference().map(super::reference::Reference::mark);
        let client = self.client(Leg::Warm);
        let (first, replaced) = self.first_fetch(&fetch, &client).await;
        if let Some(why) = hopeless(&first.0, &fetch) {
            return legs.skipped(Leg::Warm, why);
        }
        // What a cache makes of the file must not pass for the file: the size on which the phases
        // before agreed counts. Another one than the server's is no fault of the cache.
        let agreed = legs.evidence.iter().rev().find_map(Evidence::agreed_size);
        let known = match self.reference() {
            Some(_) => self.own_size().filter(|&size| size > 0),
            None => agreed,
        };
        let may_pause = self.context.pauses.swap(false, Ordering::Relaxed);
        let mut evidence = self.warm(&fetch, &client, known, may_pause, first).await;
        evidence.again.replaced.extend(replaced);
        drop(turn);
        self.again(known, &mut evidence).await;
        if let (Some(reference), Some(mark)) = (self.reference(), mark) {
            legs.arrivals.push((Leg::Warm, reference.since(mark)));
        }
        self.compare_with_server(legs, &evidence, &fetch).await;
        legs.remarks.extend(self.remark(&evidence));
        legs.ran(evidence);
    }

    /// The first plain GET, sent again while it fails for now; with what a later one replaced.
    async fn first_fetch(&self, fetch: &Fetch, client: &SocketClient) -> (Fetched, Vec<Exchange>) {
        let failed = |fetched: &Fetched| fetched.0.last().is_some_and(failed_for_now);
        let mut fetched = self.fetch(fetch, client, Purpose::WarmUp).await;
        let mut replaced = Vec::new();
        for pause in PAUSES_BEFORE_ANOTHER {
            if !failed(&fetched) {
                return (fetched, replaced);
            }
            sleep_until(client.deadline.min(Instant::now() + pause)).await;
            replaced.append(&mut fetched.0);
            fetched = self.fetch(fetch, client, Purpose::WarmUp).await;
        }
        let is_replaced = !failed(&fetched);
        (fetched, if is_replaced { replaced } else { Vec::new() })
    }

    /// The requests of the warm phase, after the plain GET that `first` is of.
    async fn warm(
        &self,
        fetch: &Fetch,
        client: &SocketClient,
        known: Option<u64>,
        may_pause: bool,
        first: Fetched,
    ) -> Evidence {
        let (slots, milestones) = (self.slots(), Milestones::default());
        let order = Order::new(&milestones, None);
        let mut evidence = self.send_leg(client.clone(), known, &slots, order).await;
        evidence.exchanges.extend(first.0);
        evidence.files.extend(first.1);
        if may_pause {
            self.late(fetch, client, &mut evidence).await;
        }
        evidence.exchanges.sort_by_key(|exchange| exchange.probe.purpose);
        evidence
    }

    /// The warm phase without the proxy: what the server makes of the same requests in the same
    /// order. None where the file could not be fetched whole without the proxy.
    pub(super) async fn warm_without_proxy(&self, legs: &Legs) -> Option<Evidence> {
        let direct = legs.evidence.iter().find(|evidence| evidence.leg == Leg::Direct)?;
        let fetch = self.fetch_after(legs).ok()?.of_server(direct)?;
        let _turn = self.turn(Leg::Direct).await;
        let client = self.client(Leg::Direct);
        let first = self.fetch(&fetch, &client, Purpose::WarmUp).await;
        let evidence = self.warm(&fetch, &client, direct.agreed_size(), true, first).await;
        witness_closes(self.context.lanes()).await;
        Some(evidence)
    }

    /// What to fetch after the phases so far, or why that is not possible.
    fn fetch_after(&self, legs: &Legs) -> Result<Fetch, String> {
        let last = legs.evidence.last().ok_or("no phase ran before it")?;
        let limit = self.context.settings.warm_limit;
        if let Some(size) = last.size().filter(|&size| size > limit) {
            return Err(format!("the file has {size} bytes, and --warm-limit is {limit}"));
        }
        if last.exchanges.iter().any(Exchange::is_slow) {
            return Err(String::from("the bodies came too slowly to fetch the whole file"));
        }
        let first = last.opening().ok_or("no request was sent before it")?;
        if last.answers().all(|(_, answer)| !matches!(answer.head.status, 200 | 206)) {
            return Err(String::from("no request was answered with success before it"));
        }
        let head = first.answer().filter(|answer| answer.head.status == 200);
        let last_modified = head.and_then(|answer| answer.head.fields.first("last-modified"));
        let truth = match &self.origin {
            Origin::Reference(reference) => Some(reference.truth()),
            Origin::Mock(_) => Some(deep::truth_of_mock()),
            Origin::Other => None,
        };
        Ok(Fetch {
            url: Url::parse(&first.request.url).map_err(|error| error.to_string())?,
            last_modified: last_modified.map(str::to_owned),
            size: last.size(),
            limit,
            truth,
            pieces: pieces(last),
            named: content_hash(&self.url).map(|name| name.hex()),
        })
    }

    /// Fetches the whole file once, and follows redirects.
    async fn fetch(&self, fetch: &Fetch, client: &SocketClient, purpose: Purpose) -> Fetched {
        let dialer = Dialer { window: Window::Free, ..client.dialer.clone() };
        let client = SocketClient { dialer, ..client.clone() };
        let mut lane = client.lane();
        let mut url = fetch.url.clone();
        let mut visited = vec![url.clone()];
        let probe = Probe { purpose, method: Method::Get, ranges: None, conditional: true };
        let expected = fetch.size.unwrap_or(fetch.limit);
        let file = loop {
            let request = self.request(&client, &probe, &url, fetch.last_modified.as_deref());
            let (truth, pieces) = (fetch.truth.clone(), fetch.pieces.clone());
            let reader = FileReader::new(purpose, truth, pieces, fetch.named.clone());
            let reader = lane.send_for_file(probe.clone(), &url, request, expected, reader).await;
            (self.context.observer).exchange_done(self.route, self.target, purpose);
            let answer = lane.last().answer();
            let next = answer.and_then(|one| client.dialer.redirect(&one.head, &visited));
            let Some(next) = next else { break reader };
            lane.mark_redirect();
            visited.push(next.clone());
            url = next;
        };
        (lane.finish().await, file.map(FileReader::finish))
    }

    /// Once for a route: two more plain GETs, a pause, and the delayed repeats.
    async fn late(&self, fetch: &Fetch, client: &SocketClient, evidence: &mut Evidence) {
        let wanted = plan::purposes(&self.context.settings.checks, self.profile);
        let answered = |purpose: Purpose| {
            let first = purpose.repeats().and_then(|first| evidence.exchange(first));
            first.is_some_and(|exchange| exchange.failure().is_none())
        };
        let delayed: Vec<Purpose> = wanted
            .into_iter()
            .filter(|purpose| purpose.is_delayed() && answered(*purpose))
            .collect();
        let Some(size) = evidence.size().filter(|_| !delayed.is_empty()) else { return };
        // All three together stay within the limit for one.
        let is_affordable = size.saturating_mul(3) <= fetch.limit;
        if is_affordable && evidence.exchange_is_right_file(Purpose::WarmUp) {
            for purpose in [Purpose::WarmUpSecond, Purpose::WarmUpThird] {
                let (exchanges, file) = self.fetch(fetch, client, purpose).await;
                evidence.exchanges.extend(exchanges);
                evidence.files.extend(file);
            }
        }
        sleep_until(client.deadline.min(Instant::now() + PAUSE)).await;
        let head = evidence.exchange(Purpose::Head).and_then(Exchange::answer);
        let last_modified = head.and_then(|answer| answer.head.fields.first("last-modified"));
        let mut lane = client.lane();
        for probe in delayed.into_iter().filter_map(|purpose| plan::probe(purpose, size)) {
            let expected = plan::expected_body(&probe, Some(size));
            let request = self.request(client, &probe, &fetch.url, last_modified);
            let purpose = probe.purpose;
            lane.send(probe, &fetch.url, request, expected).await;
            (self.context.observer).exchange_done(self.route, self.target, purpose);
        }
        let sent = lane.finish().await;
        evidence.exchanges.extend(sent);
    }

    /// When the whole file did not arrive through a proxy, asks the server itself for it: that shows
    /// which of them is at fault.
    async fn compare_with_server(&self, legs: &mut Legs, warm: &Evidence, fetch: &Fetch) {
        let is_wrong = |status| matches!(status, Status::Fail | Status::Inconclusive);
        let Some(check) = self.context.settings.checks.iter().find(|one| one.id == PLAIN) else {
            return;
        };
        let direct = legs.evidence.iter_mut().find(|evidence| evidence.leg == Leg::Direct);
        let Some(direct) = direct.filter(|_| self.proxy.is_some()) else { return };
        let fetch = fetch.of_server(direct).filter(|_| is_wrong(check.judge(warm).status));
        let Some(fetch) = fetch else { return };
        let _turn = self.turn(Leg::Direct).await;
        let client = self.client(Leg::Direct);
        let (exchanges, file) = self.fetch(&fetch, &client, Purpose::WarmUp).await;
        direct.exchanges.extend(exchanges);
        direct.exchanges.sort_by_key(|exchange| exchange.probe.purpose);
        direct.files.extend(file);
        witness_closes(self.context.lanes()).await;
    }

    /// What is odd about the plain GET, for a client that never sends one.
    fn remark(&self, evidence: &Evidence) -> Option<String> {
        let judgement = table::find(PLAIN).filter(|_| self.profile == Profile::Do)?.judge(evidence);
        (judgement.status == Status::Fail)
            .then(|| format!("The file was fetched whole first: {}.", judgement.summary))
    }

    fn request(
        &self,
        client: &SocketClient,
        probe: &Probe,
        url: &Url,
        last_modified: Option<&str>,
    ) -> Request {
        let correlation = self.context.correlation;
        let (profile, dialer) = (self.profile, &client.dialer);
        let to_proxy = dialer.speaks_to_proxy(url);
        let request = clients::request(profile, probe, url, to_proxy, last_modified, correlation);
        dialer.with_cookies(request, url)
    }
}

impl Fetch {
    /// The same without the proxy, where the phase without it led.
    fn of_server(&self, direct: &Evidence) -> Option<Self> {
        let url = Url::parse(&direct.opening()?.request.url).ok()?;
        Some(Self { url, pieces: pieces(direct), ..self.clone() })
    }
}

/// Why the warm phase cannot go on after the first plain GET.
fn hopeless(exchanges: &[Exchange], fetch: &Fetch) -> Option<String> {
    let exchange = exchanges.last()?;
    if exchange.failure().is_some_and(|failure| failure.kind == FailureKind::Deadline) {
        return Some(String::from("the deadline of the run passed"));
    }
    let body = &exchange.answer()?.body;
    let is_too_large = fetch.size.is_none() && body.end == BodyEnd::CutOff;
    (is_too_large && body.received > fetch.limit)
        .then(|| format!("the file has more than {} bytes, which is --warm-limit", fetch.limit))
}

/// Whether an answer says that a request failed for now.
fn failed_for_now(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| is_temporary(answer.head.status))
}

/// Pauses before a plain GET that failed for now is sent again.
const PAUSES_BEFORE_ANOTHER: [Duration; 2] = [Duration::ZERO, Duration::from_millis(200)];

/// The check that judges plain GETs.
const PLAIN: &str = "plain-get";

/// How long after the last plain GET the delayed requests are sent.
const PAUSE: Duration = Duration::from_millis(300);
