//! Who answers: the products that the answers give away. When something is wrong and the ordinary
//! answers do not tell, a proxy is asked three things more that only show who it is.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::time::Instant;
use url::Url;

use crate::clients::bits;
use crate::http::client::SocketClient;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Client, Exchange, ExchangeId, Leg};
use crate::model::finding::Status;
use crate::model::outcome::RouteResult;
use crate::model::probe::{Method, Probe, Purpose};
use crate::model::product::Certainty;
use crate::model::product::{Place, Recognised};
use crate::model::target::{ProxyScheme, Route};
use crate::products;
use crate::products::catalog;
use crate::products::catalog::Kind;
use crate::products::fingerprint;
use crate::products::fingerprint::{Answers, Asked, Sample};
use crate::settings::Settings;

/// The products in the route, the one next to the client last. The answers of the direct leg
/// tell what comes from the server itself.
///
/// `is_own_origin`: the tool itself serves the file, so that every product that shows is in between,
/// also where the route names no proxy: a reverse proxy that the URL names.
pub(super) fn recognise(legs: &[Evidence], is_own_origin: bool) -> Vec<Recognised> {
    let through_proxy = is_own_origin || legs.iter().any(|evidence| evidence.through_proxy);
    let exchanges = legs.iter().flat_map(|evidence| &evidence.exchanges);
    recognise_in(exchanges, through_proxy, is_own_origin)
}

/// Whether a run may ask who a proxy is: not where it is known to be our own, and not where the
/// user named what to ask.
pub(super) fn may_look_closer(settings: &Settings, route: &Route) -> bool {
    settings.asks_who && matches!(route, Route::Proxy(_))
}

/// About which file a proxy is asked.
pub(super) struct Question<'q> {
    /// The file.
    pub(super) url: &'q Url,
    /// Whether the tool itself serves it.
    pub(super) is_own_origin: bool,
}

/// Asks who the proxy is, when something failed or warned through it and nothing told for certain;
/// recognition and advice are then made anew. The answers are recorded, but never judged.
///
/// `client`: for the route through the proxy. `lanes`: connections at the
/// same time.
pub(super) async fn look_closer(
    result: &mut RouteResult,
    mut client: SocketClient,
    Question { url, is_own_origin }: Question<'_>,
    lanes: usize,
    on_exchange: &(dyn Fn(Purpose) + Sync),
) {
    let Some(proxy) = &client.dialer.proxy else { return };
    let speaks_http = proxy.scheme != ProxyScheme::Socks5;
    if !speaks_http || !is_worth_asking(result) || Instant::now() >= client.deadline {
        return;
    }
    let has_credentials = proxy.credentials.is_some();
    client.timeout = client.timeout.min(PATIENCE);
    // A number means a connection: these are others than those of the leg.
    let carried = result.exchanges.iter().map(|exchange| exchange.connection);
    client.connections = Arc::new(AtomicU32::new(carried.max().unwrap_or(0)));
    let client = &client;
    let questions = stream::iter(questions(client, url, has_credentials));
    let asked = questions.map(async |(probe, url)| {
        let purpose = probe.purpose;
        let mut request = bits::request(&probe, &url, true, None);
        if purpose != Purpose::FingerprintNoSuchHost {
            request.fields.push("Max-Forwards", "0");
        }
        let mut lane = client.lane();
        lane.send(probe, &url, request, LONGEST_PAGE).await;
        on_exchange(purpose);
        lane.finish().await
    });
    let answered: Vec<Exchange> =
        asked.buffered(lanes.div_ceil(2)).flat_map(stream::iter).collect().await;
    add(result, answered, is_own_origin);
}

/// Adds exchanges that are never judged; recognition and advice are then made again.
///
/// `is_own_origin`: as for [`recognise`].
pub(super) fn add(result: &mut RouteResult, mut answered: Vec<Exchange>, is_own_origin: bool) {
    let last = result.exchanges.iter().map(|exchange| exchange.id.0).max().unwrap_or(0);
    for (id, exchange) in (last + 1..).zip(&mut answered) {
        exchange.id = ExchangeId(id);
    }
    result.exchanges.append(&mut answered);
    let through_proxy =
        is_own_origin || result.exchanges.iter().any(|exchange| exchange.leg == Leg::Cold);
    result.recognised = recognise_in(result.exchanges.iter(), through_proxy, is_own_origin);
    let proxy = result.proxy.clone();
    result.advice =
        products::advise(&result.findings, &result.exchanges, &result.recognised, proxy.as_deref());
}

