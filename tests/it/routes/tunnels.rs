//! Tunnels: https through a proxy in the clear, what CONNECT carries, and when it is refused.

use std::time::Duration;

use super::{file, has_authorization, head, mute, origin, proxy, with};
use crate::support::server::{Reply, Server, challenging};
use crate::support::tls::{Authority, tls_front};

#[test]
fn an_https_target_passes_through_a_tunnel() {
    let (authority, origin, proxy) = (Authority::new(), origin(), proxy(Some(("user", "pass"))));
    let front = tls_front(authority.server("127.0.0.1"), origin.addr());
    let url = format!("https://{front}/object/1000000.bin");
    let through = format!("http://user:pass@{}", proxy.addr());
    with(["--proxy", &through, &url]).trusting(&authority).judged().assert(0, "pass", None);
    let lines: Vec<_> = proxy.log().into_iter().map(|request| request.line).collect();
    assert!(lines.iter().all(|line| *line == format!("CONNECT {front} HTTP/1.1")), "{lines:?}");

    let without = with(["--proxy", &proxy.url(), &url]).trusting(&authority).judged();
    without
        .assert(3, "inconclusive", Some("0x80190197"))
        .says("proxy-authentication", "the proxy asks for credentials (407)")
        .says("proxy-authentication", "Offered: Basic.");
    let wrong = format!("http://user:wrong@{}", proxy.addr());
    with(["--proxy", &wrong, &url])
        .trusting(&authority)
        .judged()
        .assert(3, "inconclusive", Some("0x80190197"))
        .says("proxy-authentication", "the proxy did not accept the credentials (407)");
}

#[test]
fn connect_carries_the_credentials_and_the_tunnel_does_not() {
    let (authority, file) = (Authority::new(), file());
    let front = tls_front(authority.server("wsus.example"), file.address());
    let server = Server::start(challenging(move |_| Reply::Tunnel(front)));
    let through = format!("http://user:secret@{}", server.address());
    let arguments = ["--proxy", &through, "https://wsus.example:8531/a.cab?x=1"];
    with(["--only", "range-next,stable-answers"])
        .add(arguments)
        .trusting(&authority)
        .judged()
        .assert(0, "pass", None);
    let received = server.received();
    for (request, authorization) in
        received.iter().zip(["", "Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"])
    {
        assert_eq!(
            head(request),
            format!(
                "CONNECT wsus.example:8531 HTTP/1.1\r\nUser-Agent: Microsoft BITS/7.8\r\n\
                 Host: wsus.example:8531\r\nProxy-Connection: Keep-Alive\r\n{authorization}\r\n"
            )
        );
    }
    // HEAD, first and next range share a tunnel; the witness opens two of its own.
    assert_eq!(received.len(), 4);
    for request in received[1..].iter().map(head) {
        let lines: Vec<_> = request.lines().map(str::to_ascii_lowercase).collect();
        for line in
            ["proxy-authorization: basic dxnlcjpzzwnyzxq=", "user-agent: microsoft bits/7.8"]
        {
            assert!(lines.iter().any(|one| one == line), "{request}");
        }
    }
    let inside = file.received();
    assert_eq!(
        head(&inside[0]),
        "HEAD /a.cab?x=1 HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\
         Accept-Encoding: identity\r\nUser-Agent: Microsoft BITS/7.8\r\n\
         Host: wsus.example:8531\r\n\r\n"
    );
    assert!(inside.len() >= 5);
    assert!(!inside.iter().any(has_authorization));
}

#[test]
fn a_refused_tunnel_has_its_own_code() {
    let answer = |head: &str| format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n").into_bytes();
    let negotiate = "407 Authentication\r\nProxy-Authenticate: Negotiate\r\n\
                     Proxy-Authenticate: Basic realm=\"x\"";
    for (bytes, code, verdict, hresult, check, words) in [
        (answer("403 Forbidden"), 1, "fail", "0x80190193", "reachable", "CONNECT with 403"),
        (answer("502 Bad"), 3, "inconclusive", "0x801901F6", "reachable", "CONNECT with 502"),
        (
            answer("302 x\r\nLocation: http://login.example/"),
            1,
            "fail",
            "0x8019012E",
            "reachable",
            "CONNECT with 302",
        ),
        (
            answer(negotiate),
            3,
            "inconclusive",
            "0x80190197",
            "proxy-authentication",
            "Offered: Negotiate, Basic. BITS answers Negotiate",
        ),
        (
            answer("407 x"),
            1,
            "fail",
            "0x80190197",
            "proxy-authentication",
            "407 without Proxy-Authenticate",
        ),
        (
            b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
            1,
            "fail",
            "0x80072F78",
            "reachable",
            "does not begin with an HTTP status line",
        ),
        (
            b"\0\x01binary without a line end".to_vec(),
            1,
            "fail",
            "0x80072F78",
            "reachable",
            "does not begin with an HTTP status line",
        ),
        (
            b"HTTP/1.1 2000 x\r\n\r\n".to_vec(),
            1,
            "fail",
            "0x80072F78",
            "reachable",
            "the status line of the answer is malformed",
        ),
        (b"".to_vec(), 3, "inconclusive", "0x80072EFE", "reachable", "in answer to CONNECT, after"),
        (
            b"HTTP/1.1 200 OK\r\nA: ".to_vec(),
            3,
            "inconclusive",
            "0x80072EFE",
            "reachable",
            "in answer to CONNECT, after",
        ),
    ] {
        let server = Server::start(move |_| Reply::Close(bytes.clone()));
        with(["--proxy", &server.url(""), "https://wsus.example/a.cab"])
            .judged()
            .assert(code, verdict, Some(hresult))
            .says(check, words);
    }
}

#[test]
fn a_tunnel_that_never_comes_times_out() {
    let (address, _mute) = mute();
    let silent = format!("http://{address}");
    let judged = with(["--timeout", "300ms", "--proxy", &silent, "https://h.example/a"]).judged();
    judged.assert(3, "inconclusive", Some("0x80072EE2")).says("reachable", "CONNECT");
    assert_eq!(judged.result()["exchanges"][0]["failure"]["peer"], "proxy");

    let slow = Server::start(|_| {
        Reply::Drip(b"HTTP/1.1 200 Connection established\r\n\r\n".to_vec(), SLOW)
    });
    with(["--timeout", "300ms", "--proxy", &slow.url(""), "https://h.example/a"])
        .judged()
        .assert(3, "inconclusive", Some("0x80072EE2"))
        .says("reachable", "was not complete within the timeout");

    let reset = Server::start(|_| Reply::Reset);
    let judged = with(["--proxy", &reset.url(""), "https://h.example/a"]).judged();
    judged.assert(3, "inconclusive", Some("0x80072EFE")).says("reachable", "reset");
    assert_eq!(judged.result()["exchanges"][0]["failure"]["peer"], "proxy");
}

const SLOW: Duration = Duration::from_millis(20);
