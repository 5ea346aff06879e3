//! A job of `bitsgate fetch`: what it sends, and how it ends.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use bitsgate::fetch::part_of;
use serde_json::Value;

use super::{DATE, LATER, answer, content, json, serving, sha1, span, text};
use crate::support::binary::{bitsgate, finish, run};
use crate::support::server::{Reply, Server, challenging};

#[test]
fn requests_are_those_of_bits() {
    let file = content(100_000);
    let server = serving(file.clone(), DATE);
    let url = server.url("/file.cab");
    let report = json(&["fetch", "--format", "json", &url], 0);
    assert_eq!((&report["state"], &report["verdict"]), (&"transferred".into(), &"pass".into()));
    assert_eq!(report["hashes"][0]["value"], sha1(&file));
    assert_eq!((report["done"].as_u64(), report["size"].as_u64()), (Some(100_000), Some(100_000)));
    let received = server.received();
    assert_eq!(report["ranges"].as_u64(), Some(received.len() as u64 - 1));
    let host = server.address();
    assert_eq!(
        text(&received[0]),
        format!(
            "HEAD /file.cab HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\
             Accept-Encoding: identity\r\nUser-Agent: Microsoft BITS/7.8\r\nHost: {host}\r\n\r\n"
        )
    );
    assert_eq!(
        text(&received[1]),
        format!(
            "GET /file.cab HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\
             Accept-Encoding: identity\r\nIf-Unmodified-Since: {DATE}\r\nRange: bytes=0-5690\r\n\
             User-Agent: Microsoft BITS/7.8\r\nHost: {host}\r\n\r\n"
        )
    );
    // One after the other on one connection, without a gap.
    let mut next = 0;
    for request in &received[1..] {
        assert_eq!(request.connection, 0);
        let span = span(request);
        assert_eq!(span.0, next);
        next = span.1 + 1;
    }
    assert_eq!(next, 100_000);
}

#[test]
fn the_foreground_asks_for_all_at_once() {
    let server = serving(content(100_000), DATE);
    let url = server.url("/file.cab");
    json(&["fetch", "--format", "json", "--foreground", &url], 0);
    assert_eq!(server.received().len(), 2);
    assert_eq!(span(&server.received()[1]), (0, 99_999));
}

#[test]
fn requests_are_those_of_delivery_optimization() {
    let size = (5 << 20) + 7;
    let server = serving(content(size), DATE);
    let url = server.url("/file.cab");
    let report = json(&["fetch", "--format", "json", "--profile", "do", &url], 0);
    assert_eq!(report["hashes"][0]["value"], sha1(&content(size)));
    assert_eq!((report["cut"].as_str(), report["connections"].as_u64()), (Some("blocks"), Some(4)));
    let received = server.received();
    let first = text(&received[0]);
    assert!(first.starts_with("GET /file.cab HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\
                               Range: bytes=0-1\r\nUser-Agent: Microsoft-Delivery-Optimization/10.1\r\n\
                               MS-CV: "), "{first}");
    assert!(first.contains("\r\nContent-Length: 0\r\nHost: "), "{first}");
    let mut blocks: Vec<_> = received[1..].iter().map(span).collect();
    blocks.sort_unstable();
    let block = |index: u64| (index << 20, (((index + 1) << 20) - 1).min(size - 1));
    assert_eq!(blocks, (0..6).map(block).collect::<Vec<_>>());
    assert!(received.iter().any(|request| request.connection > 0), "one connection only");
}

#[test]
fn credentials_go_to_the_proxy_and_nowhere_else() {
    let file = content(1000);
    let server = Server::start(challenging(move |request| answer(request, &file, DATE)));
    let proxy = format!("http://user@{}", server.address());
    let mut command = bitsgate();
    command.args(["fetch", "--format", "json", "--proxy", &proxy, "http://wsus.test/file.cab"]);
    let finished = finish(command.env("BITSGATE_PROXY_PASSWORD", "secret"));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let received = server.received();
    assert!(received.len() > 2 && received[0].authorization().is_none(), "{received:?}");
    for request in &received[1..] {
        assert!(text(request).contains(" http://wsus.test/file.cab HTTP/1.1"), "{request:?}");
        assert_eq!(request.authorization().as_deref(), Some("Basic dXNlcjpzZWNyZXQ="));
    }
    assert!(!finished.stdout.contains("user") && !finished.stderr.contains("secret"));
}

