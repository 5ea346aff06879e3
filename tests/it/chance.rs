//! What only the first request for a URL gets, and what a request gets in the moment in which a cache
//! begins to store a file: neither chance nor a full cache decides a verdict or who is at fault.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use sha1::{Digest as _, Sha1};

use crate::requests::{MODIFIED, SIZE, right_origin, whole_file};
use crate::support::binary::run;
use crate::support::server::{Received, Reply, Server};

fn result(arguments: &[&str]) -> Value {
    let all: Vec<_> = ["check", "--format", "json"].iter().chain(arguments).copied().collect();
    let finished = run(&all);
    let mut report: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
    report["results"][0].take()
}

fn is_head(received: &Received) -> bool {
    received.head().starts_with("HEAD ")
}

fn has_range(received: &Received) -> bool {
    received.head().contains("\r\nRange: ")
}

/// HEAD without its length.
fn without_length() -> Reply {
    let fields = format!("Last-Modified: {MODIFIED}\r\nETag: \"1\"\r\n");
    Reply::Keep(format!("HTTP/1.1 200 OK\r\n{fields}\r\n").into_bytes())
}

fn through(proxy: &Server, origin: &Server) -> Value {
    result(&["--only", "head-content-length", "--proxy", &proxy.url(""), &origin.url("/file.cab")])
}

#[test]
fn a_proxy_that_fails_at_each_first_contact_is_at_fault() {
    // As Varnish does while it fetches a file whose length it does not know.
    let known = Mutex::new(HashSet::new());
    let proxy = Server::start(move |received| {
        let is_first =
            is_head(received) && known.lock().unwrap().insert(received.target().to_owned());
        if is_first { without_length() } else { right_origin(received) }
    });
    let origin = Server::start(right_origin);
    let result = through(&proxy, &origin);
    assert_eq!(result["verdict"], "fail", "{}", result["checks"]);
    assert_eq!(result["at_fault"]["party"], "proxy", "{}", result["at_fault"]);
    let why = result["at_fault"]["why"].as_str().expect("a reason");
    assert!(why.contains("asked for the first time"), "{why}");
}

#[test]
fn an_answer_that_occurs_once_is_not_proved_to_be_the_proxys() {
    let is_over = AtomicBool::new(false);
    let proxy = Server::start(move |received| {
        let is_first = is_head(received) && !is_over.swap(true, Ordering::SeqCst);
        if is_first { without_length() } else { right_origin(received) }
    });
    let origin = Server::start(right_origin);
    let result = through(&proxy, &origin);
    assert_eq!(result["at_fault"]["party"], "unknown", "{}", result["at_fault"]);
}

#[test]
fn a_server_that_fails_at_each_first_contact_is_at_fault_itself() {
    // The URL itself was asked for before; a new one gets the wrong answer on both routes.
    let known = Mutex::new(HashSet::new());
    let wrong = move |received: &Received| {
        let path = received.target().rsplit('/').next().unwrap_or_default().to_owned();
        let is_new =
            is_head(received) && path.contains("bitsgate=") && known.lock().unwrap().insert(path);
        if is_new { without_length() } else { right_origin(received) }
    };
    let origin = Server::start(wrong);
    let is_over = AtomicBool::new(false);
    let proxy = Server::start(move |received| {
        let is_first = is_head(received) && !is_over.swap(true, Ordering::SeqCst);
        let is_new = is_head(received) && received.target().contains("bitsgate=");
        if is_first || is_new { without_length() } else { right_origin(received) }
    });
    let result = through(&proxy, &origin);
    assert_ne!(result["at_fault"]["party"], "proxy", "{}", result["at_fault"]);
}

/// Every `n`th request is answered with this status, all others rightly.
fn sporadic(status: u16, n: usize) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |received| {
        let is_unlucky = count.fetch_add(1, Ordering::SeqCst) % n == n - 1;
        if is_unlucky { refused(status) } else { right_origin(received) }
    })
}

