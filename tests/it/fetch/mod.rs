//! `bitsgate fetch` as a user starts it: what it sends and says, what it stores, what it endures.

mod endurance;
mod faults;
mod hostile;
mod jobs;
mod routes;
mod store;

use std::sync::Arc;
use std::time::Duration;

use bitsgate::fetch::outcome::Outcome;
use bitsgate::fetch::{self, Cut, Observer, Settings};
use bitsgate::http::tls::Tls;
use bitsgate::mock::content::Content;
use bitsgate::model::profile::Profile;
use bitsgate::wire::byte_range::RangeSet;
use serde_json::Value;
use sha1::{Digest as _, Sha1};

use crate::support::binary::{Finished, run};
use crate::support::right;
use crate::support::server::{Received, Reply, Server};

/// A right server of one file.
pub(super) fn serving(file: Vec<u8>, date: &'static str) -> Server {
    Server::start(move |request| answer(request, &file, date))
}

pub(super) fn answer(request: &Received, file: &[u8], date: &str) -> Reply {
    Reply::Keep(right::answer(request, file, &format!("Last-Modified: {date}\r\n")))
}

pub(super) fn text(request: &Received) -> String {
    String::from_utf8_lossy(&request.bytes).into_owned()
}

/// First and last position of a request for one range.
pub(super) fn span(request: &Received) -> (u64, u64) {
    let text = text(request);
    let range = text.lines().find_map(|line| line.strip_prefix("Range: ")).expect("a Range");
    let span = RangeSet::parse(range).unwrap().resolve(u64::MAX)[0];
    (span.first(), span.last())
}

pub(super) fn json(arguments: &[&str], code: i32) -> Value {
    let Finished { code: ended, stdout, stderr, .. } = run(arguments);
    assert_eq!(ended, Some(code), "{arguments:?}\n{stdout}\n{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

pub(super) fn content(size: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(size).unwrap()];
    Content::default().fill(0, &mut bytes);
    bytes
}

pub(super) fn sha1(bytes: &[u8]) -> String {
    format!("{:x}", Sha1::digest(bytes))
}

pub(super) const DATE: &str = "Wed, 25 Nov 2020 16:46:48 GMT";
pub(super) const LATER: &str = "Thu, 26 Nov 2020 16:46:48 GMT";

/// A fetch as BITS would make it, that is soon tried again and keeps nothing.
fn settings(url: &str) -> Settings {
    Settings {
        target: url.to_owned(),
        url: url.parse().unwrap(),
        proxy: None,
        tls: Arc::new(Tls::default()),
        profile: Profile::Bits,
        cut: Cut::Background,
        connections: 1,
        timeout: Duration::from_secs(2),
        retry_delay: Duration::from_millis(1),
        job_retry_delay: Duration::from_mins(10),
        no_progress_timeout: Duration::ZERO,
        output: None,
        expected: Vec::new(),
        truth: None,
        largest: None,
        seed: 7,
    }
}

/// Fetches, and nobody watches or interrupts.
async fn fetched(settings: &Settings) -> Outcome {
    fetch::fetch(settings, Arc::new(Nobody), std::future::pending()).await.unwrap()
}

struct Nobody;

impl Observer for Nobody {}
