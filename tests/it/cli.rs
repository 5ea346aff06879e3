//! The command line as pipelines and people meet it: exit codes, errors with hints, formats.

use std::time::Duration;

use serde_json::Value;

use crate::requests::right_origin;
use crate::support::binary::{Finished, bitsgate, finish, run};
use crate::support::server::{Reply, Server};

fn assert_usage(arguments: &[&str], message: &str) {
    let finished = run(arguments);
    assert_eq!(finished.code, Some(2), "{finished:#?}");
    assert!(finished.stderr.contains(message), "{finished:#?}");
    assert!(finished.stderr.contains("hint: "), "{finished:#?}");
    assert_eq!(finished.stdout, "");
}

fn json(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:#?}"))
}

/// Runs a check that can conclude nothing, and gives its text.
fn inconclusive(arguments: &[&str], code: &str) -> String {
    let mut all = vec!["check", "--timeout", "1s"];
    all.extend(arguments);
    let finished = run(&all);
    assert_eq!(finished.code, Some(3), "{finished:#?}");
    assert!(finished.stdout.contains(code), "{finished:#?}");
    assert!(finished.wall < Duration::from_secs(20), "{finished:#?}");
    // Lines may break between any two words.
    finished.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn bad_arguments_are_refused_with_a_hint() {
    for (arguments, message) in [
        (&["check"][..], "no target"),
        (&["check", "--proxy", "direct"], "no target"),
        (&["check", "--origin-listen", "127.0.0.1:0", "http://a/", "http://b/"], "one target"),
        (&["check", "not a url"], "cannot use"),
        (&["check", "ftp://h/a"], "not by ftp"),
        (&["check", "http://h:0/a"], "port 0"),
        (&["check", "--proxy", "http://h:0", "http://h/a"], "port 0"),
        (&["check", "--proxy", "quic://h:1", "http://h/a"], "no proxy protocol"),
        (&["check", "--only", "rang-first", "mock:"], "rang-first"),
        (&["check", "--only", "range-first", "--skip", "range-first", "mock:"], "no check"),
        (&["check", "mock:no-such-fault"], "no-such-fault"),
        (&["check", "--proxy", "mock:no-lenght-head"], "no-lenght-head"),
        (&["check", "mock:?size=9GiB"], "8 GiB"),
        (&["check", "--cacert", "/nonexistent.pem", "https://h/a"], "/nonexistent.pem"),
        (&["explain", "nothing-of-this-name"], "nothing is known"),
    ] {
        assert_usage(arguments, message);
    }
    assert_eq!(run(["check", "--timeout", "0s", "mock:"]).code, Some(2));
    assert_eq!(run(["check", "--no-such-flag"]).code, Some(2));
}

#[test]
fn a_near_name_is_offered() {
    let finished = run(["check", "--only", "range-frist", "mock:"]);
    assert!(finished.stderr.contains("did you mean range-first?"), "{finished:#?}");
}

#[test]
fn exit_codes_tell_the_verdict() {
    let code = |arguments: &[&str]| run(arguments).code;
    assert_eq!(code(&["check", "mock:"]), Some(0));
    assert_eq!(code(&["check", "--proxy", "mock:"]), Some(0));
    assert_eq!(code(&["check", "--proxy", "mock:no-length-head"]), Some(1));
    assert_eq!(code(&["check", "--exit-zero", "--proxy", "mock:no-length-head"]), Some(0));
    assert_eq!(code(&["check", "mock:no-validators"]), Some(0));
    assert_eq!(code(&["check", "--strict", "mock:no-validators"]), Some(1));
    let both = ["check", "--proxy", "direct", "--proxy", "mock:range-ignored", "mock:"];
    assert_eq!(code(&both), Some(1));
}

#[test]
fn what_cannot_be_reached_is_inconclusive_with_its_own_code() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let text = inconclusive(&["--proxy", &closed, "http://h.example/a"], "0x80072EFD");
    assert!(text.contains("cannot connect to the proxy"), "{text}");
    let text = inconclusive(&["--proxy", "http://proxy.invalid:1", "http://h/a"], "0x80072EE7");
    assert!(text.contains("the name of the proxy cannot be resolved"), "{text}");
    inconclusive(&["http://server.invalid/a"], "0x80072EE7");
    let silent = Server::start(|_| Reply::Silence);
    let text = inconclusive(&["--proxy", &silent.url(""), "http://h.example/a"], "0x80072EE2");
    assert!(text.contains("no answer"), "{text}");
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".to_vec();
    let slow = Server::start(move |_| Reply::Drip(answer.clone(), Duration::from_secs(1)));
    let text = inconclusive(&[&slow.url("/a")], "0x80072EE2");
    assert!(text.contains("not complete within the timeout"), "{text}");
}