fn refused(status: u16) -> Reply {
    Reply::Keep(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n").into_bytes())
}

#[test]
fn sporadic_status_gives_the_same_job_in_a_check_with_deep_and_in_a_fetch() {
    for status in [429, 503] {
        let short = ["--legs", "cold", "--only", "head-status,range-first"];
        for deep in [&[][..], &["--deep", "--only", "content-hash"]] {
            let (server, proxy) = (Server::start(right_origin), sporadic(status, 5));
            let (url, proxy) = (server.url("/file.cab"), proxy.url(""));
            let own = sporadic(status, 5).url("/file.cab");
            for place in [&[url.as_str(), "--proxy", &proxy][..], &[own.as_str()]] {
                let result = result(&[place, &short, deep].concat());
                assert_ne!(result["verdict"], "fail", "{status} {deep:?} {}", result["checks"]);
                let job = &result["jobs"]["download"];
                assert_eq!(job["state"], "transferred", "{status} {deep:?} {job}");
                assert!(result["at_fault"].is_null(), "{status} {deep:?} {}", result["at_fault"]);
            }
        }
        let server = sporadic(status, 5);
        let url = server.url("/file.cab");
        let quick = ["--retry-delay", "1s", "--no-progress-timeout", "5s"];
        let finished = run([&["fetch", "--format", "json", &url][..], &quick].concat());
        let report: Value = serde_json::from_str(&finished.stdout).expect("a report");
        assert_eq!(finished.code, Some(0), "{status} {report}");
        assert_eq!((&report["state"], &report["verdict"]), (&"transferred".into(), &"warn".into()));
    }
}

/// Refuses the first ranges that do not begin at 0, which only the download of a check sends here.
fn deep_with(refusals: usize) -> Value {
    let count = AtomicUsize::new(0);
    let proxy = Server::start(move |received| {
        let is_later = has_range(received) && !received.head().contains("bytes=0-");
        let is_refused = is_later && count.fetch_add(1, Ordering::SeqCst) < refusals;
        if is_refused { refused(429) } else { right_origin(received) }
    });
    let origin = Server::start(right_origin);
    let url = origin.url("/file.cab");
    let only = ["--legs", "direct,cold", "--only", "head-status,range-first,content-hash"];
    result(&[&["--deep", "--proxy", &proxy.url(""), &url][..], &only].concat())
}

#[test]
fn an_overload_that_passed_before_the_second_download_makes_no_proxy_guilty() {
    let result = deep_with(7);
    assert_eq!(result["verdict"], "warn", "{}", result["checks"]);
    assert!(result["at_fault"].is_null(), "{}", result["at_fault"]);
}

#[test]
fn a_proxy_that_refuses_each_download_is_guilty() {
    let result = deep_with(usize::MAX);
    assert_eq!(result["verdict"], "fail", "{}", result["checks"]);
    assert_eq!(result["at_fault"]["party"], "proxy", "{}", result["at_fault"]);
}

/// Sends these bytes after each answer in parts: with it, or so late that they come before the next
/// answer on the connection.
fn straying(stray: &'static str, is_late: bool) -> Server {
    let owed = Mutex::new(HashSet::new());
    Server::start(move |received| {
        let Reply::Keep(mut answer) = right_origin(received) else { panic!("a kept connection") };
        let mut owed = owed.lock().unwrap();
        if owed.remove(&received.connection) {
            answer.splice(..0, stray.bytes());
        }
        if received.asks_several() && is_late {
            owed.insert(received.connection);
        } else if received.asks_several() {
            answer.extend(stray.bytes());
        }
        Reply::Keep(answer)
    })
}

#[test]
fn stray_bytes_after_several_ranges_get_the_same_verdict_whenever_they_come() {
    for stray in ["\r\n", "JUNK", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"] {
        for is_late in [false, true] {
            let server = straying(stray, is_late);
            let result = result(&["--legs", "direct", &server.url("/file.cab")]);
            assert_eq!(result["verdict"], "warn", "{stray:?} {is_late} {}", result["checks"]);
            let checks = result["checks"].as_array().expect("checks");
            let of_check = checks.iter().find(|check| check["id"] == "stray-bytes");
            assert_eq!(of_check.expect("it ran")["status"], "warn", "{stray:?} {is_late}");
        }
    }
}

/// Answers ranges with the whole file until some time after a client fetched it whole.
fn whole_for(time: Duration) -> Server {
    let begun = Mutex::new(HashMap::new());
    Server::start(move |received| {
        let mut begun = begun.lock().unwrap();
        let since = begun.get(received.target()).map(Instant::elapsed);
        match since {
            Some(since) if has_range(received) && since < time => whole_file(received),
            // Of no interest here.
            _ if received.asks_several() => whole_file(received),
            _ if !has_range(received) && received.head().starts_with("GET ") => {
                begun.insert(received.target().to_owned(), Instant::now());
                whole_file(received)
            }
            _ => right_origin(received),
        }
    })
}

fn while_filling(server: &Server) -> Value {
    let only = "range-first,range-middle,range-while-filling";
    let url = server.url("/file.cab");
    let mut result = result(&["--legs", "direct", "--only", only, &url]);
    let mut checks = result["checks"].take();
    let checks = checks.as_array_mut().expect("checks");
    let found = checks.iter_mut().find(|check| check["id"] == "range-while-filling");
    found.expect("a finding").take()
}

#[test]
fn the_moment_in_which_storing_begins_decides_nothing() {
    let finding = while_filling(&whole_for(Duration::from_millis(60)));
    assert_eq!(finding["status"], "pass", "{finding}");
}

#[test]
fn a_cache_that_ignores_ranges_while_it_fills_is_found() {
    let finding = while_filling(&whole_for(Duration::from_mins(10)));
    assert_eq!(finding["status"], "fail", "{finding}");
}

/// The last byte of each answer to one range that ends in the middle of the file is another one than
/// in the whole file.
fn altered_in_ranges(received: &Received) -> Reply {
    let Reply::Keep(mut answer) = right_origin(received) else { panic!("a kept connection") };
    let is_altered = has_range(received) && !received.asks_several() && is_get(received);
    let is_later = is_altered && !received.head().contains("bytes=0-");
    if let (true, Some(last)) = (is_later, answer.last_mut()) {
        *last = b'y';
    }
    Reply::Keep(answer)
}

fn is_get(received: &Received) -> bool {
    received.head().starts_with("GET ")
}

#[test]
fn bytes_that_were_wrong_before_the_file_was_fetched_are_not_a_caches() {
    let bytes = vec![b'x'; usize::try_from(SIZE).expect("a size that fits")];
    let name = format!("/c/update_{:x}.cab", Sha1::digest(&bytes));
    let server = Server::start(altered_in_ranges);
    let only = ["--only", "range-middle,range-bytes-agree,plain-get"];
    let result = result(&[&only[..], &[&server.url(&name)]].concat());
    let checks = result["checks"].as_array().expect("checks");
    let of_legs: Vec<_> = checks
        .iter()
        .filter(|check| check["id"] == "range-bytes-agree")
        .map(|check| (check["phase"].as_str(), check["status"].as_str()))
        .collect();
    assert!(of_legs.contains(&(Some("warm"), Some("fail"))), "{of_legs:?}");
    assert!(!of_legs.contains(&(Some("direct"), Some("fail"))), "{of_legs:?}");
    assert_eq!(result["at_fault"]["party"], "origin", "{}", result["at_fault"]);
    assert!(result["at_fault"]["direction"].is_null(), "{}", result["at_fault"]);
}
