//! A fetch arrives over any road: connections that break, stall and are reset, a proxy that dies
//! and comes back, and a fetch that is killed itself, twenty times.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use bitsgate::fetch::{part_of, record_of};
use bitsgate::mock::{self, Behaviour, Running};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;

use super::{content, sha1};
use crate::support::binary::{bitsgate, finish};
use crate::support::rough::Rough;
use crate::support::runtime;

#[test]
fn a_fetch_arrives_over_a_rough_road() {
    for (profile, seed) in [("bits", 1), ("do", 2)] {
        let origin = origin();
        let rough = Rough::start(origin.addr(), 700_000, 50 << 20, seed);
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("file.bin");
        let report = fetch(&rough, &output, &["--profile", profile]);
        assert_eq!(report["state"], "transferred", "{report}");
        assert!(report["retries"].as_u64().unwrap() > 3, "{report}");
        assert!(rough.connections() > 6, "{}", rough.connections());
        assert_right(&output);
    }
}

#[test]
fn a_fetch_outlives_the_death_of_its_proxy() {
    let origin = origin();
    let proxy = runtime().block_on(async {
        mock::start_proxy("127.0.0.1:0".parse().unwrap(), Behaviour::default()).await.unwrap()
    });
    let rough = Rough::start(proxy.addr(), 0, 4 << 20, 3);
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("file.bin");
    let mut command = bitsgate();
    command.args(["fetch", "--format", "json", "--proxy", &rough.url(), "--timeout", "2s"]);
    command
        .args(["--retry-delay", "50ms", "--bits-retry-delay", "1s"])
        .arg("--output")
        .arg(&output);
    command.arg(origin.object_url(SIZE));
    let finished = thread::scope(|scope| {
        let fetch = scope.spawn(|| finish(&mut command));
        wait_until("bytes come", || length(&part_of(&output)) > 1 << 20);
        rough.close(true);
        thread::sleep(Duration::from_millis(300));
        rough.close(false);
        fetch.join().unwrap()
    });
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert!(report["retries"].as_u64().unwrap() >= 1, "{report}");
    assert!(finished.stderr.contains("TRANSIENT_ERROR 0x8007"), "{}", finished.stderr);
    assert_right(&output);
}

#[test]
fn a_fetch_outlives_the_proxy_process_that_is_killed_and_started_again() {
    let origin = origin();
    for profile in ["bits", "do"] {
        // The line to the origin is slow, so that the proxy dies while bytes come.
        let slow = Rough::start(origin.addr(), 0, 4 << 20, 6);
        let (mut proxy, address) = start_proxy("127.0.0.1:0");
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("file.bin");
        let through = format!("http://{address}");
        let mut command = command(&slow, &output, &["--profile", profile, "--proxy", &through]);
        let finished = thread::scope(|scope| {
            let fetch = scope.spawn(|| finish(&mut command));
            for deaths in 1..=3 {
                wait_until("bytes come", || length(&part_of(&output)) > deaths << 20);
                proxy.kill().unwrap();
                proxy.wait().unwrap();
                thread::sleep(Duration::from_millis(100));
                proxy = start_proxy(&address).0;
            }
            slow.set_pace(1 << 30);
            fetch.join().unwrap()
        });
        proxy.kill().unwrap();
        proxy.wait().unwrap();
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        let report: Value = serde_json::from_str(&finished.stdout).unwrap();
        assert!(report["retries"].as_u64().unwrap() >= 3, "{report}");
        assert_eq!(report["hashes"][0]["matches"], true);
        assert_right(&output);
    }
}

#[test]
fn a_bits_job_that_is_killed_twenty_times_arrives() {
    is_killed_twenty_times("bits", 4);
}

#[test]
fn a_do_download_that_is_killed_twenty_times_arrives() {
    is_killed_twenty_times("do", 5);
}

fn is_killed_twenty_times(profile: &str, seed: u64) {
    let origin = origin();
    let rough = Rough::start(origin.addr(), 0, SLOW, seed);
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("file.bin");
    let mut vouched = 0;
    for turn in 0..20 {
        let mut child = command(&rough, &output, &["--profile", profile])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Every other one comes as far as to save something, however busy the machine is; the
        // others are killed whatever they are at.
        if turn % 2 == 0 {
            wait_until("bytes are saved", || {
                assert_eq!(child.try_wait().unwrap(), None, "it ended before it was killed");
                done(&output) > vouched
            });
        }
        thread::sleep(Duration::from_millis(random.random_range(1..600)));
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "it ended before it was killed");
        // What is vouched for is there and right, and never less than before.
        let done = done(&output);
        assert!(done >= vouched, "{done} after {vouched}");
        vouched = done;
        let part = fs::read(part_of(&output)).unwrap_or_default();
        let count = usize::try_from(done).unwrap();
        assert!(part[..count] == FILE[..count], "{done} bytes are not right");
    }
    rough.set_pace(1 << 30);
    let report = fetch(&rough, &output, &["--profile", profile]);
    assert_eq!(report["resumed_from"], vouched, "{report}");
    assert_right(&output);
}

/// A proxy that is a process of its own, and where it listens.
fn start_proxy(listen: &str) -> (Child, String) {
    let mut command = bitsgate();
    command.args(["mock", "proxy", "--listen", listen]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://");
    (child, address.unwrap_or_else(|| panic!("the proxy does not start: {line}")).to_owned())
}

fn origin() -> Running {
    runtime().block_on(async {
        mock::start_origin("127.0.0.1:0".parse().unwrap(), Behaviour::default()).await.unwrap()
    })
}

fn command(rough: &Rough, output: &Path, more: &[&str]) -> Command {
    let mut command = bitsgate();
    command.args(["fetch", "--format", "json", "--timeout", "300ms", "--retry-delay", "1ms"]);
    // The many retries of these roads are no failure here.
    command.args(["--bits-retry-delay", "1s", "--sha1", &sha1(&FILE)]).args(more);
    command.arg("--output").arg(output).arg(format!("{}/object/{SIZE}.bin", rough.url()));
    command
}

fn fetch(rough: &Rough, output: &Path, more: &[&str]) -> Value {
    let finished = finish(&mut command(rough, output, more));
    assert_eq!(finished.code, Some(0), "{}\n{}", finished.stdout, finished.stderr);
    serde_json::from_str(&finished.stdout).unwrap()
}

/// The file has its name and its bytes, and nothing else is left.
fn assert_right(output: &Path) {
    assert!(fs::read(output).unwrap() == *FILE, "the bytes are not right");
    assert!(!part_of(output).exists() && !record_of(output).exists());
}

fn done(output: &Path) -> u64 {
    let Ok(text) = fs::read(record_of(output)) else { return 0 };
    let record: Value = serde_json::from_slice(&text).expect("a record is always whole");
    record["done"].as_u64().unwrap()
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}: not within a minute");
        thread::sleep(Duration::from_millis(5));
    }
}

static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| content(SIZE));

/// Bytes a second, so few that no fetch ends before it is killed.
const SLOW: u64 = 1 << 18;

/// Not a multiple of any block.
const SIZE: u64 = (12 << 20) + 12_345;
