//! What holds for the tables of faults and quirks as a whole.

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt as _};

use super::*;
use crate::mock::{fault, quirk};

#[test]
fn names_are_unique_and_kebab_case() {
    let names: Vec<_> =
        fault::all().map(|fault| fault.name).chain(quirk::all().map(|quirk| quirk.name)).collect();
    assert!(fault::all().count() >= 60);
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    for name in names {
        let is_kebab = !name.starts_with('-')
            && !name.ends_with('-')
            && name.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)
            });
        assert!(is_kebab, "{name}");
    }
}

#[test]
fn summaries_are_one_line() {
    let summaries = fault::all().map(|fault| fault.summary);
    for summary in summaries.chain(quirk::all().map(|quirk| quirk.summary)) {
        assert!(
            summary.len() <= 100 && !summary.contains('\n') && !summary.ends_with('.'),
            "{summary}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_differs_from_a_compliant_origin() {
    every_fault_differs(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_differs_from_a_compliant_proxy() {
    every_fault_differs(true).await;
}

async fn every_fault_differs(at_proxy: bool) {
    let names = std::iter::once("").chain(fault::all().map(|fault| fault.name));
    // Not all at once: on a busy machine a right answer would take longer than SHORT.
    let mut all = stream::iter(names)
        .map(|name| tokio::spawn(async move { (name, answers(name, at_proxy, SHORT).await) }))
        .buffered(AT_ONCE);
    let mut compliant = None;
    while let Some(done) = all.next().await {
        let (name, seen) = done.unwrap();
        match &compliant {
            None => compliant = Some(seen),
            // On a busy machine, what they differ in may have come too late.
            Some(compliant) if &seen == compliant => {
                let compliant = answers("", at_proxy, LONG).await;
                assert!(answers(name, at_proxy, LONG).await != compliant, "{name}");
            }
            Some(_) => {}
        }
    }
}

/// The first bytes of every answer, without what time and boundary make different.
async fn answers(name: &str, at_proxy: bool, patience: Duration) -> Vec<(String, bool)> {
    let origin = origin(if at_proxy { "" } else { name }).await;
    let proxy = proxy(if at_proxy { name } else { "" }).await;
    let (url, path) = (origin.object_url(SIZE), format!("/object/{SIZE}.bin"));
    let (asked, target) = if at_proxy { (&proxy, url) } else { (&origin, path.clone()) };
    // The whole file of the last of them is on its way as long as this is held.
    let _hold = origin.hold(&format!("/2/{SMALL}.bin"));
    let mut answers = Vec::new();
    // These stay open: what is on its way to them decides, too.
    let mut clients = Vec::new();
    let mut requests: Vec<(String, &[Asking])> = Vec::new();
    requests.extend(REQUESTS.chunks(1).map(|request| (target.clone(), request)));
    requests.push((target.clone(), ON_ONE_CONNECTION));
    for (file, asked_first) in FIRST_REQUESTS.iter().enumerate() {
        let place = format!("/object/{file}/{SMALL}.bin");
        let target = target.replace(&path, &place);
        requests.extend(asked_first.chunks(1).map(|request| (target.clone(), request)));
    }
    for (target, asking) in requests {
        let mut client = Client::connect(asked).await;
        for (method, fields) in asking {
            client.send(method, &target, fields).await;
        }
        let mut closed = false;
        while client.buffer.len() < MOST_READ && !closed {
            match timeout(patience, client.stream.read_buf(&mut client.buffer)).await {
                Ok(Ok(0) | Err(_)) => closed = true,
                Ok(Ok(_)) => {}
                Err(_) => break,
            }
        }
        client.buffer.truncate(MOST_READ);
        let text = String::from_utf8_lossy(&client.buffer).into_owned();
        // Which server serves it is no difference either: hyper writes `Etag`.
        let text = text.replace("\r\nETag: ", "\r\nEtag: ");
        let lines: Vec<_> = text.split("\r\n").filter(|line| !line.starts_with("Date: ")).collect();
        answers.push((lines.join("\r\n"), closed));
        if target.contains(&format!("/{SMALL}.")) {
            clients.push(client);
        }
    }
    answers
}

const AT_ONCE: usize = 16;
const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(2);

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenarios {
    scenario: Vec<Scenario>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    origin: String,
    proxy: Option<String>,
    verdict: String,
    hresult: Option<String>,
    fails: Vec<String>,
    #[serde(default)]
    direct: bool,
    #[serde(default)]
    warm: bool,
    #[serde(default)]
    short: bool,
    size: Option<u64>,
    profile: Option<String>,
}

#[test]
fn scenarios_repeat_what_faults_and_quirks_promise() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/scenarios");
    let mut scenarios = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        scenarios.extend(toml::from_str::<Scenarios>(&text).unwrap().scenario);
    }
    let names: HashSet<_> = scenarios.iter().map(|scenario| &scenario.name).collect();
    assert_eq!(names.len(), scenarios.len(), "scenario names are unique");
    assert!(scenarios.iter().all(|scenario| scenario.size.is_none_or(|size| size > 0)));
    assert!(scenarios.iter().all(|scenario| scenario.proxy.is_some() || !scenario.direct));
    assert!(scenarios.iter().all(|scenario| !scenario.short || !scenario.warm));
    for scenario in &scenarios {
        let names = [Some(&scenario.origin), scenario.proxy.as_ref()];
        let text = names.into_iter().flatten().map(String::as_str);
        let behaviour = Behaviour::of_names(text).unwrap();
        let [fault] = behaviour.faults() else {
            let fails = |fault: &fault::Fault| fault.promise.verdict == fault::Expected::Fail;
            let fails = behaviour.faults().iter().any(|fault| fails(fault));
            assert_eq!(scenario.verdict, if fails { "fail" } else { "pass" }, "{}", scenario.name);
            continue;
        };
        let promise = fault.promise;
        if scenario.profile.as_deref().unwrap_or("bits") != promise.profile.as_str() {
            continue;
        }
        assert!(scenario.warm || !promise.needs_whole, "{}", scenario.name);
        assert_eq!(scenario.verdict, promise.verdict.as_str(), "{}", scenario.name);
        let hresult = promise.end.hresult().map(|code| code.to_string());
        assert_eq!(scenario.hresult, hresult, "{}", scenario.name);
        assert!(scenario.fails.iter().any(|id| id == promise.check), "{}", scenario.name);
    }
    let all = fault::all().map(|fault| fault.name).chain(quirk::all().map(|quirk| quirk.name));
    for name in all {
        let is_named = |text: &str| text == name;
        assert!(scenarios.iter().any(|scenario| is_named(&scenario.origin)), "{name}");
        let at_proxy = |scenario: &Scenario| scenario.proxy.as_deref().is_some_and(is_named);
        assert!(scenarios.iter().any(at_proxy), "{name}");
    }
}
const SIZE: u64 = 4_300_000_000;
/// More than is read of an answer.
const SMALL: u64 = 100_000;
/// Bytes that are read of an answer.
const MOST_READ: usize = 80_000;
/// Method and fields.
type Asking = (&'static str, &'static [(&'static str, &'static str)]);
/// What a run asks of files that nobody asked for before.
const FIRST_REQUESTS: &[&[Asking]] = &[
    &[("GET", &[("Range", "bytes=0-99")]), ("HEAD", &[])],
    &[("GET", &[("Range", "bytes=0-1,4-5")])],
    &[
        ("GET", &[]),
        ("GET", &[("Range", "bytes=100-199")]),
        ("GET", &[("Range", "bytes=0-1,4-5")]),
        ("GET", &[("Range", "bytes=0-1,4-5,8-9,20-29,90-91,94-95")]),
    ],
    &[
        ("GET", &[]),
        ("GET", &[("Range", "bytes=100-199")]),
        ("GET", &[("Range", "bytes=100-199")]),
        ("GET", &[("Range", "bytes=0-1,4-5")]),
        ("GET", &[("Range", "bytes=0-1,4-5")]),
        ("GET", &[("Range", "bytes=0-1,4-5")]),
        ("GET", &[]),
        ("GET", &[("Range", "bytes=100-199")]),
    ],
];
/// What is asked on one connection.
const ON_ONE_CONNECTION: &[Asking] = &[
    ("GET", &[("Range", "bytes=0-1")]),
    ("GET", &[("Range", "bytes=2-3")]),
    ("GET", &[("Range", "bytes=4-5")]),
];
/// What a run asks, more or less.
const REQUESTS: &[Asking] = &[
    ("HEAD", &[]),
    ("GET", &[("Range", "bytes=0-99"), ("If-Unmodified-Since", "Mon, 06 Jan 2025 08:00:00 GMT")]),
    ("GET", &[("Range", "bytes=100-199")]),
    ("GET", &[("Range", "bytes=0-1"), ("Content-Length", "0")]),
    ("GET", &[("Range", "bytes=2147483600-2147483700")]),
    ("GET", &[("Range", "bytes=4294967200-4294967300")]),
    ("GET", &[("Range", "bytes=0-29999")]),
    ("GET", &[("Range", "bytes=0-99999")]),
    ("GET", &[("Range", "bytes=0-99,140-239")]),
    ("GET", &[("Range", "bytes=899990-900009")]),
    ("GET", &[("Range", "bytes=-500")]),
    ("GET", &[("Range", "bytes=4299999900-")]),
    ("GET", &[("Range", "bytes=4299999900-9999999999")]),
    ("GET", &[("Range", "bytes=4300000000-")]),
    ("GET", &[("Range", "bytes=0-1,4-5,8-9,20-29,90-91")]),
    ("GET", &[("Range", "bytes=0-1,2-3")]),
    ("GET", &[("Range", "bytes=0-4299999999")]),
    ("HEAD", &[]),
];
