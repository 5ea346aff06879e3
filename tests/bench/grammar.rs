//! The grammars, beside crates that many use: a `multipart/byteranges` body of 5000 parts beside
//! multer, response heads beside httparse, `Content-Range` beside headers.
//!
//! The peers read less: multer does not say where a part lies nor how long its header lines are,
//! httparse leaves the framing and the oddities of a head to its caller.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use bitsgate::wire::content_range::ContentRange;
use bitsgate::wire::head::parse_response_head;
use bitsgate::wire::multipart::parse_multipart;
use bytes::Bytes;
use futures_util::stream;
use headers::{Header as _, HeaderValue};
use tokio::runtime::Builder;

use super::table::{Row, Unit};

pub(crate) fn rows() -> Vec<Row> {
    vec![multipart(), heads(), content_ranges()]
}

fn multipart() -> Row {
    let body = Bytes::from(byteranges());
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let read = || {
        runtime.block_on(async {
            let whole = stream::iter([Ok::<_, Infallible>(body.clone())]);
            let mut multipart = multer::Multipart::new(whole, BOUNDARY);
            let mut count = 0;
            while let Some(field) = multipart.next_field().await.expect("a part") {
                black_box(field.bytes().await.expect("its content"));
                count += 1;
            }
            count
        })
    };
    assert_eq!((parse_parts(&body), read()), (PARTS, PARTS), "both see all parts");
    let (ours, theirs) = compare(|| parse_parts(&body), read);
    let speed = |seconds: f64| body.len() as f64 / seconds;
    let what = format!("parse of multipart/byteranges, {PARTS} parts");
    Row::beside(what, Unit::BytesPerSecond, speed(ours), ("multer", speed(theirs))).within(1.0)
}

fn heads() -> Row {
    let parse = || parse_response_head(black_box(HEAD)).expect("a right head").is_some();
    let read = || {
        let mut fields = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut fields);
        response.parse(black_box(HEAD)).expect("a right head").is_complete()
    };
    assert!(parse() && read(), "both see the end");
    let (ours, theirs) = compare(|| repeat(parse), || repeat(read));
    let each = |seconds: f64| HEAD.len() as f64 * f64::from(REPEATS) / seconds;
    Row::beside(
        "parse of response heads",
        Unit::BytesPerSecond,
        each(ours),
        ("httparse", each(theirs)),
    )
}

fn content_ranges() -> Row {
    let value = HeaderValue::from_static(RANGE);
    let parse = || ContentRange::parse(black_box(RANGE)).is_ok();
    let read = || headers::ContentRange::decode(&mut [black_box(&value)].into_iter()).is_ok();
    assert!(parse() && read(), "both take it");
    let (ours, theirs) = compare(|| repeat(parse), || repeat(read));
    let each = |seconds: f64| RANGE.len() as f64 * f64::from(REPEATS) / seconds;
    Row::beside(
        "parse of `Content-Range`",
        Unit::BytesPerSecond,
        each(ours),
        ("headers", each(theirs)),
    )
}

/// The number of parts that a body has.
pub(crate) fn parse_parts(body: &[u8]) -> usize {
    let multipart = parse_multipart(black_box(body), BOUNDARY);
    assert!(multipart.closed, "the body is whole");
    black_box(multipart).parts.len()
}

/// A body as nginx sends it, with as many parts as the longest list of ranges has.
pub(crate) fn byteranges() -> String {
    let mut body = String::new();
    for index in 0..PARTS {
        let first = index * 2 * PART;
        let last = first + PART - 1;
        write!(
            body,
            "\r\n--{BOUNDARY}\r\nContent-Type: application/octet-stream\r\n\
             Content-Range: bytes {first}-{last}/{}\r\n\r\n",
            PARTS * 2 * PART
        )
        .expect("a text");
        body.extend((0..PART).map(|at| char::from(b' ' + ((first + at) * 7 % 95) as u8)));
    }
    body + "\r\n--" + BOUNDARY + "--\r\n"
}

fn repeat(mut once: impl FnMut() -> bool) -> usize {
    (0..REPEATS).filter(|_| once()).count()
}

/// The least seconds of one call of each, in turn.
fn compare(ours: impl Fn() -> usize, theirs: impl Fn() -> usize) -> (f64, f64) {
    let time = |call: &dyn Fn() -> usize| {
        let begun = Instant::now();
        black_box(call());
        begun.elapsed().as_secs_f64()
    };
    let (mut best, mut best_of_peer) = (f64::INFINITY, f64::INFINITY);
    let begun = Instant::now();
    while begun.elapsed() < LONG_ENOUGH {
        best = best.min(time(&ours));
        best_of_peer = best_of_peer.min(time(&theirs));
    }
    (best, best_of_peer)
}

const BOUNDARY: &str = "00000000000000000017";
const PARTS: usize = 5000;

/// Bytes of content in a part.
const PART: usize = 1024;

const HEAD: &[u8] = b"HTTP/1.1 206 Partial Content\r\nServer: nginx/1.22.1\r\n\
    Date: Sun, 22 Nov 2026 05:39:04 GMT\r\nContent-Type: application/octet-stream\r\n\
    Content-Length: 5691\r\nLast-Modified: Tue, 01 Sep 2026 10:00:00 GMT\r\n\
    Connection: keep-alive\r\nETag: \"68b56f20-100000\"\r\nContent-Range: bytes 0-5690/1048576\r\n\
    Via: 1.1 proxy (squid/5.7)\r\n\r\n";

const RANGE: &str = "bytes 1048576-1054266/5368709120";

const REPEATS: u32 = 1000;

const LONG_ENOUGH: Duration = Duration::from_secs(1);