#[test]
fn a_failure_of_tls_is_inconclusive() {
    // Speaks first, as no TLS server does.
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/a", plain.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in plain.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut &stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let finished = run(["check", "--insecure", "--timeout", "2s", &url]);
    assert_eq!(finished.code, Some(3), "{finished:#?}");
    assert!(finished.stdout.contains("0x80072F"), "{finished:#?}");
}

#[test]
fn garbage_in_place_of_http_fails_with_the_transient_code() {
    let server = Server::start(|_| Reply::Close(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()));
    let finished = run(["check", "--format", "json", "--timeout", "2s", &server.url("/a")]);
    let report = json(&finished);
    assert_eq!(report["results"][0]["jobs"]["download"]["hresult"], "0x80072F78", "{finished:#?}");
    assert_eq!(
        report["results"][0]["jobs"]["download"]["state"], "transient-error",
        "{finished:#?}"
    );
}

#[test]
fn the_deadline_ends_a_run() {
    let silent = Server::start(|_| Reply::Silence);
    let arguments = ["check", "--deadline", "1s", &silent.url("/a"), &silent.url("/b")];
    let finished = run(arguments);
    assert_eq!(finished.code, Some(3), "{finished:#?}");
    assert!(finished.wall < Duration::from_secs(5), "{finished:#?}");
}

#[test]
fn nothing_raw_from_the_network_reaches_a_terminal() {
    let evil = "HTTP/1.1 200 \x1b[31mevil\x07\r\nServer: \x1b]0;owned\x07\u{202e}\r\n\
                Content-Type: text/html\r\nContent-Length: 9\r\n\r\n<html>\x1b[0m";
    let server = Server::start(move |_| Reply::Close(evil.as_bytes().to_vec()));
    let finished = run(["check", "-v", &server.url("/a")]);
    let is_raw = |char: char| (char.is_control() && char != '\n') || char == '\u{202e}';
    assert!(!finished.stdout.contains(is_raw), "{finished:#?}");
    assert!(finished.stdout.contains("\\x1b"), "{finished:#?}");
}

#[test]
fn a_closed_kept_connection_is_tried_once_anew() {
    let server = Server::start(|received| match right_origin(received) {
        Reply::Keep(bytes) => Reply::Close(bytes),
        other => other,
    });
    let url = server.url("/a");
    let arguments = ["check", "--format", "json", "--legs", "direct", "--only", "range-next", &url];
    let finished = run(arguments);
    assert_eq!(json(&finished)["verdict"], "pass", "{finished:#?}");
    assert_eq!(server.received().iter().filter(|one| one.connection > 0).count(), 2);
}

/// Panics when a report is not as the schema says.
pub(crate) fn assert_schema(report: &Value) {
    let schema = include_str!("../../testdata/schema/report.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(report).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{report}: {errors:#?}");
}

#[test]
fn reports_follow_the_schema() {
    for arguments in [
        &["mock:"][..],
        &["--proxy", "mock:no-length-head", "--proxy", "direct", "mock:"],
        &["--proxy", "mock:multi-416"],
        &["--proxy", "mock:garbage-status-line"],
        &["--timeout", "1s", "http://server.invalid/a"],
    ] {
        let finished = run([&["check", "--format", "json"], arguments].concat());
        assert_schema(&json(&finished));
    }
}

