//! What came of a probe: the evidence that checks judge. Plain data, no I/O.
//!
//! Network failure is data here, never an `Err`.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::failure::Failure;
use super::probe::Probe;
use crate::wire::fields::Fields;
use crate::wire::head::ResponseHead;

/// Number of an exchange within one result, printed as `x7`; the order in which they were sent.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ExchangeId(pub u32);

/// One pass of the probes over a route.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Leg {
    /// To the server without a proxy.
    Direct,
    /// Through the proxy, before anything of the object was asked there.
    Cold,
    /// Through the proxy, after it may have stored the object.
    Warm,
}

/// Which HTTP client sent the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Client {
    /// The library reqwest: the independent witness.
    Reqwest,
    /// Our own socket client, which sees every byte.
    Socket,
}

/// One request and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its number.
    pub id: ExchangeId,
    /// What was asked, and what for.
    pub probe: Probe,
    /// The pass that it belongs to.
    pub leg: Leg,
    /// Who sent it.
    pub client: Client,
    /// Number of the connection that carried it; the same number means a kept connection.
    pub connection: u32,
    /// The connection had carried an exchange before.
    pub reused: bool,
    /// The kept connection turned out to be closed and the request was sent once anew: how the
    /// first attempt ended.
    pub first_attempt: Option<Failure>,
    /// The request as it was sent, credentials hidden.
    pub request: Request,
    /// The answer, or why none came.
    pub result: Result<Answer, Failure>,
    /// When it was begun, by the clock of this machine.
    pub begun: SystemTime,
    /// How long each step took.
    pub timing: Timing,
}

/// A request as it went out, credentials hidden.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// `HEAD` or `GET`; to learn who answers also `OPTIONS` or `TRACE`.
    pub method: &'static str,
    /// The URL asked for.
    pub url: String,
    /// The request target as sent: absolute-form through a proxy, origin-form else.
    pub target: String,
    /// The header fields in order.
    pub fields: Fields,
}

/// A response, as far as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Interim 1xx answers that came first.
    pub interim: Vec<ResponseHead>,
    /// The final head.
    pub head: ResponseHead,
    /// What followed.
    pub body: Body,
}

/// A response body, as far as it was read.
#[derive(Clone, Debug)]
pub struct Body {
    /// The content without its framing: all of it, or its beginning when it was longer than the
    /// probe needed.
    pub data: Bytes,
    /// Content bytes that came, at least `data.len()`.
    pub received: u64,
    /// How it ended.
    pub end: BodyEnd,
    /// Bytes that came after the end of the body though nothing was asked; at most 256 are kept.
    pub stray: Bytes,
}

/// How a body ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BodyEnd {
    /// The network or the framing failed before the end.
    Broken(Failure),
    /// As its framing says; for a body that the close ends, at the close.
    Complete,
    /// The probe had seen enough and closed the connection.
    CutOff,
    /// Bytes kept coming, but the time for one exchange was over: the probe closed the connection.
    Slow,
}

/// Durations since the request was begun; zero for steps that a kept connection saved.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Timing {
    /// Time until the connection stood: name, TCP, proxy handshake and TLS.
    pub connect: Duration,
    /// From the last byte of the request to the first byte of the answer.
    pub first_byte: Duration,
    /// From the start to the last byte read.
    pub total: Duration,
}

impl Exchange {
    /// The answer, when one came.
    pub fn answer(&self) -> Option<&Answer> {
        self.result.as_ref().ok()
    }

    /// Whether the body kept coming, but too slowly to be read to its end.
    pub fn is_slow(&self) -> bool {
        self.answer().is_some_and(|answer| answer.body.end == BodyEnd::Slow)
    }

    /// The failure that ended the exchange, in the head or in the body.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.result {
            Err(failure) | Ok(Answer { body: Body { end: BodyEnd::Broken(failure), .. }, .. }) => {
                Some(failure)
            }
            Ok(_) => None,
        }
    }
}

impl Leg {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Cold => "cold",
            Self::Warm => "warm",
        }
    }
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ExchangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "x{}", self.0)
    }
}
