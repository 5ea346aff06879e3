//! Times `bitsgate check` against nginx on the loopback, beside curl sending the same requests in
//! one process. Run it with `cargo bench`.
//!
//! What was sent is read from nginx's own log, and curl repeats exactly that. Both stop reading an
//! answer that is much longer than a probe needs.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::binary;
use support::nginx::{self, Logged};
use support::origin::Origin;
use support::require;

#[allow(dead_code, unused_imports, reason = "a benchmark uses a part and runs no tests")]
#[path = "../real/support/mod.rs"]
mod support;

fn main() {
    let missing: Vec<_> =
        ["nginx", "curl"].into_iter().filter(|name| require::find(name).is_none()).collect();
    if !missing.is_empty() {
        println!("nothing measured: {} not installed", missing.join(" and "));
        return;
    }
    let origin = Origin::start();
    let huge = "/huge.cab";
    let file = File::create(origin.folder().join("root").join(&huge[1..])).expect("a file");
    // Without blocks on the disk; it reads as zeros.
    file.set_len(HUGE).expect("a sparse file");

    println!(
        "{:<12} {:<9} {:>8} {:>11} {:>10} {:>11} {:>11}",
        "target", "client", "requests", "connections", "body bytes", "median", "fastest"
    );
    for (name, path) in [("1 MiB", origin.content.medium.as_str()), ("5 GiB", huge)] {
        compare(name, &origin, path);
    }
}

fn compare(name: &str, origin: &Origin, path: &str) {
    let url = origin.url(path);
    let ours = measure(origin.folder(), || {
        let mut command = binary::bitsgate();
        command.args(["check", "--format", "json", &url]);
        command
    });
    let place = origin.folder().join("requests.curl");
    fs::write(&place, curl_configuration(origin, &ours.requests)).expect("curl's configuration");
    let curls = measure(origin.folder(), || {
        let mut command = Command::new("curl");
        binary::scrub(&mut command);
        // `-q` keeps the user's own configuration out.
        command.args(["-q", "--config"]).arg(&place);
        command
    });
    print(name, "bitsgate", &ours);
    print(name, "curl", &curls);
    let ratio = ours.median().as_secs_f64() / curls.median().as_secs_f64();
    println!(
        "{name:<12} bitsgate takes {ratio:.2} times as long as curl ({} runs)",
        ours.times.len()
    );
}

/// What one client did: its requests, from the first run, and how long every run took.
struct Measured {
    requests: Vec<Logged>,
    times: Vec<Duration>,
}

impl Measured {
    fn median(&self) -> Duration {
        self.times[self.times.len() / 2]
    }
}

fn measure(folder: &Path, command: impl Fn() -> Command) -> Measured {
    let before = nginx::logged(folder).len();
    let begun = Instant::now();
    let mut times = vec![time(&mut command())];
    // nginx logs a request whose connection was cut off a moment later.
    thread::sleep(Duration::from_millis(200));
    let requests = nginx::logged(folder).split_off(before);
    assert!(!requests.is_empty(), "no request arrived: {:?}", binary::finish(&mut command()));
    while times.len() < RUNS && begun.elapsed() < TIME_LIMIT {
        times.push(time(&mut command()));
    }
    times.sort();
    Measured { requests, times }
}

/// Runs a command to its end. Waits in the kernel, unlike [`binary::finish`], which looks now and
/// then.
fn time(command: &mut Command) -> Duration {
    let begun = Instant::now();
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("a program starts");
    begun.elapsed()
}

/// One transfer for each request, in one process and with connections kept.
fn curl_configuration(origin: &Origin, requests: &[Logged]) -> String {
    let transfers = requests.iter().map(|request| {
        let mut lines = vec![
            format!("url = \"{}\"", origin.url(&request.path)),
            "output = \"/dev/null\"".to_owned(),
            "silent".to_owned(),
            format!("max-filesize = {ENOUGH}"),
        ];
        if request.method == "HEAD" {
            lines.push("head".to_owned());
        }
        lines.extend(
            request.fields.iter().map(|(name, value)| format!("header = \"{name}: {value}\"")),
        );
        lines.join("\n")
    });
    transfers.collect::<Vec<_>>().join("\nnext\n")
}

fn print(name: &str, client: &str, measured: &Measured) {
    let mut connections: Vec<_> = measured.requests.iter().map(|one| one.connection).collect();
    connections.sort_unstable();
    connections.dedup();
    println!(
        "{name:<12} {client:<9} {:>8} {:>11} {:>10} {:>8.1} ms {:>8.1} ms",
        measured.requests.len(),
        connections.len(),
        measured.requests.iter().map(|one| one.body_bytes).sum::<u64>(),
        measured.median().as_secs_f64() * 1000.0,
        measured.times[0].as_secs_f64() * 1000.0,
    );
}

/// Size of the file that no probe may fetch whole.
const HUGE: u64 = 5 * 1024 * 1024 * 1024;

/// An answer that announces more than this is left after its head.
const ENOUGH: u64 = 64 * 1024;

const RUNS: usize = 25;
const TIME_LIMIT: Duration = Duration::from_secs(20);
