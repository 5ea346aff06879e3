//! The emulations of real programs put on the wire what `tests/real/recorded` stored of them.

use crate::golden::difference;
use crate::golden::emulated::Emulated;
use crate::golden::origin::Origin;
use crate::golden::recording::{Before, Leg, Recording, record};

#[test]
fn apache() {
    hold("apache-2.4", Before::Right);
    hold("apache-2.4-force-gzip", Before::Right);
    hold("apache-2.4-max-ranges-none", Before::Right);
    hold("apache-2.4-unset-range", Before::Right);
}

#[test]
fn haproxy() {
    hold("haproxy-2.6-cache", Before::Right);
}

#[test]
fn havp() {
    hold("havp", Before::Right);
}

#[test]
fn nginx() {
    hold("nginx-1.22-cache", Before::Right);
    hold("nginx-1.22-cache-no-accept-ranges", Before::Silent);
    hold("nginx-1.22-slice", Before::Right);
}

#[test]
fn privoxy() {
    hold("privoxy-3.0.34-filter", Before::Right);
}

#[test]
fn squid() {
    hold("squid-5.7", Before::Right);
    hold("squid-5.7-anonymizer-request", Before::Right);
    hold("squid-5.7-anonymizer-reply", Before::Right);
    hold("squid-5.7-range-offset-limit-none", Before::Right);
}

#[test]
fn tinyproxy() {
    hold("tinyproxy-1.11-anonymous", Before::Right);
}

#[test]
fn traffic_server() {
    hold("trafficserver-9.2", Before::Lasting);
    hold("trafficserver-9.2-allow-multi-range", Before::Lasting);
}

#[test]
fn varnish() {
    hold("varnish-7.1", Before::Right);
    hold("varnish-7.1-do-gzip", Before::Slow);
}

/// Compares an emulation with what is stored under its name.
#[track_caller]
fn hold(name: &str, before: Before) {
    // On a busy machine a proxy may get in one piece what the origin sends in two with a pause. What
    // differs for that reason alone does not differ twice.
    if difference(name, before).is_some()
        && let Some(difference) = difference(name, before)
    {
        panic!("{name}, {difference}");
    }
}

fn difference(name: &str, before: Before) -> Option<String> {
    let (emulated, origin) = (Emulated::start(name), Origin::start());
    Leg::ALL.into_iter().find_map(|leg| {
        let stored = Recording::stored(name, leg);
        assert!(!stored.answers.is_empty(), "{name}: nothing is stored");
        let seen = record(&origin, emulated.subject(before), leg);
        let difference = difference::between(&stored, &seen)?;
        Some(format!("{}: recorded -, emulated +\n{difference}", leg.name()))
    })
}