#[test]
fn the_name_of_an_update_file_proves_its_bytes() {
    let file = content(200_000);
    let hash = sha1(&file);
    let folder = hash[38..].to_uppercase();
    let path = format!("/Content/{folder}/{}.cab", hash.to_uppercase());
    let right = json(&["fetch", "--format", "json", &serving(file.clone(), DATE).url(&path)], 0);
    assert_eq!(
        (&right["hashes"][0]["matches"], &right["hashes"][0]["source"]),
        (&true.into(), &"the URL".into())
    );
    let mut altered = file;
    altered[150_000] ^= 1;
    let place = tempfile::tempdir().unwrap();
    let output = place.path().join("file.cab");
    fs::write(&output, b"older").unwrap();
    let url = serving(altered.clone(), DATE).url(&path);
    let wrong = json(&["fetch", "--format", "json", "-o", output.to_str().unwrap(), &url], 1);
    assert_eq!((&wrong["state"], &wrong["verdict"]), (&"transferred".into(), &"fail".into()));
    assert_eq!(wrong["hashes"][0]["matches"], false);
    assert_eq!(fs::read(&output).unwrap(), b"older", "a wrong file gets no name");
    assert_eq!(fs::read(part_of(&output)).unwrap(), altered, "and can be looked at");
}

#[test]
fn a_hash_can_be_given() {
    let server = serving(b"abc".to_vec(), DATE);
    let url = server.url("/x");
    let sha256 = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    let right = json(&["fetch", "--format", "json", "--sha256", sha256, &url], 0);
    assert_eq!(right["hashes"][0]["matches"], true);
    let wrong = sha256.replace('B', "C");
    assert_eq!(run(["fetch", "--sha256", &wrong, &url]).code, Some(1));
    let bad = run(["fetch", "--sha1", sha256, &url]);
    assert_eq!(bad.code, Some(2));
    assert!(bad.stderr.contains("hint: --sha1 takes the 40 hex digits"), "{}", bad.stderr);
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    for arguments in [
        ["fetch", "--connections", "2", "mock:"].as_slice(),
        &["fetch", "--profile", "do", "--foreground", "mock:"],
        &["fetch", "--profile", "do", "--connections", "8", "mock:"],
        &["fetch", "--proxy", "mock:no-such-fault", "mock:"],
        &["fetch", "ftp://h/a"],
        &["fetch"],
    ] {
        assert_eq!(run(arguments).code, Some(2), "{arguments:?}");
    }
}

#[test]
fn a_job_fails_as_bits_would() {
    let report = json(&["fetch", "--format", "json", "--proxy", "mock:range-ignored", "mock:"], 1);
    assert_eq!((&report["state"], &report["verdict"]), (&"error".into(), &"fail".into()));
    assert_eq!(report["hresult"], "0x80200013");
    assert_eq!(report["name"], "BG_E_INSUFFICIENT_RANGE_SUPPORT");
    assert_eq!(
        (&report["certainty"], &report["because"]),
        (&"documented".into(), &"range-first".into())
    );
    let text = run(["fetch", "--proxy", "mock:range-ignored", "mock:"]);
    assert!(
        text.stdout.starts_with("FAIL  ERROR: A BITS job ends with 0x80200013"),
        "{}",
        text.stdout
    );
    assert!(text.stdout.lines().all(|line| line.len() <= 80), "{}", text.stdout);
    let delivery = [
        "fetch",
        "--format",
        "json",
        "--profile",
        "do",
        "--proxy",
        "mock:range-ignored",
        "mock:?size=3MiB",
    ];
    assert_eq!(json(&delivery, 1)["hresult"], "0x80D05011");
}

