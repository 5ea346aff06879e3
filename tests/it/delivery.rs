//! The profile of Delivery Optimization: every fault of ranges breaks it where it should, with the
//! code that Windows would likely show, and no variation does.

use std::time::Duration;

use bitsgate::mock::{fault, variation};
use bitsgate::model::exchange::Exchange;
use bitsgate::model::hresult::Hresult;
use bitsgate::model::outcome::RouteResult;
use bitsgate::model::probe::Purpose;
use bitsgate::model::profile::Profile;
use bitsgate::model::verdict::Verdict;
use futures_util::StreamExt as _;

use crate::cases::judge::findings;
use crate::cases::run::{PATIENT, run_mocks};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_of_ranges_fail_delivery_optimization() {
    let names: Vec<_> = CODES.iter().map(|(name, ..)| *name).collect();
    let results = results(&names).await;
    let mut complaints = Vec::new();
    for ((name, verdict, code), result) in CODES.iter().zip(&results) {
        let shown = result.job().hresult.map(|Hresult(number)| number);
        if (result.verdict, shown) != (*verdict, *code) {
            let got = (result.verdict, result.job().hresult.map(|code| code.to_string()));
            complaints.push(format!("{name}: {got:?} {:?}\n{}", result.jobs, findings(result)));
        }
    }
    assert!(complaints.is_empty(), "{} broken\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_fault_is_in_the_table_or_needs_what_delivery_optimization_never_sends() {
    for fault in fault::all() {
        let name = fault.name.as_str();
        let check = fault.expectation.check().unwrap_or_default();
        let is_listed = CODES.iter().any(|(listed, ..)| *listed == name);
        let is_foreign = FOREIGN.contains(&name)
            // Only the warm phase shows it.
            || fault.conditions.warm
            || name.starts_with("multi-")
            || check.starts_with("multi-")
            || check.starts_with("head-");
        let is_limit = LIMITS.contains(&name);
        assert!(
            [is_listed, is_foreign, is_limit].into_iter().filter(|is| *is).count() == 1,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_delivery_optimization_never_meets_does_not_fail_it() {
    let foreign = fault::all().map(|fault| fault.name.as_str());
    let foreign: Vec<_> =
        foreign.filter(|name| !CODES.iter().any(|(listed, ..)| listed == name)).collect();
    let foreign: Vec<_> = foreign.into_iter().filter(|name| !LIMITS.contains(name)).collect();
    for (name, result) in foreign.iter().zip(results(&foreign).await) {
        assert_ne!(result.verdict, Verdict::Fail, "{name}\n{}", findings(&result));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn variations_pass() {
    let names: Vec<_> = variation::all().map(|one| one.name.as_str()).collect();
    for (name, result) in names.iter().zip(results(&names).await) {
        assert_eq!(result.verdict, Verdict::Pass, "{name}\n{}", findings(&result));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_block_is_asked_where_no_answer_tells_the_size() {
    let timeout = Duration::from_secs(3);
    let origin = "range-ignored-after-start+no-length-head";
    let result = run_mocks(origin, Some("unknown-total"), SIZE, Profile::Do, timeout).await;
    assert_eq!(result.verdict, Verdict::Fail, "{}", findings(&result));
    assert_eq!(result.job().because, Some("do-middle-block"));
    let is_repeat = |exchange: &Exchange| exchange.probe.purpose == Purpose::DoRepeat;
    assert!(result.exchanges.iter().any(is_repeat), "the first block is asked again too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_tells_the_size_where_no_range_does() {
    let timeout = Duration::from_secs(3);
    let result = run_mocks("", Some("unknown-total"), SIZE, Profile::Do, timeout).await;
    let asked = |purpose| result.exchanges.iter().filter(move |one| one.probe.purpose == purpose);
    assert_eq!(asked(Purpose::DoHead).count(), 1);
    assert_eq!(asked(Purpose::DoLastBlock).count(), 1, "{}", findings(&result));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_third_and_fourth_range_follow_on_the_first_connection() {
    let result = run_mocks("", Some(""), 5000, Profile::Do, PATIENT).await;
    let connection = |purpose| {
        let mut of = result.exchanges.iter().filter(|one| one.probe.purpose == purpose);
        of.next().map(|exchange| exchange.connection)
    };
    let first = connection(Purpose::DoFirstBytes);
    assert!(first.is_some());
    for purpose in [Purpose::DoFirstBlock, Purpose::DoTailBlock, Purpose::DoOverlap] {
        assert_eq!(connection(purpose), first, "{purpose:?}");
    }
}

#[tokio::test]
async fn a_right_five_gib_file_costs_less_than_two_mib() {
    let result = run_mocks("", Some(""), 5 << 30, Profile::Do, PATIENT).await;
    let answers = result.exchanges.iter().filter_map(|exchange| exchange.answer());
    let body: u64 = answers.map(|answer| answer.body.received).sum();
    assert!((1 << 20..2 << 20).contains(&body), "{body} bytes");
    assert_eq!(result.verdict, Verdict::Pass);
}

/// Results through a proxy with each of these faults or variations, in their order.
async fn results(names: &[&str]) -> Vec<RouteResult> {
    let runs = futures_util::stream::iter(names).map(|name| {
        let size = match *name {
            // A block of 1 MiB would take longer than the timeout.
            "one-byte-writes" => 100_000,
            // Small files are asked whole.
            "whole-range-refused" => 1000,
            // Larger files are not fetched whole to be seen filling.
            "range-ignored-while-filling" => 1 << 20,
            name if name.contains("2gib") || name.contains("4gib") => 5 << 30,
            _ => SIZE,
        };
        let is_variation = variation::find(name).is_some();
        let timeout = if is_variation { PATIENT } else { Duration::from_secs(3) };
        run_mocks("", Some(name), size, Profile::Do, timeout)
    });
    runs.buffered(AT_ONCE).collect().await
}

/// A little more than three blocks.
const SIZE: u64 = 3 * 1024 * 1024 + 5000;

const AT_ONCE: usize = 12;

/// What depends on how many connections are open, or on chance: Delivery Optimization opens several
/// for one file, and so does `--deep`.
const LIMITS: &[&str] = &[
    "one-connection-reset",
    "one-connection-closed",
    "one-connection-429",
    "two-connections-503",
    "sporadic-503",
    "sporadic-429",
];

/// Faults that only show to requests that Delivery Optimization does not send.
const FOREIGN: &[&str] = &[
    // No two blocks overlap there; the client knows a hash of each piece.
    "shifted-from-2gib",
    "shifted-from-4gib",
    "head-407",
    "http-2.0-head",
    "if-unmodified-since-412",
    "length-lost-later",
    "length-lost-on-second-head",
    "no-validators",
    "open-end-refused",
    "other-date-head",
    "overlong-refused",
    "past-end-200",
    "past-end-206",
    "past-end-502",
    "suffix-as-prefix",
    "suffix-ignored",
];

/// What each fault must come to: the verdict, and the code of a download.
const CODES: &[(&str, Verdict, Option<u32>)] = &[
    ("close-unannounced", Verdict::Pass, None),
    ("reset", Verdict::Inconclusive, Some(0x80D0_2002)),
    ("reset-on-get", Verdict::Inconclusive, Some(0x80D0_2002)),
    ("reset-in-body", Verdict::Fail, Some(0x80D0_2002)),
    ("never-answers", Verdict::Inconclusive, Some(0x80D0_2002)),
    ("never-answers-get", Verdict::Inconclusive, Some(0x80D0_2002)),
    ("stall-in-head", Verdict::Inconclusive, Some(0x80D0_2002)),
    ("stall-in-body", Verdict::Fail, Some(0x80D0_2002)),
    ("trickle", Verdict::Inconclusive, Some(0x80D0_2002)),
    ("trickle-body", Verdict::Warn, None),
    ("redirect-loop", Verdict::Fail, Some(0x8007_2F7C)),
    ("redirect-to-login", Verdict::Fail, Some(0x80D0_5001)),
    ("captive-portal", Verdict::Fail, Some(0x80D0_5001)),
    ("block-page-206", Verdict::Fail, Some(0x80D0_5001)),
    ("get-403", Verdict::Fail, Some(0x8019_0193)),
    ("get-404", Verdict::Inconclusive, Some(0x8019_0194)),
    ("get-405", Verdict::Fail, Some(0x8019_0195)),
    ("get-407", Verdict::Inconclusive, Some(0x8019_0197)),
    ("get-416", Verdict::Fail, Some(0x8019_01A0)),
    ("get-500", Verdict::Fail, Some(0x80D0_2002)),
    ("get-503", Verdict::Inconclusive, Some(0x80D0_2002)),
    ("empty-body-refused", Verdict::Fail, Some(0x8019_0190)),
    ("auth-basic", Verdict::Inconclusive, Some(0x8019_0197)),
    ("auth-digest", Verdict::Inconclusive, Some(0x8019_0197)),
    ("auth-negotiate", Verdict::Inconclusive, Some(0x8019_0197)),
    ("auth-ntlm", Verdict::Inconclusive, Some(0x8019_0197)),
    ("auth-without-challenge", Verdict::Fail, Some(0x8019_0197)),
    ("range-ignored", Verdict::Fail, Some(0x80D0_5011)),
    ("strip-range", Verdict::Fail, Some(0x80D0_5011)),
    ("range-ignored-after-start", Verdict::Fail, Some(0x80D0_5011)),
    ("range-refused-after-start", Verdict::Fail, Some(0x8019_01A0)),
    ("no-content-range", Verdict::Fail, Some(0x80D0_5011)),
    ("slice-as-200", Verdict::Fail, Some(0x80D0_5011)),
    ("two-content-ranges", Verdict::Fail, Some(0x80D0_5010)),
    ("malformed-content-range", Verdict::Fail, Some(0x80D0_5010)),
    ("wrong-content-range", Verdict::Fail, Some(0x80D0_5001)),
    ("shifted-range", Verdict::Fail, Some(0x80D0_5001)),
    ("wrong-total", Verdict::Fail, Some(0x80D0_5001)),
    ("unknown-total", Verdict::Warn, None),
    ("reversed-content-range", Verdict::Fail, Some(0x80D0_5010)),
    ("negative-content-range", Verdict::Fail, Some(0x80D0_5010)),
    ("no-length-206", Verdict::Warn, None),
    ("chunked-206", Verdict::Warn, None),
    ("unfinished-chunked-206", Verdict::Fail, Some(0x80D0_2002)),
    ("length-too-long-206", Verdict::Fail, Some(0x80D0_5001)),
    ("length-too-short-206", Verdict::Fail, Some(0x80D0_5001)),
    ("length-of-file-206", Verdict::Fail, Some(0x80D0_5001)),
    ("gzip-206", Verdict::Fail, Some(0x80D0_5001)),
    ("multipart-for-one", Verdict::Fail, Some(0x80D0_5011)),
    ("first-range-always", Verdict::Fail, Some(0x80D0_5001)),
    ("first-range-kept", Verdict::Fail, Some(0x80D0_5001)),
    ("range-ignored-while-filling", Verdict::Fail, Some(0x80D0_5011)),
    ("large-range-capped", Verdict::Fail, Some(0x80D0_5001)),
    ("large-range-refused", Verdict::Fail, Some(0x8019_01A0)),
    ("large-range-ignored", Verdict::Fail, Some(0x80D0_5011)),
    ("wrap-2gib", Verdict::Fail, Some(0x80D0_5001)),
    ("wrap-4gib", Verdict::Fail, Some(0x80D0_5001)),
    ("refused-beyond-2gib", Verdict::Fail, Some(0x8019_01A0)),
    ("refused-beyond-4gib", Verdict::Fail, Some(0x8019_01A0)),
    ("whole-range-refused", Verdict::Fail, Some(0x8019_01A0)),
    ("http-1.0-without-ranges", Verdict::Fail, Some(0x80D0_5011)),
    ("flaky-range", Verdict::Fail, Some(0x80D0_5011)),
    ("two-lengths", Verdict::Fail, Some(0x80D0_2002)),
    ("length-and-chunked", Verdict::Fail, Some(0x80D0_2002)),
    ("stray-bytes", Verdict::Fail, Some(0x80D0_2002)),
    ("endless-body", Verdict::Fail, Some(0x80D0_2002)),
    ("short-body", Verdict::Fail, Some(0x80D0_2002)),
    ("shifted-body", Verdict::Fail, None),
    ("corrupt-byte", Verdict::Fail, None),
    ("garbage-status-line", Verdict::Fail, Some(0x80D0_2002)),
    ("garbage-status-line-get", Verdict::Fail, Some(0x80D0_2002)),
    ("malformed-status-line", Verdict::Fail, Some(0x80D0_2002)),
    ("http-0.9", Verdict::Fail, Some(0x80D0_2002)),
    ("malformed-field", Verdict::Fail, Some(0x80D0_2002)),
    ("endless-head", Verdict::Fail, Some(0x8007_2F96)),
    ("nul-in-head", Verdict::Warn, None),
    ("bare-lf", Verdict::Warn, None),
    ("space-before-colon", Verdict::Warn, None),
    ("folded-field", Verdict::Warn, None),
    ("size-changes", Verdict::Fail, Some(0x80D0_5001)),
    ("last-modified-changes", Verdict::Warn, None),
    ("etag-changes", Verdict::Warn, None),
    ("bytes-change", Verdict::Fail, None),
    ("altered-byte", Verdict::Fail, None),
    ("cut-beyond-24k", Verdict::Fail, Some(0x80D0_2002)),
    ("reset-beyond-48k", Verdict::Fail, Some(0x80D0_2002)),
    ("stall-beyond-64k", Verdict::Fail, Some(0x80D0_2002)),
    ("oversized-head", Verdict::Fail, Some(0x8007_2F96)),
    ("interim-eleven", Verdict::Fail, Some(0x80D0_2002)),
    ("two-ranges-per-connection", Verdict::Fail, Some(0x80D0_5011)),
    ("last-modified-moves", Verdict::Warn, None),
];
