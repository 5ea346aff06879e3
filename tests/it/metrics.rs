//! `bitsgate check --metrics-listen`: a server that Prometheus scrapes, and that nobody can aim.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::binary::{bitsgate, run};
use crate::support::server::{Reply, Server};

/// A serving `bitsgate check`, killed if it is dropped alive.
pub(crate) struct Serving {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Serving {
    pub(crate) fn start(config: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("bitsgate.toml"), config).expect("a file");
        let mut child = bitsgate()
            .args(["check", "--metrics-listen=0"])
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bitsgate starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("a line");
        let address = line.strip_prefix("metrics: http://").and_then(|rest| rest.split_once('/'));
        let address = address.unwrap_or_else(|| panic!("no address: {line}")).0;
        // Nobody else reads what is told.
        thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        let address = address.parse().expect("an address");
        Self { child, address, folder }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    }

    fn probe(&self, path: &str, patience: &str) -> Answer {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             X-Prometheus-Scrape-Timeout-Seconds: {patience}\r\n\r\n"
        ))
    }

    fn ask(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        stream.write_all(request.as_bytes()).expect("room");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    fn end(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        self.child.wait().expect("an end").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const FLEET: &str = r#"
[run]
only = ["range-first"]
legs = ["cold"]
[[proxies]]
name = "good"
url = "mock:"
[[proxies]]
name = "bad one"
url = "mock:range-ignored"
[[targets]]
name = "small"
url = "mock:?size=1MiB"
[[targets]]
name = "large"
url = "mock:?size=5GiB"
"#;

#[test]
fn a_probe_tells_of_the_proxy_that_was_named() {
    let serving = Serving::start(FLEET, &[]);
    assert!(serving.address.ip().is_loopback());
    let good = serving.get("/probe?proxy=good&target=small");
    assert_eq!(good.status, 200, "{good:?}");
    assert!(
        good.head.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"),
        "{good:?}"
    );
    let verdict = |answer: &Answer, (proxy, name): (&str, &str), verdict: &str| {
        let series = format!(
            "proxy=\"{proxy}\",proxy_name=\"{name}\",profile=\"bits\",verdict=\"{verdict}\"}} 1"
        );
        answer.body.lines().filter(|line| line.ends_with(&series)).count()
    };
    assert_eq!(verdict(&good, ("mock:", "good"), "pass"), 1, "{good:?}");
    assert!(good.body.contains("target=\"mock:\",target_name=\"small\","), "{good:?}");
    let bad = serving.get("/probe?proxy=bad+one");
    // Without a target all are tried.
    assert_eq!(verdict(&bad, ("mock:range-ignored", "bad one"), "fail"), 2, "{bad:?}");
    assert!(bad.body.contains("\nbitsgate_run_complete 1\n"), "{bad:?}");
    // Only rounds have metrics of their own.
    let metrics = serving.get("/metrics");
    assert!(metrics.body.contains("bitsgate_build_info{version="), "{metrics:?}");
    assert!(!metrics.body.contains("bitsgate_verdict"), "{metrics:?}");
    assert_eq!(serving.end(), Some(130));
}

#[test]
fn nobody_can_aim_it() {
    let server = Server::start(|_| Reply::Silence);
    let serving = Serving::start(FLEET, &[]);
    let url = server.url("/");
    for query in [
        format!("proxy={url}&target=small"),
        format!("proxy=good&target={url}"),
        format!("proxy=good&target=small&url={url}"),
        String::from("target=small"),
        String::new(),
    ] {
        let answer = serving.get(&format!("/probe?{query}"));
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        assert!(answer.body.contains("  bad one\n") && answer.body.contains("  large\n"));
    }
    for patience in ["0", "soon"] {
        assert_eq!(serving.probe("/probe?proxy=good", patience).status, 400, "{patience}");
    }
    assert!(server.received().is_empty());
}

#[test]
fn only_what_is_served_is_served() {
    let serving = Serving::start(FLEET, &[]);
    assert_eq!(serving.get("/-/healthy").status, 200);
    let page = serving.get("/");
    assert!(page.body.contains("/probe?proxy=bad+one&amp;target=large"), "{page:?}");
    assert_eq!(serving.get("/probes").status, 404);
    let post = serving.ask("POST /probe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(post.status, 405, "{post:?}");
    assert!(post.head.contains("allow: get, head"), "{post:?}");
    let head = serving.ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!((head.status, head.body.as_str()), (200, ""), "{head:?}");
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(1 << 16));
    let answer = serving.ask(&long);
    assert!(matches!(answer.status, 414 | 431), "{answer:?}");
}

/// A configuration with one proxy that never answers, and a good one.
fn with_silent_proxy(server: &Server) -> String {
    let url = server.url("");
    format!("{FLEET}[[proxies]]\nname = \"silent\"\nurl = \"{url}\"\n")
}

#[test]
fn a_probe_is_over_before_prometheus_gives_up() {
    let server = Server::start(|_| Reply::Silence);
    let serving = Serving::start(&with_silent_proxy(&server), &[]);
    let begun = Instant::now();
    // A file that nobody has: the probe goes out to the proxy.
    let answer = serving.probe("/probe?proxy=silent&target=small", "3");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?} {answer:?}", begun.elapsed());
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(!answer.body.contains("verdict=\"pass\"} 1"), "{answer:?}");
    let unsure = answer.body.contains("verdict=\"inconclusive\"} 1");
    assert!(unsure || answer.body.contains("bitsgate_run_complete 0"), "{answer:?}");
}

#[test]
fn a_proxy_has_one_probe_at_a_time() {
    let server = Server::start(|_| Reply::Silence);
    let config = with_silent_proxy(&server);
    let config = config.replace("mock:?size=1MiB", "http://wsus.invalid/update.cab");
    let serving = Serving::start(&config, &[]);
    thread::scope(|scope| {
        let first = scope.spawn(|| serving.probe("/probe?proxy=silent&target=small", "6"));
        let begun = Instant::now();
        while server.received().is_empty() {
            assert!(begun.elapsed() < LIMIT, "the proxy is never asked");
            thread::sleep(Duration::from_millis(10));
        }
        let second = serving.probe("/probe?proxy=silent&target=small", "2");
        assert_eq!(second.status, 503, "{second:?}");
        assert!(second.head.contains("retry-after: "), "{second:?}");
        // Another proxy has its turn meanwhile.
        assert_eq!(serving.probe("/probe?proxy=good&target=large", "5").status, 200);
        assert_eq!(first.join().expect("an answer").status, 200);
    });
}

#[test]
fn whoever_asked_and_goes_ends_the_probe() {
    let server = Server::start(|_| Reply::Silence);
    let config = with_silent_proxy(&server);
    let config = config.replace("mock:?size=1MiB", "http://wsus.invalid/update.cab");
    let serving = Serving::start(&config, &[]);
    let mut stream = TcpStream::connect(serving.address).expect("a connection");
    let request = "GET /probe?proxy=silent&target=small HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("room");
    let begun = Instant::now();
    while server.received().is_empty() {
        assert!(begun.elapsed() < LIMIT, "the proxy is never asked");
        thread::sleep(Duration::from_millis(10));
    }
    drop(stream);
    // It would have waited for 30 seconds and kept its turn.
    let begun = Instant::now();
    while serving.probe("/probe?proxy=silent&target=small", "1").status == 503 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the turn is not given back");
    }
}