#[test]
fn codes_are_explained_however_they_are_written() {
    for name in ["0x80200013", "2149580819", "-2145386477", "BG_E_INSUFFICIENT_RANGE_SUPPORT"] {
        let finished = run(["explain", name]);
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        assert!(finished.stdout.contains("0x80200013 BG_E_INSUFFICIENT_RANGE_SUPPORT"));
    }
    for name in ["range-first", "no-length-head", "http-1.0"] {
        assert_eq!(run(["explain", name]).code, Some(0), "{name}");
    }
}

#[test]
fn the_demo_shows_the_verdicts_of_the_catalogue() {
    let finished = run(["demo"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert!(finished.stdout.contains("0x80200011 BG_E_MISSING_FILE_SIZE"), "{finished:#?}");
    assert!(finished.stdout.lines().all(|line| line.chars().count() <= 80), "{finished:#?}");
}

#[test]
fn a_monitor_is_told_what_is_wrong_with_its_command() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = |arguments: &[&str], variables: &[(&str, &str)], file: &str, why: &str| {
        std::fs::write(folder.path().join("bitsgate.toml"), file).unwrap();
        let mut command = bitsgate();
        command.args(arguments).envs(variables.iter().copied()).current_dir(folder.path());
        let finished = finish(&mut command);
        assert_eq!(finished.code, Some(3), "{finished:#?}");
        assert!(finished.stdout.starts_with("BITSGATE UNKNOWN - "), "{finished:#?}");
        assert!(finished.stdout.contains(why), "{finished:#?}");
        assert_eq!(finished.stdout.lines().count(), 1, "{finished:#?}");
        assert!(finished.stderr.starts_with("error: "), "{finished:#?}");
        assert!(!finished.stdout.contains("hunter2"), "{finished:#?}");
    };
    let plugin = ["check", "--format", "nagios", "--proxy", "http://x:1"];
    unknown(&[&plugin[..], &["--bogus"]].concat(), &[], "", "unexpected argument '--bogus'");
    unknown(&[&plugin[..], &["--timeout", "abc"]].concat(), &[], "", "'abc' for '--timeout");
    unknown(&[&plugin[..], &["--jobs=http://u:hunter2@h"]].concat(), &[], "", "for '--jobs");
    unknown(&["check", "--bogus"], &[("BITSGATE_FORMAT", "nagios")], "", "'--bogus'");
    unknown(&["check", "ftp://h/a"], &[("BITSGATE_OUTPUT", "nagios")], "", "ftp");
    let file = "[run]\nformat = \"nagios\"\ntimeout = \"1x\"\n";
    unknown(&["check", "mock:"], &[], file, "bitsgate.toml:3: ");
    unknown(&["check", "--bogus"], &[], file, "'--bogus'");
    let finished = run(["check", "--help", "--format", "nagios"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert_eq!(run(["config", "--format", "nagios", "--bogus"]).code, Some(2));
}

#[test]
#[cfg(unix)]
fn a_pipe_is_a_report_once_somebody_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let output = format!("json={}", pipe.display());
    let check = ["check", "--only", "reachable", "-o", &output, "mock:"];
    let finished = run(check);
    assert_eq!(finished.code, Some(4), "{finished:#?}");
    assert!(finished.stderr.contains("hint: this is a pipe"), "{finished:#?}");
    assert_eq!(finished.stdout, "", "nothing was tried");
    // Opened for both, so that nothing waits; a report of one check fits into the pipe.
    let kept = std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let reader = std::fs::File::open(&pipe).unwrap();
    let finished = run(check);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    drop(kept);
    let report: Value = serde_json::from_reader(reader).unwrap();
    assert_eq!(report["verdict"], "pass");
}
