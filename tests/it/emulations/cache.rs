//! What each version stores, and what it makes of that.

use super::{head_of, start};
use crate::support::capture;
use crate::support::client::Client;
use crate::support::flag_origin::FlagOrigin;

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
