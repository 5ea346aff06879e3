//! What goes out on the wire, byte for byte.

use std::collections::BTreeSet;

use crate::support::binary::run;
use crate::support::right;
use crate::support::server::{Received, Reply, Server, challenging};

/// A right origin of one file of [`SIZE`] bytes, all `x`.
pub(crate) fn right_origin(received: &Received) -> Reply {
    Reply::Keep(right_answer(received))
}

/// Gives the whole file to every request.
pub(crate) fn whole_file(received: &Received) -> Reply {
    Reply::Keep(right::whole(received, &content(), &validators()))
}

fn right_answer(received: &Received) -> Vec<u8> {
    right::answer(received, &content(), &validators())
}

fn content() -> Vec<u8> {
    vec![b'x'; usize::try_from(SIZE).expect("a size that fits")]
}

fn validators() -> String {
    format!("Last-Modified: {MODIFIED}\r\nETag: \"1\"\r\n")
}

fn text(received: &Received) -> String {
    String::from_utf8(received.bytes.clone()).expect("requests are text")
}

/// The requests of a run that checks HEAD, the first and the next range.
fn requests_of(server: &Server, arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["check", "--legs", "cold", "--only", "range-next,stable-answers"];
    all.extend(arguments);
    let finished = run(&all);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    server.received().iter().map(text).collect()
}

#[test]
fn direct_requests_are_those_of_bits() {
    let server = Server::start(right_origin);
    let requests = requests_of(&server, &[&server.url("/Content/a.cab?x=1")]);
    let host = server.address();
    assert_eq!(
        requests[0],
        format!(
            "HEAD /Content/a.cab?x=1 HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\
             Accept-Encoding: identity\r\nUser-Agent: Microsoft BITS/7.8\r\nHost: {host}\r\n\r\n"
        )
    );
    for (request, range) in requests[1..3].iter().zip(["0-5690", "5691-13739"]) {
        assert_eq!(
            *request,
            format!(
                "GET /Content/a.cab?x=1 HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\
                 Accept-Encoding: identity\r\nIf-Unmodified-Since: {MODIFIED}\r\n\
                 Range: bytes={range}\r\nUser-Agent: Microsoft BITS/7.8\r\nHost: {host}\r\n\r\n"
            )
        );
    }
}

#[test]
fn requests_to_a_proxy_are_those_of_bits() {
    let server = Server::start(right_origin);
    let proxy = server.url("");
    let requests =
        requests_of(&server, &["--proxy", &proxy, "http://wsus.example:8530/Content/a.cab"]);
    assert_eq!(
        requests[0],
        "HEAD http://wsus.example:8530/Content/a.cab HTTP/1.1\r\nAccept: */*\r\n\
         Accept-Encoding: identity\r\nUser-Agent: Microsoft BITS/7.8\r\nHost: wsus.example:8530\r\n\
         Proxy-Connection: Keep-Alive\r\n\r\n"
    );
    assert_eq!(
        requests[1],
        format!(
            "GET http://wsus.example:8530/Content/a.cab HTTP/1.1\r\nAccept: */*\r\n\
             Accept-Encoding: identity\r\nIf-Unmodified-Since: {MODIFIED}\r\n\
             Range: bytes=0-5690\r\nUser-Agent: Microsoft BITS/7.8\r\nHost: wsus.example:8530\r\n\
             Proxy-Connection: Keep-Alive\r\n\r\n"
        )
    );
}

#[test]
fn the_first_three_requests_share_a_connection() {
    let server = Server::start(right_origin);
    requests_of(&server, &[&server.url("/a.cab")]);
    let turns: Vec<_> =
        server.received()[..3].iter().map(|one| (one.connection, one.turn)).collect();
    assert_eq!(turns, [(0, 0), (0, 1), (0, 2)]);
}

