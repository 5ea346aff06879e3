//! Whether only the name of the client is refused: after a 403 or 404 to the first request, the same
//! HEAD once more with another `User-Agent`. The answer is recorded, never judged.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use tokio::time::Instant;
use url::Url;

use super::recognise;
use crate::clients::bits;
use crate::http::client::SocketClient;
use crate::model::exchange::{Client, Leg};
use crate::model::outcome::RouteResult;
use crate::model::probe::{Method, Probe, Purpose};
use crate::wire::fields::Fields;

/// Whether the first request of the tested route was refused with 403 or 404.
pub(super) fn is_worth_asking(result: &RouteResult) -> bool {
    let is_proxied = result.findings.iter().any(|finding| finding.leg == Leg::Cold);
    let tested = if is_proxied { Leg::Cold } else { Leg::Direct };
    let mut exchanges = result.exchanges.iter();
    let first = exchanges.find(|one| one.leg == tested && one.client == Client::Socket);
    let status = first.and_then(|exchange| Some(exchange.answer()?.head.status));
    matches!(status, Some(403 | 404))
}

/// Sends the request. `client`: for the tested route. `is_own_origin`: the tool itself serves the
/// file.
pub(super) async fn ask(
    result: &mut RouteResult,
    mut client: SocketClient,
    url: &Url,
    is_own_origin: bool,
) {
    if Instant::now() >= client.deadline {
        return;
    }
    // A number means a connection: these are others than those of the phase.
    let carried = result.exchanges.iter().map(|exchange| exchange.connection);
    client.connections = Arc::new(AtomicU32::new(carried.max().unwrap_or(0)));
    let probe = Probe::plain(Purpose::OtherAgent, Method::Head);
    let mut request = bits::request(&probe, url, client.dialer.speaks_to_proxy(url), None);
    let mut fields = Fields::default();
    for field in request.fields.iter() {
        let is_agent = field.name.eq_ignore_ascii_case("user-agent");
        fields.push(
            field.name.clone(),
            if is_agent { AGENT.to_owned() } else { field.value.clone() },
        );
    }
    request.fields = fields;
    let mut lane = client.lane();
    lane.send(probe, url, request, 0).await;
    let answered = lane.finish().await;
    let is_accepted = |one: &crate::model::exchange::Exchange| {
        one.answer().is_some_and(|answer| answer.head.status < 400)
    };
    if answered.iter().any(is_accepted) {
        result.notes.push(format!(
            "Only the User-Agent of the client is refused: the same HEAD with User-Agent: {AGENT} \
             was answered."
        ));
    }
    recognise::add(result, answered, is_own_origin);
}

/// A browser, as filters know them.
const AGENT: &str = "Mozilla/5.0";
