//! What holds for the catalogue of faults and variations as a whole.

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt as _};

use super::*;
use crate::mock::expectation::JobEnd;
use crate::mock::{fault, variation};
use crate::model::verdict::Verdict;

#[test]
fn names_are_unique_and_kebab_case() {
    let faults = fault::all().map(|fault| fault.name.as_str());
    let names: Vec<_> = faults.chain(variation::all().map(|one| one.name.as_str())).collect();
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
    let summaries = fault::all().map(|fault| &fault.summary);
    for summary in summaries.chain(variation::all().map(|variation| &variation.summary)) {
        assert!(
            summary.len() <= 100 && !summary.contains('\n') && !summary.ends_with('.'),
            "{summary}"
        );
    }
}

#[test]
fn every_fault_states_what_a_check_of_it_must_conclude() {
    for fault in fault::all() {
        let expected = &fault.expectation;
        assert!(expected.check().is_some(), "{}: no check fails", fault.name);
        assert!(!fault.rules.is_empty(), "{}: nothing goes wrong", fault.name);
        let is_transferred = expected.job == JobEnd::Transferred;
        assert!(expected.verdict != Verdict::Fail || !is_transferred, "{}", fault.name);
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
    let names = std::iter::once("").chain(fault::all().map(|fault| fault.name.as_str()));
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

const SIZE: u64 = 4_300_000_000;
/// More than is read of an answer.
const SMALL: u64 = 100_000;
/// Bytes that are read of an answer.
const MOST_READ: usize = 80_000;
/// Method and fields.
type Asking = (&'static str, &'static [(&'static str, &'static str)]);
/// What a run requests of files that were not requested before.
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
