//! A fetch over every kind of route: TLS, tunnels, SOCKS, and a certificate that goes bad while
//! the file comes.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use bitsgate::fetch::part_of;
use serde_json::Value;

use super::{DATE, answer, content, serving, sha1};
use crate::support::binary::run;
use crate::support::server::{Reply, Server, listen, relay};
use crate::support::socks::{Manner, Socks};
use crate::support::tls::{Authority, tls_front};

#[test]
fn tls_tunnels_and_socks_bring_the_whole_file() {
    let (authority, server) = (Authority::new(), serving(content(SIZE), DATE));
    let front = tls_front(authority.server("wsus.example"), server.address());
    let proxy = Server::start(move |_| Reply::Tunnel(front));
    let secure_proxy = tls_front(authority.server("127.0.0.1"), proxy.address());
    let (plain, inner) = (
        Socks::start(Manner::Password("user", "pass"), server.address()),
        Socks::start(Manner::Open, front),
    );
    for (through, url) in [
        (proxy.url(""), "https://wsus.example/file.cab"),
        (format!("https://{secure_proxy}"), "https://wsus.example/file.cab"),
        (format!("socks5://user:pass@{}", plain.address()), "http://wsus.example/file.cab"),
        (format!("socks5://{}", inner.address()), "https://wsus.example/file.cab"),
    ] {
        for profile in ["bits", "do"] {
            let arguments = ["--proxy", &through, "--profile", profile, url];
            let report = fetched(&authority, &arguments, 0);
            assert_eq!(report["hashes"][0]["value"], sha1(&content(SIZE)), "{arguments:?}");
        }
    }
    assert!(plain.asked().iter().all(|asked| asked == "name:wsus.example:80"));
    let credentials = |name: &str| {
        let secret = |one: &Vec<u8>| String::from_utf8_lossy(one).contains(name);
        server.received().iter().any(|one| secret(&one.bytes))
    };
    assert!(!credentials("Proxy-"), "what is for a proxy does not go through the tunnel");
}

#[test]
fn a_certificate_that_goes_bad_ends_the_job_which_goes_on_with_a_good_one() {
    let authority = Authority::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let of_server = Arc::clone(&asked);
    // Each answer on a connection of its own, so that each meets the certificate of the moment.
    let server = Server::start(move |request| {
        of_server.fetch_add(1, Ordering::Relaxed);
        match answer(request, &content(SIZE), DATE) {
            Reply::Keep(bytes) => Reply::Close(bytes),
            other => other,
        }
    });
    let good = tls_front(authority.server("127.0.0.1"), server.address());
    let bad = tls_front(authority.expired("127.0.0.1"), server.address());
    for is_tunnel in [false, true] {
        asked.store(0, Ordering::Relaxed);
        let (of_front, mended) = (Arc::clone(&asked), Arc::new(AtomicBool::new(false)));
        let is_mended = Arc::clone(&mended);
        // HEAD and three ranges, then the certificate is another one.
        let turn = move || match of_front.load(Ordering::Relaxed) {
            4.. if !is_mended.load(Ordering::Relaxed) => bad,
            _ => good,
        };
        let place = tempfile::tempdir().unwrap();
        let output = place.path().join("file.cab");
        let mut arguments = vec!["--output".to_owned(), output.display().to_string()];
        if is_tunnel {
            let proxy = Server::start(move |_| Reply::Tunnel(turn()));
            arguments.extend(["--proxy".to_owned(), proxy.url("")]);
            arguments.push("https://127.0.0.1/file.cab".to_owned());
        } else {
            arguments.push(format!("https://{}/file.cab", switch(turn)));
        }
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let ended = fetched(&authority, &arguments, 1);
        assert_eq!(
            (&ended["state"], &ended["hresult"]),
            (&"error".into(), &"0x80072F8F".into()),
            "{ended}"
        );
        assert!(ended["reason"].as_str().unwrap().contains("expired"), "{ended}");
        let done = ended["done"].as_u64().unwrap();
        assert!(done > 5691 && done < SIZE, "{ended}");
        assert!(!output.exists() && part_of(&output).exists());

        mended.store(true, Ordering::Relaxed);
        let whole = fetched(&authority, &arguments, 0);
        assert_eq!(whole["resumed_from"].as_u64(), Some(done));
        assert!(fs::read(&output).unwrap() == content(SIZE));
    }
}

/// Relays each connection to where `turn` says at that moment.
fn switch(turn: impl Fn() -> SocketAddr + Send + 'static) -> SocketAddr {
    let (address, incoming) = listen();
    thread::spawn(move || {
        for client in incoming {
            let backend = turn();
            thread::spawn(move || relay(client, &[], backend));
        }
    });
    address
}

#[track_caller]
fn fetched(authority: &Authority, arguments: &[&str], code: i32) -> Value {
    let file = authority.file().display().to_string();
    let finished = run([&["fetch", "--format", "json", "--cacert", &file], arguments].concat());
    assert_eq!(finished.code, Some(code), "{arguments:?} {finished:#?}");
    serde_json::from_str(&finished.stdout).unwrap()
}

const SIZE: u64 = (2 << 20) + 77;
