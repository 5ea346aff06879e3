//! What a run comes to: which kind of job must work, and targets that cannot be used.

use serde_json::Value;

use crate::requests::right_origin;
use crate::support::binary::{Finished, run};
use crate::support::server::{Received, Reply, Server};

fn check(arguments: &[&str]) -> (Finished, Value) {
    let all = ["check", "--timeout", "5s", "--format", "json"].iter().chain(arguments);
    let finished = run(all);
    let report = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
    (finished, report)
}

fn status(code: u16, more: &str) -> Vec<u8> {
    format!("HTTP/1.1 {code} X\r\nContent-Length: 0\r\n{more}\r\n").into_bytes()
}

fn refuses(code: u16, more: &'static str) -> Server {
    Server::start(move |_| Reply::Keep(status(code, more)))
}

#[test]
fn defect_of_several_ranges_fails_only_the_job_that_requires_them() {
    for (require, verdict, code) in [
        (None, "warn", 0),
        (Some("download"), "warn", 0),
        (Some("ranges"), "fail", 1),
        (Some("all"), "fail", 1),
    ] {
        let mut arguments = vec!["mock:multi-200", "--legs", "direct"];
        arguments.extend(require.map_or(vec![], |kind| vec!["--require", kind]));
        let (finished, report) = check(&arguments);
        assert_eq!(report["verdict"], verdict, "{require:?}");
        assert_eq!(finished.code, Some(code), "{require:?}");
        let jobs = &report["results"][0]["jobs"];
        assert_eq!(jobs["download"]["state"], "transferred");
        assert_eq!(jobs["ranges"]["hresult"], "0x80200013");
        assert_eq!(jobs["ranges"]["because"], "multi-two");
    }
}

#[test]
fn defect_of_single_ranges_fails_only_the_job_that_requires_them() {
    let (finished, report) = check(&["mock:range-ignored-after-start", "--require", "ranges"]);
    assert_eq!(report["verdict"], "warn", "{finished:#?}");
    let (_, report) = check(&["mock:range-ignored-after-start"]);
    assert_eq!(report["verdict"], "fail");
}

#[test]
fn warning_says_which_jobs_are_affected() {
    let finished = run(["check", "mock:multi-200"]);
    let text = finished.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("Express updates (several ranges in one request) would fail: 0x80200013"),
        "{text}"
    );
    assert!(text.contains("--require ranges"), "{text}");
    assert!(!text.contains("FAIL"), "{text}");
}

#[test]
fn note_changes_no_verdict_also_not_a_strict_one() {
    for arguments in
        [&["mock:multi-adjacent-merged"][..], &["mock:multi-adjacent-merged", "--strict"]]
    {
        let (finished, report) = check(arguments);
        assert_eq!((finished.code, &report["verdict"]), (Some(0), &Value::from("pass")));
    }
    let (finished, report) = check(&["mock:multi-adjacent-merged", "--strict", "--require", "all"]);
    assert_eq!((finished.code, &report["verdict"]), (Some(1), &Value::from("warn")));
}

#[test]
fn tiny_file_makes_no_verdict_worse_than_a_note() {
    for size in ["1", "1024"] {
        let target = format!("mock:?size={size}");
        let (finished, report) = check(&[&target, "--strict"]);
        assert_eq!(report["verdict"], "pass", "{size}: {finished:#?}");
        assert_eq!(finished.code, Some(0), "{size}");
    }
    let (finished, _) = check(&["mock:?size=1", "--require", "all"]);
    assert_eq!(finished.code, Some(3), "several ranges of one byte cannot be tried");
}

/// The only result, which concludes nothing because of the target; its first note says why.
#[track_caller]
fn assert_unusable(arguments: &[&str], words: &[&str]) -> Value {
    let (finished, report) = check(arguments);
    let result = report["results"][0].clone();
    assert_eq!(finished.code, Some(3), "{arguments:?}: {result:#}");
    assert_eq!(result["verdict"], "inconclusive");
    assert_eq!(result["at_fault"], Value::Null, "{result:#}");
    let advice = result["fixes"].as_array().expect("fixes");
    assert!(advice.iter().all(|fix| fix["product"].is_null()), "{advice:?}");
    let note = result["notes"][0].as_str().expect("a note");
    for word in words {
        assert!(note.contains(word), "{word}: {note}");
    }
    result
}

#[test]
fn page_of_a_folder_is_no_file() {
    let server = Server::start(|received| {
        let page = "<!DOCTYPE html><html><title>Index of /Content/</title></html>";
        let text = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n",
            page.len()
        );
        let is_head = received.bytes.starts_with(b"HEAD ");
        Reply::Keep((text + if is_head { "" } else { page }).into_bytes())
    });
    let url = server.url("/Content/");
    assert_unusable(&[&url], &["is a page", "The URL names a folder"]);
    assert_unusable(&["--proxy", "mock:", &url], &["The URL names a folder"]);
}

