//! SOCKS 5: who resolves the names, how addresses are sent, and how a refusal is understood.

use super::{file, mute, origin, with};
use crate::support::server::Server;
use crate::support::socks::{Manner, Socks};
use crate::support::tls::{Authority, tls_front};

#[test]
fn socks_serves_both_kinds_of_target_and_resolves_the_names() {
    let (authority, origin) = (Authority::new(), origin());
    let front = tls_front(authority.server("wsus.example"), origin.addr());
    for manner in [Manner::Open, Manner::Password("user", "pass")] {
        let (plain, inner) = (Socks::start(manner, origin.addr()), Socks::start(manner, front));
        let through = |socks: &Socks| format!("socks5://user:pass@{}", socks.address());
        let path = "wsus.example/object/1000000.bin";
        with(["--proxy", &through(&plain), &format!("http://{path}")])
            .judged()
            .assert(0, "pass", None);
        with(["--proxy", &through(&inner), &format!("https://{path}")])
            .trusting(&authority)
            .judged()
            .assert(0, "pass", None);
        // The witness too.
        assert!(plain.asked().iter().all(|asked| asked == "name:wsus.example:80"));
        assert!(inner.asked().iter().all(|asked| asked == "name:wsus.example:443"));
    }
    let log = origin.log();
    assert!(log[0].line.starts_with("HEAD /object/"), "{}", log[0].line);
    assert!(!log.iter().any(|request| request.fields.has("proxy-authorization")));
    assert!(!log.iter().any(|request| request.fields.has("proxy-connection")));
}

#[test]
fn socks_gets_addresses_as_addresses() {
    let file = file();
    let socks = Socks::start(Manner::Open, file.address());
    for url in ["http://192.0.2.1/a", "http://[2001:db8::1]:8530/a"] {
        let through = format!("socks5://{}", socks.address());
        with(["--only", "range-next", "--proxy", &through, url]).judged().assert(0, "pass", None);
    }
    let asked = socks.asked();
    assert_eq!(asked.first().map(String::as_str), Some("ipv4:192.0.2.1:80"));
    assert_eq!(asked.last().map(String::as_str), Some("ipv6:2001:db8::1:8530"));
}

#[test]
fn a_socks_proxy_that_refuses_is_understood() {
    let file = file();
    let refused = |through: &str, hresult, words: &str| {
        let judged =
            with(["--timeout", "300ms", "--proxy", through, "http://h.example/a"]).judged();
        judged.assert(3, "inconclusive", Some(hresult)).says("reachable", words);
        assert_eq!(judged.result()["exchanges"][0]["failure"]["peer"], "proxy");
    };
    for (manner, user, words) in [
        (Manner::Refuse(2), "", "not allowed by ruleset"),
        (Manner::Refuse(4), "", "cannot reach the server"),
        (Manner::Refuse(5), "", "cannot reach the server"),
        (Manner::Password("user", "pass"), "user:wrong@", "user or password"),
        (Manner::Password("user", "pass"), "", "wants a user and a password"),
    ] {
        let socks = Socks::start(manner, file.address());
        let through = format!("socks5://{user}{}", socks.address());
        refused(&through, "0x80072EFD", words);
    }
    let http = Server::speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let words =
        format!("the port of the proxy speaks HTTP, not SOCKS 5; its URL is {}", http.url(""));
    refused(&format!("socks5://{}", http.address()), "0x80072EFD", &words);
    let ssh = Server::speaking(b"SSH-2.0-OpenSSH_9.2p1\r\n");
    refused(&format!("socks5://{}", ssh.address()), "0x80072EFD", "does not speak SOCKS 5");
    let closing = Server::speaking(b"");
    refused(&format!("socks5://{}", closing.address()), "0x80072EFE", "in the SOCKS handshake");
    let (address, _mute) = mute();
    refused(&format!("socks5://{address}"), "0x80072EE2", "in the SOCKS handshake");
}

#[test]
fn an_http_port_with_a_socks_url_is_recognised_soon() {
    // It waits for the end of a request that never comes. The timeout is the default.
    let http = file();
    let judged =
        with(["--proxy", &format!("socks5://{}", http.address()), "http://h.example/a"]).judged();
    let words =
        format!("the port of the proxy speaks HTTP, not SOCKS 5; its URL is {}", http.url(""));
    judged.assert(3, "inconclusive", Some("0x80072EFD")).says("reachable", &words);
    assert_eq!(judged.result()["exchanges"][0]["failure"]["kind"], "http-port");
}

#[test]
fn a_socks_proxy_that_is_slow_is_no_http_port() {
    let (address, _mute) = mute();
    let through = format!("socks5://{address}");
    with(["--timeout", "1500ms", "--proxy", &through, "http://h.example/a"])
        .judged()
        .assert(3, "inconclusive", Some("0x80072EE2"))
        .says("reachable", "in the SOCKS handshake");
}
