//! Emulations against captures of the real programs (testdata/responses): every request of every
//! capture goes through the emulation, and answer, end of the connection, and what the origin got are
//! compared byte for byte. Dates, ages, addresses and the digits of boundaries apart.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::capture::{self, Captured, Exchange, Line};
use crate::support::client::{Answer, Client};
use crate::support::flag_origin::FlagOrigin;
use crate::support::runtime;
use bitsgate::mock::{self, Behaviour};

#[test]
fn every_byte_is_that_of_the_capture_2_0() {
    compare(|name| name.starts_with("2.0"));
}

#[test]
fn every_byte_is_that_of_the_capture_2_2() {
    compare(|name| !name.starts_with("2.0"));
}

fn compare(is_wanted: impl Fn(&str) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/responses/apache");
    let files = fs::read_dir(folder).expect("the folder of the captures");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    let wanted = paths.iter().filter(|path| path.extension().is_some_and(|end| end == "txt"));
    let wanted: Vec<_> = wanted.filter(|path| is_wanted(&name(path))).collect();
    assert!(wanted.len() >= 3, "the captures are there");
    let reports: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            wanted.iter().map(|path| scope.spawn(|| differences(&name(path), path))).collect();
        runs.into_iter().flat_map(|run| run.join().expect("no panic")).collect()
    });
    assert!(reports.is_empty(), "{} differ:\n{}", reports.len(), reports.join("\n"));
}

/// What differs between a capture and its emulation, exchange by exchange.
fn differences(name: &str, path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a capture");
    let exchanges = capture::parse(&text);
    assert!(!exchanges.is_empty(), "{name}");
    let emulation = format!("apache-{}", name.trim_end_matches("-plain"));
    let origin = FlagOrigin::start();
    let proxy = runtime().block_on(async {
        let behaviour = Behaviour::parse(&emulation).expect("an emulation");
        mock::start_proxy(([127, 0, 0, 1], 0).into(), behaviour).await.expect("a free port")
    });
    let mut found = Vec::new();
    for exchange in exchanges {
        let mut client = Client::connect(proxy.addr());
        let mut answers = Vec::new();
        for line in &exchange.requests {
            if let Some(pause) = capture::pause(line) {
                std::thread::sleep(pause);
                client = Client::connect(proxy.addr());
            } else {
                answers.push(client.ask(&capture::with_origin(line, &origin.authority())));
            }
        }
        let got = Exchange {
            upstream: upstream(&origin),
            answers: answers.iter().map(|answer| with_name(answer, &origin)).collect(),
            ..exchange.clone()
        };
        if let Some(difference) = exchange.difference(&got) {
            found.push(format!("{emulation}: {}\n{difference}", exchange.title));
        }
    }
    found
}

/// The answer, with the name of the origin for its address, which a page may tell.
fn with_name(answer: &Answer, origin: &FlagOrigin) -> Captured {
    let mut captured = capture::of_answer(answer);
    captured.body.1 = captured.body.1.replace(&origin.authority(), "ORIGIN");
    captured
}

/// What the origin got, its connections numbered from 1.
fn upstream(origin: &FlagOrigin) -> Vec<Line> {
    let mut numbers = BTreeMap::new();
    let authority = origin.authority();
    let requests = origin.take().into_iter().map(|(connection, request)| {
        let next = numbers.len() + 1;
        let number = *numbers.entry(connection).or_insert(next);
        let request = String::from_utf8_lossy(&request).replace(&authority, "ORIGIN");
        format!("{number} {}", capture::escape(request.as_bytes()))
    });
    requests.collect()
}
