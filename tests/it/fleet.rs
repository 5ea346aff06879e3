//! Many proxies and many targets: limits, deadline, interruption, right verdicts.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bitsgate::mock::{self, Behaviour, Running};
use serde_json::Value;

use crate::cli::assert_schema;
use crate::support::binary::{bitsgate, finish, run};
use crate::support::gauge::Gauge;
use crate::support::runtime;
use crate::support::server::{Reply, Server};

fn origin() -> Running {
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    runtime().block_on(mock::start_origin(listen, Behaviour::default())).expect("an origin")
}

fn proxy(behaviour: &str) -> Running {
    let behaviour = Behaviour::parse(behaviour).expect("a fault");
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    runtime().block_on(mock::start_proxy(listen, behaviour)).expect("a proxy")
}

#[test]
fn no_proxy_has_more_connections_than_it_may() {
    let origin = origin();
    let targets = [origin.object_url(1 << 20), origin.object_url(50_000)];
    let proxy = proxy("no-length-head");
    for (limit, fewest) in [(4, 2), (2, 1)] {
        let gauge = Gauge::before(proxy.addr());
        let mut arguments = vec![String::from("check"), format!("--connections={limit}")];
        arguments.extend(["--legs=cold,warm", "--profile=all", "--exit-zero"].map(str::to_owned));
        // The same proxy twice is still one proxy.
        arguments.extend([format!("--proxy={}", gauge.url("")), format!("-p{}", gauge.url("/"))]);
        arguments.extend(targets.iter().cloned());
        let finished = run(&arguments);
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        assert!((fewest..=limit).contains(&gauge.peak()), "{} of {limit}", gauge.peak());
    }
}

#[test]
fn no_server_has_more_connections_than_it_may() {
    let origin = origin();
    let gauge = Gauge::before(origin.addr());
    // They ask no server, so that all connections there are of direct legs.
    let nothing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let proxies: Vec<Server> =
        (0..4).map(|_| Server::start(|_| Reply::Keep(nothing.to_vec()))).collect();
    let mut arguments = vec![String::from("check"), String::from("--exit-zero")];
    for proxy in &proxies {
        arguments.extend([String::from("--proxy"), proxy.url("")]);
    }
    arguments.extend([gauge.url("/object/100000.bin"), gauge.url("/object/200000.bin")]);
    let finished = run(&arguments);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert!((2..=4).contains(&gauge.peak()), "{}", gauge.peak());
    // All direct legs ran, however long they waited for their turn.
    assert!(!finished.stdout.contains("no answer from the server in time"), "{finished:#?}");
}

#[test]
fn every_verdict_of_a_fleet_is_right() {
    const FAULTS: [&str; 6] =
        ["", "no-length-head", "range-ignored", "", "no-content-range", "multi-416"];
    let origin = origin();
    let proxies: Vec<Running> = (0..24).map(|index| proxy(FAULTS[index % FAULTS.len()])).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("proxies.txt");
    let lines = proxies.iter().fold(String::new(), |mut lines, proxy| {
        writeln!(lines, "{}", proxy.url()).expect("a text");
        lines
    });
    fs::write(&list, lines).expect("a list");
    let targets = [origin.object_url(1 << 20), origin.object_url(2 << 20)];
    let mut command = bitsgate();
    command.args(["check", "--format=json", "--legs=cold", "--proxies"]).arg(&list).args(&targets);
    let finished = finish(&mut command);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    let report: Value = serde_json::from_str(&finished.stdout).expect("a report");
    let results = report["results"].as_array().expect("results");
    assert_eq!((results.len(), &report["complete"]), (48, &Value::Bool(true)));
    for (index, result) in results.iter().enumerate() {
        let fault = FAULTS[index / 2 % FAULTS.len()];
        assert_eq!(result["proxy"], proxies[index / 2].url(), "the order asked");
        assert_eq!(result["target"], targets[index % 2]);
        let expected = match fault {
            "" => "pass",
            "multi-416" => "warn",
            _ => "fail",
        };
        assert_eq!(result["verdict"], expected, "{fault}: {}", result["checks"]);
    }
}

