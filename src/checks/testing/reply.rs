//! One exchange of a scene, right until it is broken. Called by [`Scene`](super::Scene), and by the
//! tests that break it.

use std::fmt::Write as _;

use bytes::Bytes;

use super::{DATE, byte_at};
use crate::model::exchange::{
    Answer, Body, BodyEnd, Client, Exchange, ExchangeId, Leg, Request, Timing,
};
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::probe::{Method, Probe, Purpose};
use crate::wire::byte_range::Span;
use crate::wire::fields::Fields;
use crate::wire::head::parse_response_head;

/// One exchange in the making.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) probe: Probe,
    pub(crate) url: String,
    /// The head without its last empty line.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// How many bytes came; more than the body when it was cut off.
    pub(crate) received: Option<u64>,
    pub(crate) end: BodyEnd,
    pub(crate) stray: Vec<u8>,
    pub(crate) failure: Option<FailureKind>,
    pub(crate) first_attempt: Option<Failure>,
    pub(crate) interim: Vec<&'static str>,
    pub(crate) client: Client,
    pub(crate) connection: u32,
    pub(crate) reused: bool,
}

impl Reply {
    pub(crate) fn head(purpose: Purpose, size: u64) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n{}", common());
        Self::new(Probe::head(purpose), head, Vec::new())
    }

    /// The right answer to a GET without Range.
    pub(crate) fn whole(purpose: Purpose, size: u64) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n{}", common());
        let span = Span::with_width(0, size).unwrap();
        let body = bytes_of(span, 16_384);
        let mut reply = Self::new(Probe::plain(purpose, Method::Get), head, body);
        reply.received = Some(size);
        reply.reused = false;
        reply
    }

    /// The right answer to a GET for ranges.
    pub(crate) fn to(probe: Probe, size: u64) -> Self {
        let set = probe.ranges.clone().unwrap();
        let spans = set.resolve(size);
        match spans[..] {
            [] => {
                let head = format!(
                    "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes \
                     */{size}\r\nContent-Length: 0\r\n"
                );
                Self::new(probe, head, Vec::new())
            }
            [span] => Self::part(probe, span, size),
            _ => Self::multipart(probe, &spans, size),
        }
    }

    /// A 206 with one part, cut off after a while.
    fn part(probe: Probe, span: Span, size: u64) -> Self {
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {span}/{size}\r\nContent-Length: \
             {}\r\nContent-Type: application/octet-stream\r\n{}",
            span.width(),
            common()
        );
        let mut reply = Self::new(probe, head, bytes_of(span, 20_000));
        if span.width() > 20_000 {
            reply.end = BodyEnd::CutOff;
        }
        reply
    }

    /// A 206 with several parts.
    pub(crate) fn multipart(probe: Probe, spans: &[Span], size: u64) -> Self {
        let mut body = b"\r\n".to_vec();
        for (index, span) in spans.iter().enumerate() {
            let before = if index == 0 { "" } else { "\r\n" };
            let head = format!(
                "{before}--XX\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes \
                 {span}/{size}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend(bytes_of(*span, 20_000));
        }
        body.extend_from_slice(b"\r\n--XX--\r\n");
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Type: multipart/byteranges; \
             boundary=XX\r\nContent-Length: {}\r\n{}",
            body.len(),
            common()
        );
        Self::new(probe, head, body)
    }

    fn new(probe: Probe, head: String, body: Vec<u8>) -> Self {
        let is_witness = probe.purpose.is_last_look() && probe.method == Method::Get;
        Self {
            reused: probe.method == Method::Get && !is_witness,
            client: if is_witness { Client::Reqwest } else { Client::Socket },
            connection: u32::from(is_witness),
            url: "http://origin.test/file.cab".to_owned(),
            probe,
            head,
            body,
            received: None,
            end: BodyEnd::Complete,
            stray: Vec::new(),
            failure: None,
            first_attempt: None,
            interim: Vec::new(),
        }
    }

    /// Replaces text in the head; panics when there is none, so that a test cannot test nothing.
    pub(crate) fn replace(&mut self, from: &str, to: &str) {
        assert!(self.head.contains(from), "{from:?} is not in {:?}", self.head);
        self.head = self.head.replace(from, to);
    }

    /// Removes a header field.
    pub(crate) fn remove(&mut self, name: &str) {
        let name = format!("{name}:").to_ascii_lowercase();
        let keep = |line: &&str| !line.to_ascii_lowercase().starts_with(&name);
        self.head = self.head.split_inclusive('\n').filter(keep).collect();
    }

    /// Adds a header line.
    pub(crate) fn add(&mut self, line: &str) {
        let _ = write!(self.head, "{line}\r\n");
    }

    /// Answers with a whole other head and body.
    pub(crate) fn answer(&mut self, head: &str, body: &[u8]) {
        head.clone_into(&mut self.head);
        self.body = body.to_vec();
        self.received = None;
        self.end = BodyEnd::Complete;
    }

    /// Answers 200 with the whole file, cut off.
    pub(crate) fn answer_whole(&mut self, size: u64) {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n{}", common());
        let body = Span::new(0, size - 1).map(|span| bytes_of(span, 4096)).unwrap();
        self.answer(&head, &body);
        if size > 4096 {
            self.end = BodyEnd::CutOff;
        }
    }

    /// Fails.
    pub(crate) fn fail(&mut self, kind: FailureKind) {
        self.failure = Some(kind);
    }

    pub(crate) fn exchange(&self, id: u32) -> Exchange {
        let result = match &self.failure {
            Some(kind) => Err(Failure::new(kind.clone(), Peer::Proxy)),
            None => Ok(self.read()),
        };
        let method = self.probe.method.as_str();
        Exchange {
            id: ExchangeId(id),
            probe: self.probe.clone(),
            leg: Leg::Cold,
            client: self.client,
            connection: self.connection,
            reused: self.reused,
            first_attempt: self.first_attempt.clone(),
            request: Request {
                method,
                url: self.url.clone(),
                target: self.url.clone(),
                fields: Fields::default(),
            },
            result,
            begun: std::time::SystemTime::UNIX_EPOCH,
            timing: Timing::default(),
        }
    }

    fn read(&self) -> Answer {
        let parse =
            |head: &str| parse_response_head(format!("{head}\r\n").as_bytes()).unwrap().unwrap();
        Answer {
            interim: self.interim.iter().map(|head| parse(head)).collect(),
            head: parse(&self.head),
            body: Body {
                data: Bytes::from(self.body.clone()),
                received: self.received.unwrap_or(self.body.len() as u64),
                end: self.end.clone(),
                stray: Bytes::from(self.stray.clone()),
            },
        }
    }
}

pub(crate) fn bytes_of(span: Span, most: u64) -> Vec<u8> {
    (span.first()..=span.last()).take(most as usize).map(byte_at).collect()
}

fn common() -> String {
    format!("Last-Modified: {DATE}\r\nETag: \"v1\"\r\nAccept-Ranges: bytes\r\n")
}
