//! A proxy that fails and does not tell who it is, is asked three things more; no other is.

use std::net::{Ipv4Addr, SocketAddr};

use bitsgate::mock::{self, Behaviour};
use serde_json::Value;

use crate::requests::right_origin;
use crate::support::binary::{Finished, run};
use crate::support::server::{Received, Reply, Server};

fn text(received: &Received) -> String {
    String::from_utf8(received.bytes.clone()).unwrap()
}

/// The requests that only ask who the proxy is.
fn questions(proxy: &Server) -> Vec<String> {
    let requests = proxy.received().iter().map(text).collect::<Vec<_>>();
    let is_question = |request: &String| {
        request.contains(".invalid/ ")
            || request.starts_with("OPTIONS ")
            || request.starts_with("TRACE ")
    };
    requests.into_iter().filter(is_question).collect()
}

/// A proxy that ignores ranges, and tells its name by `error` on a host that nobody has.
fn failing_proxy(fields: &'static str, error: &'static str) -> Server {
    Server::start(move |received| {
        let request = text(received);
        if request.contains(".invalid/ ") {
            return Reply::Close(error.as_bytes().to_vec());
        }
        whole_file(&request, fields)
    })
}

/// 200 and the whole file, whatever is asked.
fn whole_file(request: &str, fields: &str) -> Reply {
    let body = if request.starts_with("HEAD") { String::new() } else { "x".repeat(100_000) };
    let answer = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 100000\r\n\r\n{body}");
    Reply::Close(answer.into_bytes())
}

fn check(proxy: &str, more: &[&str]) -> (Finished, Value) {
    let common = ["check", "--legs", "cold", "--format", "json", "--proxy"];
    let finished = run([&common[..], &[proxy], more, &["http://wsus.example/a.cab"]].concat());
    let report: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
    let result = report["results"][0].clone();
    (finished, result)
}

#[test]
fn a_failing_proxy_is_asked_who_it_is() {
    let proxy = failing_proxy("", SQUID_ERROR);
    let (finished, result) = check(&proxy.url(""), &[]);
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    let asked = questions(&proxy);
    assert_eq!(asked.len(), 3, "{asked:#?}");
    for (method, is_bounded) in
        [("GET http://bitsgate-", false), ("OPTIONS ", true), ("TRACE ", true)]
    {
        let request = asked.iter().find(|request| request.starts_with(method)).unwrap();
        assert_eq!(request.contains("\r\nMax-Forwards: 0\r\n"), is_bounded, "{request}");
    }
    let squid = &result["recognised"][0];
    assert_eq!((&squid["product"], &squid["certainty"]), (&"squid".into(), &"certain".into()));
    assert_eq!(squid["place"], "proxy");
    assert_eq!(result["fixes"][0]["product"], "squid");

    let exchanges = result["exchanges"].as_array().unwrap();
    let purposes = ["fingerprint-no-such-host", "fingerprint-options", "fingerprint-trace"];
    for purpose in purposes {
        let exchange = exchanges.iter().find(|one| one["purpose"] == purpose).unwrap();
        let checks = result["checks"].as_array().unwrap().iter();
        let mut proofs = checks.flat_map(|check| check["exchanges"].as_array().unwrap());
        assert!(proofs.all(|id| *id != exchange["id"]), "{purpose} was judged");
    }
    let ids: Vec<_> = exchanges.iter().map(|one| one["id"].as_str().unwrap()).collect();
    let expected: Vec<_> = (1..=ids.len()).map(|id| format!("x{id}")).collect();
    assert_eq!(ids, expected);
}

