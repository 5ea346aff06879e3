//! What `bitsgate list emulations` states, compared with runs of `check`; and what a user sees of
//! emulations elsewhere. The modules look at what single versions of Apache send.

mod cache;
mod heads;
mod ranges;

use std::collections::BTreeSet;

use bitsgate::mock::{self, Behaviour, emulation};
use serde_json::Value;

use crate::support::binary::{Finished, run};
use crate::support::capture;
use crate::support::client::Client;
use crate::support::flag_origin::FlagOrigin;
use crate::support::runtime;

/// Starts an emulation.
fn start(name: &str) -> mock::Running {
    let behaviour = Behaviour::parse(name).expect("an emulation");
    let listen = ([127, 0, 0, 1], 0).into();
    runtime().block_on(mock::start_proxy(listen, behaviour)).expect("a free port")
}

/// The only result of a run of `check` as JSON.
fn result_of(name: &str, target: &str) -> Value {
    let proxy = format!("mock:{name}");
    let finished = run(["check", "--proxy", &proxy, "--format", "json", target]);
    let report: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{name}: {error}\n{}", finished.stderr));
    report["results"][0].clone()
}

/// The checks that failed or warned.
fn failed(result: &Value) -> BTreeSet<String> {
    let checks = result["checks"].as_array().expect("checks");
    let failed =
        checks.iter().filter(|check| check["status"] == "fail" || check["status"] == "warn");
    failed.map(|check| check["id"].as_str().expect("an id").to_owned()).collect()
}

/// The head of the answer to a request through this client; `ORIGIN` stands for the address of the
/// origin.
fn head_of(client: &mut Client, origin: &FlagOrigin, request: &str) -> String {
    let answer = client.ask(&capture::with_origin(request, &origin.authority()));
    String::from_utf8_lossy(&answer.head).into_owned()
}

#[test]
fn every_emulation_gets_its_verdict() {
    let mut broken = Vec::new();
    for table in emulation::all() {
        let expected = &table.expectation;
        let result = result_of(&table.id, &table.target);
        let download = &result["jobs"]["download"];
        let job = download["hresult"].as_str().or(download["state"].as_str()).unwrap_or_default();
        let verdict = &result["verdict"];
        let failed = failed(&result);
        let has_checks = expected.fails.iter().all(|check| failed.contains(check));
        if verdict != expected.verdict.as_str() || job != expected.jobs() || !has_checks {
            broken.push(format!("{}: {verdict} {job} {failed:?}", table.id));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn faults_change_the_answers_of_an_emulation() {
    let origin = FlagOrigin::start();
    let proxy = start("apache-2.0.58+no-length-head");
    let request = "HEAD http://ORIGIN/-/f1000.bin HTTP/1.1\r\nHost: ORIGIN\r\n\r\n";
    let request = capture::with_origin(request, &origin.authority());
    let answer = Client::connect(proxy.addr()).ask(&request);
    assert!(!String::from_utf8_lossy(&answer.head).contains("Content-Length"));
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    let refused = |arguments: &[&str]| {
        let Finished { code, stderr, .. } = run(arguments);
        assert_eq!(code, Some(2), "{stderr}");
        stderr
    };
    let error = refused(&["check", "--proxy", "mock:apache-2.0.66"]);
    assert!(error.contains("did you mean apache-2.0.6"), "{error}");
    let error = refused(&["mock", "proxy", "--emulate", "apach-2.0.52"]);
    assert!(error.contains("did you mean apache-2.0.52?"), "{error}");
    let error = refused(&["mock", "proxy", "--emulate", "no-length-head"]);
    assert!(error.contains("no emulation named"), "{error}");
    let error = refused(&["check", "mock:apache-2.0.52"]);
    assert!(error.contains("--proxy mock:apache-2.0.52"), "{error}");
    let error = refused(&["check", "--proxy", "mock:apache-2.0.52+apache-2.4"]);
    assert!(error.contains("cannot be emulated at once"), "{error}");
}

#[test]
fn explain_tells_the_story_of_every_version() {
    let story = run(["explain", "apache-2.0.52"]).stdout;
    for part in [
        "apache-2.0.52",
        "0x80200011",
        "PR 18757",
        "2.0.35 to 2.0.55",
        "2.0.56",
        "upgrade",
        "built and measured",
        "Not known",
        "mock proxy --emulate apache-2.0.52",
    ] {
        assert!(story.contains(part), "{part} in:\n{story}");
    }
    let names = std::iter::once("explain".to_owned()).chain(emulation::names());
    let Finished { code, stdout, stderr, .. } = run(names);
    assert_eq!(code, Some(0), "{stderr}");
    for name in emulation::names() {
        assert!(stdout.contains(&format!("{name} (emulation)\n")), "{name}");
    }
    for line in stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