fn is_worth_asking(result: &RouteResult) -> bool {
    let is_wrong = result.findings.iter().any(|finding| {
        finding.leg != Leg::Direct
            && matches!(finding.judgement.status, Status::Fail | Status::Warn)
            && !finding.is_note()
    });
    let is_known = result.recognised.iter().any(|member| {
        member.product.is_some()
            && member.place != Place::Server
            && member.certainty == Certainty::Certain
    });
    is_wrong && !is_known && result.unusable.is_none()
}

/// What to ask, and of which URL. In a tunnel no proxy sees Max-Forwards, and TRACE would have
/// credentials sent back in its answer (RFC 9110 9.3.8).
fn questions(client: &SocketClient, url: &Url, has_credentials: bool) -> Vec<(Probe, Url)> {
    let mut questions = Vec::new();
    let nowhere = format!("http://bitsgate-{:016x}.invalid/", rand::random::<u64>());
    if let Ok(nowhere) = Url::parse(&nowhere) {
        let probe = Probe::plain(Purpose::FingerprintNoSuchHost, Method::Get);
        questions.push((probe, nowhere));
    }
    if client.dialer.speaks_to_proxy(url) {
        let options = Probe::plain(Purpose::FingerprintOptions, Method::Options);
        questions.push((options, url.clone()));
        if !has_credentials {
            let trace = Probe::plain(Purpose::FingerprintTrace, Method::Trace);
            questions.push((trace, url.clone()));
        }
    }
    questions
}

fn recognise_in<'e>(
    exchanges: impl Iterator<Item = &'e Exchange>,
    through_proxy: bool,
    is_own_origin: bool,
) -> Vec<Recognised> {
    let (direct, proxied): (Vec<&Exchange>, Vec<&Exchange>) =
        exchanges.partition(|exchange| exchange.leg == Leg::Direct);
    let samples = |exchanges: Vec<&'e Exchange>| -> Vec<Sample<'e>> {
        exchanges.into_iter().filter_map(sample).collect()
    };
    let (direct, mut proxied) = (samples(direct), samples(proxied));
    if !through_proxy {
        return fingerprint::recognise(&Answers { leg: &direct, direct: None, through_proxy });
    }
    // A reverse proxy hands strange requests on: what its server answers is not its own word.
    let servers: Vec<_> = direct.iter().map(|sample| sample.head.fields.first("server")).collect();
    let is_handed_on = |sample: &Sample<'_>| {
        let server = sample.head.fields.first("server");
        sample.asked != Asked::File && server.is_some() && servers.contains(&server)
    };
    let any_host = proxied.iter().any(|s| s.asked == Asked::NoSuchHost && is_handed_on(s));
    proxied.retain(|sample| !is_handed_on(sample));
    // Our own origin shows no product.
    let is_compared = is_own_origin || !direct.is_empty();
    let reference = is_compared.then_some(direct.as_slice());
    let leg = &proxied;
    let mut chain = fingerprint::recognise(&Answers { leg, direct: reference, through_proxy });
    if any_host {
        chain.extend(alike(&chain));
    }
    chain
}

/// What may stand before the server and be the same product: a reverse proxy that shows nothing of
/// its own, or only what the server shows too.
fn alike(chain: &[Recognised]) -> Option<Recognised> {
    let is_proxy = |member: &Recognised| member.product.is_some() && member.place == Place::Proxy;
    if chain.iter().any(is_proxy) {
        return None;
    }
    let server = chain.iter().rev().find(|member| {
        let product = member.product.and_then(catalog::product);
        product.is_some_and(|product| product.kind == Kind::ReverseProxy)
    })?;
    Some(Recognised { certainty: Certainty::Guess, place: Place::Unknown, ..server.clone() })
}

fn sample(exchange: &Exchange) -> Option<Sample<'_>> {
    // The library tells names in lower case, whatever came.
    if exchange.client != Client::Socket {
        return None;
    }
    let asked = match exchange.probe.purpose {
        // Some resolvers give an address for every name; a server there would answer gladly.
        Purpose::FingerprintNoSuchHost if exchange.answer()?.head.status < 400 => return None,
        Purpose::FingerprintNoSuchHost => Asked::NoSuchHost,
        Purpose::FingerprintOptions | Purpose::FingerprintTrace => Asked::MaxForwardsZero,
        _ => Asked::File,
    };
    Some(Sample { asked, ..Sample::of(exchange)? })
}

/// Time for each of the questions.
const PATIENCE: Duration = Duration::from_secs(3);

/// Bytes of an error page that are read.
const LONGEST_PAGE: u64 = 8 * 1024;
