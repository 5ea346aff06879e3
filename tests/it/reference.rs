//! A whole run with the files of the reference origin, through a listening proxy.

use bitsgate::mock::{self, Behaviour};
use serde_json::Value;

use crate::support::binary::run;
use crate::support::runtime;

/// The report of a check of a proxy with this behaviour, without a target.
fn report(behaviour: &str, arguments: &[&str]) -> Value {
    let behaviour = Behaviour::parse(behaviour).expect("a behaviour");
    let listen = ([127, 0, 0, 1], 0).into();
    let proxy = runtime().block_on(mock::start_proxy(listen, behaviour)).expect("a free port");
    let url = proxy.url();
    let all = ["check", "--legs", "cold", "--format", "json", "--proxy", &url];
    let finished = run(all.iter().chain(arguments));
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:#?}"))
}

fn targets(report: &Value) -> Vec<&str> {
    let results = report["results"].as_array().expect("results").iter();
    results.map(|result| result["target"].as_str().expect("a target")).collect()
}

#[test]
fn a_right_proxy_is_tried_with_all_sizes() {
    let report = report("", &[]);
    let all = ["1MiB", "16MiB", "5GiB", "1KiB", "1B"].map(|size| format!("reference:{size}"));
    assert_eq!(targets(&report), all);
    assert_eq!(report["complete"], true);
}

#[test]
fn a_proxy_that_fetches_whole_files_is_spared_the_huge_one() {
    let spared = report("strip-range", &["--only", "range-first"]);
    assert!(!targets(&spared).contains(&"reference:5GiB"), "{:?}", targets(&spared));
    assert_eq!(spared["complete"], true);
    let told = spared["results"].to_string();
    assert!(told.contains("The reference:5GiB was left out"), "{told}");

    let insisted = report("strip-range", &["--only", "range-first", "--warm-limit", "6GiB"]);
    assert!(targets(&insisted).contains(&"reference:5GiB"), "{:?}", targets(&insisted));
}
