//! Counts the round trips of a whole check: `bitsgate check --proxy` with its three legs, client
//! and proxy 100 ms apart; once with the URL of a file, once with the reference origin, which has
//! five files in turn and others beside each, and needs no direct leg.
//!
//! A relay stands before the mock proxy, and another before the mock origin for the direct leg.
//! The proxy stands next to the origin. Wall time over 100 ms is the number of round trips that
//! follow one another; more than [`GOAL`] fail the benchmark, and so do more than [`MOST_AT_ONCE`]
//! connections at a time.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bitsgate::mock::{Behaviour, start_origin, start_proxy};
use tokio::runtime::Runtime;

use super::relay::{self, ROUND_TRIP, Relay};
use super::support::binary;
use super::table::{Row, Unit};

pub(crate) fn rows() -> Vec<Row> {
    Runtime::new().expect("a runtime").block_on(measured())
}

async fn measured() -> Vec<Row> {
    relay::check_itself().await;

    let any = "127.0.0.1:0".parse().expect("an address");
    let origin = start_origin(any, Behaviour::default()).await.expect("an origin");
    let proxy = start_proxy(any, Behaviour::default()).await.expect("a proxy");
    let before_origin = Relay::start(origin.addr()).await;
    let before_proxy = Relay::start(proxy.addr()).await;
    let url = format!("http://{}/object/{SIZE}.bin", before_origin.addr());
    let through = format!("http://{}", before_proxy.addr());

    let (mut of_url, mut of_reference) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..RUNS {
        before_origin.reset();
        of_url = of_url.min(round_trips(&before_proxy, &[&through, &url]).await);
        assert_few_connections("origin", &before_origin);
        of_reference = of_reference.min(round_trips(&before_proxy, &[&through]).await);
    }
    vec![
        Row::alone("round trips of a default check, three legs", Unit::RoundTrips, of_url)
            .at_most(GOAL),
        Row::alone(
            "the same with the reference origin, five files",
            Unit::RoundTrips,
            of_reference,
        ),
    ]
}

/// Runs a default check to its end, which must be a pass.
async fn round_trips(before_proxy: &Relay, arguments: &[&str]) -> f64 {
    before_proxy.reset();
    let mut command: Command = binary::bitsgate();
    command.args(["check", "--deadline", "30s", "--proxy"]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let running = tokio::task::spawn_blocking(move || {
        let begun = Instant::now();
        let status = command.status().expect("the binary starts");
        (status, begun.elapsed())
    });
    let (status, wall): (_, Duration) = running.await.expect("no panic");
    assert_eq!(status.code(), Some(0), "a compliant proxy passes");
    assert_few_connections("proxy", before_proxy);
    wall.as_secs_f64() / ROUND_TRIP.as_secs_f64()
}

fn assert_few_connections(name: &str, relay: &Relay) {
    let seen = relay.seen();
    assert!(seen.requests > 0, "nothing was asked of the {name}");
    let most = seen.most_at_once;
    assert!(most <= MOST_AT_ONCE, "{most} connections to the {name} at a time");
}

const SIZE: u64 = 1024 * 1024;

const RUNS: usize = 3;

/// Round trips that a check of three legs may take.
const GOAL: f64 = 25.0;

/// Connections to one peer that a check may hold at the same time.
const MOST_AT_ONCE: usize = 4;
