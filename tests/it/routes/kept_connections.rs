//! Kept connections that die: when a request is sent anew, and what is said of it.

use super::{head, with};
use crate::requests::right_origin;
use crate::support::server::{Reply, Server};
use crate::support::tls::{Authority, tls_front};

#[test]
fn a_kept_connection_that_ends_with_the_next_request_is_tried_once_anew() {
    for ending in [Reply::Close(Vec::new()), Reply::Reset] {
        let end = ending.clone();
        let server = Server::start(move |received| match (received.connection, received.turn) {
            (0, 1) => end.clone(),
            _ => right_origin(received),
        });
        let judged = with(["--only", "keep-alive,range-next", &server.url("/a.cab")]).judged();
        assert_eq!(judged.finding("range-next")["status"], "pass", "{}", judged.findings());
        judged.says("keep-alive", "the peer closed a kept connection without announcing it");
        let seen = server.received();
        let order: Vec<_> = seen.iter().take(4).map(|one| (one.connection, one.turn)).collect();
        assert_eq!(order, [(0, 0), (0, 1), (1, 0), (1, 1)], "{ending:?}");
        assert_eq!(seen[1].bytes, seen[2].bytes);
    }
}

#[test]
fn a_peer_that_serves_one_request_per_connection_is_judged_all_the_same() {
    let authority = Authority::new();
    for ending in [Reply::Close(Vec::new()), Reply::Reset] {
        let server = Server::start(move |received| match received.turn {
            0 => right_origin(received),
            _ => ending.clone(),
        });
        let front = tls_front(authority.server("127.0.0.1"), server.address());
        for url in [server.url("/a.cab"), format!("https://{front}/a.cab")] {
            let run = with(["--only", "keep-alive,range-next,range-whole", &url]);
            let judged = run.trusting(&authority).judged();
            judged.assert(0, "pass", None).says("keep-alive", "without announcing it");
            assert_eq!(judged.finding("range-next")["status"], "pass");
        }
    }
    // One that is broken for good is not tried for ever.
    let server = Server::start(|received| match head(received) {
        text if text.starts_with("GET") => Reply::Reset,
        _ => right_origin(received),
    });
    let judged = with(["--only", "range-first", &server.url("/a.cab")]).judged();
    judged.assert(1, "fail", Some("0x80072EFE")).says("range-first", "reset");
    let gets = server.received().iter().filter(|one| one.connection < 2).count();
    assert_eq!(gets, 3, "HEAD, the range, and the range once anew");
}
