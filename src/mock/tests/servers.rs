//! hyper and the raw server: which of them serves what, and that both send the same.

use futures_util::future::join_all;

use super::*;
use crate::mock::fault;
use crate::mock::mechanism::Rule;

/// Served raw for its writes alone, and right in all else.
const RAW: &str = "odd-writes";

#[test]
fn framing_timing_and_raw_heads_are_for_the_raw_server() {
    let suits = |names: &str| Behaviour::parse(names).unwrap().suits_hyper();
    for names in [
        "",
        "captive-portal",
        "chunked-206",
        "close-each",
        "corrupt-byte",
        "gzip-206",
        "http-1.0",
        "lower-case-names",
        "multi-preamble-3",
        "no-length-head",
        "slice-as-200",
        "two-content-ranges",
        "wrap-4gib",
        "http-1.0+lower-case-names",
    ] {
        assert!(suits(names), "{names}");
    }
    for names in [
        "body-on-head",
        "bare-lf",
        "chunked-head",
        "close-unannounced",
        "folded-field",
        "idle-close",
        "interim-103",
        "length-too-long-206",
        "no-length-206",
        "repeated-length",
        "reset",
        "short-body",
        "stray-bytes",
        "trickle-body",
        "zero-length-head",
        "captive-portal+bare-lf",
    ] {
        assert!(!suits(names), "{names}");
    }
    let served = fault::all().filter(|fault| fault.rules.iter().all(Rule::suits_hyper));
    assert!(served.count() > fault::all().count() / 2);
}

#[tokio::test]
async fn the_case_of_etag_tells_the_server() {
    for (names, etag) in [
        ("", "\r\nEtag: "),
        ("slice-as-200", "\r\nEtag: "),
        ("lower-case-names", "\r\netag: "),
        (RAW, "\r\nETag: "),
        ("two-lengths", "\r\nETag: "),
        ("slice-as-200+stray-bytes", "\r\nETag: "),
    ] {
        let (text, _) = raw(names, "GET", 100, &[("Range", "bytes=0-9")]).await;
        assert!(text.contains(etag), "{names}: {text}");
    }
}

#[tokio::test]
async fn both_say_the_same_but_for_case() {
    let old = ("If-Unmodified-Since", "Mon, 06 Jan 2020 08:00:00 GMT");
    let requests: &[(&str, &[(&str, &str)])] = &[
        ("HEAD", &[]),
        ("GET", &[]),
        ("GET", &[("Range", "bytes=0-9")]),
        ("GET", &[("Range", "bytes=-5")]),
        ("GET", &[("Range", "bytes=x")]),
        ("GET", &[("Range", "bytes=100000-")]),
        ("HEAD", &[("Range", "bytes=100000-")]),
        ("GET", &[("Range", "bytes=0-9,50-59,90000-99999")]),
        ("GET", &[("Range", "bytes=0-9"), old]),
        ("GET", &[("If-Modified-Since", "Mon, 06 Jan 2025 08:00:00 GMT")]),
        ("GET", &[("If-None-Match", "*")]),
        ("GET", &[("Range", "bytes=0-9"), ("If-Range", "\"other\"")]),
        ("POST", &[]),
        ("GET", &[("Connection", "close"), ("Range", "bytes=0-9")]),
        ("CONNECT", &[]),
    ];
    for extra in ["", "http-1.0", "close-each", "chunked-206", "no-length-head"] {
        let (hyper, raw) = (origin(extra).await, origin(&format!("{extra}+{RAW}")).await);
        let pairs = requests.iter().map(async |(method, fields)| {
            let target = if *method == "CONNECT" { "a.invalid:1" } else { "/object/100000.bin" };
            let mut answers = Vec::new();
            for mock in [&hyper, &raw] {
                let mut client = Client::connect(mock).await;
                client.send(method, target, fields).await;
                let (bytes, closed) = client.rest().await;
                answers.push((comparable(&bytes), closed));
            }
            assert!(answers[0] == answers[1], "{extra} {method} {fields:?}: {answers:#?}");
        });
        join_all(pairs).await;
    }
}

/// Without date, letter case and order of the fields, and chunk sizes, which follow the writes.
fn comparable(bytes: &[u8]) -> (Vec<String>, Vec<u8>) {
    let head = parse_response_head(bytes).unwrap().unwrap();
    let text = String::from_utf8_lossy(&head.raw).to_ascii_lowercase();
    let mut lines: Vec<_> = text.lines().filter(|line| !line.starts_with("date: ")).collect();
    lines[1..].sort_unstable();
    let mut body = bytes[head.raw.len()..].to_vec();
    if head.fields.lists("transfer-encoding", "chunked") {
        body = dechunked(&body);
    }
    (lines.into_iter().map(str::to_owned).collect(), body)
}