#[test]
fn a_large_fleet_keeps_what_proves_the_faults() {
    let mut arguments = vec!["check", "--format=json", "--legs=cold"];
    arguments.extend(["--only=head-status", "--only=range-first", "--only=range-middle"]);
    arguments.extend(["--proxy=mock:"; 100]);
    arguments.extend(["--proxy=mock:range-ignored", "mock:"]);
    let finished = run(arguments);
    let report: Value = serde_json::from_str(&finished.stdout).expect("a report");
    assert_schema(&report);
    let results = report["results"].as_array().expect("results");
    assert_eq!(results.len(), 101);
    for result in results {
        let notes = result["notes"].to_string();
        let exchanges = result["exchanges"].as_array().expect("exchanges");
        if result["verdict"] == "pass" {
            assert!(exchanges.is_empty() && notes.contains("are left out"), "{result}");
            continue;
        }
        assert_eq!(result["verdict"], "fail");
        assert!(notes.contains("that prove best what is not right are kept"), "{result}");
        // What was asked and answered for what fails is there, and nothing else is.
        let failing = result["checks"].as_array().expect("checks").iter();
        let failing: Vec<&Value> = failing.filter(|check| check["status"] == "fail").collect();
        let proof = |check: &&Value| check["exchanges"][0].clone();
        let mut proofs: Vec<Value> = failing.iter().map(proof).collect();
        proofs.dedup();
        let kept: Vec<Value> = exchanges.iter().map(|one| one["id"].clone()).collect();
        assert!(!kept.is_empty() && kept == proofs, "{kept:?} of {proofs:?}");
    }
}

#[test]
fn what_the_deadline_cut_off_is_named() {
    let silent = Server::start(|_| Reply::Silence);
    let arguments = ["check", "--format=json", "--deadline=1s", "--jobs=1"];
    let [one, other] = [silent.url("/a"), silent.url("/b")];
    let finished = run(arguments.iter().copied().chain([one.as_str(), other.as_str()]));
    assert_eq!(finished.code, Some(3), "{finished:#?}");
    let report: Value = serde_json::from_str(&finished.stdout).expect("a report");
    assert_eq!(report["complete"], false);
    assert_eq!(report["missing"][0]["target"], other);
    assert_eq!(report["missing"][0]["why"], "the deadline had passed");
}

/// Starts a run whose first cell is complete and whose second hangs, sends it a signal, and gives
/// exit code, standard output and standard error.
fn interrupted_by(signal: &str, format: &str) -> (Option<i32>, String, String) {
    let silent = Server::start(|_| Reply::Silence);
    let folder = tempfile::tempdir().expect("a folder");
    let (stdout, stderr) = (folder.path().join("out"), folder.path().join("err"));
    let mut child = bitsgate()
        .args(["check", "--jobs=1", "--proxy=mock:", "--proxy", &silent.url(""), "--format"])
        .args([format, "mock:"])
        .stdin(Stdio::null())
        .stdout(File::create(&stdout).expect("a file"))
        .stderr(File::create(&stderr).expect("a file"))
        .spawn()
        .expect("a run");
    let begun = Instant::now();
    while silent.received().is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(1), "the second proxy is never asked");
        thread::sleep(Duration::from_millis(10));
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
    let code = child.wait().expect("an end").code();
    let text = |path| fs::read_to_string(path).expect("the output");
    (code, text(&stdout), text(&stderr))
}

#[test]
fn an_interrupted_run_reports_what_is_complete() {
    for signal in ["-INT", "-TERM"] {
        let (code, stdout, stderr) = interrupted_by(signal, "json");
        assert_eq!(code, Some(130), "{signal}: {stderr}");
        let report: Value = serde_json::from_str(&stdout).expect("a report");
        assert_schema(&report);
        assert_eq!(report["complete"], false);
        assert_eq!(report["verdict"], "inconclusive");
        assert_eq!(report["results"].as_array().map(Vec::len), Some(1));
        assert_eq!(report["results"][0]["verdict"], "pass");
        assert_eq!(report["missing"][0]["why"], "the run was interrupted");
        assert!(stderr.contains("interrupted"), "{stderr}");
    }
    let (code, stdout, _) = interrupted_by("-INT", "text");
    assert_eq!(code, Some(130));
    assert!(stdout.contains("INCOMPLETE") && stdout.contains("interrupted"), "{stdout}");
}
