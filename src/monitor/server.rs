//! The HTTP server, within bounds: of connections, of the size of a request, and of the time that
//! one may take. Serves nothing but what [`answer`] knows.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::known::TIMEOUT_FIELD;
use super::probe::{Refusal, probe};
use super::{State, page};
use crate::accept::{Guest, Limits, Patient};

type Response = hyper::Response<Full<Bytes>>;

/// Accepts until it is aborted; then all connections are aborted too.
pub(super) async fn accept(listener: TcpListener, state: Arc<State>) {
    crate::accept::accept(listener, LIMITS, |stream, guest| {
        let state = Arc::clone(&state);
        async move { serve(stream, &state, &guest).await }
    })
    .await;
}

/// Serves one connection until it ends. A client that goes away ends the probe that it asked for.
async fn serve(stream: TcpStream, state: &Arc<State>, guest: &Guest) {
    let service = service_fn(|request| {
        let (state, busy) = (Arc::clone(state), guest.begin());
        async move {
            let answer = answer(&request, &state).await;
            drop(busy);
            Ok::<_, Infallible>(answer)
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .header_read_timeout(IDLE)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_FIELDS)
        .timer(TokioTimer::new());
    let mut connection =
        builder.serve_connection(TokioIo::new(Patient::new(stream, guest.clone())), service);
    // Each wait bounds one answer at least: a client that never reads must not hold its slot.
    let longest = state.settings.deadline + FOR_WRITING;
    if timeout(longest, &mut connection).await.is_err() {
        Pin::new(&mut connection).graceful_shutdown();
        let _ = timeout(longest, &mut connection).await;
    }
}

async fn answer(request: &Request<Incoming>, state: &State) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response =
            text(StatusCode::METHOD_NOT_ALLOWED, String::from("only GET and HEAD are served\n"));
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    match request.uri().path() {
        "/" => response(StatusCode::OK, HTML, page::index(&state.known).into_bytes()),
        "/-/healthy" => text(StatusCode::OK, String::from("bitsgate is healthy\n")),
        "/metrics" => {
            let page = state.last_round.lock().unwrap_or_else(PoisonError::into_inner).clone();
            response(StatusCode::OK, METRICS, page)
        }
        "/probe" => {
            let field = request.headers().get(TIMEOUT_FIELD);
            // What is no text is no number either.
            let field = field.map(|value| value.to_str().unwrap_or_default());
            let query = request.uri().query().unwrap_or_default();
            match probe(state, query, field).await {
                Ok(page) => response(StatusCode::OK, METRICS, page),
                Err(refusal) => refused(refusal),
            }
        }
        _ => text(StatusCode::NOT_FOUND, String::from("there is nothing here; / names it all\n")),
    }
}

fn refused(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Bad(why) => text(StatusCode::BAD_REQUEST, why),
        Refusal::Busy => {
            let why = "no turn came in time: this proxy is probed already, a round is under way, \
                       or enough others are probed\n";
            let mut response = text(StatusCode::SERVICE_UNAVAILABLE, why.to_owned());
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
            response
        }
        Refusal::Failed(why) => text(StatusCode::INTERNAL_SERVER_ERROR, why),
    }
}

fn text(status: StatusCode, text: String) -> Response {
    response(status, "text/plain; charset=utf-8", text.into_bytes())
}

fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("X-Content-Type-Options", HeaderValue::from_static("nosniff"));
    response
}

/// The text format of Prometheus.
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>)
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

const HTML: &str = "text/html; charset=utf-8";

/// Between an answer and the next request.
const IDLE: Duration = Duration::from_secs(30);
/// Beyond the time of a probe.
const FOR_WRITING: Duration = Duration::from_mins(1);
const LIMITS: Limits = Limits { all: 256, of_address: 128 };
const MAX_FIELDS: usize = 64;
const MAX_HEAD: usize = 16 * 1024;
