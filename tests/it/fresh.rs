//! Other orders of requests on a user's URL: fresh objects are the same URL with a new query.

use std::collections::HashSet;
use std::sync::Mutex;

use serde_json::Value;

use crate::requests::{right_origin, whole_file};
use crate::support::binary::run;
use crate::support::server::{Received, Reply, Server};

/// The one result of a check of the file at this server, cold only, without a proxy.
fn result(server: &Server) -> Value {
    let url = server.url("/file.cab");
    let finished = run(["check", "--legs", "direct", "--only", ONLY, "--format", "json", &url]);
    let mut report: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
    report["results"][0].take()
}

fn finding<'r>(result: &'r Value, id: &str) -> &'r Value {
    let checks = result["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["id"] == id).expect("a finding of the check")
}

fn is_fresh(received: &Received) -> bool {
    received.target().contains("bitsgate=")
}

const ONLY: &str = "range-first,multi-two,range-before-head,multi-first-contact";

fn status(code: &str) -> Reply {
    Reply::Keep(format!("HTTP/1.1 {code}\r\nContent-Length: 0\r\n\r\n").into_bytes())
}

fn notes(result: &Value) -> String {
    result["notes"].to_string()
}

#[test]
fn several_ranges_that_only_the_first_time_get_the_file_are_found_on_a_users_url() {
    // As a cache does that answers so until it holds the file.
    let known = Mutex::new(HashSet::new());
    let server = Server::start(move |received| {
        let is_first = known.lock().unwrap().insert(received.target().to_owned());
        if is_first && received.asks_several() {
            whole_file(received)
        } else {
            right_origin(received)
        }
    });
    let result = result(&server);
    let several = finding(&result, "multi-first-contact");
    assert_eq!(several["status"], "fail", "{several}");
    assert_eq!(finding(&result, "multi-two")["status"], "pass");
    assert_eq!(finding(&result, "range-before-head")["status"], "pass");
    assert_eq!(result["jobs"]["download"]["state"], "transferred");
}

#[test]
fn a_server_that_ignores_queries_is_tried_in_each_order() {
    let server = Server::start(right_origin);
    let result = result(&server);
    for id in ["multi-first-contact", "range-before-head"] {
        assert_eq!(finding(&result, id)["status"], "pass", "{id}");
    }
    let received = server.received();
    let queries: HashSet<_> =
        received.iter().filter(|one| is_fresh(one)).map(Received::target).collect();
    assert!(queries.len() >= 3, "each order takes a fresh URL: {queries:?}");
    assert_eq!(result["verdict"], "pass", "{}", result["checks"]);
}

#[test]
fn a_server_that_refuses_queries_gets_the_same_verdict_and_a_note() {
    for code in ["403 Forbidden", "404 Not Found", "302 Found\r\nLocation: /login"] {
        let server =
            Server::start(
                move |received| {
                    if is_fresh(received) { status(code) } else { right_origin(received) }
                },
            );
        let result = result(&server);
        assert_eq!(result["verdict"], "pass", "{code}: {}", result["checks"]);
        assert_eq!(finding(&result, "multi-first-contact")["status"], "skipped", "{code}");
        assert!(notes(&result).contains("Other orders take a fresh URL"), "{}", notes(&result));
        let fresh = server.received().iter().filter(|one| is_fresh(one)).count();
        assert_eq!(fresh, 1, "{code}: one request shows that it is not possible");
    }
}

#[test]
fn a_server_that_treats_ranges_of_queries_in_another_way_gets_the_same_verdict() {
    // HEAD is right, and everything with a Range is not.
    for answer in [whole_file as fn(&Received) -> Reply, |_| status("403 Forbidden")] {
        let server = Server::start(move |received| {
            let is_range = received.head().contains("\r\nRange: ");
            if is_fresh(received) && is_range { answer(received) } else { right_origin(received) }
        });
        let result = result(&server);
        assert_eq!(result["verdict"], "pass", "{}", result["checks"]);
        assert!(notes(&result).contains("Other orders take a fresh URL"), "{}", notes(&result));
    }
}
