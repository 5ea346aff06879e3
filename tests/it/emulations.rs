//! What `bitsgate list emulations` promises, held against runs of `check`; and what a user sees of
//! emulations elsewhere.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::binary::{Finished, run};
use crate::support::capture;
use crate::support::client::Client;
use crate::support::flag_origin::FlagOrigin;
use crate::support::runtime;
use bitsgate::mock::{self, Behaviour, emulation};

/// Starts an emulation.
fn start(name: &str) -> mock::Running {
    let behaviour = Behaviour::parse(name).expect("an emulation");
    let listen = ([127, 0, 0, 1], 0).into();
    runtime().block_on(mock::start_proxy(listen, behaviour)).expect("a free port")
}

/// The only result of a run of `check` as JSON.
fn result_of(name: &str, target: &str) -> Value {
    let proxy = format!("mock:{name}");
    let finished = run(["check", "--proxy", &proxy, "--format", "json", target]);
    let report: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{name}: {error}\n{}", finished.stderr));
    report["results"][0].clone()
}

/// The checks that failed or warned.
fn failed(result: &Value) -> BTreeSet<String> {
    let checks = result["checks"].as_array().expect("checks");
    let failed =
        checks.iter().filter(|check| check["status"] == "fail" || check["status"] == "warn");
    failed.map(|check| check["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn every_emulation_keeps_its_promise() {
    let mut broken = Vec::new();
    for table in emulation::all() {
        let promise = &table.promise;
        let result = result_of(&table.id, &promise.target);
        let job = result["job"]["hresult"].as_str().unwrap_or("transferred");
        let verdict = &result["verdict"];
        let failed = failed(&result);
        let has_check = promise.check.as_ref().is_none_or(|check| failed.contains(check));
        if verdict != promise.verdict.as_str() || job != promise.job() || !has_check {
            broken.push(format!("{}: {verdict} {job} {failed:?}", table.id));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn head_has_its_length_from_the_version_that_mended_it() {
    for lost in ["2.0.35", "2.0.46", "2.0.55", "2.2.0"] {
        let result = result_of(&format!("apache-{lost}"), "mock:");
        assert_eq!(result["job"]["hresult"], "0x80200011", "{lost}");
        assert_eq!(result["job"]["because"], "head-content-length", "{lost}");
        assert_eq!(result["blame"]["party"], "proxy", "{lost}");
        // Nothing on the wire names Apache: what fits what is wrong comes first.
        assert_eq!(result["advice"][0]["product"], "apache", "{lost}");
    }
    for kept in ["2.0.56", "2.0.62", "2.2.1"] {
        let result = result_of(&format!("apache-{kept}"), "mock:");
        assert_eq!(result["verdict"], "pass", "{kept}: {:?}", failed(&result));
    }
}

#[test]
fn ranges_lose_their_length_above_the_thresholds_of_each_version() {
    // A mended HEAD is taken for granted here: only the ranges are looked at.
    let large = |name: &str, size: &str| {
        failed(&result_of(name, &format!("mock:?size={size}"))).contains("range-whole")
    };
    assert!(!large("apache-2.0.40", "39000"));
    assert!(large("apache-2.0.40", "41000"));
    assert!(!large("apache-2.0.44", "7000"));
    assert!(large("apache-2.0.44", "9000"));
    assert!(!large("apache-2.0.45", "1MiB"));
}

#[test]
fn the_thresholds_are_right_to_the_byte() {
    let origin = FlagOrigin::start();
    // Head and body in one segment, apart, and chunked in pieces of 4000.
    for (version, flags, largest) in [
        ("2.0.39", "-", Some(39769)),
        ("2.0.39", "split", Some(40000)),
        ("2.0.39", "chunked", Some(36000)),
        ("2.0.44", "-", Some(7771)),
        ("2.0.44", "split", Some(8000)),
        ("2.0.44", "chunked", None),
    ] {
        let proxy = start(&format!("apache-{version}"));
        let has_length = |size: usize| {
            let path = format!("/{flags}/f{size}.bin");
            let request = format!("GET http://ORIGIN{path} HTTP/1.1\r\nHost: ORIGIN\r\n\r\n");
            let request = capture::with_origin(&request, &origin.authority());
            let answer = Client::connect(proxy.addr()).ask(&request);
            let head = String::from_utf8_lossy(&answer.head).into_owned();
            assert_ne!(head.contains("Content-Length"), head.contains("chunked"), "{head}");
            head.contains("Content-Length")
        };
        match largest {
            Some(size) => {
                assert!(has_length(size), "{version} {flags} {size}");
                assert!(!has_length(size + 1), "{version} {flags} {size} + 1");
            }
            None => assert!(!has_length(10), "{version} {flags}"),
        }
    }
}

#[test]
fn a_range_that_the_origin_ignores_comes_as_each_version_sends_it() {
    let origin = FlagOrigin::start();
    let ask = |version: &str, path: &str, range: &str| {
        let proxy = start(&format!("apache-{version}"));
        let request = format!(
            "GET http://ORIGIN{path} HTTP/1.1\r\nHost: ORIGIN\r\nRange: bytes={range}\r\n\r\n"
        );
        let request = capture::with_origin(&request, &origin.authority());
        let answer = Client::connect(proxy.addr()).ask(&request);
        String::from_utf8_lossy(&[answer.head, answer.body].concat()).into_owned()
    };
    let small = |version, range| ask(version, "/norange/f1000.bin", range);
    // 200 with Content-Range and only the slice.
    for version in ["2.0.39", "2.0.44", "2.0.51", "2.0.55", "2.2.0"] {
        let answer = small(version, "0-99");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{version}: {answer}");
        assert!(answer.contains("Content-Range: bytes 0-99/1000\r\n"), "{version}: {answer}");
        assert!(answer.contains("Content-Length: 100\r\n"), "{version}: {answer}");
    }
    // 200 with an error page.
    assert!(small("2.0.36", "0-99").contains("\r\n\r\n<!DOCTYPE HTML"));
    assert!(small("2.0.36", "0-99").starts_with("HTTP/1.1 200 OK\r\n"));
    // 206, and 416 without Content-Range.
    for version in ["2.0.60", "2.0.65", "2.2.15", "2.2.30", "2.4"] {
        assert!(small(version, "0-99").starts_with("HTTP/1.1 206 "), "{version}");
        let past_end = small(version, "2000-3000");
        assert!(past_end.starts_with("HTTP/1.1 416 "), "{version}: {past_end}");
        assert!(!past_end.contains("Content-Range"), "{version}: {past_end}");
    }
    // The whole file as a range.
    for version in ["2.0.65", "2.2.20", "2.2.21"] {
        assert!(small(version, "0-999").starts_with("HTTP/1.1 200 "), "{version}");
        assert!(small(version, "0-").starts_with("HTTP/1.1 200 "), "{version}");
    }
    for version in ["2.0.64", "2.2.19", "2.2.22"] {
        assert!(small(version, "0-999").starts_with("HTTP/1.1 206 "), "{version}");
    }
    // Above the limit the whole file comes, before 2.0.55 the slice still does.
    for (version, status) in [("2.0.54", "Content-Length: 100\r\n"), ("2.0.55", "th: 20000\r\n")] {
        assert!(ask(version, "/norange/f20000.bin", "0-99").contains(status), "{version}");
    }
    // The limits to the byte: 8000 less the head of the origin, and 8192.
    for (version, size, is_cut) in
        [("2.0.55", 7793, true), ("2.0.55", 7794, false), ("2.4", 8192, true), ("2.4", 8193, false)]
    {
        let answer = ask(version, &format!("/norange/f{size}.bin"), "0-99");
        assert_eq!(answer.contains("Content-Length: 100\r\n"), is_cut, "{version} {size}");
    }
}

#[test]
fn more_than_32_parts_have_no_length_in_2_4() {
    let origin = FlagOrigin::start();
    let proxy = start("apache-2.4");
    let mut client = Client::connect(proxy.addr());
    for (count, has_length) in [(32, true), (33, false)] {
        let ranges: Vec<_> = (0..count).map(|part| format!("{0}-{0}", part * 10)).collect();
        let request = format!(
            "GET http://ORIGIN/norange/f1000.bin HTTP/1.1\r\nHost: ORIGIN\r\n\
             Range: bytes={}\r\n\r\n",
            ranges.join(",")
        );
        let answer = client.ask(&capture::with_origin(&request, &origin.authority()));
        let head = String::from_utf8_lossy(&answer.head).into_owned();
        assert!(head.starts_with("HTTP/1.1 206 "), "{head}");
        assert_eq!(head.contains("Content-Length"), has_length, "{count}: {head}");
        assert_eq!(head.contains("chunked"), !has_length, "{count}: {head}");
    }
}

#[test]
fn an_expired_entry_is_what_each_version_makes_of_it() {
    let heads_after_expiry = |name: &str| {
        let origin = FlagOrigin::start();
        let proxy = start(name);
        let mut client = Client::connect(proxy.addr());
        let mut ask = |method: &str| {
            let text =
                format!("{method} http://ORIGIN/ma1/f311.bin HTTP/1.1\r\nHost: ORIGIN\r\n\r\n");
            let answer = client.ask(&capture::with_origin(&text, &origin.authority()));
            String::from_utf8_lossy(&answer.head).into_owned()
        };
        ask("GET");
        std::thread::sleep(std::time::Duration::from_millis(1200));
        origin.take();
        let first = ask("HEAD");
        (first, ask("HEAD"), origin.take().len())
    };
    let names =
        ["2.0.46-disk", "2.0.52-disk", "2.0.55-disk", "2.0.55-mem", "2.2.3-disk", "2.2.6-disk"];
    let found = std::thread::scope(|scope| {
        let run = |name| scope.spawn(move || heads_after_expiry(&format!("apache-{name}")));
        names.map(run).map(|run| run.join().expect("no panic"))
    });
    let starts = |index: usize, first: &str, second: &str, upstream: usize| {
        let (one, two, asked): &(String, String, usize) = &found[index];
        assert!(one.starts_with(first), "{}: {one}", names[index]);
        assert!(two.starts_with(second), "{}: {two}", names[index]);
        assert_eq!(*asked, upstream, "{}", names[index]);
    };
    starts(0, "HTTP/1.1 200 ", "HTTP/1.1 200 ", 0);
    starts(1, "HTTP/1.1 404 ", "HTTP/1.1 404 ", 0);
    starts(2, "HTTP/1.1 200 ", "HTTP/1.1 200 ", 2);
    starts(3, "HTTP/1.1 304 ", "HTTP/1.1 200 ", 2);
    starts(4, "HTTP/1.1 304 ", "HTTP/1.1 200 ", 2);
    starts(5, "HTTP/1.1 200 ", "HTTP/1.1 200 ", 1);
    assert!(found[0].0.contains("Content-Length: 311\r\n"), "served from the cache");
    assert!(!found[2].0.contains("Content-Length"), "asked anew, and PR 18757 again");
    let not_modified = &found[4].0;
    let fields: Vec<_> =
        not_modified.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
    assert_eq!(fields, ["Date", "Server", "ETag", "Cache-Control", ""], "{not_modified}");
}

/// The head of the answer to a request through this client; `ORIGIN` stands for the origin's address.
fn head_of(client: &mut Client, origin: &FlagOrigin, request: &str) -> String {
    let answer = client.ask(&capture::with_origin(request, &origin.authority()));
    String::from_utf8_lossy(&answer.head).into_owned()
}

#[test]
fn no_cache_of_the_client_is_what_each_version_makes_of_it() {
    let origin = FlagOrigin::start();
    for (version, asked, status) in [
        ("2.0.52-disk", &[true, false][..], "200"),
        ("2.2.3-disk", &[true, true], "304"),
        ("2.2.17-disk", &[true, true], "200"),
        ("2.2.18-disk", &[true, true], "200"),
    ] {
        let proxy = start(&format!("apache-{version}"));
        let mut client = Client::connect(proxy.addr());
        let start =
            |method| format!("{method} http://ORIGIN/maxage/f99.bin HTTP/1.1\r\nHost: a\r\n");
        head_of(&mut client, &origin, &format!("{}\r\n", start("GET")));
        origin.take();
        let pragma = format!("{}Pragma: no-cache\r\n\r\n", start("HEAD"));
        let head = head_of(&mut client, &origin, &pragma);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{version}: {head}");
        let mut found = vec![origin.take()];
        let control = format!("{}Cache-Control: no-cache\r\n\r\n", start("GET"));
        head_of(&mut client, &origin, &control);
        found.push(origin.take());
        let was_asked: Vec<_> = found.iter().map(|requests| !requests.is_empty()).collect();
        assert_eq!(was_asked, asked, "{version}");
        let first = String::from_utf8_lossy(&found[0][0].1).into_owned();
        let has_condition = first.contains("\r\nIf-None-Match: ");
        assert_eq!(has_condition, ["2.2.3-disk", "2.2.17-disk"].contains(&version), "{first}");
    }
}

#[test]
fn what_memory_has_stored_gets_412_up_to_2_0_50() {
    let origin = FlagOrigin::start();
    for (version, status, field) in [
        ("2.0.47", "412", "Server: Apache/2.0.47 (Unix)\r\nContent-Length: "),
        ("2.0.50", "412", "\r\nContent-Length: "),
        ("2.0.52", "206", "\r\nContent-Range: bytes 0-9/1009\r\n"),
        ("2.0.54", "206", "\r\nContent-Range: bytes 0-9/1009\r\n"),
    ] {
        let proxy = start(&format!("apache-{version}-mem"));
        let mut client = Client::connect(proxy.addr());
        let start = "GET http://ORIGIN/maxage/f1009.bin HTTP/1.1\r\nHost: a\r\n";
        head_of(&mut client, &origin, &format!("{start}\r\n"));
        let request = format!(
            "{start}Range: bytes=0-9\r\n\
             If-Unmodified-Since: Tue, 01 Mar 2005 10:00:00 GMT\r\n\r\n"
        );
        let head = head_of(&mut client, &origin, &request);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{version}: {head}");
        assert!(head.contains(field), "{version}: {head}");
        assert_eq!(head.contains("RawOrigin"), status == "206", "{version}: {head}");
    }
}

#[test]
fn if_range_is_not_compared_with_the_table_for_errors() {
    let origin = FlagOrigin::start();
    for (version, status) in [("2.0.47", "200"), ("2.0.53", "206")] {
        let proxy = start(&format!("apache-{version}-disk"));
        let mut client = Client::connect(proxy.addr());
        let start = "GET http://ORIGIN/maxage/f99.bin HTTP/1.1\r\nHost: a\r\n";
        head_of(&mut client, &origin, &format!("{start}\r\n"));
        let request = format!("{start}Range: bytes=0-9\r\nIf-Range: \"63-f99\"\r\n\r\n");
        let head = head_of(&mut client, &origin, &request);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{version}: {head}");
    }
}

#[test]
fn old_versions_tell_when_what_they_could_not_store_expires() {
    let origin = FlagOrigin::start();
    for (version, tells) in [("2.2.3-disk", true), ("2.2.3-mem", false), ("2.2.6-disk", false)] {
        let proxy = start(&format!("apache-{version}"));
        let mut client = Client::connect(proxy.addr());
        let request = "GET http://ORIGIN/maxage/f0.bin HTTP/1.1\r\nHost: a\r\n\r\n";
        let head = head_of(&mut client, &origin, request);
        assert_eq!(head.contains("\r\nExpires: "), tells, "{version}: {head}");
        head_of(&mut client, &origin, request);
        assert_eq!(origin.take().len(), 2, "{version}: it was not stored");
    }
}

#[test]
fn a_head_of_255_to_257_bytes_is_padded() {
    let origin = FlagOrigin::start();
    let proxy = start("apache-2.2.34");
    let mut client = Client::connect(proxy.addr());
    let mut padded = 0;
    for length in 1..120 {
        let kind = "x".repeat(length);
        let request = format!("GET http://ORIGIN/ct={kind}/f9.bin HTTP/1.1\r\nHost: a\r\n\r\n");
        let head = head_of(&mut client, &origin, &request);
        let bare = head.replace("X-Pad: avoid browser bug\r\n", "");
        let is_padded = bare != head;
        assert_eq!(is_padded, (257..=259).contains(&bare.len()), "{}: {head}", bare.len());
        padded += u32::from(is_padded);
    }
    assert_eq!(padded, 3);
}

#[test]
fn max_forwards_of_the_client_counts_down() {
    let origin = FlagOrigin::start();
    for (version, own) in [("2.0.52", Some("10")), ("2.2.34", None)] {
        let proxy = start(&format!("apache-{version}"));
        let mut client = Client::connect(proxy.addr());
        for (field, sent) in [("Max-Forwards: 7\r\n", Some("6")), ("", own)] {
            let request = format!("GET http://ORIGIN/-/f9.bin HTTP/1.1\r\nHost: a\r\n{field}\r\n");
            head_of(&mut client, &origin, &request);
            let asked = origin.take();
            let asked = String::from_utf8_lossy(&asked[0].1).into_owned();
            let found = asked.lines().find_map(|line| line.strip_prefix("Max-Forwards: "));
            assert_eq!(found, sent, "{version}: {asked}");
        }
    }
}

#[test]
fn some_statuses_and_answers_to_conditions_are_stored() {
    let origin = FlagOrigin::start();
    let proxy = start("apache-2.0.65-disk");
    let mut client = Client::connect(proxy.addr());
    let mut asked_for_two = |flags: &str, condition: &str| {
        let start = format!("GET http://ORIGIN/maxage,{flags}/f9.bin HTTP/1.1\r\nHost: a\r\n");
        head_of(&mut client, &origin, &format!("{start}{condition}\r\n"));
        head_of(&mut client, &origin, &format!("{start}\r\n"));
        origin.take().len()
    };
    for (status, asked) in [("203", 1), ("300", 1), ("301", 1), ("302", 2), ("404", 2)] {
        assert_eq!(asked_for_two(&format!("st={status}"), ""), asked, "{status}");
    }
    assert_eq!(asked_for_two("-", "If-None-Match: \"other\"\r\n"), 1, "its answer is stored");
}

#[test]
fn what_comes_chunked_is_not_stored() {
    let origin = FlagOrigin::start();
    for (version, size, asked) in [("2.0.44", 7000, 1), ("2.0.44", 9000, 3), ("2.0.45", 9000, 1)] {
        let proxy = start(&format!("apache-{version}-disk"));
        let mut client = Client::connect(proxy.addr());
        for _ in 0..3 {
            let request =
                format!("GET http://ORIGIN/maxage/f{size}.bin HTTP/1.1\r\nHost: ORIGIN\r\n\r\n");
            client.ask(&capture::with_origin(&request, &origin.authority()));
        }
        assert_eq!(origin.take().len(), asked, "{version} {size}");
    }
}

#[test]
fn faults_bend_the_answers_of_an_emulation() {
    let origin = FlagOrigin::start();
    let proxy = start("apache-2.0.58+no-length-head");
    let request = "HEAD http://ORIGIN/-/f1000.bin HTTP/1.1\r\nHost: ORIGIN\r\n\r\n";
    let request = capture::with_origin(request, &origin.authority());
    let answer = Client::connect(proxy.addr()).ask(&request);
    assert!(!String::from_utf8_lossy(&answer.head).contains("Content-Length"));
}

#[test]
fn a_tunnel_is_granted_in_the_words_of_apache() {
    let origin = FlagOrigin::start();
    let proxy = start("apache-2.0.52");
    let mut client = Client::connect(proxy.addr());
    let connect = format!("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", origin.authority());
    let granted = client.grant(connect.as_bytes());
    let expected = "HTTP/1.0 200 Connection Established\r\n\
                    Proxy-agent: Apache/2.0.52 (Unix)\r\n\r\n";
    assert_eq!(String::from_utf8_lossy(&granted), expected);
    let answer = client.ask(b"HEAD /-/f1000.bin HTTP/1.1\r\nHost: o\r\n\r\n");
    assert!(String::from_utf8_lossy(&answer.head).contains("Content-Length: 1000\r\n"));
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    let refused = |arguments: &[&str]| {
        let Finished { code, stderr, .. } = run(arguments);
        assert_eq!(code, Some(2), "{stderr}");
        stderr
    };
    let error = refused(&["check", "--proxy", "mock:apache-2.0.66"]);
    assert!(error.contains("did you mean apache-2.0.6"), "{error}");
    let error = refused(&["mock", "proxy", "--emulate", "apach-2.0.52"]);
    assert!(error.contains("did you mean apache-2.0.52?"), "{error}");
    let error = refused(&["mock", "proxy", "--emulate", "no-length-head"]);
    assert!(error.contains("no emulation named"), "{error}");
    let error = refused(&["check", "mock:apache-2.0.52"]);
    assert!(error.contains("--proxy mock:apache-2.0.52"), "{error}");
    let error = refused(&["check", "--proxy", "mock:apache-2.0.52+apache-2.4"]);
    assert!(error.contains("cannot be emulated at once"), "{error}");
}

#[test]
fn explain_tells_the_story_of_every_version() {
    let story = run(["explain", "apache-2.0.52"]).stdout;
    for part in [
        "apache-2.0.52",
        "0x80200011",
        "PR 18757",
        "2.0.35 to 2.0.55",
        "2.0.56",
        "upgrade",
        "built and measured",
        "Not known",
        "mock proxy --emulate apache-2.0.52",
    ] {
        assert!(story.contains(part), "{part} in:\n{story}");
    }
    let names = std::iter::once("explain".to_owned()).chain(emulation::names());
    let Finished { code, stdout, stderr, .. } = run(names);
    assert_eq!(code, Some(0), "{stderr}");
    for name in emulation::names() {
        assert!(stdout.contains(&format!("{name} (emulation)\n")), "{name}");
    }
    for line in stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
