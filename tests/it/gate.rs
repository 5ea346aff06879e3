//! The gate of a team: accepted findings, severities, a baseline.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::assert_schema;
use crate::support::binary::{Finished, bitsgate, finish};

/// Runs `check` in a folder with this configuration. Both kinds of jobs must work.
fn check(folder: &Path, configuration: &str, arguments: &[&str]) -> Finished {
    fs::write(folder.join("bitsgate.toml"), configuration).expect("a configuration");
    finish(bitsgate().args(["check", "--require=all"]).args(arguments).current_dir(folder))
}

fn json(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:#?}"))
}

const PROXY: &str = "[[proxies]]\nname = \"old\"\nurl = \"mock:multi-416\"\n";

/// Accepts all that the proxy above does wrong, until a day.
fn accepting(until: &str) -> String {
    let checks = [
        "multi-two",
        "multi-repeated",
        "multi-adjacent",
        "multi-near",
        "multi-five",
        "multi-many",
        "multi-descending",
    ];
    let entry = |check: &&str| {
        format!(
            "[[accept]]\ncheck = {check:?}\nproxy = \"o*\"\nuntil = {until}\nreason = \"ticket 1\"\n"
        )
    };
    PROXY.to_owned() + &checks.iter().map(entry).collect::<String>()
}

#[test]
fn an_accepted_finding_stays_visible_and_decides_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(check(folder.path(), PROXY, &["mock:"]).code, Some(1));
    let finished = check(folder.path(), &accepting("2999-12-31"), &["--format=json", "mock:"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let report = json(&finished);
    assert_schema(&report);
    assert_eq!(report["verdict"], "pass");
    let checks = report["results"][0]["checks"].as_array().expect("checks").iter();
    let accepted: Vec<&Value> = checks.filter(|check| !check["accepted"].is_null()).collect();
    assert!(!accepted.is_empty(), "{report}");
    for check in accepted {
        assert_eq!(check["status"], "fail", "{check}");
        assert_eq!(check["accepted"]["until"], "2999-12-31");
        assert_eq!(check["accepted"]["reason"], "ticket 1");
    }
    let text = check(folder.path(), &accepting("2999-12-31"), &["mock:"]).stdout;
    assert!(text.contains("until 2999-12-31: ticket 1") && text.contains("Accepted"), "{text}");
    // A new defect of the same proxy is told.
    let both = accepting("2999-12-31").replace("multi-416", "multi-416+no-length-head");
    assert_eq!(check(folder.path(), &both, &["mock:"]).code, Some(1));
}

#[test]
fn an_acceptance_ends_and_is_missed_when_it_is_of_no_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let expired = check(folder.path(), &accepting("2020-01-01"), &["mock:"]);
    assert_eq!(expired.code, Some(1), "{expired:#?}");
    let words: Vec<&str> = expired.stdout.split_whitespace().collect();
    let text = words.join(" ");
    assert!(text.contains("was accepted until 2020-01-01: it counts again"), "{text}");
    let expired = check(folder.path(), &accepting("2020-01-01"), &["--format=csv", "mock:"]);
    assert!(expired.stderr.contains("was accepted until 2020-01-01"), "{expired:#?}");
    let mended = accepting("2999-12-31").replace("mock:multi-416", "mock:");
    let report = json(&check(folder.path(), &mended, &["--format=json"]));
    assert_schema(&report);
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("multi-two via o* (bitsgate.toml:5) was not found"), "{warnings}");
}

#[test]
fn severities_decide_what_a_check_is_worth() {
    let folder = tempfile::tempdir().expect("a folder");
    let code = |checks: &str, fault: &str| {
        check(folder.path(), &format!("[checks]\n{checks}\n"), &["--proxy", fault]).code
    };
    assert_eq!(code("", "mock:no-validators"), Some(0));
    assert_eq!(code("head-validators = \"fail\"", "mock:no-validators"), Some(1));
    assert_eq!(code("", "mock:no-length-head"), Some(1));
    let ignored = "head-content-length = \"ignore\"\nhead-length-valid = \"ignore\"";
    let report = check(
        folder.path(),
        &format!("[checks]\n{ignored}\n"),
        &["--format=json", "--proxy=mock:no-length-head"],
    );
    assert_schema(&json(&report));
    let checks = json(&report)["results"][0]["checks"].clone();
    let one = checks
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == "head-content-length" && one["phase"] == "cold");
    assert_eq!(one.unwrap()["status"], "fail");
    assert_eq!(one.unwrap()["severity"], "ignore");
}

#[test]
fn a_baseline_lets_through_what_it_knows_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    // The same proxy behaves otherwise the next day: the report names it by its address.
    let save = |name: &str, fault: &str| {
        let finished = check(folder.path(), "", &["--format=json", "--proxy", fault]);
        let text = finished.stdout.replace(fault, "mock:any");
        fs::write(folder.path().join(name), &text).expect("a report");
    };
    let faults = ["mock:", "mock:multi-416", "mock:multi-416+no-length-head"];
    for (fault, name) in faults.iter().zip(["good.json", "known.json", "worse.json"]) {
        save(name, fault);
    }
    let diff = |one: &str, other: &str| {
        finish(bitsgate().args(["diff", one, other]).current_dir(folder.path()))
    };
    assert_eq!(diff("known.json", "known.json").code, Some(0));
    assert_eq!(diff("good.json", "known.json").code, Some(1));
    assert_eq!(diff("known.json", "worse.json").code, Some(1));
    let mended = diff("known.json", "good.json");
    assert_eq!(mended.code, Some(0), "{mended:#?}");
    assert!(mended.stdout.contains("fixed"), "{mended:#?}");
    let as_json = finish(
        bitsgate()
            .args(["diff", "--format=json", "good.json", "known.json"])
            .current_dir(folder.path()),
    );
    assert_eq!(json(&as_json)["worse"], true);
    assert_eq!(diff("good.json", "bitsgate.toml").code, Some(2));

    // A run with a baseline, of the same fault and of a second one.
    let finished = check(folder.path(), "", &["--format=json", "--proxy", faults[1]]);
    fs::write(folder.path().join("old.json"), &finished.stdout).expect("a report");
    let again = ["--baseline=old.json", "--format=json", "--proxy", faults[1]];
    let again = check(folder.path(), "", &again);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_schema(&json(&again));
    assert!(again.stdout.contains("\"known\": true"));
    let worse = finished.stdout.replace(faults[1], faults[2]);
    fs::write(folder.path().join("old.json"), worse).expect("a report");
    let worse = check(folder.path(), "", &["--baseline=old.json", "--proxy", faults[2]]);
    assert_eq!(worse.code, Some(1), "{worse:#?}");
    assert!(worse.stdout.contains("now fail"), "{worse:#?}");
}