#[test]
fn transient_errors_are_tried_again() {
    let file = content(100_000);
    let tries = AtomicUsize::new(0);
    let server = Server::start(move |request| match tries.fetch_add(1, Ordering::Relaxed) {
        0 | 3 => Reply::Reset,
        2 => Reply::Keep(b"HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n".to_vec()),
        _ => answer(request, &file, DATE),
    });
    let url = server.url("/file.cab");
    let arguments = ["fetch", "--format", "json", "--retry-delay", "10ms", &url];
    let finished = run(arguments);
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(
        (finished.code, report["retries"].as_u64(), report["retry_wait_s"].as_u64()),
        (Some(0), Some(3), Some(1800)),
        "{}",
        finished.stderr
    );
    assert_eq!((&report["verdict"], &report["state"]), (&"warn".into(), &"transferred".into()));
    assert!(report["retried_for"].as_str().is_some_and(|text| text.contains("reset")), "{report}");
    assert_eq!(finished.stderr.matches("TRANSIENT_ERROR").count(), 3, "{}", finished.stderr);
    assert!(finished.stderr.contains("BG_E_HTTP_ERROR_503"), "{}", finished.stderr);
}

/// A server of a file that resets the connection three times before each answer. The first reset
/// meets a kept connection, and such a request is sent again at once.
fn resetting(file: Vec<u8>) -> Server {
    let turn = AtomicUsize::new(0);
    Server::start(move |request| match turn.fetch_add(1, Ordering::Relaxed) % 4 {
        0 => answer(request, &file, DATE),
        _ => Reply::Reset,
    })
}

#[test]
fn a_file_that_needs_more_retries_than_an_hour_allows_fails() {
    let server = resetting(content(1 << 20));
    let url = server.url("/file.cab");
    let fetch = ["fetch", "--format", "json", "--retry-delay", "1ms"];
    let report = json(&[&fetch[..], &[&url]].concat(), 1);
    let retries = report["retries"].as_u64().unwrap();
    assert!(retries > 6, "{report}");
    assert_eq!(report["retry_wait_s"].as_u64(), Some(retries * 600));
    assert_eq!((&report["verdict"], &report["state"]), (&"fail".into(), &"transferred".into()));
    // A job that waits less gets it.
    let patient = json(&[&fetch[..], &["--bits-retry-delay", "5s", &url]].concat(), 0);
    assert_eq!(patient["verdict"], "warn", "{patient}");
    assert_eq!(
        patient["retry_wait_s"].as_u64(),
        patient["retries"].as_u64().map(|retries| retries * 5)
    );
}

#[test]
fn a_deep_check_counts_the_retries_of_its_download() {
    let file = content(1 << 20);
    let ranges = AtomicUsize::new(0);
    // What the checks ask is right; of the ranges that follow, three of four are reset.
    let server = Server::start(move |request| {
        let is_range = text(request).contains("Range: ");
        let turn = if is_range { ranges.fetch_add(1, Ordering::Relaxed) } else { 0 };
        match turn {
            2.. if turn % 4 != 0 => Reply::Reset,
            _ => answer(request, &file, DATE),
        }
    });
    let url = server.url("/file.cab");
    let finished =
        run(["check", "--deep", "--only", "range-first,content-hash", "--format", "json", &url]);
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    let checks = report["results"][0]["checks"].as_array().unwrap();
    let deep = checks.iter().find(|check| check["id"] == "content-hash").unwrap();
    assert_eq!(deep["status"], "fail", "{deep}");
    assert!(deep["summary"].as_str().unwrap().contains("BITS would wait"), "{deep}");
    assert_eq!((finished.code, &deep["hresult"]), (Some(1), &"0x80072EFE".into()), "{deep}");
}

