//! Every way to a file: TLS, tunnels, proxies of each kind, redirects, connections that die.

use std::ffi::OsString;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use bitsgate::mock::{self, Behaviour, ProxySettings, Running};
use serde_json::Value;

use crate::requests::right_origin;
use crate::support::binary::{Finished, bitsgate, finish};
use crate::support::runtime;
use crate::support::server::{Received, Reply, Server};
use crate::support::socks::{Manner, Socks};
use crate::support::tls::{Authority, tls_front};

/// A finished check of one target over one route.
struct Judged {
    finished: Finished,
    report: Value,
}

impl Judged {
    fn result(&self) -> &Value {
        &self.report["results"][0]
    }

    /// Asserts exit code, verdict and the code of the job.
    #[track_caller]
    fn assert(&self, code: i32, verdict: &str, hresult: Option<&str>) -> &Self {
        let job = &self.result()["job"]["hresult"];
        let got = (self.finished.code, self.result()["verdict"].as_str(), job.as_str());
        assert_eq!(got, (Some(code), Some(verdict), hresult), "{}", self.findings());
        self
    }

    /// Asserts that a check says these words, in its summary or in its reason.
    #[track_caller]
    fn says(&self, check: &str, words: &str) -> &Self {
        let finding = self.finding(check);
        let text = format!("{} | {}", text(&finding["summary"]), text(&finding["reason"]));
        assert!(text.contains(words), "{check} does not say {words:?}:\n{}", self.findings());
        self
    }

    #[track_caller]
    fn finding(&self, check: &str) -> &Value {
        let all = self.result()["checks"].as_array().expect("findings");
        all.iter().find(|finding| finding["id"] == check).expect("a finding of the check")
    }

