//! A fleet at once: 300 proxies, 50 of them bad in ten ways, by three targets, beside the same
//! number of requests sent by `curl --parallel`. Run it with `cargo bench --bench fleet`; a number
//! after `--` is that of the proxies.
//!
//! All proxies and the origin are mocks in this process; bitsgate and curl are processes of their
//! own, whose time and memory the kernel tells.

use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bitsgate::mock::{self, Behaviour, Running};
use serde_json::Value;
use tokio::runtime::Runtime;

fn main() {
    let proxies = std::env::args().find_map(|text| text.parse().ok()).unwrap_or(PROXIES);
    let runtime = Runtime::new().expect("a runtime");
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    let origin =
        runtime.block_on(mock::start_origin(listen, Behaviour::default())).expect("the origin");
    let fault = |index: usize| match index % 6 {
        0 => FAULTS[index / 6 % FAULTS.len()],
        _ => "",
    };
    let fleet: Vec<Running> = (0..proxies)
        .map(|index| {
            let behaviour = Behaviour::parse(fault(index)).expect("a fault");
            runtime.block_on(mock::start_proxy(listen, behaviour)).expect("a proxy")
        })
        .collect();
    let targets = [1 << 20, 2 << 20, 3 << 20].map(|size| origin.object_url(size));
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("proxies.txt");
    let urls = fleet.iter().map(|proxy| proxy.url() + "\n").collect::<String>();
    fs::write(&list, urls).expect("a list");
    let report = folder.path().join("report.json");

    println!("{proxies} proxies by {} targets, the cold leg", targets.len());
    println!("{:<9} {:>9} {:>10} {:>12}", "client", "requests", "wall", "peak memory");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bitsgate"));
    command.args(["check", "--exit-zero", "--format=json", "--legs=cold", "--proxies"]);
    command.arg(&list).args(&targets);
    command.stdout(fs::File::create(&report).expect("a report"));
    let ours = measure(&mut command);
    let requests: u64 = fleet.iter().map(Running::requests).sum();
    print("bitsgate", requests, &ours);
    check_verdicts(&fs::read(&report).expect("a report"), targets.len(), fault);

    let place = folder.path().join("requests.curl");
    let of_cell = requests / (fleet.len() * targets.len()) as u64;
    fs::write(&place, curl_configuration(&fleet, &targets, of_cell)).expect("a configuration");
    let before: u64 = fleet.iter().map(Running::requests).sum();
    let mut command = Command::new("curl");
    // `-q` keeps the user's own configuration out. As many transfers as bitsgate has lanes.
    command.args(["-q", "--parallel", "--parallel-max", "32", "--config"]).arg(&place);
    command.stdout(Stdio::null());
    let curls = measure(&mut command);
    let after: u64 = fleet.iter().map(Running::requests).sum();
    print("curl", after - before, &curls);
    let ratio = ours.wall.as_secs_f64() / curls.wall.as_secs_f64();
    println!("bitsgate takes {ratio:.2} times as long as curl");
}

/// Time and memory of a process.
struct Measured {
    wall: Duration,
    /// Peak of the resident memory, in KiB.
    peak: u64,
}

/// Runs a command to its end, and looks at its memory meanwhile.
fn measure(command: &mut Command) -> Measured {
    let begun = Instant::now();
    let mut child = command.stderr(Stdio::null()).spawn().expect("a program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("the state of a child").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = kib.unwrap_or(0).max(peak);
        std::thread::sleep(Duration::from_millis(20));
    }
    Measured { wall: begun.elapsed(), peak }
}

fn print(client: &str, requests: u64, measured: &Measured) {
    println!(
        "{client:<9} {requests:>9} {:>8.2} s {:>8.1} MiB",
        measured.wall.as_secs_f64(),
        measured.peak as f64 / 1024.0
    );
}

/// A fast answer that is wrong is worth nothing.
fn check_verdicts(report: &[u8], targets: usize, fault: impl Fn(usize) -> &'static str) {
    let report: Value = serde_json::from_slice(report).expect("a report");
    let results = report["results"].as_array().expect("results");
    let is_wrong = |(index, result): (usize, &Value)| {
        let expected = if fault(index / targets).is_empty() { "pass" } else { "fail" };
        result["verdict"] != expected
    };
    let wrong = results.iter().enumerate().filter(|&one| is_wrong(one)).count();
    println!("{} verdicts, {wrong} of them wrong", results.len());
}

/// The same number of requests through the same proxies: each a small range.
fn curl_configuration(fleet: &[Running], targets: &[String], of_cell: u64) -> String {
    let mut text = String::new();
    for proxy in fleet {
        for target in targets {
            for _ in 0..of_cell {
                let separator = if text.is_empty() { "" } else { "next\n" };
                writeln!(
                    text,
                    "{separator}url = \"{target}\"\nproxy = \"{}\"\nrange = \"0-5690\"\n\
                     output = \"/dev/null\"\nsilent\nmax-filesize = 65536",
                    proxy.url()
                )
                .expect("a text");
            }
        }
    }
    text
}

const PROXIES: usize = 300;

/// Ten ways of being bad that every leg meets.
const FAULTS: [&str; 10] = [
    "no-length-head",
    "range-ignored",
    "no-content-range",
    "head-405",
    "multi-416",
    "captive-portal",
    "get-503",
    "flaky-range",
    "head-404",
    "http-1.0-without-ranges",
];
