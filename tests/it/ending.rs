//! What is left when a run is ended by a signal: its reports, marked incomplete, and nothing else.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::binary::{bitsgate, run};
use crate::support::server::{Reply, Server};

/// The names in a folder, in their order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn start(folder: &Path, program: &mut Command, server: &Server) -> Child {
    program
        .args(["check", "--legs=cold", "-o", "json=report.json", "-o", "tap=report.tap"])
        .args(["--proxy", &server.url(""), "http://h.example/a"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("bitsgate starts")
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LIMIT, "{what}");
        // Short: what is waited for may be over soon.
        thread::sleep(Duration::from_micros(200));
    }
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
}

#[test]
fn a_signal_leaves_the_reports_and_no_temporary_file() {
    let server = Server::start(|_| Reply::Silence);
    for signal in ["-INT", "-TERM", "-HUP"] {
        // As soon as the first file is there, and when the run is under way.
        for is_early in [true, false] {
            let folder = tempfile::tempdir().expect("a folder");
            let before = server.received().len();
            let mut child = start(folder.path(), &mut bitsgate(), &server);
            wait_until("it never begins", || {
                let has_begun = !names(folder.path()).is_empty();
                if is_early { has_begun } else { server.received().len() > before }
            });
            send(signal, &child);
            assert_eq!(child.wait().expect("an end").code(), Some(130), "{signal} {is_early}");
            assert_eq!(names(folder.path()), ["report.json", "report.tap"], "{signal} {is_early}");
            let report = fs::read_to_string(folder.path().join("report.json")).expect("a report");
            let report: Value = serde_json::from_str(&report).expect("JSON");
            assert_eq!(
                (&report["complete"], &report["verdict"]),
                (&Value::Bool(false), &"inconclusive".into())
            );
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_under_nohup_outlives_its_terminal() {
    let server = Server::start(|_| Reply::Silence);
    let folder = tempfile::tempdir().expect("a folder");
    let mut nohup = Command::new("nohup");
    crate::support::binary::scrub(&mut nohup);
    nohup.arg(env!("CARGO_BIN_EXE_bitsgate"));
    let mut child = start(folder.path(), &mut nohup, &server);
    wait_until("it never begins", || !server.received().is_empty());
    send("-HUP", &child);
    thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().expect("a state").is_none(), "it ended");
    send("-TERM", &child);
    assert_eq!(child.wait().expect("an end").code(), Some(130));
}

#[test]
fn an_error_leaves_no_temporary_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = format!("json={}", folder.path().join("report.json").display());
    let finished = run(["check", "-o", &good, "-o", "tap=/nowhere/report.tap", "mock:"]);
    assert_eq!(finished.code, Some(4), "{finished:#?}");
    assert!(names(folder.path()).is_empty(), "{:?}", names(folder.path()));
}

#[test]
fn a_mock_ends_in_order() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().expect("a folder");
        let greeting = folder.path().join("greeting");
        let mut child = bitsgate()
            .args(["mock", "proxy"])
            .stdout(fs::File::create(&greeting).expect("a file"))
            .spawn()
            .expect("bitsgate starts");
        wait_until("it never listens", || {
            fs::read_to_string(&greeting).is_ok_and(|text| text.contains("try: "))
        });
        send(signal, &child);
        assert_eq!(child.wait().expect("an end").code(), Some(0), "{signal}");
    }
}

const LIMIT: Duration = Duration::from_mins(1);
