//! The emulations of real programs put on the wire what `tests/real/recorded` saw of them.

use bitsgate::mock::{self, Behaviour};

use crate::golden::difference;
use crate::golden::origin::Origin;
use crate::golden::recording::{Before, Leg, Recording, Subject, record};
use crate::support::runtime;

#[test]
fn haproxy() {
    hold("haproxy-2.6-cache", Before::Right, &[]);
}

#[test]
fn nginx() {
    hold("nginx-1.22-cache", Before::Right, &[]);
    hold("nginx-1.22-cache-no-accept-ranges", Before::Silent, &[]);
    hold("nginx-1.22-slice", Before::Right, &[]);
}

#[test]
fn privoxy() {
    hold("privoxy-3.0.34-filter", Before::Right, &[]);
}

#[test]
fn squid() {
    hold("squid-5.7", Before::Right, &[]);
    hold("squid-5.7-anonymizer-request", Before::Right, &[]);
    hold("squid-5.7-anonymizer-reply", Before::Right, &[]);
    hold("squid-5.7-range-offset-limit-none", Before::Right, &[]);
}

#[test]
fn tinyproxy() {
    hold("tinyproxy-1.11-anonymous", Before::Right, &[]);
}

#[test]
fn varnish() {
    hold("varnish-7.1", Before::Right, &[]);
    hold("varnish-7.1-do-gzip", Before::Slow, &[]);
}

/// Compares an emulation with what is stored under its name, but for the requests that are known to
/// be answered otherwise.
#[track_caller]
fn hold(name: &str, before: Before, unlike: &[&str]) {
    let behaviour = Behaviour::parse(name).expect("an emulation");
    let listen = "127.0.0.1:0".parse().expect("an address");
    let proxy = runtime().block_on(mock::start_proxy(listen, behaviour)).expect("a proxy");
    let origin = Origin::start();
    let subject = Subject { address: proxy.addr(), hosts: &["bitsgate-mock"], origin: before };
    for leg in Leg::ALL {
        let of_interest = |mut recording: Recording| {
            recording.answers.retain(|answer| !unlike.contains(&answer.name.as_str()));
            recording
        };
        let stored = of_interest(Recording::stored(name, leg));
        assert!(!stored.answers.is_empty(), "{name}: nothing is stored");
        let seen = of_interest(record(&origin, subject, leg));
        if let Some(difference) = difference::between(&stored, &seen) {
            panic!("{name}, {}: recorded -, emulated +\n{difference}", leg.name());
        }
    }
}
