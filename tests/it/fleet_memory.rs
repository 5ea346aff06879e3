//! The memory of a fleet in which every proxy is bad: of what fails only so much evidence is kept
//! that hundreds of proxies fit, and reports are written piece by piece.

use std::fs;
use std::net::Ipv4Addr;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bitsgate::mock::{self, Behaviour, Running};
use serde_json::Value;

use crate::support::binary::bitsgate;
use crate::support::runtime;

#[test]
fn a_fleet_of_bad_proxies_fits_the_memory() {
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    let origin = mock::start_origin(listen, Behaviour::default());
    let origin = runtime().block_on(origin).expect("an origin");
    let behaviour = Behaviour::parse("range-ignored").expect("a fault");
    let proxy = |_| mock::start_proxy(listen, behaviour.clone());
    let fleet: Vec<Running> =
        (0..PROXIES).map(|index| runtime().block_on(proxy(index)).expect("a proxy")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    let list: String = fleet.iter().map(|proxy| proxy.url() + "\n").collect();
    fs::write(place("proxies.txt"), list).expect("a list");

    let mut command = bitsgate();
    command.args(["check", "--exit-zero", "--legs=cold", "--jobs=16", "--proxies"]);
    command.arg(place("proxies.txt"));
    // Those that grow with the evidence.
    for format in ["csv", "har", "html", "json", "junit", "sarif", "tap"] {
        command.arg("-o").arg(format!("{format}={}", place(format).display()));
    }
    command.args((1..=TARGETS).map(|size| origin.object_url(size * 50_000)));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("a run");
    let peak = peak_memory(&mut child);
    assert!((1..LIMIT).contains(&peak), "{} MiB", peak >> 20);

    let report = fs::read(place("json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    let results = report["results"].as_array().expect("results");
    assert_eq!(results.len() as u64, PROXIES * TARGETS);
    for result in results {
        assert_eq!((&result["verdict"], &report["complete"]), (&"fail".into(), &true.into()));
        let kept = result["exchanges"].as_array().map_or(0, Vec::len) as u64;
        let sent = result["traffic"]["requests"].as_u64().expect("a number");
        assert!((1..=8).contains(&kept) && sent > 15, "{kept} of {sent}");
    }
}

/// The most memory in bytes that a process had, whose end is waited for.
fn peak_memory(child: &mut Child) -> u64 {
    let (begun, mut peak) = (Instant::now(), 0);
    while child.try_wait().expect("the state of a child").is_none() {
        peak = memory(child).unwrap_or(peak);
        if begun.elapsed() > Duration::from_mins(2) {
            child.kill().expect("a child can be killed");
        }
        thread::sleep(Duration::from_millis(5));
    }
    peak
}

fn memory(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes << 10)
}

/// More pairs than those of which all evidence is kept.
const PROXIES: u64 = 34;
const TARGETS: u64 = 3;

/// Bytes. With all evidence, and reports as a whole, it were about twice as many.
const LIMIT: u64 = 48 << 20;
