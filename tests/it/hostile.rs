//! Hostile answers: always a verdict in time, never a pass or a panic, memory flat.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::requests::right_origin;
use crate::support::binary::bitsgate;
use crate::support::server::{Reply, Server};

/// How a run against a hostile server ended.
struct Survival {
    code: Option<i32>,
    stderr: String,
    wall: Duration,
    /// Largest resident memory in KiB, where the system tells.
    peak: u64,
}

fn survive(arguments: &[&str]) -> Survival {
    let begun = Instant::now();
    let mut child = bitsgate()
        .args(["check", "--timeout", "1s", "--deadline", "8s"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut peak = 0;
    let code = loop {
        peak = peak.max(resident(&child));
        if let Some(status) = child.try_wait().expect("the state of a child") {
            break status.code();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it hangs");
        thread::sleep(Duration::from_millis(5));
    };
    let mut stderr = String::new();
    let mut pipe = child.stderr.take().expect("standard error is piped");
    std::io::Read::read_to_string(&mut pipe, &mut stderr).expect("standard error is text");
    Survival { code, stderr, wall: begun.elapsed(), peak }
}

fn resident(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}

/// As a server, as a proxy, and as a proxy that is asked for a tunnel.
#[track_caller]
fn assert_survived(name: &str, server: &Server) {
    let (file, proxy) = (server.url("/a.cab"), server.url(""));
    for arguments in [
        &[&*file][..],
        &["--proxy", &proxy, "--legs", "cold", "http://wsus.example/a.cab"],
        &["--proxy", &proxy, "--legs", "cold", "https://wsus.example/a.cab"],
    ] {
        let Survival { code, stderr, wall, peak } = survive(arguments);
        assert!(matches!(code, Some(1 | 3)), "{name} {arguments:?}: {code:?}\n{stderr}");
        assert!(!stderr.contains("panicked"), "{name} {arguments:?}: {stderr}");
        assert!(wall < Duration::from_secs(12), "{name} {arguments:?}: {wall:?}");
        assert!(peak < 64 * 1024, "{name} {arguments:?}: {peak} KiB");
    }
}

fn close(bytes: impl Into<Vec<u8>>) -> Server {
    let bytes = bytes.into();
    Server::start(move |_| Reply::Close(bytes.clone()))
}

const OK: &str = "HTTP/1.1 206 Partial Content\r\n";

#[test]
fn oversized_answers_are_survived() {
    let head = |fields: &str| format!("{OK}{fields}\r\n\r\n");
    let many_parts = "--b\r\nContent-Range: bytes 0-0/9\r\n\r\nx\r\n".repeat(50_000);
    for (name, bytes) in [
        ("a header line of 1 MB", head(&format!("A: {}", "a".repeat(1 << 20)))),
        ("100000 fields", head(&"a: b\r\n".repeat(100_000))),
        ("heads without end", "HTTP/1.1 100 Continue\r\n\r\n".repeat(100_000)),
        ("a body of 64 MiB", head("Content-Length: 67108864") + &"x".repeat(64 << 20)),
        (
            "a chunk extension of 1 MB",
            head("Transfer-Encoding: chunked") + "1;" + &"e=f;".repeat(1 << 18),
        ),
        ("50000 parts", head("Content-Type: multipart/byteranges; boundary=b") + &many_parts),
        ("lengths past 64 bits", head("Content-Length: 99999999999999999999999")),
        ("a range past 64 bits", head("Content-Range: bytes 0-18446744073709551615/*")),
        (
            "the largest range",
            head(
                "Content-Length: 9223372036854775807\r\n\
                  Content-Range: bytes 0-18446744073709551614/18446744073709551615",
            ),
        ),
        (
            "a chunk size past 64 bits",
            head("Transfer-Encoding: chunked") + "ffffffffffffffffff\r\n",
        ),
    ] {
        assert_survived(name, &close(bytes));
    }
}

#[test]
fn strange_bytes_are_survived() {
    for (name, bytes) in [
        ("nothing", &b""[..]),
        ("NULs", &[0; 4096]),
        ("invalid UTF-8", b"HTTP/1.1 200 \xff\xfe\r\nA\xff: \xc3\x28\r\n\r\n"),
        ("line ends only", b"\r\n\r\n\r\n\n\n\n\r\r\r"),
        ("a status of 999", b"HTTP/9.9 999 x\r\n\r\n"),
        ("101", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
        ("a redirect to itself", b"HTTP/1.1 302 x\r\nLocation: /a.cab\r\n\r\n"),
        ("a redirect to nonsense", b"HTTP/1.1 302 x\r\nLocation: http://[::::]:x/\r\n\r\n"),
        ("a redirect to a file", b"HTTP/1.1 302 x\r\nLocation: file:///etc/passwd\r\n\r\n"),
        ("bidirectional", "HTTP/1.1 200 \u{202e}\u{2066}\r\n\r\n".as_bytes()),
    ] {
        assert_survived(name, &close(bytes));
    }
}

#[test]
fn good_answers_that_end_in_garbage_are_survived() {
    // The cut goes through heads and bodies alike; each position is another server state.
    for cut in [1, 7, 9, 13, 17, 30, 60, 90, 120, 150, 180, 400, 3000, 5800] {
        let server = Server::start(move |received| match right_origin(received) {
            Reply::Keep(mut bytes) => {
                bytes.truncate(cut);
                bytes.extend_from_slice(b"\0\xff<garbage>\r\n\r\n");
                Reply::Close(bytes)
            }
            other => other,
        });
        assert_survived(&format!("garbage after {cut} bytes"), &server);
    }
}

#[test]
fn a_server_that_never_stops_is_survived() {
    let head = format!("{OK}Content-Range: bytes 0-5690/100000\r\n\r\n").into_bytes();
    let pause = Duration::from_millis(20);
    let server = Server::start(move |_| Reply::Drip([&head[..], &[b'x'; 4096]].concat(), pause));
    assert_survived("a slow drip", &server);
}
