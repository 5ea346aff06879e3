//! Counts the round trips of a whole check: `bitsgate check --proxy` with its three legs, client
//! and proxy 100 ms apart. Run it with `cargo bench --bench round_trips`.
//!
//! A relay stands before the mock proxy, and another before the mock origin for the direct leg.
//! The proxy stands next to the origin. Wall time over 100 ms is the number of round trips that
//! follow one another; more than [`GOAL`] fail the benchmark, and so do more than [`MOST_AT_ONCE`]
//! connections at a time.

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use bitsgate::mock::{Behaviour, start_origin, start_proxy};
use relay::{ROUND_TRIP, Relay};

#[allow(dead_code, unused_imports, reason = "a benchmark uses a part and runs no tests")]
#[path = "../it/support/binary.rs"]
mod binary;
mod relay;

#[tokio::main]
async fn main() -> ExitCode {
    relay::check_itself().await;

    let any = "127.0.0.1:0".parse().expect("an address");
    let origin = start_origin(any, Behaviour::default()).await.expect("an origin");
    let proxy = start_proxy(any, Behaviour::default()).await.expect("a proxy");
    let before_origin = Relay::start(origin.addr()).await;
    let before_proxy = Relay::start(proxy.addr()).await;
    let url = format!("http://{}/object/{SIZE}.bin", before_origin.addr());
    let through = format!("http://{}", before_proxy.addr());

    println!(
        "{:<10} {:>9} {:>11} {:>14} {:>18} {:>14}",
        "run", "wall", "round trips", "proxy requests", "proxy connections", "most at once"
    );
    let mut fewest = f64::INFINITY;
    for run in 1..=RUNS {
        before_proxy.reset();
        before_origin.reset();
        let wall = check(&through, &url).await;
        let round_trips = wall.as_secs_f64() / ROUND_TRIP.as_secs_f64();
        let seen = before_proxy.seen();
        println!(
            "{run:<10} {:>6.0} ms {round_trips:>11.1} {:>14} {:>18} {:>14}",
            wall.as_secs_f64() * 1000.0,
            seen.requests,
            seen.connections,
            seen.most_at_once
        );
        for (name, seen) in [("proxy", seen), ("origin", before_origin.seen())] {
            assert!(seen.requests > 0, "nothing was asked of the {name}");
            assert!(
                seen.most_at_once <= MOST_AT_ONCE,
                "{} connections to the {name} at a time",
                seen.most_at_once
            );
        }
        fewest = fewest.min(round_trips);
    }
    println!("three legs take {fewest:.1} round trips; the goal is {GOAL} at most");
    ExitCode::from(u8::from(fewest > GOAL))
}

/// Runs a default check to its end, which must be a pass.
async fn check(proxy: &str, url: &str) -> Duration {
    let mut command: Command = binary::bitsgate();
    command.args(["check", "--deadline", "30s", "--proxy", proxy, url]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    let running = tokio::task::spawn_blocking(move || {
        let begun = Instant::now();
        let status = command.status().expect("the binary starts");
        (status, begun.elapsed())
    });
    let (status, wall) = running.await.expect("no panic");
    assert_eq!(status.code(), Some(0), "a compliant proxy passes");
    wall
}

const SIZE: u64 = 1024 * 1024;

/// The least of them counts: a busy machine adds time, never takes any away.
const RUNS: usize = 3;

/// Round trips that a check of three legs may take.
const GOAL: f64 = 25.0;

/// Connections to one peer that a check may hold at the same time.
const MOST_AT_ONCE: usize = 4;
