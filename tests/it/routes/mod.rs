//! Every way to a file, a module for each kind. Here is what they share: a run of `check` over one
//! route, what it must conclude, and the servers at the far end.

mod credentials;
mod kept_connections;
mod redirects;
mod socks;
mod tls;
mod tls_proxies;
mod tunnels;

use std::ffi::OsString;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use bitsgate::mock::{self, Behaviour, ProxySettings, Running};
use serde_json::Value;

use crate::requests::right_origin;
use crate::support::binary::{Finished, bitsgate, finish};
use crate::support::runtime;
use crate::support::server::{Received, Reply, Server};
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
        let job = &self.result()["jobs"]["download"]["hresult"];
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
        format!("job {}\n{lines}{failures}", self.result()["jobs"]["download"])
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
    received.authorization().is_some()
}

/// An address where connections are accepted and nothing is ever said, while it lives.
fn mute() -> (SocketAddr, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    (listener.local_addr().expect("the address of a listener"), listener)
}

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