#[test]
fn patience_ends() {
    let unreachable = "http://127.0.0.1:1/file.cab";
    let arguments = ["--retry-delay", "50ms", "--format", "json", "--no-progress-timeout"];
    let with = |patience: &'static str, code| {
        let mut all = vec!["fetch"];
        all.extend(arguments);
        all.extend([patience, unreachable]);
        json(&all, code)
    };
    let some = with("300ms", 3);
    assert_eq!(
        (&some["state"], &some["hresult"]),
        (&"transient-error".into(), &"0x80072EFD".into())
    );
    assert!(some["retries"].as_u64().unwrap() >= 2, "{some}");
    // Final, and still nothing was judged.
    let none = with("0", 3);
    assert_eq!((&none["state"], none["retries"].as_u64()), (&"error".into(), Some(0)));
}

#[test]
fn a_file_that_changes_ends_the_job() {
    let (old, new) = (content(100_000), content(100_001));
    let asked = AtomicUsize::new(0);
    let resized = Server::start(move |request| {
        let is_old = asked.fetch_add(1, Ordering::Relaxed) < 3;
        answer(request, if is_old { &old } else { &new }, if is_old { DATE } else { LATER })
    });
    let asked = AtomicUsize::new(0);
    let dated = Server::start(move |request| {
        let is_old = asked.fetch_add(1, Ordering::Relaxed) < 3;
        answer(request, &content(100_000), if is_old { DATE } else { LATER })
    });
    for server in [resized, dated] {
        let report = json(&["fetch", "--format", "json", &server.url("/file.cab")], 1);
        assert_eq!(
            (&report["state"], &report["hresult"]),
            (&"error".into(), &"0x80200073".into()),
            "{report}"
        );
        assert_eq!(report["certainty"], "likely");
    }
}

#[test]
fn redirects_are_followed() {
    let file = content(50_000);
    let server = Server::start(move |request| match text(request) {
        head if head.contains(" /old.cab ") => {
            let to = "HTTP/1.1 302 x\r\nLocation: /new.cab\r\nContent-Length: 0\r\n\r\n";
            Reply::Keep(to.into())
        }
        _ => answer(request, &file, DATE),
    });
    let report = json(&["fetch", "--format", "json", &server.url("/old.cab")], 0);
    assert_eq!(report["hashes"][0]["value"], sha1(&content(50_000)));
    let old = server.received().iter().filter(|one| text(one).contains("/old.cab")).count();
    assert_eq!(old, 1, "the ranges go where the HEAD was led");
}

#[test]
fn a_deep_check_finds_what_others_cannot() {
    let altered = ["check", "--proxy", "mock:altered-byte", "--legs", "cold", "mock:"];
    assert_eq!(run(altered).code, Some(0), "the pieces that are asked are right");
    let deep = run([&altered[..], &["--deep", "-v"]].concat());
    assert_eq!(deep.code, Some(1), "{}", deep.stdout);
    assert!(deep.stdout.contains("content-hash"), "{}", deep.stdout);
    assert!(deep.stdout.contains("position 900000"), "{}", deep.stdout);
    let bounded = run([&altered[..], &["--deep", "--deep-limit", "1000"]].concat());
    assert_eq!(bounded.code, Some(0), "{}", bounded.stdout);
    let alone = run(["check", "--only", "content-hash", "mock:"]);
    assert_eq!(alone.code, Some(2), "{}", alone.stderr);
    assert!(alone.stderr.contains("content-hash needs --deep"), "{}", alone.stderr);
}

#[test]
fn a_deep_check_compares_with_the_name_of_the_file() {
    let file = content(200_000);
    let hash = sha1(&file);
    let path = format!("/Content/{}/{hash}.cab", &hash[38..]);
    let mut altered = file.clone();
    altered[150_000] ^= 1;
    for (bytes, status) in [(file, "pass"), (altered, "fail")] {
        let url = serving(bytes, DATE).url(&path);
        let report = run(["check", "--format", "json", "--deep", "--only", "content-hash", &url]);
        let report: Value = serde_json::from_str(&report.stdout).unwrap();
        let check = &report["results"][0]["checks"][0];
        assert_eq!((&check["id"], &check["status"]), (&"content-hash".into(), &status.into()));
    }
}
