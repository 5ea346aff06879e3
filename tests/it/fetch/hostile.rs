//! Hostile answers to a download: it always ends in time or goes on for a reason, it never takes
//! what came for the file, never panics, and its memory stays flat.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bitsgate::fetch::outcome::End;
use bitsgate::fetch::part_of;
use futures_util::StreamExt as _;

use super::{DATE, answer, content, fetched, settings, sha1, text};
use crate::hostile::endless;
use crate::support::binary::{bitsgate, finish};
use crate::support::server::{Received, Reply, Server};
use crate::support::survival::Survival;

#[test]
fn a_download_survives_what_has_no_end() {
    for (name, reply) in endless() {
        // At once, or after the size was told as it should be.
        for is_late in [false, true] {
            let reply = reply.clone();
            let server = Server::start(move |request| {
                let is_right = is_opening(request) && is_late;
                if is_right { answer(request, &content(SIZE), DATE) } else { reply.clone() }
            });
            for profile in ["bits", "do"] {
                let survival = survive(&server, &["--profile", profile]);
                survival.assert(&format!("{name}, {profile}"), &[1, 3], TIME_OF_A_FAILURE);
            }
        }
    }
}

#[test]
fn a_head_that_comes_byte_by_byte_is_no_progress() {
    let server = Server::start(|request| match answer(request, &content(SIZE), DATE) {
        Reply::Keep(bytes) if !is_opening(request) => {
            Reply::Drip(bytes, Duration::from_millis(100))
        }
        good => good,
    });
    for profile in ["bits", "do"] {
        survive(&server, &["--profile", profile]).assert(profile, &[1], TIME_OF_A_FAILURE);
    }
}

/// Delivery Optimization takes chunks. What stands between them is not the file.
#[test]
fn chunk_lines_that_drip_are_no_progress() {
    let server = Server::start(|request| match answer(request, &content(SIZE), DATE) {
        Reply::Keep(bytes) if !is_opening(request) => {
            let head = String::from_utf8_lossy(&bytes[..bytes.len() - SIZE as usize]).into_owned();
            let length = format!("Content-Length: {SIZE}");
            let chunked = head.replace(&length, "Transfer-Encoding: chunked");
            let extension = "5;".to_owned() + &"e=f;".repeat(500);
            Reply::Trickle(chunked.into(), extension.into(), Duration::from_millis(100))
        }
        good => good,
    });
    survive(&server, &["--profile", "do"]).assert("do", &[1], TIME_OF_A_FAILURE);
    let asked = server.received();
    assert!(asked.iter().any(|request| !is_opening(request)), "no block was asked");
}

/// As long as bytes of the file come the job goes on, however slowly: so BITS does. Whoever has
/// enough of it can stop it, and nothing piles up meanwhile.
#[cfg(unix)]
#[test]
fn a_body_that_drips_can_be_interrupted_and_keeps_its_bytes() {
    let file = Arc::new(content(3 << 20));
    let served = Arc::clone(&file);
    let dripping = Server::start(move |request| match answer(request, &served, DATE) {
        Reply::Keep(bytes) if !is_opening(request) => {
            let body = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
            Reply::Trickle(bytes[..body].to_vec(), bytes[body..].to_vec(), PAUSE)
        }
        good => good,
    });
    let place = tempfile::tempdir().unwrap();
    for profile in ["bits", "do"] {
        let output = place.path().join(profile);
        let output_flag = format!("--output={}", output.display());
        let mut command = command(&dripping, &["--profile", profile, &output_flag]);
        let survival = Survival::of(&mut command, Duration::from_secs(3));
        survival.assert(profile, &[130], Duration::from_secs(8));
        let came = fs::read(part_of(&output)).unwrap();
        assert!(!came.is_empty() && came[..] == file[..came.len()], "{}", came.len());
    }
}

#[test]
fn a_proxy_that_closes_after_each_answer_brings_the_file() {
    let proxy = Server::start(|request| match answer(request, &content(SIZE), DATE) {
        Reply::Keep(bytes) => Reply::Close(bytes),
        other => other,
    });
    for profile in ["bits", "do"] {
        let mut command = bitsgate();
        command.args(["fetch", "--profile", profile, "--sha1", &sha1(&content(SIZE))]);
        command.args(["--proxy", &proxy.url(""), "http://wsus.test/file.cab"]);
        let finished = finish(&mut command);
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        assert!(finished.stdout.contains("; 0 retries"), "{}", finished.stdout);
    }
}

/// Wherever an answer breaks off, and however, what came is never taken for the file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_breaks_off_at_any_byte_is_not_the_file() {
    let server = Server::start(broken_off);
    // Every byte of both heads, then some of the body.
    let offsets = (0..HEADS).chain((HEADS..FIRST).step_by(397));
    let endings = ["close", "garbage", "reset"];
    let cases = offsets.flat_map(|offset| endings.map(|ending| format!("/{ending}/{offset}")));
    let complaints: Vec<_> = futures_util::stream::iter(cases)
        .map(async |case| {
            let begun = Instant::now();
            let outcome = fetched(&settings(&server.url(&case))).await;
            let is_right = outcome.end != End::Transferred && outcome.done <= SIZE;
            let is_in_time = begun.elapsed() < TIME_OF_A_FAILURE;
            (!is_right || !is_in_time).then(|| format!("{case}: {outcome:?}"))
        })
        .buffer_unordered(8)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// A right answer as far as the path says, then what it says: `/ENDING/OFFSET`.
fn broken_off(request: &Received) -> Reply {
    let line = text(request);
    let mut path = line.split(' ').nth(1).unwrap().split('/').skip(1);
    let (ending, offset) = (path.next().unwrap(), path.next().unwrap());
    let Reply::Keep(mut bytes) = answer(request, &content(SIZE), DATE) else { unreachable!() };
    bytes.truncate(offset.parse().unwrap());
    match ending {
        "close" => Reply::Close(bytes),
        "garbage" => {
            bytes.extend_from_slice(b"\0\xff<garbage>\r\n\r\n");
            Reply::Close(bytes)
        }
        _ => Reply::ResetAfter(bytes),
    }
}

/// Whether a request only asks for the size.
fn is_opening(request: &Received) -> bool {
    let text = text(request);
    text.starts_with("HEAD ") || text.contains("Range: bytes=0-1\r\n")
}

fn survive(server: &Server, arguments: &[&str]) -> Survival {
    let mut command = command(server, arguments);
    command.args(["--no-progress-timeout", "0"]);
    Survival::of(&mut command, Duration::from_secs(20))
}

fn command(server: &Server, arguments: &[&str]) -> Command {
    let mut command = bitsgate();
    command.args(["fetch", "--timeout", "1s"]).args(arguments).arg(server.url("/file.cab"));
    command
}

/// With a timeout of one second, on a busy machine.
const TIME_OF_A_FAILURE: Duration = Duration::from_secs(10);

const SIZE: u64 = 100_000;
/// No head of the server has so many bytes.
const HEADS: usize = 200;
/// Less than head and body of the first range have.
const FIRST: usize = 5691;
/// So long after each byte.
const PAUSE: Duration = Duration::from_millis(20);