/// So many connections to a server, of which one half says nothing and the other half begins a
/// request. Some may be ended by the server meanwhile.
fn slow_clients(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut clients = Vec::new();
    for turn in 0..count {
        let mut stream = TcpStream::connect(address).expect("a connection");
        if turn % 2 == 0 {
            let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ");
        }
        clients.push(stream);
    }
    clients
}

#[test]
fn slow_clients_do_not_keep_others_out() {
    let serving = Serving::start(FLEET, &[]);
    // More than the server holds open; the limit of descriptors of this process is above it.
    let _slow = slow_clients(serving.address, 700);
    for path in ["/metrics", "/-/healthy", "/probe?proxy=good&target=small"] {
        let answer = serving.get(path);
        assert_eq!(answer.status, 200, "{path} {answer:?}");
    }
}

#[test]
fn a_slow_request_head_is_cut() {
    let serving = Serving::start(FLEET, &[]);
    let mut stream = slow_clients(serving.address, 1).remove(0);
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    let begun = Instant::now();
    // Byte after byte, so that it never is silent.
    let mut writer = stream.try_clone().expect("a second handle");
    thread::spawn(move || {
        while writer.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let ended = stream.read(&mut [0; 1024]);
    assert!(!matches!(ended, Ok(1..)), "{ended:?}");
    assert!(begun.elapsed() >= Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn many_probes_at_once_are_answered_or_told_to_come_back() {
    let serving = Serving::start(FLEET, &[]);
    let _slow = slow_clients(serving.address, 300);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let probe = || serving.probe("/probe?proxy=good&target=small", "20");
        let probes: Vec<_> = (0..60).map(|_| scope.spawn(probe)).collect();
        assert_eq!(serving.get("/metrics").status, 200);
        probes.into_iter().map(|probe| probe.join().expect("an answer")).collect()
    });
    for answer in &answers {
        let comes_back = answer.status == 503 && answer.head.contains("retry-after: ");
        assert!(answer.status == 200 || comes_back, "{answer:?}");
    }
    assert!(answers.iter().any(|answer| answer.status == 200));
}

#[test]
fn the_last_round_is_served() {
    let serving = Serving::start(FLEET, &["--repeat=forever", "-o", "prometheus=report.prom"]);
    let begun = Instant::now();
    let metrics = loop {
        let metrics = serving.get("/metrics");
        if metrics.body.contains("bitsgate_verdict") {
            break metrics;
        }
        assert!(begun.elapsed() < LIMIT, "no round is shown: {metrics:?}");
        thread::sleep(Duration::from_millis(20));
    };
    // The same as the report for the textfile collector.
    assert_eq!(metrics.body, read(serving.folder.path(), "report.prom"));
    assert!(metrics.body.contains("bitsgate_last_run_timestamp_seconds "), "{metrics:?}");
    assert_eq!(metrics.body.matches("verdict=\"pass\"} 1").count(), 2, "{metrics:?}");
    // Between rounds a probe has its turn.
    assert_eq!(serving.get("/probe?proxy=good&target=small").status, 200);
    assert_eq!(serving.end(), Some(130));
}

#[test]
fn what_it_cannot_do_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let busy = run(["check", "--metrics-listen", &address, "mock:"]);
    assert_eq!(busy.code, Some(4), "{busy:#?}");
    assert!(busy.stderr.contains(&format!("cannot listen on {address}")), "{busy:#?}");
    let useless = run(["check", "--metrics-listen=0", "-o", "json=report.json", "mock:"]);
    assert_eq!(useless.code, Some(2), "{useless:#?}");
    assert!(useless.stderr.contains("--repeat"), "{useless:#?}");
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a report")
}

/// Nothing here takes longer.
const LIMIT: Duration = Duration::from_mins(1);
