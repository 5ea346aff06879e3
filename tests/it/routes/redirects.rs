//! Redirects: how many are followed, where to, and what goes along.

use super::{file, has_authorization, head, origin, with};
use crate::requests::right_origin;
use crate::support::binary::run;
use crate::support::server::{Received, Reply, Server, challenging};
use crate::support::tls::{Authority, tls_front};

fn redirect(to: &str) -> Reply {
    let text = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
    Reply::Keep(text.into_bytes())
}

fn redirector(to: String) -> Server {
    Server::start(move |_| redirect(&to))
}

#[test]
fn redirects_to_other_hosts_and_up_to_https_are_followed() {
    let (authority, origin) = (Authority::new(), origin());
    let server = redirector(origin.object_url(1_000_000));
    let judged = with([server.url("/a.cab")]).judged();
    judged.assert(0, "pass", None).says("redirects", "redirects followed: 1");
    // Only the HEAD went there: BITS asks where the redirect led.
    assert_eq!(server.received().len(), 1);

    let front = tls_front(authority.server("127.0.0.1"), origin.addr());
    let server = redirector(format!("https://{front}/object/1000000.bin"));
    let run = with([server.url("/a.cab")]).trusting(&authority);
    run.judged().assert(0, "pass", None).says("redirects", "redirects followed: 1");
    with([server.url("/a.cab")])
        .trusting(&Authority::new())
        .judged()
        .assert(1, "fail", Some("0x80072F8F"))
        .says("head-status", "certificate of the server is not accepted");
}

#[test]
fn redirects_down_to_http_are_reported_and_not_followed() {
    let (authority, file) = (Authority::new(), file());
    let server = redirector(file.url("/a.cab"));
    let front = tls_front(authority.server("127.0.0.1"), server.address());
    with([format!("https://{front}/a.cab")])
        .trusting(&authority)
        .judged()
        .assert(1, "fail", Some("0x80072F7C"))
        .says("redirects", &file.url("/a.cab"));
    assert_eq!(file.received().len(), 0);
}

#[test]
fn a_cookie_that_a_redirect_sets_is_sent_back() {
    let server = Server::start(|received| {
        if head(received).contains("\r\nCookie: session=1\r\n") {
            return right_origin(received);
        }
        let text = "HTTP/1.1 302 Found\r\nLocation: /a.cab\r\n\
                    Set-Cookie: session=1; Path=/; HttpOnly\r\nContent-Length: 0\r\n\r\n";
        Reply::Keep(text.into())
    });
    let url = server.url("/a.cab");
    with([&url]).judged().assert(0, "warn", None).says("redirects", "cookie");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.cab").display().to_string();
    let fetched = run(["fetch", "--output", &file, &url]);
    assert_eq!(fetched.code, Some(0), "{fetched:#?}");

    // A server that does not accept its own cookie leads in a circle.
    let circle = Server::start(|_| {
        let text = "HTTP/1.1 302 Found\r\nLocation: /a.cab\r\nSet-Cookie: session=1\r\n\
                    Content-Length: 0\r\n\r\n";
        Reply::Keep(text.into())
    });
    with([circle.url("/a.cab")])
        .judged()
        .assert(1, "fail", Some("0x80072F7C"))
        .says("redirects", "redirects in a circle");
    assert!(circle.received().len() < 20, "{}", circle.received().len());
}

#[test]
fn a_redirect_of_ranges_to_a_dead_host_is_the_server_s() {
    let server = Server::start(|received| {
        if head(received).contains("\r\nRange: ") {
            return redirect("http://127.0.0.1:1/a.cab");
        }
        right_origin(received)
    });
    let judged = with([server.url("/a.cab")]).judged();
    judged.assert(1, "fail", Some("0x80072EFD"));
    assert_eq!(judged.result()["at_fault"]["party"], "origin");
    let why = judged.result()["at_fault"]["why"].to_string();
    assert!(why.contains("redirects the request to 127.0.0.1"), "{why}");
}

/// Redirects from `/N` to the next lower one, and `/0` is the file.
fn staircase(received: &Received) -> Reply {
    let path = head(received).split(' ').nth(1).unwrap_or_default();
    match path.trim_start_matches('/').parse::<u32>() {
        Ok(step @ 1..) => redirect(&format!("/{}", step - 1)),
        _ => right_origin(received),
    }
}

#[test]
fn ten_redirects_are_followed_and_eleven_are_not() {
    let server = Server::start(staircase);
    let run = |path| with(["--only", "redirects,range-first", &server.url(path)]).judged();
    run("/10").assert(0, "pass", None).says("redirects", "redirects followed: 10");
    run("/11").assert(1, "fail", Some("0x80072F7C")).says("redirects", "more than 10 redirects");
    let received = server.received();
    let arrived = received.iter().filter(|one| head(one).starts_with("HEAD /0 ")).count();
    assert_eq!(arrived, 1, "only the ten redirects lead to the file");
}

#[test]
fn a_redirect_of_get_alone_is_followed() {
    let server = Server::start(|received| match head(received) {
        text if text.starts_with("GET /a.cab ") => redirect("/b.cab"),
        _ => right_origin(received),
    });
    let judged = with(["--only", "redirects,range-next", &server.url("/a.cab")]).judged();
    judged.assert(0, "pass", None).says("redirects", "redirects followed: 1");
}

#[test]
fn credentials_go_along_with_a_redirect_through_a_proxy() {
    let server = Server::start(challenging(|received| match head(received) {
        text if text.contains(" http://first.example/") => redirect("http://second.example/b"),
        _ => right_origin(received),
    }));
    let through = format!("http://user:secret@{}", server.address());
    with(["--only", "redirects,range-next", "--proxy", &through, "http://first.example/a"])
        .judged()
        .assert(0, "pass", None);
    let received = server.received();
    assert!(received.len() >= 5 && received[1..].iter().all(has_authorization));
    assert!(head(&received[2]).starts_with("HEAD http://second.example/b HTTP/1.1\r\n"));
    // The proxy is the peer all along: one connection carries it.
    assert!(received[..5].iter().all(|one| one.connection == 0));
}

#[test]
fn a_redirect_to_https_through_a_proxy_opens_a_tunnel() {
    let (authority, file) = (Authority::new(), file());
    let front = tls_front(authority.server("wsus.example"), file.address());
    let server = Server::start(challenging(move |received| match head(received) {
        text if text.starts_with("CONNECT") => Reply::Tunnel(front),
        _ => redirect("https://wsus.example/b"),
    }));
    let through = format!("http://user:secret@{}", server.address());
    with(["--only", "redirects,range-next", "--proxy", &through, "http://wsus.example/a"])
        .trusting(&authority)
        .judged()
        .assert(0, "pass", None);
    assert!(head(&server.received()[2]).starts_with("CONNECT wsus.example:443 HTTP/1.1\r\n"));
    assert!(server.received()[1..].iter().all(has_authorization));
    assert!(!file.received().iter().any(has_authorization));
}