#[test]
fn the_witness_asks_the_same_on_connections_of_its_own() {
    let server = Server::start(right_origin);
    let requests = requests_of(&server, &[&server.url("/a.cab")]);
    let received = server.received();
    let witnessed = requests.len() - 2;
    let sorted = |request: &String| {
        let mut lines: Vec<_> = request.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let mut witness: Vec<_> = requests[witnessed..].iter().map(sorted).collect();
    witness.sort_by_key(|lines| lines.iter().any(|line| line.starts_with("GET")));
    assert_eq!(witness, [sorted(&requests[0]), sorted(&requests[1])]);
    assert!(received[witnessed..].iter().all(|one| one.connection > 0 && one.turn == 0));
}

#[test]
fn a_file_without_last_modified_is_asked_without_condition() {
    let server = Server::start(|received| {
        let answer = String::from_utf8(right_answer(received)).unwrap();
        Reply::Keep(answer.replace(&format!("Last-Modified: {MODIFIED}\r\n"), "").into_bytes())
    });
    let requests = requests_of(&server, &[&server.url("/a.cab")]);
    assert!(requests.iter().all(|request| !request.contains("If-Unmodified-Since")));
}

#[test]
fn credentials_go_to_the_proxy_and_nowhere_else() {
    let server = Server::start(challenging(right_origin));
    let proxy = format!("http://user:secret@{}", server.address());
    requests_of(&server, &["--proxy", &proxy, "http://wsus.example/a.cab"]);
    let received = server.received();
    assert!(received.len() > 4 && received[0].authorization().is_none(), "{received:#?}");
    let expected = Some("Basic dXNlcjpzZWNyZXQ=");
    assert!(received[1..].iter().all(|one| one.authorization().as_deref() == expected));
    let finished =
        run(["check", "-v", "--legs", "cold", "--proxy", &proxy, "http://wsus.example/a.cab"]);
    for text in [&finished.stdout, &finished.stderr] {
        assert!(!text.contains("secret") && !text.contains("dXNlcjpzZWNyZXQ"), "{text}");
    }
}

/// The requests of a run with the profile of Delivery Optimization, `MS-CV` as `BASE`.
fn blocks_of(server: &Server, arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["check", "--profile", "do", "--legs", "cold"];
    all.extend(arguments);
    let finished = run(&all);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let all = server.received();
    let requests: Vec<_> = all.iter().map(text).filter(|one| !one.contains("bitsgate=")).collect();
    let mut bases = BTreeSet::new();
    let hidden = requests.iter().map(|request| {
        let at = request.to_ascii_lowercase().find("ms-cv: ").expect("MS-CV") + "MS-CV: ".len();
        let base = &request[at..at + 16];
        bases.insert(base.to_owned());
        request.replace(base, "BASE")
    });
    let hidden = hidden.collect();
    assert_eq!(bases.len(), 1, "one base for a run: {bases:?}");
    hidden
}

/// A right origin of one file of three blocks.
fn origin_of_blocks(received: &Received) -> Reply {
    let size = THREE_BLOCKS.to_string();
    let head = text(received);
    if head.starts_with("HEAD") {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: ";
        let answer = format!("{head}{size}\r\nLast-Modified: {MODIFIED}\r\n\r\n");
        return Reply::Keep(answer.into_bytes());
    }
    if head.contains("bitsgate=") {
        return Reply::Keep(b"HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n".to_vec());
    }
    let Some((_, range)) = head.lines().find_map(|line| line.split_once("ange: bytes=")) else {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nLast-Modified: {MODIFIED}\r\n\r\n"
        );
        let mut answer = head.into_bytes();
        answer.resize(answer.len() + usize::try_from(THREE_BLOCKS).unwrap(), b'x');
        return Reply::Keep(answer);
    };
    let (first, last) = range.split_once('-').expect("a closed range");
    let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
    let width = last - first + 1;
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {range}/{size}\r\n\
         Content-Length: {width}\r\nLast-Modified: {MODIFIED}\r\n\r\n"
    );
    let mut answer = head.into_bytes();
    answer.resize(answer.len() + usize::try_from(width).unwrap(), b'x');
    Reply::Keep(answer)
}

