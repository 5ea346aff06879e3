//! A fleet at once: 300 proxies, 50 of them bad in ten ways, by three targets, beside the same
//! number of requests sent by `curl --parallel`.
//!
//! All proxies and the origin are mocks in this process; bitsgate and curl are processes of their
//! own, whose time and memory the kernel tells.

use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use bitsgate::mock::{self, Behaviour, Running};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::measure;
use super::support::binary;
use super::table::{Row, Unit};

pub(crate) fn rows() -> Vec<Row> {
    let missing = measure::missing(&["curl"]);
    if !missing.is_empty() {
        return vec![Row::left_out("fleet", &missing)];
    }
    let runtime = Runtime::new().expect("a runtime");
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    let origin =
        runtime.block_on(mock::start_origin(listen, Behaviour::default())).expect("the origin");
    let fault = |index: usize| match index % 6 {
        0 => FAULTS[index / 6 % FAULTS.len()],
        _ => "",
    };
    let fleet: Vec<Running> = (0..PROXIES)
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

    let mut command = binary::bitsgate();
    command.args(["check", "--exit-zero", "--format=json", "--legs=cold", "--proxies"]);
    command.arg(&list).args(&targets).stderr(Stdio::null());
    command.stdout(fs::File::create(&report).expect("a report"));
    let (ours, our_memory) = measure::seconds_and_memory(&mut command);
    let requests: u64 = fleet.iter().map(Running::requests).sum();
    check_verdicts(&fs::read(&report).expect("a report"), targets.len(), fault);

    let place = folder.path().join("requests.curl");
    let of_cell = requests / (fleet.len() * targets.len()) as u64;
    fs::write(&place, curl_configuration(&fleet, &targets, of_cell)).expect("a configuration");
    // As many transfers as bitsgate has lanes; some of the proxies give none, which is right.
    let mut command = Command::new("sh");
    let place = place.display();
    let line = format!("curl -q --parallel --parallel-max 32 --config {place}; exec true");
    command.args(["-c", &line]);
    binary::scrub(&mut command);
    let theirs = measure::seconds(&mut command);
    let what = format!("fleet of {PROXIES} proxies × {} files, {requests} requests", targets.len());
    vec![
        Row::beside(what, Unit::Seconds, ours, ("curl --parallel, as many", theirs)),
        Row::alone("the same: peak memory", Unit::Bytes, our_memory),
    ]
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
    assert_eq!(wrong, 0, "wrong ones of {} verdicts", results.len());
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