#[test]
fn a_change_of_the_code_shows_both() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, fault) in [("then.json", "mock:get-403"), ("now.json", "mock:get-503")] {
        let finished = check(folder.path(), "", &["--format=json", "--proxy", fault]);
        let text = finished.stdout.replace(fault, "mock:any");
        fs::write(folder.path().join(name), &text).expect("a report");
    }
    let diff = |format: &str| {
        let arguments = ["diff", format, "then.json", "now.json"];
        finish(bitsgate().args(arguments).current_dir(folder.path()))
    };
    let finished = diff("--format=text");
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    let text = finished.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "worse range-first +11[cold,warm]: fail 0x80190193, now fail 0x801901F7:";
    assert!(text.contains(told), "{text}");
    let report = json(&diff("--format=json"));
    let changes = report["changes"].as_array().expect("changes");
    let change = changes.iter().find(|one| one["check"] == "range-first").expect("the check");
    assert_eq!((&change["kind"], &change["then_hresult"]), (&"worse".into(), &"0x80190193".into()));
    assert_eq!(change["now_hresult"], "0x801901F7");
}

#[test]
fn two_accounts_of_one_proxy_are_two_results() {
    let folder = tempfile::tempdir().expect("a folder");
    let sites = ["site-a", "site-b"].map(|name| PROXY.replace("old", name)).concat();
    let of = |site: &str, arguments: &[&str]| {
        check(folder.path(), &sites, &[&["--proxy", site, "mock:"], arguments].concat())
    };
    let baseline = of("site-a", &["--format=json"]).stdout;
    fs::write(folder.path().join("a.json"), &baseline).expect("a report");
    assert_eq!(of("site-a", &["--baseline=a.json"]).code, Some(0));
    let other = of("site-b", &["--baseline=a.json"]);
    assert_eq!(other.code, Some(1), "{other:#?}");
    let text = other.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("via proxy site-b (mock:multi-416) (bits)"), "{text}");
    // A report from before there were names still holds for its URL.
    let mut unnamed: Value = serde_json::from_str(&baseline).expect("a report");
    unnamed["results"][0].as_object_mut().expect("a result").remove("proxy_name");
    fs::write(folder.path().join("url.json"), unnamed.to_string()).expect("a report");
    assert_eq!(of("site-b", &["--baseline=url.json"]).code, Some(0));
}

#[test]
fn a_newer_report_of_a_part_is_no_clean_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let proxies = ["--proxy=mock:", "--proxy=mock:no-length-head", "mock:", "--format=json"];
    let report = json(&check(folder.path(), "", &proxies));
    let save = |name: &str, report: &Value| {
        fs::write(folder.path().join(name), report.to_string()).expect("a report");
    };
    save("then.json", &report);
    // The same run, had it ended after the first proxy.
    let mut part = report;
    let results = part["results"].as_array_mut().expect("results");
    results.retain(|result| result["proxy"] == "mock:");
    part["complete"] = false.into();
    part["missing"] = serde_json::json!([{
        "target": "mock:", "proxy": "mock:no-length-head", "why": "the deadline had passed",
    }]);
    save("now.json", &part);
    let diff = |format: &str| {
        let arguments = ["diff", format, "then.json", "now.json"];
        finish(bitsgate().args(arguments).current_dir(folder.path()))
    };
    let finished = diff("--format=text");
    assert_eq!(finished.code, Some(3), "{finished:#?}");
    let text = finished.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "not tried: mock: via proxy mock:no-length-head: the deadline had passed";
    assert!(text.contains("INCOMPLETE") && text.contains(told), "{text}");
    let comparison = json(&diff("--format=json"));
    assert_eq!(
        (&comparison["complete"], &comparison["gone"]),
        (&false.into(), &Value::Array(vec![]))
    );
    assert_eq!(comparison["not_tried"][0]["proxy"], "mock:no-length-head");
}

#[test]
fn strictness_reaches_the_words_of_every_gate() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |format: &str| {
        let format = format!("--format={format}");
        let arguments = ["--strict", "--legs=cold", "--proxy=mock:no-validators", "mock:", &format];
        check(folder.path(), "", &arguments)
    };
    let (nagios, junit, tap) = (of("nagios"), of("junit"), of("tap"));
    assert_eq!((nagios.code, junit.code, tap.code), (Some(2), Some(1), Some(1)));
    assert!(nagios.stdout.starts_with("BITSGATE CRITICAL - "), "{nagios:#?}");
    assert!(junit.stdout.contains("<failure "), "{junit:#?}");
    assert!(tap.stdout.contains("\nnot ok "), "{tap:#?}");
    let html = of("html");
    assert!(html.stdout.contains("--strict has warnings fail"), "{html:#?}");
}
