//! Credentials for a proxy: where they come from, and that no report shows them on any route.

use super::{file, has_authorization, with};
use crate::requests::right_origin;
use crate::support::binary::{Finished, run};
use crate::support::server::{Received, Reply, Server, challenge, challenging};
use crate::support::socks::{Manner, Socks};
use crate::support::tls::{Authority, tls_front};

const USER: &str = "BITSGATE_PROXY_USER";
const PASSWORD: &str = "BITSGATE_PROXY_PASSWORD";

#[test]
fn credentials_of_the_environment_are_for_proxies_whose_url_names_none() {
    let (file, url) = (Server::start(challenging(right_origin)), "http://wsus.example/a.cab");
    let sent = || file.received().last().and_then(Received::authorization);
    let run = |through: &str, url: &str| {
        let run = with(["--only", "range-next,stable-answers", "--proxy", through, url]);
        let run = run.set(USER, "someone").set(PASSWORD, "envsecret");
        run.judged().assert(0, "pass", None);
        run.keeps(&["envsecret", "c29tZW9uZTplbnZzZWNyZXQ", "urlsecret", "dXNlcjp1cmxzZWNyZXQ"]);
    };
    run(&file.url(""), url);
    assert_eq!(sent().as_deref(), Some("Basic c29tZW9uZTplbnZzZWNyZXQ="));
    run(&format!("http://user:urlsecret@{}", file.address()), url);
    assert_eq!(sent().as_deref(), Some("Basic dXNlcjp1cmxzZWNyZXQ="));
    let origin = Server::start(right_origin);
    run("direct", &origin.url("/a.cab"));
    assert!(!origin.received().iter().any(has_authorization));
}

/// All that a proxy received from a command, when it answers every request with `reply`.
fn received_by(command: &[&str], url: &str, reply: &Reply) -> (Finished, Vec<Received>) {
    let answer = reply.clone();
    let proxy = Server::start(move |_| answer.clone());
    let through = format!("http://user:urlsecret@{}", proxy.address());
    let finished = run([command, &["--proxy", &through, url]].concat());
    (finished, proxy.received())
}

const COMMANDS: [&[&str]; 3] = [
    &["check", "--timeout=2s", "--format=json"],
    &["check", "--timeout=2s", "--format=json", "--profile=do"],
    &["fetch", "--timeout=2s", "--no-progress-timeout=0", "--format=json"],
];

#[test]
fn credentials_for_a_scheme_that_is_not_offered_are_never_sent() {
    for offer in ["NTLM", "Negotiate", "Digest realm=\"x\", nonce=\"Basic\""] {
        let scheme = offer.split(' ').next().unwrap_or_default();
        for command in COMMANDS {
            for url in ["http://wsus.example/a.cab", "https://wsus.example/a.cab"] {
                let (finished, received) =
                    received_by(command, url, &Reply::Close(challenge(offer)));
                assert!(!received.is_empty() && !received.iter().any(has_authorization), "{url}");
                let words =
                    format!("the proxy offers {scheme} only, which bitsgate cannot answer yet");
                assert!(finished.stdout.contains(&words), "{command:?} {url}: {finished:#?}");
                assert!(!finished.stdout.contains("did not accept"), "{finished:#?}");
                assert_eq!(finished.code, Some(3), "{command:?} {url}: {finished:#?}");
            }
        }
    }
}

#[test]
fn credentials_without_a_challenge_are_never_sent() {
    let not_found = b"HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n".to_vec();
    let of_server = b"HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\
                      Content-Length: 0\r\n\r\n";
    let without_offer = b"HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n".to_vec();
    for reply in [
        Reply::Keep(not_found),
        Reply::Keep(of_server.to_vec()),
        Reply::Keep(without_offer),
        Reply::Close(b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec()),
        Reply::Reset,
    ] {
        for command in COMMANDS {
            for url in ["http://wsus.example/a.cab", "https://wsus.example/a.cab"] {
                let (_, received) = received_by(command, url, &reply);
                assert!(!received.is_empty() && !received.iter().any(has_authorization), "{url}");
            }
        }
    }
    // Neither where all is well, the warm-up and the second client included.
    let proxy = Server::start(right_origin);
    let through = format!("http://user:urlsecret@{}", proxy.address());
    run(["check", "--proxy", &through, "http://wsus.example/a.cab"]);
    assert!(proxy.received().len() > 10 && !proxy.received().iter().any(has_authorization));
}

