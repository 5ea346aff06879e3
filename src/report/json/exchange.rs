//! One exchange of the JSON report: what was asked, what came, how long it took.

use std::time::Duration;

use serde::Serialize;
use sha1::{Digest, Sha1};

use crate::model::exchange::{Answer, BodyEnd, Client, Exchange};
use crate::model::failure::{Failure, Peer};
use crate::model::outcome::RouteResult;
use crate::report::curl;
use crate::wire::fields::Fields;
use crate::wire::head::ResponseHead;

/// An exchange.
#[derive(Serialize)]
pub(super) struct ExchangeJson<'a> {
    id: String,
    phase: &'static str,
    purpose: &'static str,
    client: &'static str,
    connection: u32,
    reused: bool,
    started: String,
    request: RequestJson<'a>,
    response: Option<ResponseJson<'a>>,
    failure: Option<FailureJson>,
    first_attempt: Option<FailureJson>,
    timing_ms: Timing,
    body: BodyJson,
    curl: Option<String>,
}

#[derive(Serialize)]
struct RequestJson<'a> {
    method: &'static str,
    url: &'a str,
    target: &'a str,
    headers: Vec<Header<'a>>,
}

#[derive(Serialize)]
struct ResponseJson<'a> {
    #[serde(flatten)]
    head: HeadJson<'a>,
    interim: Vec<HeadJson<'a>>,
}

#[derive(Serialize)]
struct HeadJson<'a> {
    version: String,
    status: u16,
    reason: &'a str,
    headers: Vec<Header<'a>>,
}

#[derive(Serialize)]
struct Header<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct FailureJson {
    kind: &'static str,
    peer: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Timing {
    connect: f64,
    first_byte: f64,
    total: f64,
}

#[derive(Serialize)]
struct BodyJson {
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    complete: bool,
}

impl<'a> ExchangeJson<'a> {
    pub(super) fn of(exchange: &'a Exchange, result: &RouteResult) -> Self {
        let request = &exchange.request;
        Self {
            id: exchange.id.to_string(),
            phase: exchange.leg.as_str(),
            purpose: exchange.probe.purpose.as_str(),
            client: match exchange.client {
                Client::Reqwest => "reqwest",
                Client::Socket => "socket",
            },
            connection: exchange.connection,
            reused: exchange.reused,
            started: humantime::format_rfc3339_millis(exchange.begun).to_string(),
            request: RequestJson {
                method: request.method,
                url: &request.url,
                target: &request.target,
                headers: headers(&request.fields),
            },
            response: exchange.answer().map(|answer| ResponseJson {
                head: HeadJson::of(&answer.head),
                interim: answer.interim.iter().map(HeadJson::of).collect(),
            }),
            failure: exchange.failure().map(FailureJson::of),
            first_attempt: exchange.first_attempt.as_ref().map(FailureJson::of),
            timing_ms: Timing {
                connect: milliseconds(exchange.timing.connect),
                first_byte: milliseconds(exchange.timing.first_byte),
                total: milliseconds(exchange.timing.total),
            },
            body: BodyJson::of(exchange.answer()),
            curl: curl::command(result, exchange)
                .filter(|_| curl::proves_a_fault(result, exchange)),
        }
    }
}

impl<'a> HeadJson<'a> {
    fn of(head: &'a ResponseHead) -> Self {
        Self {
            version: head.version.to_string(),
            status: head.status,
            reason: &head.reason,
            headers: headers(&head.fields),
        }
    }
}

impl FailureJson {
    fn of(failure: &Failure) -> Self {
        Self {
            kind: failure.name(),
            peer: match failure.peer {
                Peer::Proxy => "proxy",
                Peer::Server => "server",
            },
            message: failure.to_string(),
        }
    }
}

impl BodyJson {
    /// The hash is of the whole body, so it is there only when all of it came and was kept.
    fn of(answer: Option<&Answer>) -> Self {
        let Some(body) = answer.map(|answer| &answer.body) else {
            return Self { bytes: 0, sha1: None, complete: false };
        };
        let complete = body.end == BodyEnd::Complete;
        let whole = complete && body.received > 0 && body.data.len() as u64 == body.received;
        let sha1 = whole.then(|| format!("{:x}", Sha1::digest(&body.data)));
        Self { bytes: body.received, sha1, complete }
    }
}

fn headers(fields: &Fields) -> Vec<Header<'_>> {
    fields.iter().map(|field| Header { name: &field.name, value: &field.value }).collect()
}

/// To the microsecond.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}