#[test]
fn the_report_with_such_questions_follows_the_schema() {
    let schema = include_str!("../../testdata/schema/report.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let (finished, _) = check(&failing_proxy("", SQUID_ERROR).url(""), &[]);
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    let errors: Vec<_> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn a_proxy_that_is_right_or_known_or_restricted_is_not_asked() {
    let right = Server::start(right_origin);
    let (finished, _) = check(&right.url(""), &["--only", "range-next,range-middle"]);
    assert_eq!((finished.code, questions(&right).len()), (Some(0), 0), "{finished:#?}");

    let known = failing_proxy("Via: 1.1 proxy (squid/5.7)\r\n", SQUID_ERROR);
    let (finished, _) = check(&known.url(""), &[]);
    assert_eq!((finished.code, questions(&known).len()), (Some(1), 0), "{finished:#?}");

    let restricted = failing_proxy("", SQUID_ERROR);
    let (finished, _) = check(&restricted.url(""), &["--only", "range-first"]);
    assert_eq!((finished.code, questions(&restricted).len()), (Some(1), 0), "{finished:#?}");
}

#[test]
fn credentials_are_never_traced() {
    let proxy = failing_proxy("", SQUID_ERROR);
    let url = format!("http://user:secret@{}", proxy.address());
    let (finished, _) = check(&url, &[]);
    let asked = questions(&proxy);
    assert_eq!(asked.len(), 2, "{asked:#?}");
    assert!(!asked.iter().any(|request| request.starts_with("TRACE")));
    assert!(!finished.stdout.contains("dXNlcjpzZWNyZXQ="), "{finished:#?}");
}

#[test]
fn an_answer_that_is_no_error_names_nobody() {
    // A resolver that knows every name leads to some server.
    let proxy =
        failing_proxy("", "HTTP/1.1 200 OK\r\nServer: squid/5.7\r\nContent-Length: 0\r\n\r\n");
    let (_, result) = check(&proxy.url(""), &[]);
    assert_eq!(questions(&proxy).len(), 3);
    let recognised = result["recognised"].as_array().unwrap();
    assert!(recognised.iter().all(|one| one["product"] != "squid"), "{recognised:#?}");
}

/// A server that refuses with this status, all requests or only those of BITS.
fn refusing(status: &'static str, all: bool) -> Server {
    Server::start(move |received| {
        if all || text(received).contains("\r\nUser-Agent: Microsoft BITS/") {
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            return Reply::Close(head.into_bytes());
        }
        Reply::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".to_vec())
    })
}

#[test]
fn a_refused_user_agent_is_found_by_one_more_request() {
    for status in ["403 Forbidden", "404 Not Found"] {
        for all in [false, true] {
            let server = refusing(status, all);
            let finished = run(["check", "--format", "json", &server.url("/a.cab")]);
            let report: Value = serde_json::from_str(&finished.stdout).unwrap();
            let result = &report["results"][0];
            let received = server.received();
            let others = received.iter().map(text).filter(|one| one.contains("Mozilla/5.0"));
            assert_eq!(others.count(), 1, "{status} {all}");
            let notes = result["notes"].to_string();
            assert_eq!(notes.contains("Only the User-Agent"), !all, "{status}: {notes}");
            let is_filter = result["fixes"][0]["name"] == "Filter on User-Agent";
            assert_eq!(is_filter, !all, "{status} {all}: {}", result["fixes"]);
            assert!(result["fixes"][0]["product"].is_null(), "{}", result["fixes"]);
        }
    }
    let right = Server::start(right_origin);
    run(["check", "--format", "json", "--only", "range-next", &right.url("/a.cab")]);
    assert!(!right.received().iter().map(text).any(|request| request.contains("Mozilla")));
}

#[test]
fn a_port_that_speaks_no_socks_is_named_and_no_product_is() {
    let silent = Server::start(|_| Reply::Silence);
    let proxy = format!("socks5://{}", silent.address());
    let finished = run([
        "check",
        "--legs",
        "cold",
        "--format",
        "json",
        "--timeout",
        "2s",
        "--proxy",
        &proxy,
        "http://wsus.example/a.cab",
    ]);
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    let advice = &report["results"][0]["fixes"];
    assert_eq!(advice[0]["name"], "Scheme of the proxy URL", "{advice}");
    assert!(advice.as_array().unwrap().iter().all(|one| one["product"].is_null()), "{advice}");
}

#[test]
fn silence_costs_little() {
    let proxy = Server::start(|received| {
        let request = text(received);
        let is_for_the_file = request.starts_with("GET http://wsus.example/")
            || request.starts_with("HEAD http://wsus.example/");
        if is_for_the_file { whole_file(&request, "") } else { Reply::Silence }
    });
    let (finished, _) = check(&proxy.url(""), &["--timeout", "30s"]);
    assert_eq!((finished.code, questions(&proxy).len()), (Some(1), 3), "{finished:#?}");
    assert!(finished.wall.as_secs() < 10, "{finished:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mock_answers_for_hosts_that_nobody_has() {
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let origin = mock::start_origin(loopback, Behaviour::parse("").unwrap()).await.unwrap();
    let behaviour = Behaviour::parse("range-ignored").unwrap();
    let proxy = mock::start_proxy(loopback, behaviour).await.unwrap();
    let (proxy_url, url) = (proxy.url(), origin.object_url(1 << 20));
    let finished = tokio::task::spawn_blocking(move || {
        run(["check", "--legs", "cold", "--format", "json", "--proxy", &proxy_url, &url])
    });
    let finished = finished.await.unwrap();
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    let exchanges = report["results"][0]["exchanges"].as_array().unwrap();
    let asked = exchanges.iter().filter(|one| {
        one["purpose"].as_str().is_some_and(|purpose| purpose.starts_with("fingerprint-"))
    });
    assert_eq!(asked.count(), 3);
}

const SQUID_ERROR: &str = "HTTP/1.1 503 Service Unavailable\r\nServer: squid/5.7\r\n\
                           X-Squid-Error: ERR_DNS_FAIL 0\r\nContent-Length: 0\r\n\r\n";
