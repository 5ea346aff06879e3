//! What the list of processes shows of a running `bitsgate`: never a password of an argument.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::binary::{bitsgate, finish, run};
use crate::support::server::{Received, Reply, Server, challenging};

/// A program in a folder whose proxy does not answer; killed if it is dropped alive.
struct Hanging {
    child: Child,
    proxy: Server,
}

impl Hanging {
    /// Starts it; `{}` in an argument is the address of the proxy. Comes back when the proxy was
    /// asked, or after the program has ended.
    fn start(folder: &Path, arguments: &[&str], input: &str) -> Self {
        let proxy = Server::start(challenging(|_| Reply::Silence));
        let address = proxy.address().to_string();
        let file = |name| File::create(folder.join(name)).expect("a file");
        let mut child = bitsgate()
            .args(arguments.iter().map(|argument| argument.replace("{}", &address)))
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .expect("bitsgate starts");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("a reader");
        let begun = Instant::now();
        while !proxy.received().iter().any(|one| one.authorization().is_some()) {
            if let Some(status) = child.try_wait().expect("a state") {
                let said = fs::read_to_string(folder.join("stderr")).expect("a text");
                panic!("{arguments:?} ends with {status}: {said}");
            }
            assert!(begun.elapsed() < LIMIT, "{arguments:?}: the proxy is never asked");
            thread::sleep(Duration::from_millis(10));
        }
        Self { child, proxy }
    }

    /// All that users of the machine may read of it.
    fn seen(&self) -> String {
        let id = self.child.id().to_string();
        let process = Path::new("/proc").join(&id);
        let mut seen = Vec::new();
        let threads = fs::read_dir(process.join("task")).expect("threads");
        let threads: Vec<_> = threads.map(|thread| thread.expect("a thread").path()).collect();
        assert!(!threads.is_empty(), "{}", process.display());
        for place in threads.iter().chain([&process]) {
            for name in ["cmdline", "comm", "status", "environ"] {
                // A thread may have gone.
                seen.extend(fs::read(place.join(name)).unwrap_or_default());
            }
        }
        for columns in ["args", "comm", "cmd"] {
            let shown = Command::new("ps").args(["-ww", "-o", columns, "-p", &id]).output();
            seen.extend(shown.expect("ps").stdout);
        }
        String::from_utf8_lossy(&seen).replace('\0', " ")
    }

    /// The credentials that the proxy got.
    fn credentials(&self) -> String {
        let received = self.proxy.received();
        let value = received.iter().find_map(Received::authorization).expect("credentials");
        let encoded = value.strip_prefix("Basic ").expect("the Basic scheme");
        String::from_utf8(STANDARD.decode(encoded).expect("Base64")).expect("a text")
    }

    /// Sends a signal, and gives the exit code.
    fn end(mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        self.child.wait().expect("an end").code()
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn no_password_of_an_argument_is_in_the_list_of_processes() {
    const TARGET: &str = "http://h.example/a";
    let check = ["check", "--legs=cold"];
    let cases: [(&[&str], &str, &str); 8] = [
        (&["--proxy", "http://user:hunter2@{}"], "user:hunter2", "--proxy http://user:***@"),
        (&["--proxy=http://user:hunter2@{}"], "user:hunter2", "--proxy=http://user:***@"),
        (&["-phttp://user:hunter2@{}"], "user:hunter2", "-phttp://user:***@"),
        (&["-p", "user:hunter2@{}"], "user:hunter2", "-p user:***@"),
        (&["-p", "http://:hunter2@{}"], ":hunter2", "-p http://:***@"),
        (&["-p", "http://u:h%40un%3At%23er2@{}"], "u:h@un:t#er2", "-p http://u:***@"),
        (&["-p", "http://u:h@un:ter2@{}"], "u:h@un:ter2", "-p http://u:***@"),
        (
            &["-p", "mock:", "-p", "http://user:hunter2@{}", "-j1"],
            "user:hunter2",
            "-p mock: -p http://user:***@",
        ),
    ];
    for (proxy, credentials, shown) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let hanging = Hanging::start(folder.path(), &[&check, proxy, &[TARGET]].concat(), "");
        let seen = hanging.seen();
        assert_eq!(hanging.credentials(), credentials);
        assert!(seen.contains(shown), "{shown}: {seen}");
        assert!(seen.contains("Name:\tbitsgate\n"), "{seen}");
        for secret in ["hunter2", "h%40un", "ter2", "h@un"] {
            assert!(!seen.contains(secret), "{proxy:?}: {seen}");
        }
        assert_eq!(hanging.end("-INT"), Some(130));
    }
}

#[test]
fn fetch_hides_its_arguments_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments =
        ["fetch", "--proxy", "http://user:hunter2@{}", "-o", "file", "http://h.example/a"];
    let hanging = Hanging::start(folder.path(), &arguments, "");
    assert_eq!(hanging.credentials(), "user:hunter2");
    assert!(!hanging.seen().contains("hunter2"), "{}", hanging.seen());
    assert_eq!(hanging.end("-TERM"), Some(130));
}

#[test]
fn standard_input_and_the_other_arguments_stay_what_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = [
        "check",
        "--legs=cold",
        "--jobs=1",
        "--proxies=-",
        "--proxy=http://user:hunter2@{}",
        "-o",
        "json=a report.json",
        "http://h.example/\u{e4}",
    ];
    let hanging = Hanging::start(folder.path(), &arguments, "mock:range-ignored\n");
    assert!(!hanging.seen().contains("hunter2"), "{}", hanging.seen());
    assert_eq!(hanging.end("-TERM"), Some(130));
    let report = fs::read_to_string(folder.path().join("a report.json")).expect("a report");
    assert!(report.contains("http://h.example/%C3%A4"), "{report}");
    assert!(report.contains("mock:range-ignored"), "{report}");
}

#[test]
fn a_run_ends_as_it_does_without_a_password() {
    let with = ["check", "--proxy=http://user:hunter2@127.0.0.1:1", "--legs=cold"];
    let without = ["check", "--proxy=http://127.0.0.1:1", "--legs=cold"];
    let code = |arguments: &[&str], target: &str| {
        let finished = run([arguments, &[target]].concat());
        assert!(!finished.stderr.contains("warning"), "{finished:#?}");
        finished.code
    };
    for target in ["http://h.example/a", "ftp://h.example/a"] {
        assert_eq!(code(&with, target), code(&without, target), "{target}");
    }
}

#[test]
fn what_another_process_handed_over_is_not_taken() {
    // As a program that was started by bitsgate would find it.
    let mut command = bitsgate();
    command.args(["list", "formats"]).env("BITSGATE_ARGUMENTS", "1:0");
    let (other, own) = (finish(&mut command), run(["list", "formats"]));
    assert_eq!((other.code, other.stdout), (own.code, own.stdout));
}

const LIMIT: Duration = Duration::from_mins(1);
