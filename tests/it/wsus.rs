//! The base URL of a WSUS server as target, and what is said of content URLs.

use std::collections::BTreeSet;

use bitsgate::checks::table;
use serde_json::Value;

use crate::requests::right_origin;
use crate::support::binary::{Finished, run};
use crate::support::server::{Received, Reply, Server};

/// What a WSUS server answers, by the end of the path.
#[derive(Clone, Copy)]
struct Wsus {
    check_file: &'static str,
    self_update: &'static str,
    service: &'static str,
}

impl Wsus {
    fn start(self) -> Server {
        Server::start(move |received| Reply::Keep(self.answer(received).as_bytes().to_vec()))
    }

    fn answer(self, received: &Received) -> &'static str {
        match target(received).as_str() {
            path if path.ends_with("/Content/anonymousCheckFile.txt") => self.check_file,
            path if path.ends_with("/selfupdate/iuident.cab") => self.self_update,
            path if path.ends_with("/ClientWebService/client.asmx") => self.service,
            path => panic!("{path} was asked"),
        }
    }
}

fn target(received: &Received) -> String {
    let head = String::from_utf8(received.bytes.clone()).unwrap();
    head.split(' ').nth(1).unwrap().to_owned()
}

fn check(arguments: &[&str]) -> (Finished, Value) {
    let finished = run([&["check", "--timeout", "3s", "--format", "json"], arguments].concat());
    let report: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
    let result = report["results"][0].clone();
    (finished, result)
}

/// The base URL of a server whose port is none of WSUS's is named by its check file.
fn base(server: &Server) -> String {
    server.url("/Content/anonymousCheckFile.txt")
}

fn status_of(result: &Value, check: &str, leg: &str) -> String {
    let checks = result["checks"].as_array().unwrap();
    let found = checks.iter().find(|one| one["id"] == check && one["phase"] == leg);
    found.unwrap_or_else(|| panic!("no {check} on {leg}"))["status"].as_str().unwrap().to_owned()
}

