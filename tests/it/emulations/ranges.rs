//! When the answers of each version have a length, and how it cuts ranges.

use super::{failed, result_of, start};
use crate::support::capture;
use crate::support::client::Client;
use crate::support::flag_origin::FlagOrigin;

#[test]
fn head_has_its_length_from_the_version_that_mended_it() {
    for lost in ["2.0.35", "2.0.46", "2.0.55", "2.2.0"] {
        let result = result_of(&format!("apache-{lost}"), "mock:");
        assert_eq!(result["jobs"]["download"]["hresult"], "0x80200011", "{lost}");
        assert_eq!(result["jobs"]["download"]["because"], "head-content-length", "{lost}");
        assert_eq!(result["at_fault"]["party"], "proxy", "{lost}");
        // Nothing on the wire names Apache: what fits what is wrong comes first.
        assert_eq!(result["fixes"][0]["product"], "apache", "{lost}");
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
