//! Fetch and check speak with one voice: for every case the code in which a fetch ends is the
//! one that a check predicts.

use std::time::Duration;

use bitsgate::fetch::outcome::{End, Outcome};
use bitsgate::fetch::{Cut, Settings};
use bitsgate::mock::{self, Behaviour};
use bitsgate::model::profile::Profile;
use bitsgate::model::target::{MOCK_SIZE, ProxySpec};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use super::settings;
use crate::cases::{self, Case};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fetch_ends_as_check_predicts() {
    let all = cases::all();
    let small = all.iter().filter(|one| one.conditions.size.unwrap_or(MOCK_SIZE) <= LARGEST);
    let outcomes: Vec<_> = futures_util::stream::iter(small)
        .map(async |case| (case, timeout(PATIENCE, fetched(case)).await.ok()))
        .buffer_unordered(8)
        .collect()
        .await;
    assert!(outcomes.len() > 200, "{}", outcomes.len());
    let complaints: Vec<_> =
        outcomes.iter().filter_map(|(case, outcome)| complaint(case, outcome.as_ref())).collect();
    assert!(complaints.is_empty(), "{}\n{}", complaints.len(), complaints.join("\n"));
}

fn complaint(case: &Case, outcome: Option<&Outcome>) -> Option<String> {
    let begins = |text: &&str| case.label().starts_with(*text);
    let expected = match outcome {
        None if ENDLESS.iter().any(begins) => return None,
        None => return Some(format!("{} does not end", case.name)),
        // Such an error or code depends on the request that meets it.
        Some(_) if UNMET.iter().any(begins) => return None,
        Some(_) => case.expectation.job.hresult().map(|code| code.to_string()),
    };
    let outcome = outcome?;
    let trouble = outcome.trouble.as_ref();
    let shown = trouble.and_then(|trouble| trouble.view).map(|view| view.hresult.to_string());
    // A case without a code transfers, or has none that is known.
    let ends_so = expected.is_some() || matches!(outcome.end, End::Transferred | End::Unknown);
    let is_kept = shown == expected && ends_so;
    (!is_kept).then(|| {
        let (name, end) = (&case.name, outcome.end.as_str());
        format!("{name}: {end} {shown:?}, not {expected:?}: {trouble:?}")
    })
}

async fn fetched(case: &Case) -> Outcome {
    let any = "127.0.0.1:0".parse().unwrap();
    let behaviour = |names: &str| Behaviour::parse(names).unwrap();
    let origin = mock::start_origin(any, behaviour(&case.origin)).await.unwrap();
    let proxy = match &case.proxy {
        Some(names) => Some(mock::start_proxy(any, behaviour(names)).await.unwrap()),
        None => None,
    };
    let profile = case.conditions.profile;
    let is_do = profile == Profile::Do;
    let url = origin.object_url(case.conditions.size.unwrap_or(MOCK_SIZE));
    let settings = Settings {
        target: case.name.clone(),
        proxy: proxy.as_ref().map(|proxy| ProxySpec::parse(&proxy.url()).unwrap()),
        profile,
        cut: match profile {
            Profile::Do => Cut::Blocks,
            // Only the foreground asks for all at once.
            Profile::Bits if case.label().starts_with("whole-range") => Cut::Foreground,
            Profile::Bits => Cut::Background,
        },
        connections: if is_do { 4 } else { 1 },
        timeout: Duration::from_secs(3),
        ..settings(&url)
    };
    super::fetched(&settings).await
}

/// What only a request meets that no download sends, or a client that is not the first.
const UNMET: [&str; 13] = [
    "do-range-ignored-after-start-",
    "do-range-refused-after-start-",
    "do-wrong-total-of-one-block",
    "first-range-kept",
    "last-modified-moves",
    "length-lost-later",
    "length-lost-on-second-head",
    "overlong-refused",
    "range-ignored-after-pause",
    "range-ignored-second-after-whole",
    "range-ignored-second-hit",
    "range-ignored-while-filling",
    "sporadic-",
];

/// A check waits only so long for a range; a job goes on for as long as bytes come.
const ENDLESS: [&str; 2] = ["do-slow-first-block", "trickle-body"];

/// For one fetch.
const PATIENCE: Duration = Duration::from_secs(20);

const LARGEST: u64 = 64 << 20;
