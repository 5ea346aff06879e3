//! Who is at fault: a fault of the proxy is the proxy's, and the same fault of a server behind an
//! unchanging proxy is the server's.

use bitsgate::model::exchange::Leg;
use bitsgate::model::outcome::Party;
use bitsgate::model::verdict::Verdict;
use futures_util::StreamExt as _;

use crate::cases::judge::findings;
use crate::cases::run::run_short;

/// Faults whose party was told wrongly by comparing one request, or one check, with itself.
const FAULTS: [&str; 21] = [
    // Two responses differ: only one of them is wrong.
    "corrupt-byte",
    "multi-wrong-bytes",
    "plain-get-altered-byte",
    "shifted-body",
    // What a proxy must refuse or repair.
    "conflicting-length-head",
    "folded-field",
    "http-2.0-head",
    "length-and-chunked",
    "malformed-length-head",
    "nul-in-head",
    "space-before-colon",
    "two-lengths",
    // What a server, or a cache, does once it was asked for something else.
    "multi-200-third-after-whole",
    "range-ignored-second-hit",
    "range-ignored-while-filling",
    // What comes now and then.
    "sporadic-503",
    // The same on each request.
    "auth-basic",
    "body-on-head",
    "head-407",
    "no-length-head",
    "range-ignored",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_its_own_party_s() {
    let runs = FAULTS.iter().flat_map(|name| [(*name, Party::Proxy), (*name, Party::Origin)]);
    let complaints: Vec<_> = futures_util::stream::iter(runs)
        .map(async |(name, party)| {
            let (origin, proxy) = if party == Party::Proxy { ("", name) } else { (name, "") };
            let legs = vec![Leg::Direct, Leg::Cold, Leg::Warm];
            let result = run_short(legs, origin, Some(proxy)).await;
            let blames: Vec<_> = result.blame.iter().chain(&result.also_to_blame).collect();
            let is_right = blames.iter().all(|blame| blame.party == party)
                && (!blames.is_empty() || result.verdict != Verdict::Fail);
            (!is_right).then(|| format!("{name} at {party:?}: {blames:?}\n{}", findings(&result)))
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(async |complaint| complaint)
        .collect()
        .await;
    assert!(complaints.is_empty(), "{}\n{}", complaints.len(), complaints.join("\n"));
}

const AT_ONCE: usize = 8;
