//! Serves a connection with hyper: for mocks of which every reply is well framed
//! ([`super::mechanism::Step::suits_hyper`]). Called by `server`, which serves all others raw.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::ext::ReasonPhrase;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::body::Body;
use super::emulation::Session;
use super::engine::Mock;
use super::message::{Reply, Request, remove};
use super::reader::{MAX_FIELDS, MAX_HEAD, objection};
use super::server::{BREAK_PAUSE, IDLE, LONGEST_REPLY, close};
use super::upstream::fields_of;
use super::writer::{Shaper, has_body, settle_connection};
use crate::accept::{Busy, Guest, Patient};
use crate::wire::fields::Fields;

type Response = hyper::Response<UnsyncBoxBody<Bytes, io::Error>>;

/// A tunnel that begins when hyper has written the reply to CONNECT.
type Tunnel = Arc<Mutex<Option<(OnUpgrade, TcpStream, Busy)>>>;

/// Serves one connection until it ends.
pub(crate) async fn serve(stream: TcpStream, mock: Arc<Mock>, guest: Guest, connections: usize) {
    let number = mock.journal.connection();
    let tunnel = Tunnel::default();
    let mut builder = http1::Builder::new();
    builder
        .auto_date_header(false)
        .half_close(true)
        .header_read_timeout(IDLE)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_FIELDS)
        .timer(TokioTimer::new())
        .title_case_headers(!mock.behaviour.has_lower_case_names());
    let service = service_fn(|request| {
        let (mock, tunnel) = (Arc::clone(&mock), Arc::clone(&tunnel));
        let busy = guest.begin();
        let numbers = (number, connections);
        Box::pin(async move { respond(request, numbers, &mock, &tunnel, busy).await })
    });
    let stream = TokioIo::new(Patient::new(stream, guest.clone()));
    let mut connection = builder.serve_connection(stream, service).with_upgrades();
    // Each wait bounds one reply at least: a client that never reads must not hold its slot.
    if timeout(LONGEST_REPLY, &mut connection).await.is_err() {
        Pin::new(&mut connection).graceful_shutdown();
        let _ = timeout(LONGEST_REPLY, &mut connection).await;
    }
    let opened = tunnel.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (opened, connection.into_parts()) {
        (Some((client, mut upstream, _busy)), _) => {
            let Ok(client) = client.await else { return };
            let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut upstream).await;
        }
        (None, Some(parts)) => close(parts.io.into_inner().into_inner()).await,
        (None, None) => {}
    }
}

/// An error is a client that broke off within its body.
async fn respond(
    mut incoming: hyper::Request<Incoming>,
    (connection, connections): (u64, usize),
    mock: &Mock,
    tunnel: &Tunnel,
    busy: Busy,
) -> Result<Response, hyper::Error> {
    let client = hyper::upgrade::on(&mut incoming);
    let (head, body) = incoming.into_parts();
    let mut request = Request {
        method: head.method.as_str().to_owned(),
        target: head.uri.to_string(),
        minor: u8::from(head.version != Version::HTTP_10),
        fields: fields_of(&head.headers),
        body: Bytes::new(),
    };
    if let Some(mut reply) = objection(&request) {
        reply.fields.push("Connection", "close");
        return Ok(response(&request, reply, busy));
    }
    request.body = body.collect().await?.to_bytes();
    let entry = mock.journal.request(connection, &request);
    let mut reply = mock.answer(&request, &mut Session::new(connection, connections)).await;
    mock.journal.answered(entry, &reply);
    if let Some(upstream) = reply.tunnel.take() {
        let mut waiting = tunnel.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = Some((client, upstream, busy.again()));
    }
    Ok(response(&request, reply, busy))
}

/// `busy` ends with the body.
fn response(request: &Request, mut reply: Reply, busy: Busy) -> Response {
    let has_body = has_body(request, &reply);
    settle_connection(request, &mut reply, has_body);
    // hyper frames the body itself: by Content-Length if there is one, else chunked.
    remove(&mut reply.fields, "Transfer-Encoding");
    if !has_body && !request.is_head() {
        remove(&mut reply.fields, "Content-Length");
    }
    // Statuses come from the tables or from upstream and have three digits.
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let reason = ReasonPhrase::try_from(reply.reason.as_bytes()).ok();
    let mut response = Response::default();
    *response.status_mut() = status;
    *response.version_mut() = if reply.minor == 0 { Version::HTTP_10 } else { Version::HTTP_11 };
    *response.headers_mut() = header_map(&reply.fields);
    if let Some(reason) = reason.filter(|_| status.canonical_reason() != Some(&reply.reason)) {
        response.extensions_mut().insert(reason);
    }
    *response.body_mut() = if has_body {
        let shaper = Shaper::new(&reply.delivery);
        stream_of(reply.body, shaper, busy)
    } else {
        Empty::new().map_err(|never: Infallible| match never {}).boxed_unsync()
    };
    response
}

/// The fields as hyper holds them; one that it cannot hold is left out.
pub(crate) fn header_map(fields: &Fields) -> HeaderMap {
    let field = |name: &str, value: &str| {
        Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    };
    let mut map = HeaderMap::with_capacity(fields.len());
    for (name, value) in fields.iter().filter_map(|entry| field(&entry.name, &entry.value)) {
        map.append(name, value);
    }
    map
}

fn stream_of(body: Body, shaper: Shaper, busy: Busy) -> UnsyncBoxBody<Bytes, io::Error> {
    let pieces = stream::unfold(Some((body, shaper, busy)), async |state| {
        let (mut body, mut shaper, busy) = state?;
        match body.next().await {
            Ok(Some(bytes)) => {
                Some((Ok(Frame::data(shaper.shape(bytes))), Some((body, shaper, busy))))
            }
            Ok(None) => None,
            Err(error) => {
                // hyper drops what it holds when a body fails at once: let it flush before.
                sleep(BREAK_PAUSE).await;
                Some((Err(error), None))
            }
        }
    });
    StreamBody::new(pieces).boxed_unsync()
}
