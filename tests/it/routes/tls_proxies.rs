//! Proxies within TLS (`https://` proxies), for targets of both kinds.

use super::{file, head, origin, proxy, tunneller, with};
use crate::support::server::Server;
use crate::support::tls::{Authority, tls_front};

#[test]
fn a_proxy_within_tls_serves_both_kinds_of_target() {
    let authority = Authority::new();
    let (origin, proxy) = (origin(), proxy(Some(("user", "pass"))));
    let of_proxy = tls_front(authority.server("127.0.0.1"), proxy.addr());
    let of_origin = tls_front(authority.server("127.0.0.1"), origin.addr());
    let through = format!("https://user:pass@{of_proxy}");
    let plain = origin.object_url(1_000_000);
    with(["--proxy", &through, &plain]).trusting(&authority).judged().assert(0, "pass", None);
    let line = proxy.log().first().map(|request| request.line.clone());
    assert_eq!(line, Some(format!("HEAD {plain} HTTP/1.1")));
    let inner = format!("https://{of_origin}/object/1000000.bin");
    with(["--proxy", &through, &inner]).trusting(&authority).judged().assert(0, "pass", None);

    let bare = format!("https://{of_proxy}");
    for url in [&plain, &inner] {
        with(["--proxy", &bare, url]).trusting(&authority).judged().assert(
            3,
            "inconclusive",
            Some("0x80190197"),
        );
    }
}

#[test]
fn what_goes_through_a_proxy_within_tls_is_what_goes_in_the_clear() {
    let (authority, file) = (Authority::new(), file());
    let of_file = tls_front(authority.server("wsus.example"), file.address());
    let server = tunneller(of_file);
    let of_proxy = tls_front(authority.server("127.0.0.1"), server.address());
    let through = format!("https://{of_proxy}");
    let run = |url| {
        with(["--only", "range-next", "--proxy", &through, url])
            .trusting(&authority)
            .judged()
            .assert(0, "pass", None);
    };
    run("http://wsus.example:8530/a.cab");
    assert_eq!(
        head(&server.received()[0]),
        "HEAD http://wsus.example:8530/a.cab HTTP/1.1\r\nAccept: */*\r\n\
         Accept-Encoding: identity\r\nUser-Agent: Microsoft BITS/7.8\r\n\
         Host: wsus.example:8530\r\nProxy-Connection: Keep-Alive\r\n\r\n"
    );
    let before = server.received().len();
    run("https://wsus.example/a.cab");
    assert_eq!(
        head(&server.received()[before]),
        "CONNECT wsus.example:443 HTTP/1.1\r\nUser-Agent: Microsoft BITS/7.8\r\n\
         Host: wsus.example:443\r\nProxy-Connection: Keep-Alive\r\n\r\n"
    );
    assert!(head(&file.received()[0]).starts_with("HEAD /a.cab HTTP/1.1\r\n"));
}

#[test]
fn trouble_with_the_tls_of_a_proxy_is_laid_to_the_proxy() {
    let (authority, file) = (Authority::new(), file());
    let front = tls_front(authority.server("127.0.0.1"), file.address());
    for url in ["http://h.example/a", "https://h.example/a"] {
        let through = format!("https://{front}");
        with(["--proxy", &through, url])
            .trusting(&Authority::new())
            .judged()
            .assert(3, "inconclusive", Some("0x80072F8F"))
            .says("reachable", "the certificate of the proxy is not accepted");
    }
    // An http proxy named https by mistake.
    let plain = Server::speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    with(["--proxy", &format!("https://{}", plain.address()), "http://h.example/a"])
        .judged()
        .assert(3, "inconclusive", Some("0x80072F8F"))
        .says(
            "reachable",
            "the port of the proxy speaks HTTP, not TLS; its URL is http://127.0.0.1:",
        );
    // Neither HTTP nor TLS.
    let ssh = Server::speaking(b"SSH-2.0-OpenSSH_9.2p1\r\n");
    with(["--proxy", &format!("https://{}", ssh.address()), "http://h.example/a"])
        .judged()
        .assert(3, "inconclusive", Some("0x80072F8F"))
        .says("reachable", "TLS with the proxy failed")
        .says("reachable", "not TLS");
}
