//! Prometheus scrapes what `bitsgate check --metrics-listen` serves, by the configuration that the
//! README shows and with the rules that `bitsgate generate` prints.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddrV4, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::binary::{bitsgate, finish};
use crate::support::program::{self, Program};
use crate::support::{address, require};

const FLEET: &str = r#"
[[proxies]]
name = "berlin"
url = "mock:"
[[proxies]]
name = "tokyo"
url = "mock:no-length-head"
[[targets]]
name = "content"
url = "mock:"
"#;

#[test]
fn prometheus_gets_rounds_and_probes_and_its_rules_fire() {
    if !require::programs(&["prometheus"]) {
        return;
    }
    let (own, prometheus) = (address::fresh(), address::fresh());
    let _bitsgate = serve(own);

    let folder = program::folder();
    let rules = finish(bitsgate().args(["generate", "prometheus-rules"])).stdout;
    let rules = format!("{rules}\n").replace("name: bitsgate", "name: bitsgate\n    interval: 1s");
    fs::write(folder.path().join("bitsgate-rules.yml"), rules).expect("the rules");
    // Only the address is another, and nobody waits for a quarter of an hour.
    let config = snippet()
        .replace("127.0.0.1:9824", &own.to_string())
        .replace("scrape_interval: 15m", "scrape_interval: 20s")
        .replace("scrape_timeout: 2m", "scrape_timeout: 20s");
    let config = format!("global:\n  scrape_interval: 1s\n{config}");
    fs::write(folder.path().join("prometheus.yml"), config).expect("a configuration");
    let listen = format!("--web.listen-address={prometheus}");
    let arguments =
        ["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=warn", &listen];
    let _prometheus = Program::start("prometheus", &arguments, folder, prometheus);
    wait_until_ready(prometheus);

    // The rounds: each route has one verdict, and the labels are those of the report.
    for (proxy, verdict) in [("mock:", "pass"), ("mock:no-length-head", "fail")] {
        let query = format!(
            "bitsgate_verdict{{job=\"bitsgate\",proxy=\"{proxy}\",verdict=\"{verdict}\"}} == 1"
        );
        let found = wait_for(prometheus, &query);
        assert_eq!(found["metric"]["target"], "mock:", "{found}");
        assert_eq!(found["metric"]["instance"], own.to_string(), "{found}");
    }
    wait_for(prometheus, "time() - bitsgate_last_run_timestamp_seconds{job=\"bitsgate\"} < 300");

    // The probes: Prometheus names the proxy, and calls the instance by that name.
    for (name, verdict) in [("berlin", "pass"), ("tokyo", "fail")] {
        let query = format!(
            "bitsgate_verdict{{job=\"bitsgate-probe\",instance=\"{name}\",verdict=\"{verdict}\"}} == 1"
        );
        wait_for(prometheus, &query);
    }
    let code = wait_for(prometheus, "bitsgate_job_error_info{instance=\"tokyo\"}");
    assert_eq!(code["metric"]["hresult"], "0x80200011", "{code}");
    assert_eq!(ask(prometheus, "up == 0"), Vec::<Value>::new());

    // The alerts: of the failing proxy only, once by each way.
    let query = "ALERTS{alertname=\"BitsgateDownloadsFail\",alertstate=\"firing\"}";
    wait_for(prometheus, query);
    let alerts = ask(prometheus, query);
    assert!(alerts.iter().all(|alert| alert["metric"]["proxy"] == "mock:no-length-head"));
    assert!(alerts.iter().all(|alert| alert["metric"]["proxy_name"] == "tokyo"));
    assert_eq!(ask(prometheus, "ALERTS{alertname!=\"BitsgateDownloadsFail\"}").len(), 0);
}

/// `bitsgate` with rounds, serving at the address.
fn serve(address: SocketAddrV4) -> Serving {
    let folder = program::folder();
    fs::write(folder.path().join("bitsgate.toml"), FLEET).expect("a configuration");
    let mut command = bitsgate();
    let child = command
        .args(["check", "--repeat=forever", "--every=1h", "--metrics-listen"])
        .arg(address.to_string())
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("bitsgate starts");
    let serving = Serving { child, _folder: folder };
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < LIMIT, "bitsgate does not listen");
        thread::sleep(Duration::from_millis(20));
    }
    serving
}

/// Killed when dropped.
struct Serving {
    child: std::process::Child,
    _folder: tempfile::TempDir,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The configuration in the README.
fn snippet() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(path).expect("README.md");
    let after = readme.split_once("<!-- prometheus:start -->\n```yaml\n").expect("a start").1;
    after.split_once("```\n<!-- prometheus:end -->").expect("an end").0.to_owned()
}

/// The first series that the query finds, once it finds any.
fn wait_for(prometheus: SocketAddrV4, query: &str) -> Value {
    let begun = Instant::now();
    loop {
        if let Some(first) = ask(prometheus, query).into_iter().next() {
            return first;
        }
        let all = || ask(prometheus, "{__name__=~\".+\"}");
        assert!(begun.elapsed() < LIMIT, "{query}: nothing but {:#?}", all());
        thread::sleep(Duration::from_millis(200));
    }
}

/// Prometheus listens before it has read its data, and answers 503 until then.
/// (<https://prometheus.io/docs/prometheus/latest/management_api/#readiness-check>)
fn wait_until_ready(prometheus: SocketAddrV4) {
    let begun = Instant::now();
    while !get(prometheus, "/-/ready").0.contains(" 200 ") {
        assert!(begun.elapsed() < LIMIT, "Prometheus is not ready");
        thread::sleep(Duration::from_millis(50));
    }
}

/// The series that a query finds now.
/// (<https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries>)
fn ask(prometheus: SocketAddrV4, query: &str) -> Vec<Value> {
    let query = url::form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>();
    let (head, body) = get(prometheus, &format!("/api/v1/query?query={query}"));
    assert!(head.starts_with("HTTP/1.0 200") || head.starts_with("HTTP/1.1 200"), "{head}\n{body}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    body["data"]["result"].as_array().expect("a list").clone()
}

/// Head and body of the answer for a path.
fn get(prometheus: SocketAddrV4, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(prometheus).expect("Prometheus listens");
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("room");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

const LIMIT: Duration = Duration::from_mins(1);
