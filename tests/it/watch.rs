//! `bitsgate check --repeat`: round after round, each with its reports, until it is done or ended.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::binary::{bitsgate, finish, run};
use crate::support::server::{Reply, Server};

/// A watching `bitsgate check` in a folder, killed if it is dropped alive.
struct Watching(Child);

impl Watching {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let file = |name| File::create(folder.join(name)).expect("a file");
        let child = bitsgate()
            .arg("check")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .expect("bitsgate starts");
        Self(child)
    }

    /// Sends a signal, and gives the exit code.
    fn end(mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").args([signal, &self.0.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().expect("the state of a child") {
                return status.code();
            }
            assert!(begun.elapsed() < LIMIT, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LIMIT, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_default()
}

fn rounds(stderr: &str) -> Vec<&str> {
    stderr.lines().filter(|line| line.contains(" round ")).collect()
}

#[test]
fn each_round_has_its_line_and_its_reports() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.json");
    let output = format!("json={}", report.display());
    let finished = run([
        "check",
        "--repeat=3",
        "--every=1s",
        "--jitter=0",
        "--format=tap",
        "-o",
        &output,
        "--only=range-first",
        "--legs=cold",
        "--proxy=mock:range-ignored",
        "mock:",
    ]);
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    let lines = rounds(&finished.stderr);
    assert_eq!(lines.len(), 3, "{finished:#?}");
    assert!(lines[0].contains("round 1 of 3: FAIL (1 fail) in "), "{lines:?}");
    assert!(lines[1].contains("; next at 20") && !lines[2].contains("next"), "{lines:?}");
    assert_eq!(finished.stdout.matches("TAP version 14").count(), 3, "{finished:#?}");
    // Two pauses of a second, and the last report stays.
    assert!(finished.wall >= Duration::from_secs(2), "{:?}", finished.wall);
    let last: Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(last["verdict"], "fail");
}

/// A server that forbids the file, until it is told to do otherwise.
fn server(later: Reply) -> (Server, Arc<AtomicBool>) {
    let is_later = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&is_later);
    let none = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let server = Server::start(move |_| {
        if asked.load(Ordering::SeqCst) { later.clone() } else { Reply::Close(none.to_vec()) }
    });
    (server, is_later)
}

/// Begins to watch a server that forbids the file, and waits for the first report.
fn watched(folder: &Path, server: &Server, more: &[&str]) -> Watching {
    let url = server.url("/update.cab");
    let arguments = ["--only=range-first", "-o", "json=report.json", "--jitter=0", &url];
    let watching = Watching::start(folder, &[&arguments, more].concat());
    wait_until("no report is written", || folder.join("report.json").exists());
    watching
}

fn report(folder: &Path) -> Value {
    serde_json::from_str(&read(folder, "report.json")).expect("a whole report")
}

#[test]
fn the_exit_code_is_that_of_the_last_round() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, is_later) = server(Reply::Reset);
    let mut watching = watched(folder.path(), &server, &["--repeat=2", "--every=2s"]);
    assert_eq!(report(folder.path())["verdict"], "fail");
    is_later.store(true, Ordering::SeqCst);
    let status = watching.0.wait().expect("an end");
    assert_eq!(status.code(), Some(3), "{}", read(folder.path(), "stderr"));
    assert_eq!(report(folder.path())["verdict"], "inconclusive");
    let stderr = read(folder.path(), "stderr");
    assert!(stderr.contains("round 1 of 2: FAIL (1 fail)"), "{stderr}");
    assert!(stderr.contains("round 2 of 2: INCONCLUSIVE (1 inconclusive)"), "{stderr}");
}

#[test]
fn a_signal_between_rounds_leaves_the_last_reports() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().expect("a folder");
        let (server, _) = server(Reply::Silence);
        let watching = watched(folder.path(), &server, &["--repeat=forever"]);
        wait_until("no line is told", || read(folder.path(), "stderr").contains("next at"));
        assert_eq!(watching.end(signal), Some(130));
        assert_eq!(report(folder.path())["complete"], true);
        let stderr = read(folder.path(), "stderr");
        assert!(stderr.contains("interrupted after round 1: the reports stay"), "{stderr}");
    }
}

#[test]
fn a_signal_within_a_round_leaves_the_reports_of_the_round_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, is_later) = server(Reply::Silence);
    let watching = watched(folder.path(), &server, &["--repeat=forever", "--every=1s"]);
    let asked = server.received().len();
    is_later.store(true, Ordering::SeqCst);
    // The second round hangs at its first request.
    wait_until("no second round begins", || server.received().len() > asked);
    thread::sleep(Duration::from_millis(50));
    assert_eq!(watching.end("-TERM"), Some(130));
    assert_eq!(report(folder.path())["complete"], true);
    assert_eq!(report(folder.path())["verdict"], "fail");
    let stderr = read(folder.path(), "stderr");
    assert!(stderr.contains("interrupted: the reports are those of the round before"), "{stderr}");
    let left = fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 3, "report, stdout and stderr, and nothing half written");
}

#[test]
fn what_was_not_tried_is_told() {
    let silent = Server::start(|_| Reply::Silence);
    let finished = run([
        "check",
        "--repeat=1",
        "--jobs=1",
        "--deadline=500ms",
        "--only=range-first",
        "--proxy",
        &silent.url(""),
        "--proxy=mock:",
        &silent.url("/update.cab"),
    ]);
    assert_eq!(finished.code, Some(3), "{finished:#?}");
    let line = rounds(&finished.stderr)[0];
    assert!(line.contains("round 1 of 1: INCONCLUSIVE (1 inconclusive, 1 not tried)"), "{line}");
}

#[test]
fn settings_come_from_the_file_and_a_flag_that_does_nothing_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bitsgate.toml");
    fs::write(&file, "[run]\nrepeat = 2\nevery = \"1s\"\njitter = 0\n").expect("a file");
    let mut command = bitsgate();
    command.args(["check", "--only=range-first", "--legs=cold", "--proxy=mock:", "mock:"]);
    let finished = finish(command.current_dir(folder.path()));
    assert_eq!((finished.code, rounds(&finished.stderr).len()), (Some(0), 2), "{finished:#?}");

    let refused = run(["check", "--every=5m", "mock:"]);
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("--repeat forever"), "{refused:#?}");
    for wrong in ["--repeat=0", "--repeat=always", "--jitter=101%", "--metrics-listen=:1"] {
        assert_eq!(run(["check", wrong, "mock:"]).code, Some(2), "{wrong}");
    }
}

/// Nothing here takes longer.
const LIMIT: Duration = Duration::from_mins(1);