#[test]
fn direct_requests_are_those_of_delivery_optimization() {
    let server = Server::start(origin_of_blocks);
    let requests = blocks_of(&server, &[&server.url("/Content/a.cab?x=1")]);
    let host = server.address();
    for (request, (range, number)) in requests.iter().zip([("0-1", 0), ("0-1048575", 2)]) {
        assert_eq!(
            *request,
            format!(
                "GET /Content/a.cab?x=1 HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\
                 Range: bytes={range}\r\nUser-Agent: Microsoft-Delivery-Optimization/10.1\r\n\
                 MS-CV: BASE.1.{number}\r\nContent-Length: 0\r\nHost: {host}\r\n\r\n"
            )
        );
    }
    let heads: Vec<_> = requests.iter().filter(|request| request.starts_with("HEAD ")).collect();
    assert_eq!(
        heads,
        [&format!(
            "HEAD /Content/a.cab?x=1 HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\
             User-Agent: Microsoft-Delivery-Optimization/10.1\r\nMS-CV: BASE.1.12\r\n\
             Host: {host}\r\n\r\n"
        )]
    );
    assert!(requests.iter().all(|request| request.starts_with("GET ") || heads[0] == request));
    let turns: Vec<_> =
        server.received()[..2].iter().map(|one| (one.connection, one.turn)).collect();
    assert_eq!(turns, [(0, 0), (0, 1)], "first bytes and first block share a connection");
    let ranges: BTreeSet<_> = requests.iter().filter_map(|one| one.lines().nth(3)).collect();
    for block in ["1048576-2097151", "2097152-2323764", "2257205-2323764"] {
        assert!(ranges.contains(&*format!("Range: bytes={block}")), "{ranges:?}");
    }
}

#[test]
fn requests_to_a_proxy_are_those_of_delivery_optimization() {
    let server = Server::start(origin_of_blocks);
    let proxy = server.url("");
    let requests =
        blocks_of(&server, &["--proxy", &proxy, "http://wsus.example:8530/Content/a.cab"]);
    assert_eq!(
        requests[0],
        "GET http://wsus.example:8530/Content/a.cab HTTP/1.1\r\nAccept: */*\r\n\
         Range: bytes=0-1\r\nUser-Agent: Microsoft-Delivery-Optimization/10.1\r\n\
         MS-CV: BASE.1.0\r\nContent-Length: 0\r\nHost: wsus.example:8530\r\n\
         Proxy-Connection: Keep-Alive\r\n\r\n"
    );
}

#[test]
fn the_first_bytes_are_asked_once_more_without_a_length_when_they_fail() {
    let server = Server::start(|received| {
        if text(received).to_ascii_lowercase().contains("content-length") {
            return Reply::Keep(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n".to_vec());
        }
        origin_of_blocks(received)
    });
    let url = server.url("/a.cab");
    let finished = run(["check", "--profile", "do", "--legs", "cold", &url]);
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    assert!(finished.stdout.contains("explain do-empty-body-field"), "{}", finished.stdout);
    let without = text(&server.received()[1]);
    assert!(without.contains("Range: bytes=0-1\r\n") && !without.contains("Content-Length"));
}

#[test]
fn all_profiles_have_results_of_their_own() {
    let server = Server::start(|received| match text(received).lines().next() {
        Some(line) if line.starts_with("HEAD") => Reply::Keep(
            format!("HTTP/1.1 200 OK\r\nContent-Length: {THREE_BLOCKS}\r\n\r\n").into_bytes(),
        ),
        _ => origin_of_blocks(received),
    });
    let url = server.url("/a.cab");
    let only = "range-first,do-first-block,keep-alive";
    let finished = run(["check", "--profile", "all", "--only", only, "--format", "json", &url]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let report: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
    let results: Vec<_> = report["results"].as_array().unwrap().iter().collect();
    let told = |result: &serde_json::Value| {
        let checks = result["checks"].as_array().unwrap().iter();
        let ids: Vec<_> = checks.map(|check| check["id"].as_str().unwrap().to_owned()).collect();
        (result["profile"].as_str().unwrap().to_owned(), ids.join(" "))
    };
    // The direct phase and the warm one.
    let expected = [
        ("bits", "keep-alive range-first keep-alive range-first"),
        ("do", "keep-alive do-first-block keep-alive do-first-block"),
    ];
    let expected = expected.map(|(profile, ids)| (profile.to_owned(), ids.to_owned()));
    assert_eq!(results.iter().map(|result| told(result)).collect::<Vec<_>>(), expected);
    let refused = run(["check", "--profile", "all", "--only", "range-first", &url]);
    assert_eq!(refused.code, Some(2), "{refused:#?}");
}

/// A file of which Delivery Optimization was seen to ask three blocks.
const THREE_BLOCKS: u64 = 2_323_765;
pub(crate) const SIZE: u64 = 1_000_000;
pub(crate) const MODIFIED: &str = "Wed, 25 Nov 2020 16:46:48 GMT";