#[test]
fn missing_file_is_no_failure_of_bits() {
    let server = refuses(404, "");
    let url = server.url("/Content/missing.cab");
    let result = assert_unusable(&[&url], &["404", "Check the path in the URL"]);
    assert_eq!(result["jobs"]["download"]["hresult"], "0x80190194", "the job is still predicted");
    assert_unusable(&["--proxy", "mock:", &url], &["without the proxy", "404"]);
    let finished = run(["check", &url]);
    assert!(finished.stdout.contains("The target is not usable"), "{}", finished.stdout);
}

#[test]
fn folder_is_no_target() {
    let server = refuses(403, "");
    assert_unusable(&[&server.url("/Content/")], &["403", "names a folder"]);
    // A file that the server refuses is what BITS would meet.
    let (finished, _) = check(&[&server.url("/Content/a.cab")]);
    assert_eq!(finished.code, Some(1));
}

#[test]
fn proxy_that_cannot_reach_the_target_is_not_judged() {
    // Nothing listens on port 9 of this machine.
    let url = "http://127.0.0.1:9/a.cab";
    for (code, more, words) in [
        (502, "", "the proxy answers 502"),
        (503, "X-Squid-Error: ERR_CONNECT_FAIL 111\r\n", "ERR_CONNECT_FAIL 111"),
        (503, "X-Squid-Error: ERR_DNS_FAIL 0\r\n", "ERR_DNS_FAIL"),
        (504, "", "127.0.0.1:9"),
    ] {
        let proxy = refuses(code, more);
        assert_unusable(&["--proxy", &proxy.url(""), url], &[words, "Check the host name"]);
    }
}

#[test]
fn proxy_that_refuses_a_usable_target_fails() {
    let server = Server::start(right_origin);
    for code in [403, 404, 503] {
        let proxy = refuses(code, "");
        let (finished, report) = check(&[
            "--only",
            "head-status,range-first",
            "--proxy",
            &proxy.url(""),
            &server.url("/a.cab"),
        ]);
        assert_eq!(finished.code, Some(1), "{code}: {:#}", report["results"][0]["notes"]);
    }
}

#[test]
fn proxy_that_denies_access_is_judged() {
    let proxy = refuses(403, "X-Squid-Error: ERR_ACCESS_DENIED 0\r\n");
    let (finished, report) = check(&["--proxy", &proxy.url(""), "http://127.0.0.1:9/a.cab"]);
    assert_eq!(finished.code, Some(1));
    assert_eq!(report["results"][0]["jobs"]["download"]["hresult"], "0x80190193");
}

#[test]
fn redirect_to_a_dead_host_is_no_failure_of_bits() {
    let server = refuses(302, "Location: http://127.0.0.1:9/b.cab\r\n");
    assert_unusable(&[&server.url("/a.cab")], &["redirects to http://127.0.0.1:9/b.cab"]);
}

#[test]
fn base_url_without_wsus_is_inconclusive() {
    for code in [404, 403] {
        let server = refuses(code, "");
        let (finished, report) = check(&[&server.url("/")]);
        assert_eq!(finished.code, Some(3), "{code}: {:#}", report["results"][0]["checks"]);
    }
}

#[test]
fn ranges_are_judged_though_head_tells_no_size() {
    let without = |received: &Received| received.bytes.starts_with(b"HEAD");
    for head in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"[..],
        b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n",
    ] {
        let server = Server::start(move |received| {
            if without(received) { Reply::Keep(head.to_vec()) } else { right_origin(received) }
        });
        let (_, report) = check(&[&server.url("/a.cab")]);
        let checks = report["results"][0]["checks"].as_array().expect("checks").clone();
        let of = |id: &str| checks.iter().find(|check| check["id"] == id).expect("it ran").clone();
        for id in ["range-first", "range-next", "range-middle", "range-last-byte"] {
            assert_eq!(of(id)["status"], "pass", "{:#}", of(id));
        }
        assert!(!report.to_string().contains("the file is empty:"), "{report:#}");
    }
}

#[test]
fn check_and_fetch_predict_the_same_job() {
    for faults in ["range-ignored", "no-length-head", "wrong-content-range"] {
        let target = format!("mock:{faults}");
        let (_, report) = check(&[&target, "--legs", "direct"]);
        let expected = &report["results"][0]["jobs"]["download"];
        let fetched = run([
            "fetch",
            "--format",
            "json",
            "--no-progress-timeout",
            "1s",
            "--retry-delay",
            "1s",
            &target,
        ]);
        let fetched: Value = serde_json::from_str(&fetched.stdout).expect("a report of fetch");
        for field in ["hresult", "certainty", "because"] {
            assert_eq!(fetched[field], expected[field], "{faults}: {fetched:#}\n{expected:#}");
        }
    }
}
