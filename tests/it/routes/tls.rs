//! TLS to the server: whose certificates are trusted, and what is said when it cannot be set up.

use std::path::Path;

use super::{file, mute, origin, with};
use crate::support::binary::{bitsgate, finish};
use crate::support::server::{Reply, Server};
use crate::support::tls::{Authority, tls_front};

#[test]
fn an_https_target_passes_when_its_authority_is_trusted() {
    let (authority, origin) = (Authority::new(), origin());
    let front = tls_front(authority.server("127.0.0.1"), origin.addr());
    let url = format!("https://{front}/object/1000000.bin");
    with([&url]).trusting(&authority).judged().assert(0, "pass", None);
    let judged = with(["--insecure", &url]).judged();
    judged.assert(0, "pass", None);
    let notes = judged.result()["notes"].to_string();
    assert!(notes.contains("not verified"), "{notes}");
}

#[test]
fn certificates_that_bits_would_not_accept_are_named() {
    let (authority, file) = (Authority::new(), file());
    for (config, words, trusted) in [
        (authority.server("127.0.0.1"), "issuer", &Authority::new()),
        (authority.server("other.example"), "other.example", &authority),
        (authority.expired("127.0.0.1"), "expired", &authority),
    ] {
        let url = format!("https://{}/a.cab", tls_front(config, file.address()));
        with([&url])
            .trusting(trusted)
            .judged()
            .assert(3, "inconclusive", Some("0x80072F8F"))
            .says("reachable", "the certificate of the server is not accepted")
            .says("reachable", words);
        with(["--only", "range-next", "--insecure", &url]).judged().assert(0, "pass", None);
    }
}

#[test]
fn a_machine_without_certificates_is_the_failure_of_the_tool() {
    let (authority, file) = (Authority::new(), file());
    let empty = tempfile::NamedTempFile::new().unwrap();
    let front = tls_front(authority.server("127.0.0.1"), file.address());
    let inner = format!("https://{front}/a.cab");
    let redirecting = Server::start({
        let answer = format!("HTTP/1.1 302 x\r\nLocation: {inner}\r\nContent-Length: 0\r\n\r\n");
        move |_| Reply::Keep(answer.clone().into_bytes())
    });
    let redirected = redirecting.url("/a.cab");
    let (plain, proxy) = (file.url("/a.cab"), format!("https://{front}"));
    for store in [Path::new("/nonexistent"), empty.path()] {
        for command in [&["check", "--format=json"][..], &["fetch", "--format=json"]] {
            for route in
                [&[inner.as_str()][..], &["--proxy", &proxy, &plain], &[redirected.as_str()]]
            {
                let mut program = bitsgate();
                program.args(command).args(route).env("SSL_CERT_FILE", store);
                let finished = finish(program.env("SSL_CERT_DIR", "/nonexistent"));
                assert_eq!(finished.code, Some(4), "{command:?} {route:?} {finished:#?}");
                assert!(!finished.stdout.contains("0x8"), "{finished:#?}");
                let words = "TLS cannot be set up: cannot use the certificate store";
                assert!(finished.stderr.contains(words), "{finished:#?}");
                assert!(finished.stderr.contains("--cacert"), "{finished:#?}");
            }
        }
    }
    // Where no TLS is needed, no store is.
    let mut program = bitsgate();
    program.args(["check", "--legs=cold", "--only=range-next", &plain]);
    let finished = finish(program.env("SSL_CERT_FILE", "/nonexistent"));
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    // Certificates of a file are enough.
    let run = with(["--only", "range-next", &inner]).set("SSL_CERT_FILE", "/nonexistent");
    run.trusting(&authority).judged().assert(0, "pass", None);
}

#[test]
fn a_handshake_that_breaks_is_told_from_a_bad_certificate() {
    let alert = b"\x15\x03\x03\x00\x02\x02\x28";
    let http = b"HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n";
    for (bytes, hresult, words) in [
        (&b""[..], "0x80072EFE", "in the TLS handshake"),
        (alert, "0x80072F8F", "alert: HandshakeFailure"),
        (http, "0x80072F8F", "not TLS"),
    ] {
        let server = Server::speaking(bytes);
        with(["--insecure".to_owned(), format!("https://{}/a.cab", server.address())])
            .judged()
            .assert(3, "inconclusive", Some(hresult))
            .says("reachable", words);
    }
    let (address, _mute) = mute();
    with(["--timeout", "300ms", &format!("https://{address}/a.cab")])
        .judged()
        .assert(3, "inconclusive", Some("0x80072EE2"))
        .says("reachable", "in the TLS handshake");
}

#[test]
fn a_wanted_client_certificate_is_named() {
    let (authority, file) = (Authority::new(), file());
    let front = tls_front(authority.wants_client_certificate("127.0.0.1"), file.address());
    with([format!("https://{front}/a.cab")])
        .trusting(&authority)
        .judged()
        .assert(3, "inconclusive", Some("0x80072F8F"))
        .says("reachable", "client certificate");
    let with_proxy = ["--proxy".to_owned(), format!("https://{front}"), "http://h/a".to_owned()];
    with(with_proxy)
        .trusting(&authority)
        .judged()
        .assert(3, "inconclusive", Some("0x80072F8F"))
        .says("reachable", "TLS with the proxy failed")
        .says("reachable", "client certificate");
}
