//! Hostile answers: always a verdict in time, never a pass or a panic, memory flat.

use std::time::Duration;

use crate::requests::right_origin;
use crate::support::binary::bitsgate;
use crate::support::server::{Reply, Server};
use crate::support::survival::Survival;

/// As a server, as a proxy, and as a proxy that is asked for a tunnel.
#[track_caller]
fn assert_survived(name: &str, server: &Server) {
    let (file, proxy) = (server.url("/a.cab"), server.url(""));
    for arguments in [
        &[&*file][..],
        &["--proxy", &proxy, "--legs", "cold", "http://wsus.example/a.cab"],
        &["--proxy", &proxy, "--legs", "cold", "https://wsus.example/a.cab"],
    ] {
        let mut command = bitsgate();
        command.args(["check", "--timeout", "1s", "--deadline", "8s"]).args(arguments);
        let survival = Survival::of(&mut command, Duration::from_secs(30));
        survival.assert(&format!("{name} {arguments:?}"), &[1, 3], Duration::from_secs(12));
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
        ("escapes", b"HTTP/1.1 500 \x1b[2J\x1b]0;x\x07\r\nVia: \x1b[31m\r\n\r\n"),
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

/// What goes on without end: a beginning, and what is said over and over after it.
pub(crate) fn endless() -> Vec<(&'static str, Reply)> {
    let file = "Content-Range: bytes 0-5690/100000\r\n";
    let head = |fields: &str| format!("{OK}{file}{fields}\r\n");
    let page = "HTTP/1.1 200 OK\r\n";
    [
        ("fields", format!("{OK}{file}"), "A: b\r\n"),
        ("a line of the head", format!("{OK}{file}A: "), "aaaaaaaaaaaaaaaa"),
        ("empty lines", String::new(), "\r\n"),
        ("interim answers", String::new(), "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"),
        ("a body without a length", head(""), "xxxxxxxxxxxxxxxx"),
        ("a body past its length", head("Content-Length: 5691\r\n"), "xxxxxxxxxxxxxxxx"),
        ("a whole file", format!("{page}Content-Length: 99999999999\r\n\r\n"), "xxxxxxxxxxxx"),
        ("chunks", head("Transfer-Encoding: chunked\r\n"), "1\r\nx\r\n"),
        ("a chunk extension", head("Transfer-Encoding: chunked\r\n") + "1", ";e=f"),
        ("trailers", head("Transfer-Encoding: chunked\r\n") + "0\r\n", "A: b\r\n"),
        ("NULs", String::new(), "\0\0\0\0\0\0\0\0"),
        (
            "parts",
            format!("{OK}Content-Type: multipart/byteranges; boundary=b\r\n\r\n"),
            "--b\r\nContent-Range: bytes 0-0/9\r\n\r\nx\r\n",
        ),
    ]
    .into_iter()
    // Large writes: the peer is to drown in it.
    .map(|(name, first, again)| (name, Reply::Endless(first.into(), again.repeat(4096).into())))
    .collect()
}

#[test]
fn answers_without_end_are_survived() {
    for (name, reply) in endless() {
        assert_survived(name, &Server::start(move |_| reply.clone()));
    }
}

#[test]
fn a_server_that_never_stops_is_survived() {
    let head = format!("{OK}Content-Range: bytes 0-5690/100000\r\n\r\n").into_bytes();
    let pause = Duration::from_millis(20);
    let server = Server::start(move |_| Reply::Drip([&head[..], &[b'x'; 4096]].concat(), pause));
    assert_survived("a slow drip", &server);
}