fn dechunked(mut coded: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    loop {
        let end = coded.windows(2).position(|pair| pair == b"\r\n").unwrap();
        let size = std::str::from_utf8(&coded[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        plain.extend_from_slice(&coded[end + 2..end + 2 + size]);
        coded = &coded[end + size + 4..];
        if size == 0 {
            assert!(coded.is_empty());
            return plain;
        }
    }
}

#[tokio::test]
async fn a_large_body_is_streamed_by_hyper() {
    let (origin, proxy) = (origin("").await, proxy("").await);
    let mut client = Client::connect(&proxy).await;
    client.send("GET", &origin.object_url(5 << 30), &[]).await;
    let (start, closed) = client.rest().await;
    assert!(start.len() >= 4 << 20 && !closed);
}

#[tokio::test]
async fn a_body_that_breaks_off_upstream_breaks_off_here() {
    for fault in ["short-body", "reset-in-body"] {
        let (origin, proxy) = (origin(fault).await, proxy("").await);
        let mut client = Client::connect(&proxy).await;
        client.send("GET", &origin.object_url(5000), &[("Range", "bytes=0-999")]).await;
        let (bytes, closed) = client.rest().await;
        let (head, body) = bytes.split_at(bytes.len() - 100);
        assert!(head.starts_with(b"HTTP/1.1 206 ") && head.ends_with(b"\r\n\r\n"), "{fault}");
        assert!(body.starts_with(b"000000000000000\n") && closed, "{fault}");
    }
}

#[tokio::test]
async fn what_hyper_cannot_read_upstream_becomes_502_with_the_reason() {
    for (fault, method, reason) in [
        ("garbage-status-line", "GET", "invalid HTTP"),
        ("two-lengths", "GET", "content-length"),
        ("conflicting-length-head", "HEAD", ""),
        ("malformed-length-head", "HEAD", ""),
        ("endless-head", "GET", "too large"),
        ("reset", "GET", "used: "),
        ("http-0.9", "GET", "invalid HTTP"),
    ] {
        let (origin, proxy) = (origin(fault).await, proxy("").await);
        let mut client = Client::connect(&proxy).await;
        let answer = client.ask(method, &origin.object_url(1000), &[]).await;
        let text = String::from_utf8_lossy(&answer.body);
        assert!(answer.head.status == 502 && text.contains(reason), "{fault}: {text}");
    }
}

#[tokio::test]
async fn a_proxy_rights_the_framing_of_its_upstream() {
    for fault in ["repeated-length", "length-and-chunked", "interim-103", "large-head"] {
        let (origin, proxy) = (origin(fault).await, proxy("").await);
        let mut client = Client::connect(&proxy).await;
        client.send("GET", &origin.object_url(40), &[("Connection", "close")]).await;
        let (bytes, _) = client.rest().await;
        let head = parse_response_head(&bytes).unwrap().unwrap();
        let body = &bytes[head.raw.len()..];
        let lengths = head.fields.all("content-length").count();
        let is_chunked = head.fields.lists("transfer-encoding", "chunked");
        assert!(head.status == 200 && lengths + usize::from(is_chunked) == 1, "{fault}");
        let body = if is_chunked { dechunked(body) } else { body.to_vec() };
        assert_eq!(body.len(), 40, "{fault}");
    }
}

#[tokio::test]
async fn clients_that_wait_or_are_slow_do_not_keep_others_out() {
    // One server for each kind: hyper, and the raw writer.
    for names in ["", "short-body"] {
        let origin = origin(names).await;
        let mut idle = Vec::new();
        for turn in 0..400 {
            let mut stream = tokio::net::TcpStream::connect(origin.addr()).await.unwrap();
            if turn % 2 == 0 {
                stream.write_all(b"GET /object/10.bin HTTP/1.1\r\nHo").await.unwrap();
            }
            idle.push(stream);
        }
        let answer = timeout(LONG, async {
            let mut client = Client::connect(&origin).await;
            client.ask("HEAD", "/object/10.bin", &[]).await
        });
        assert_eq!(answer.await.expect("an answer").head.status, 200, "{names:?}");
    }
}

/// Longer than any answer takes on a busy machine, and shorter than slow heads last.
const LONG: Duration = Duration::from_secs(4);