    /// All that is not a pass, to be read when a test fails.
    fn findings(&self) -> String {
        let all = self.result()["checks"].as_array().expect("findings");
        let open = all.iter().filter(|one| one["status"] != "pass" && one["status"] != "skipped");
        let lines = open.map(|one| {
            format!(
                "{} {}: {} | {}\n",
                text(&one["status"]),
                text(&one["id"]),
                text(&one["summary"]),
                text(&one["reason"])
            )
        });
        let exchanges = self.result()["exchanges"].as_array().expect("exchanges");
        let failures = exchanges
            .iter()
            .filter(|one| !one["failure"].is_null())
            .map(|one| format!("{} {}: {}\n", text(&one["id"]), one["purpose"], one["failure"]));
        let (lines, failures) = (lines.collect::<String>(), failures.collect::<String>());
        format!("job {}\n{lines}{failures}", self.result()["job"])
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What a run is given besides its arguments.
#[derive(Default)]
struct Run {
    environment: Vec<(&'static str, OsString)>,
    arguments: Vec<OsString>,
}

/// A run with arguments of the test.
fn with<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>) -> Run {
    Run { arguments: arguments.into_iter().map(Into::into).collect(), ..Run::default() }
}

impl Run {
    fn set(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    fn add<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    fn trusting(self, authority: &Authority) -> Self {
        self.add([OsString::from("--cacert"), authority.file().into()])
    }

    fn finish(&self, more: &[&str]) -> Finished {
        let mut command = bitsgate();
        command.args(["check", "--legs", "cold"]).args(more).args(&self.arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let finished = finish(&mut command);
        assert!(finished.wall < Duration::from_secs(5), "{finished:#?}");
        finished
    }

    /// Runs it with the report for programs.
    #[track_caller]
    fn judged(&self) -> Judged {
        let finished = self.finish(&["--format", "json"]);
        let report = serde_json::from_str(&finished.stdout)
            .unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
        Judged { finished, report }
    }

    /// Runs it once for each report, with the exchanges, and asserts that none shows a secret.
    #[track_caller]
    fn keeps(&self, secrets: &[&str]) -> &Self {
        for more in [&["-v"][..], &["-v", "--format", "json"]] {
            let finished = self.finish(more);
            for secret in secrets {
                let shown = finished.stdout.contains(secret) || finished.stderr.contains(secret);
                assert!(!shown, "{secret} is shown: {finished:#?}");
            }
        }
        self
    }
}

/// The mock's right origin.
fn origin() -> Running {
    let listen = (std::net::Ipv4Addr::LOCALHOST, 0).into();
    runtime().block_on(mock::start_origin(listen, Behaviour::default())).expect("a mock origin")
}

/// The mock's right proxy, with the user and password that it wants.
fn proxy(credentials: Option<(&str, &str)>) -> Running {
    let listen = (std::net::Ipv4Addr::LOCALHOST, 0).into();
    let credentials = credentials.map(|(user, password)| (user.to_owned(), password.to_owned()));
    let settings = ProxySettings { credentials };
    runtime()
        .block_on(mock::start_proxy_with(listen, Behaviour::default(), settings))
        .expect("a mock proxy")
}

/// A server of one file, and its requests.
fn file() -> Server {
    Server::start(right_origin)
}

/// A proxy that grants every CONNECT and leads it to `backend`, and answers what comes in the
/// clear like the file itself.
fn tunneller(backend: SocketAddr) -> Server {
    Server::start(move |received| match head(received) {
        text if text.starts_with("CONNECT") => Reply::Tunnel(backend),
        _ => right_origin(received),
    })
}

fn head(received: &Received) -> &str {
    std::str::from_utf8(&received.bytes).expect("requests are text")
}

fn has_authorization(received: &Received) -> bool {
    head(received).to_ascii_lowercase().contains("proxy-authorization")
}

/// An address where connections are accepted and nothing is ever said, while it lives.
fn mute() -> (SocketAddr, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    (listener.local_addr().expect("the address of a listener"), listener)
}

// TLS to the server.

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
fn a_machine_without_certificates_is_told_so() {
    let (authority, file) = (Authority::new(), file());
    let empty = tempfile::NamedTempFile::new().unwrap();
    let front = tls_front(authority.server("127.0.0.1"), file.address());
    with([format!("https://{front}/a.cab")])
        .set("SSL_CERT_FILE", empty.path())
        .judged()
        .assert(3, "inconclusive", Some("0x80072F8F"))
        .says("reachable", "certificate");
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

// Tunnels.

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
    let server = tunneller(front);
    let through = format!("http://user:secret@{}", server.address());
    let arguments = ["--proxy", &through, "https://wsus.example:8531/a.cab?x=1"];
    with(["--only", "range-next,stable-answers"])
        .add(arguments)
        .trusting(&authority)
        .judged()
        .assert(0, "pass", None);
    let received = server.received();
    assert_eq!(
        head(&received[0]),
        "CONNECT wsus.example:8531 HTTP/1.1\r\nUser-Agent: Microsoft BITS/7.8\r\n\
         Host: wsus.example:8531\r\nProxy-Connection: Keep-Alive\r\n\
         Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"
    );
    // HEAD, first and next range share a tunnel; the witness opens two of its own.
    assert_eq!(received.len(), 3);
    for request in received.iter().map(head) {
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
        (answer("502 Bad"), 1, "fail", "0x801901F6", "reachable", "CONNECT with 502"),
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

// Proxies within TLS.

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
        .says("reachable", "TLS with the proxy failed")
        .says("reachable", "not TLS");
}

// SOCKS.

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
    let refused = |through: &str, hresult, words| {
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
    refused(&format!("socks5://{}", http.address()), "0x80072EFD", "does not speak SOCKS 5");
    let closing = Server::speaking(b"");
    refused(&format!("socks5://{}", closing.address()), "0x80072EFE", "in the SOCKS handshake");
    let (address, _mute) = mute();
    refused(&format!("socks5://{address}"), "0x80072EE2", "in the SOCKS handshake");
}

// Credentials.

const USER: &str = "BITSGATE_PROXY_USER";
const PASSWORD: &str = "BITSGATE_PROXY_PASSWORD";

#[test]
fn credentials_of_the_environment_are_for_proxies_whose_url_names_none() {
    let (file, url) = (file(), "http://wsus.example/a.cab");
    let sent = || {
        let lines = file.received();
        let last = lines.last().map(head).unwrap_or_default().to_owned();
        last.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("proxy-authorization").then(|| value.to_owned())
        })
    };
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
    let before = file.received().len();
    run("direct", &file.url("/a.cab"));
    assert!(!file.received()[before..].iter().any(has_authorization));
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

// Redirects.

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
    let server = Server::start(|received| match head(received) {
        text if text.contains(" http://first.example/") => redirect("http://second.example/b"),
        _ => right_origin(received),
    });
    let through = format!("http://user:secret@{}", server.address());
    with(["--only", "redirects,range-next", "--proxy", &through, "http://first.example/a"])
        .judged()
        .assert(0, "pass", None);
    let received = server.received();
    assert!(received.len() >= 4 && received.iter().all(has_authorization));
    assert!(head(&received[1]).starts_with("HEAD http://second.example/b HTTP/1.1\r\n"));
    // The proxy is the peer all along: one connection carries it.
    assert!(received[..4].iter().all(|one| one.connection == 0));
}

#[test]
fn a_redirect_to_https_through_a_proxy_opens_a_tunnel() {
    let (authority, file) = (Authority::new(), file());
    let front = tls_front(authority.server("wsus.example"), file.address());
    let server = Server::start(move |received| match head(received) {
        text if text.starts_with("CONNECT") => Reply::Tunnel(front),
        _ => redirect("https://wsus.example/b"),
    });
    let through = format!("http://user:secret@{}", server.address());
    with(["--only", "redirects,range-next", "--proxy", &through, "http://wsus.example/a"])
        .trusting(&authority)
        .judged()
        .assert(0, "pass", None);
    assert!(head(&server.received()[1]).starts_with("CONNECT wsus.example:443 HTTP/1.1\r\n"));
    assert!(server.received().iter().all(has_authorization));
    assert!(!file.received().iter().any(has_authorization));
}

// Addresses of version 6.

#[test]
fn literal_addresses_of_version_6_work_on_every_route() {
    let listen: SocketAddr = "[::1]:0".parse().unwrap();
    let Ok(origin) = runtime().block_on(mock::start_origin(listen, Behaviour::default())) else {
        eprintln!("skipped: this machine has no ::1");
        return;
    };
    let (authority, plain, open) = (Authority::new(), origin.object_url(1_000_000), proxy(None));
    with([&plain]).judged().assert(0, "pass", None);
    with(["--proxy", &open.url(), &plain]).judged().assert(0, "pass", None);

    let front = tls_front(authority.server("::1"), origin.addr());
    let server = tunneller(front);
    // Without stable-answers: reqwest cannot do this, and its failure would be a warning.
    with(["--only", "range-next", "--proxy", &server.url("")])
        .add(["https://[::1]:8531/object/1000000.bin"])
        .trusting(&authority)
        .judged()
        .assert(0, "pass", None);
    for received in server.received() {
        assert!(head(&received).starts_with("CONNECT [::1]:8531 HTTP/1.1\r\n"));
        assert!(head(&received).contains("\r\nHost: [::1]:8531\r\n"));
    }
}

// Kept connections that die.

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
            judged.assert(0, "warn", None).says("keep-alive", "without announcing it");
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

const SLOW: Duration = Duration::from_millis(20);
