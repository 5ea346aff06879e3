//! Answers that break off: wherever a good answer ends too early, and however, there is a verdict
//! in time, and it is never a pass.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::requests::right_origin;
use crate::support::binary::run;
use crate::support::server::{Received, Reply, Server};

#[test]
fn an_answer_that_breaks_off_at_any_byte_never_passes() {
    // Every byte of both heads, then some of the body; the range has 5691 bytes.
    let offsets: Vec<usize> = (0..HEADS).chain((HEADS..RANGE).step_by(397)).collect();
    let cases: Vec<String> = ["close", "reset", "garbage"]
        .iter()
        .flat_map(|ending| offsets.iter().map(move |offset| format!("/{ending}/{offset}")))
        .collect();
    assert_none_passes(&cases);
}

#[test]
fn an_answer_that_stalls_never_passes() {
    let offsets = (0..HEADS).step_by(23).chain([HEADS, 3000, RANGE - 1]);
    assert_none_passes(&offsets.map(|offset| format!("/stall/{offset}")).collect::<Vec<_>>());
}

/// Checks the files of these paths, several at a time.
fn assert_none_passes(cases: &[String]) {
    let server = Server::start(broken_off);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    assert_never_passes(&server, case);
                }
            });
        }
    });
}

#[track_caller]
fn assert_never_passes(server: &Server, case: &str) {
    let finished = run([
        "check",
        "--timeout",
        "1s",
        "--legs",
        "cold",
        "--only",
        "head-content-length,range-first",
        &server.url(case),
    ]);
    assert!(matches!(finished.code, Some(1 | 3)), "{case}: {finished:#?}");
    assert!(!finished.stderr.contains("panicked"), "{case}: {finished:#?}");
    assert!(finished.wall < Duration::from_secs(20), "{case}: {finished:#?}");
}

/// A right answer as far as the path says, then what it says: `/ENDING/OFFSET`.
fn broken_off(received: &Received) -> Reply {
    let line = String::from_utf8_lossy(&received.bytes);
    let mut path = line.split(' ').nth(1).expect("a target").split('/').skip(1);
    let (ending, offset) = (path.next().expect("an ending"), path.next().expect("an offset"));
    let Reply::Keep(mut bytes) = right_origin(received) else { unreachable!("it keeps") };
    bytes.truncate(offset.parse().expect("a number"));
    match ending {
        "close" => Reply::Close(bytes),
        "garbage" => {
            bytes.extend_from_slice(b"\0\xff<garbage>\r\n\r\n");
            Reply::Close(bytes)
        }
        "reset" => Reply::ResetAfter(bytes),
        _ => Reply::StallAfter(bytes),
    }
}

const AT_ONCE: usize = 8;
/// No head of [`right_origin`] has so many bytes.
const HEADS: usize = 200;
/// Less than head and body of the first range have.
const RANGE: usize = 5691;