fn notes(result: &Value) -> String {
    let notes = result["notes"].as_array().unwrap().iter();
    notes.map(|note| note.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_living_server_is_inconclusive_and_told_how_to_go_on() {
    let server = ALIVE.start();
    let (finished, result) = check(&[&base(&server)]);
    assert_eq!(finished.code, Some(3), "{finished:#?}");
    assert_eq!(result["verdict"], "inconclusive");
    assert_eq!(result["jobs"]["download"]["state"], "unknown");
    assert_eq!(result["jobs"]["download"]["hresult"], Value::Null);
    for check in table::preflights() {
        assert_eq!(status_of(&result, check.id, "direct"), "pass");
    }
    let checks = result["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 2 + table::preflights().len(), "nothing of ranges is judged");
    assert!(notes(&result).contains("WsusContent"), "{}", notes(&result));
    assert!(notes(&result).contains("were not tried"), "{}", notes(&result));
    assert_eq!(server.received().len(), 3);

    let text = run(["check", &base(&server)]).stdout;
    assert!(text.starts_with("INCONCLUSIVE"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn requests_are_those_of_bits() {
    let server = ALIVE.start();
    check(&[&base(&server)]);
    let requests: BTreeSet<_> =
        server.received().iter().map(|one| String::from_utf8(one.bytes.clone()).unwrap()).collect();
    let expected = format!(
        "GET /Content/anonymousCheckFile.txt HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\
         Accept-Encoding: identity\r\nUser-Agent: Microsoft BITS/7.8\r\nHost: {}\r\n\r\n",
        server.address()
    );
    assert!(requests.contains(&expected), "{requests:#?}");
}

#[test]
fn a_base_url_is_asked_through_the_proxy_with_and_without_slash() {
    for base in ["http://wsus.invalid:8530", "http://wsus.invalid:8530/"] {
        let proxy = ALIVE.start();
        let (finished, result) = check(&["--proxy", &proxy.url(""), base]);
        assert_eq!(finished.code, Some(3), "{finished:#?}");
        assert_eq!(status_of(&result, "wsus-alive", "cold"), "pass");
        assert!(notes(&result).contains("The direct leg was left out"), "{}", notes(&result));
        let asked: BTreeSet<_> = proxy.received().iter().map(target).collect();
        let expected = [
            "http://wsus.invalid:8530/ClientWebService/client.asmx",
            "http://wsus.invalid:8530/Content/anonymousCheckFile.txt",
            "http://wsus.invalid:8530/selfupdate/iuident.cab",
        ];
        assert_eq!(asked, expected.map(str::to_owned).into());
    }
}

#[test]
fn every_preflight_is_failed_by_some_answer() {
    let mut failed = BTreeSet::new();
    for (name, wsus, check_id, status, verdict, hresult) in BROKEN {
        let (finished, result) = check(&[&base(&wsus.start())]);
        assert_eq!(status_of(&result, check_id, "direct"), status, "{name}: {finished:#?}");
        assert_eq!(result["verdict"], verdict, "{name}: {finished:#?}");
        let code = result["jobs"]["download"]["hresult"].as_str().unwrap_or_default();
        assert_eq!(code, hresult, "{name}: {finished:#?}");
        assert_ne!(finished.code, Some(0), "{name}");
        if status == "fail" {
            failed.insert(check_id);
        }
    }
    let all: BTreeSet<_> = table::preflights().iter().map(|check| check.id).collect();
    assert_eq!(failed, all, "each pre-flight check needs an answer that fails it");
}

#[test]
fn a_page_in_place_of_everything_passes_nowhere() {
    let portal = Wsus { check_file: PAGE, self_update: PAGE, service: PAGE };
    let (finished, result) = check(&[&base(&portal.start())]);
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    assert_eq!(status_of(&result, "wsus-alive", "direct"), "fail");
    assert_eq!(status_of(&result, "wsus-self-update", "direct"), "fail");
    assert_eq!(status_of(&result, "wsus-client-service", "direct"), "skipped");
}

#[test]
fn names_ports_and_proxies_that_fail_have_their_codes() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let refused = Wsus { check_file: REFUSED, self_update: REFUSED, service: REFUSED }.start();
    let gateway = Wsus { check_file: GATEWAY, self_update: GATEWAY, service: GATEWAY }.start();
    for (arguments, code, hresult, because) in [
        (&["http://wsus.invalid:8530"][..], 3, "0x80072EE7", "reachable"),
        (&[&format!("{closed}/Content/anonymousCheckFile.txt")], 3, "0x80072EFD", "reachable"),
        (&["--proxy", &closed, "http://wsus.invalid:8530"], 3, "0x80072EFD", "reachable"),
        (&["--proxy", "http://proxy.invalid:1", "http://wsus:8530"], 3, "0x80072EE7", "reachable"),
        (
            &["--proxy", &refused.url(""), "http://wsus.invalid:8530"],
            3,
            "0x80190197",
            "proxy-authentication",
        ),
        (&["--proxy", &gateway.url(""), "http://wsus.invalid:8530"], 3, "0x801901F6", "wsus-alive"),
    ] {
        let (finished, result) = check(arguments);
        assert_eq!(finished.code, Some(code), "{arguments:?}: {finished:#?}");
        assert_eq!(result["jobs"]["download"]["hresult"], hresult, "{arguments:?}: {finished:#?}");
        assert_eq!(result["jobs"]["download"]["because"], because, "{arguments:?}: {finished:#?}");
        let says_how = notes(&result).contains("WsusContent");
        assert_eq!(says_how, because != "reachable", "{arguments:?}: {finished:#?}");
    }
}

#[test]
fn a_proxy_that_refuses_a_living_server_is_to_blame() {
    let (server, proxy) = (ALIVE.start(), BROKEN[0].1.start());
    let (finished, result) = check(&["--proxy", &proxy.url(""), &base(&server)]);
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    assert_eq!(result["at_fault"]["party"], "proxy");
    assert_eq!(status_of(&result, "wsus-alive", "direct"), "pass");
    assert_eq!(status_of(&result, "wsus-alive", "cold"), "fail");
}

#[test]
fn content_is_asked_in_the_clear_where_all_else_is_encrypted() {
    let proxy = ALIVE.start();
    let base = "https://wsus.invalid:8531";
    let (_, result) = check(&["--legs", "cold", "--proxy", &proxy.url(""), base]);
    let exchanges = result["exchanges"].as_array().unwrap();
    let urls: Vec<_> =
        exchanges.iter().map(|one| one["request"]["url"].as_str().unwrap()).collect();
    assert!(urls.contains(&"http://wsus.invalid:8530/Content/anonymousCheckFile.txt"), "{urls:?}");
    assert!(urls.contains(&"https://wsus.invalid:8531/ClientWebService/client.asmx"), "{urls:?}");
    assert!(notes(&result).contains("plain HTTP"), "{}", notes(&result));
}

#[test]
fn preflights_are_not_chosen() {
    let finished = run(["check", "--only", "wsus-alive", "http://wsus.invalid:8530"]);
    assert_eq!(finished.code, Some(2), "{finished:#?}");
    assert!(finished.stderr.contains("base URL of a WSUS server only"), "{finished:#?}");
}

#[test]
fn other_targets_know_nothing_of_preflights() {
    let server = Server::start(right_origin);
    let (_, result) = check(&["--only", "range-next", &server.url("/a.cab")]);
    let checks = result["checks"].as_array().unwrap();
    assert!(checks.iter().all(|one| !one["id"].as_str().unwrap().starts_with("wsus-")));
    assert!(!notes(&result).contains("WSUS"), "{}", notes(&result));
}

#[test]
fn a_content_url_is_recognised() {
    let server = Server::start(right_origin);
    let (finished, result) = check(&["--only", "range-next", &server.url(CONTENT)]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let hash = "a2e8c2280123456789abcdef0123456789ab11b6";
    assert!(notes(&result).contains(hash), "{}", notes(&result));
    assert!(!notes(&result).contains("Another host"), "{}", notes(&result));
}

#[test]
fn a_content_url_that_leads_to_another_host_is_reported() {
    let other = Server::start(right_origin);
    let moved = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        other.url(CONTENT)
    );
    let server = Server::start(move |_| Reply::Keep(moved.clone().into_bytes()));
    let (_, result) = check(&["--only", "range-next", &server.url(CONTENT)]);
    let notes = notes(&result);
    assert!(
        notes.contains(&format!("Another host than the one asked is named: {}", other.url("")))
    );
    assert!(notes.contains("rewrites Host"), "{notes}");
}

#[test]
fn a_redirected_base_url_warns_and_names_the_host() {
    let moved = "HTTP/1.1 301 Moved Permanently\r\nLocation: http://portal.example/login\r\n\
                 Content-Length: 0\r\n\r\n";
    let wsus = Wsus { check_file: moved, self_update: moved, service: moved };
    let (finished, result) = check(&[&base(&wsus.start())]);
    assert_eq!(finished.code, Some(3), "{finished:#?}");
    assert_eq!(status_of(&result, "wsus-alive", "direct"), "warn");
    assert!(notes(&result).contains("http://portal.example"), "{}", notes(&result));
}

const ALIVE: Wsus = Wsus { check_file: EMPTY, self_update: CABINET, service: SERVICE };

/// What is wrong, then the check that says so, its status, the verdict and the code of the job.
const BROKEN: [(&str, Wsus, &str, &str, &str, &str); 9] = [
    (
        "content refused",
        Wsus { check_file: FORBIDDEN, ..ALIVE },
        "wsus-alive",
        "fail",
        "fail",
        "0x80190193",
    ),
    ("a page", Wsus { check_file: PAGE, ..ALIVE }, "wsus-alive", "fail", "fail", "0x80200013"),
    (
        "stopped",
        Wsus { check_file: STOPPED, self_update: STOPPED, service: STOPPED },
        "wsus-alive",
        "fail",
        "fail",
        "0x801901F7",
    ),
    (
        "no content here",
        Wsus { check_file: MISSING, ..ALIVE },
        "wsus-alive",
        "inconclusive",
        "inconclusive",
        "",
    ),
    (
        "a file that is not empty",
        Wsus { check_file: CABINET, ..ALIVE },
        "wsus-alive",
        "inconclusive",
        "inconclusive",
        "",
    ),
    (
        "no self-update",
        Wsus { self_update: MISSING, ..ALIVE },
        "wsus-self-update",
        "skipped",
        "inconclusive",
        "",
    ),
    (
        "an empty self-update",
        Wsus { self_update: EMPTY, ..ALIVE },
        "wsus-self-update",
        "fail",
        "inconclusive",
        "",
    ),
    (
        "no web service",
        Wsus { service: MISSING, ..ALIVE },
        "wsus-client-service",
        "fail",
        "inconclusive",
        "",
    ),
    (
        "a broken web service",
        Wsus { service: BROKEN_SERVICE, ..ALIVE },
        "wsus-client-service",
        "fail",
        "inconclusive",
        "",
    ),
];

const CONTENT: &str = "/Content/B6/A2E8C2280123456789ABCDEF0123456789AB11B6.psf";
const EMPTY: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n";
const CABINET: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nMSCF";
const SERVICE: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>";
const PAGE: &str = SERVICE;
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
const MISSING: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
const STOPPED: &str = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
const BROKEN_SERVICE: &str = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
const GATEWAY: &str = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
const REFUSED: &str = "HTTP/1.1 407 Proxy Authentication Required\r\n\
                       Proxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n";