#[test]
fn credentials_in_a_tunnel_are_never_sent_to_the_server() {
    let authority = Authority::new();
    // The server asks as if it were a proxy.
    let server = Server::start(|_| Reply::Keep(challenge("Basic realm=\"x\"")));
    let front = tls_front(authority.server("wsus.example"), server.address());
    let proxy = Server::start(challenging(move |_| Reply::Tunnel(front)));
    let through = format!("http://user:urlsecret@{}", proxy.address());
    for command in COMMANDS {
        let url = "https://wsus.example/a.cab";
        let file = authority.file().display().to_string();
        run([command, &["--cacert", &file, "--proxy", &through, url]].concat());
        assert!(proxy.received().iter().any(has_authorization));
        assert!(!server.received().is_empty());
        assert!(!server.received().iter().any(has_authorization), "{command:?}");
    }
}

#[test]
fn credentials_that_are_wrong_are_reported_as_refused() {
    for command in COMMANDS {
        for url in ["http://wsus.example/a.cab", "https://wsus.example/a.cab"] {
            let reply = Reply::Close(challenge("NTLM\r\nProxy-Authenticate: Basic realm=\"x\""));
            let (finished, received) = received_by(command, url, &reply);
            assert!(!has_authorization(&received[0]) && received.iter().any(has_authorization));
            assert!(finished.stdout.contains("did not accept the credentials"), "{finished:#?}");
            assert_eq!(finished.code, Some(3), "{command:?} {url}: {finished:#?}");
        }
    }
}

#[test]
fn a_fetch_signs_in_once_it_is_asked_to() {
    let proxy = Server::start(challenging(right_origin));
    let through = format!("http://user:urlsecret@{}", proxy.address());
    for profile in ["bits", "do"] {
        let before = proxy.received().len();
        let url = "http://wsus.example/a.cab";
        let finished = run(["fetch", "--profile", profile, "--proxy", &through, url]);
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        let received = proxy.received().split_off(before);
        let unsigned = received.iter().filter(|one| !has_authorization(one)).count();
        assert_eq!((unsigned, has_authorization(&received[0])), (1, false), "{received:#?}");
    }
}

#[test]
fn secrets_are_not_shown_when_things_go_wrong_either() {
    let file = file();
    let socks = Socks::start(Manner::Password("user", "other"), file.address());
    let asking = Server::start(|_| {
        Reply::Close(
            b"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n".to_vec(),
        )
    });
    let (plain, inner) = ("http://h.example/a", "https://h.example/a");
    for (through, url) in [
        (format!("http://user:urlsecret@{}", asking.address()), plain),
        (format!("http://user:urlsecret@{}", asking.address()), inner),
        (format!("https://user:urlsecret@{}", asking.address()), plain),
        (format!("socks5://user:urlsecret@{}", socks.address()), plain),
        (format!("socks5://user:urlsecret@{}", asking.address()), inner),
        ("http://user:urlsecret@proxy.invalid:1".to_owned(), plain),
        ("http://user:urlsecret@127.0.0.1:99999".to_owned(), plain),
        ("http://user:1#urlsecret@127.0.0.1:1".to_owned(), plain),
        ("http://user:1/urlsecret@127.0.0.1:1".to_owned(), plain),
    ] {
        with(["--timeout", "200ms", "--proxy", &through, url])
            .keeps(&["urlsecret", "dXNlcjp1cmxzZWNyZXQ"]);
    }
    for target in
        ["http://user:urlsecret@h:0/a", "http://user:urlsecret@h:99999/a", "ftp://u:urlsecret@h/a"]
    {
        let run = with([target]);
        assert_eq!(run.finish(&[]).code, Some(2));
        run.keeps(&["urlsecret"]);
    }
}
