//! Heads that real programs sent, and who must be recognised in them.

use super::*;
use crate::model::product::Place;
use crate::model::product::Recognised;
use crate::wire::head::parse_response_head;

fn head(lines: &[&str]) -> ResponseHead {
    let text = format!("{}\r\n\r\n", lines.join("\r\n"));
    parse_response_head(text.as_bytes()).unwrap().unwrap()
}

fn file(head: &ResponseHead) -> Sample<'_> {
    Sample { asked: Asked::File, head, page: Page::new(b"") }
}

fn through<'a>(leg: &'a [Sample<'a>], direct: Option<&'a [Sample<'a>]>) -> Vec<Recognised> {
    recognise(&Answers { leg, direct, through_proxy: true })
}

/// The proxies without the server's side, as `(id, version, certainty)`.
fn proxies(chain: &[Recognised]) -> Vec<(Option<&'static str>, Option<&str>, Certainty)> {
    chain
        .iter()
        .filter(|member| member.place != Place::Server)
        .map(|member| (member.product, member.version.as_deref(), member.certainty))
        .collect()
}

fn nginx_origin() -> ResponseHead {
    head(&[
        "HTTP/1.1 200 OK",
        "Server: nginx/1.22.1",
        "Date: Sun, 22 Nov 2026 01:34:07 GMT",
        "Content-Type: text/plain",
        "Content-Length: 300000",
        "Connection: keep-alive",
        "Accept-Ranges: bytes",
    ])
}

fn squid_answer() -> ResponseHead {
    head(&[
        "HTTP/1.1 200 OK",
        "Server: nginx/1.22.1",
        "Content-Type: text/plain",
        "Content-Length: 300000",
        "X-Cache: MISS from gate",
        "X-Cache-Lookup: MISS from gate:23912",
        "Via: 1.1 gate (squid/5.7)",
        "Connection: keep-alive",
    ])
}

#[test]
fn squid_is_certain_and_its_origin_is_not_taken_for_it() {
    let (proxied, direct) = (squid_answer(), nginx_origin());
    let chain = through(&[file(&proxied)], Some(&[file(&direct)]));
    assert_eq!(proxies(&chain), [(Some("squid"), Some("5.7"), Certainty::Certain)]);
    assert_eq!(chain[0].product, Some("nginx"));
    assert_eq!((chain[0].place, chain[0].certainty), (Place::Server, Certainty::Likely));
    assert_eq!(chain[1].evidence.len(), 3, "{:?}", chain[1].evidence);
}

#[test]
fn without_a_direct_leg_a_server_field_is_a_guess_only() {
    let proxied = squid_answer();
    let chain = through(&[file(&proxied)], None);
    let nginx = chain.iter().find(|member| member.product == Some("nginx")).unwrap();
    assert_eq!((nginx.place, nginx.certainty), (Place::Unknown, Certainty::Guess));
    let squid = chain.iter().find(|member| member.product == Some("squid")).unwrap();
    assert_eq!(squid.certainty, Certainty::Certain);
}

#[test]
fn squid_6_shows_by_its_via_alone() {
    let proxied = head(&[
        "HTTP/1.1 200 OK",
        "Cache-Status: gate;detail=mismatch",
        "Via: 1.1 gate (squid/6.13)",
    ]);
    let chain = through(&[file(&proxied)], None);
    assert_eq!(proxies(&chain), [(Some("squid"), Some("6.13"), Certainty::Certain)]);
}

#[test]
fn a_silent_apache_shows_by_its_own_answers() {
    let direct = nginx_origin();
    let page = head(&[
        "HTTP/1.1 500 Proxy Error",
        "Server: Apache/2.4.71 (Debian)",
        "Content-Length: 302",
        "Content-Type: text/html; charset=iso-8859-1",
    ]);
    let no_such_host = Sample { asked: Asked::NoSuchHost, head: &page, page: Page::new(b"") };
    let chain = through(&[file(&direct), no_such_host], Some(&[file(&direct)]));
    assert_eq!(proxies(&chain), [(Some("apache"), Some("2.4.71"), Certainty::Certain)]);

    let trace = Sample { asked: Asked::MaxForwardsZero, head: &page, page: Page::new(b"") };
    let chain = through(&[file(&direct), trace], Some(&[file(&direct)]));
    assert_eq!(proxies(&chain), [(Some("apache"), Some("2.4.71"), Certainty::Certain)]);
}

#[test]
fn a_trace_that_the_origin_answers_names_no_proxy() {
    let direct = nginx_origin();
    let refused = head(&["HTTP/1.1 405 Not Allowed", "Server: nginx/1.22.1"]);
    let trace = Sample { asked: Asked::MaxForwardsZero, head: &refused, page: Page::new(b"") };
    let chain = through(&[file(&direct), trace], Some(&[file(&direct)]));
    assert_eq!(proxies(&chain), []);
}

#[test]
fn a_via_of_apache_names_it() {
    let proxied =
        head(&["HTTP/1.1 200 OK", "Server: nginx/1.22.1", "Via: 1.1 gate:23911 (Apache/2.4.71)"]);
    let chain = through(&[file(&proxied)], None);
    let apache = chain.iter().find(|member| member.product == Some("apache")).unwrap();
    assert_eq!((apache.version.as_deref(), apache.certainty), (Some("2.4.71"), Certainty::Certain));
}

#[test]
fn a_replaced_server_field_is_likely() {
    let direct = head(&["HTTP/1.1 200 OK", "Server: Microsoft-IIS/10.0"]);
    let proxied = nginx_origin();
    let chain = through(&[file(&proxied)], Some(&[file(&direct)]));
    assert_eq!(proxies(&chain), [(Some("nginx"), Some("1.22.1"), Certainty::Likely)]);
}

#[test]
fn an_own_version_before_the_same_product_is_told_apart() {
    let direct = head(&["HTTP/1.1 200 OK", "Server: nginx/1.18.0"]);
    let proxied = nginx_origin();
    let chain = through(&[file(&proxied)], Some(&[file(&direct)]));
    assert_eq!(proxies(&chain), [(Some("nginx"), Some("1.22.1"), Certainty::Likely)]);
}

#[test]
fn varnish_traffic_server_and_tinyproxy_name_themselves() {
    for (fields, id, version) in [
        (&["X-Varnish: 32770", "Via: 1.1 varnish (Varnish/7.1)"][..], "varnish", Some("7.1")),
        (
            &["Via: http/1.1 host (ApacheTrafficServer/9.2.5 [uScMsSf pSeN:t cCMp sS])"],
            "traffic-server",
            Some("9.2.5"),
        ),
        (&["Via: 1.1 host (tinyproxy/1.11.1)"], "tinyproxy", Some("1.11.1")),
        (&["X-LanCache-Processed-By: cache"], "lancache", None),
        (&["CF-Ray: 8d1f-FRA"], "cloudflare", None),
    ] {
        let mut lines = vec!["HTTP/1.1 200 OK"];
        lines.extend(fields);
        let proxied = head(&lines);
        let chain = through(&[file(&proxied)], None);
        assert_eq!(proxies(&chain), [(Some(id), version, Certainty::Certain)]);
    }
}

#[test]
fn haproxy_shows_by_lower_case_names_that_the_origin_does_not_send() {
    let proxied = head(&[
        "HTTP/1.1 206 Partial Content",
        "server: nginx/1.22.1",
        "content-length: 100",
        "content-range: bytes 0-99/300000",
    ]);
    let direct = nginx_origin();
    let chain = through(&[file(&proxied)], Some(&[file(&direct)]));
    let found = proxies(&chain);
    assert_eq!(found[0], (Some("haproxy"), None, Certainty::Likely));
    assert!(found.iter().all(|(_, _, certainty)| *certainty < Certainty::Certain));
    // The origin writes lower case itself: then it says nothing.
    let chain = through(&[file(&proxied)], Some(&[file(&proxied)]));
    assert_eq!(proxies(&chain), []);
    let chain = through(&[file(&proxied)], None);
    assert!(proxies(&chain).iter().all(|(_, _, certainty)| *certainty == Certainty::Guess));
}

#[test]
fn privoxy_shows_by_its_own_error() {
    let page = head(&["HTTP/1.1 500 Internal Privoxy Error", "Content-Type: text/html"]);
    let sample = Sample { asked: Asked::NoSuchHost, head: &page, page: Page::new(b"") };
    let chain = through(&[sample], None);
    assert_eq!(proxies(&chain), [(Some("privoxy"), None, Certainty::Certain)]);
}

#[test]
fn boundaries_are_weak_but_for_squids_own() {
    let digits = "multipart/byteranges; boundary=00000000000000000001";
    let squid = "multipart/byteranges; boundary=\"squid/5.7:0123456789abcdef0123456789abcdef\"";
    let multi =
        |media: &str| head(&["HTTP/1.1 206 Partial Content", &format!("Content-Type: {media}")]);
    let (of_nginx, of_squid, plain) = (multi(digits), multi(squid), multi("text/plain"));
    let chain = through(&[file(&of_nginx)], None);
    assert_eq!(proxies(&chain), [(Some("nginx"), None, Certainty::Guess)]);
    let chain = through(&[file(&of_nginx)], Some(&[file(&of_nginx)]));
    assert_eq!(proxies(&chain), [], "the origin's boundary passed through");
    let chain = through(&[file(&of_nginx)], Some(&[file(&plain)]));
    assert_eq!(proxies(&chain), [(Some("nginx"), None, Certainty::Guess)]);
    let chain = through(&[file(&of_squid)], Some(&[file(&of_nginx)]));
    assert_eq!(proxies(&chain), [(Some("squid"), Some("5.7"), Certainty::Certain)]);
}

#[test]
fn a_chain_keeps_the_order_of_via() {
    let direct = head(&["HTTP/1.1 200 OK", "Via: 1.1 varnish (Varnish/7.1)"]);
    let proxied = head(&[
        "HTTP/1.1 200 OK",
        "Via: 1.1 varnish (Varnish/7.1), 1.1 parent.corp",
        "Via: 1.1 branch (squid/5.7)",
    ]);
    let chain = through(&[file(&proxied)], Some(&[file(&direct)]));
    let names: Vec<_> = chain.iter().map(|member| (member.name.as_str(), member.place)).collect();
    assert_eq!(
        names,
        [("Varnish Cache", Place::Server), ("parent.corp", Place::Proxy), ("Squid", Place::Proxy)]
    );
    assert_eq!(chain[1].product, None);
}

#[test]
fn two_proxies_of_one_product_are_two_members() {
    let proxied = head(&[
        "HTTP/1.1 200 OK",
        "Via: 1.1 a (squid/4.6), 1.1 b (squid/5.7)",
        "X-Cache: MISS from b",
    ]);
    let chain = through(&[file(&proxied)], None);
    let versions: Vec<_> = chain.iter().map(|member| member.version.as_deref()).collect();
    assert_eq!(versions, [Some("4.6"), Some("5.7")]);
    assert_eq!(chain[1].evidence.len(), 2, "what names no version goes to the nearest");
}

#[test]
fn a_host_name_alone_never_makes_a_product_certain() {
    for host in ["squid.corp", "apache-gw", "havp1", "varnish-1", "tinyproxy", "caddy.corp"] {
        let proxied = head(&["HTTP/1.1 200 OK", &format!("Via: 1.1 {host}")]);
        for member in through(&[file(&proxied)], None) {
            assert!(member.product.is_none() || member.certainty < Certainty::Certain, "{host}");
        }
    }
}

#[test]
fn a_page_of_the_file_is_no_proof_of_its_words() {
    let page = head(&["HTTP/1.1 200 OK", "Content-Type: text/html"]);
    let sample =
        Sample { asked: Asked::File, head: &page, page: Page::new(b"<p>How to set up Privoxy 3") };
    let chain = through(&[sample], None);
    assert_eq!(proxies(&chain), [(Some("privoxy"), Some("3"), Certainty::Guess)]);
    let binary = head(&["HTTP/1.1 200 OK", "Content-Type: application/octet-stream"]);
    let sample = Sample { asked: Asked::File, head: &binary, page: Page::new(b"Privoxy") };
    assert_eq!(through(&[sample], None), []);
}

#[test]
fn the_server_under_test_stands_on_the_servers_side() {
    let answer = nginx_origin();
    let samples = [file(&answer)];
    let chain = recognise(&Answers { leg: &samples, direct: None, through_proxy: false });
    assert_eq!(chain.len(), 1);
    assert_eq!((chain[0].place, chain[0].certainty), (Place::Server, Certainty::Likely));
}

#[test]
fn an_absurd_head_stays_bounded() {
    let many = "Via: ".to_owned() + &"1.1 host (squid/5.7), ".repeat(5000);
    let long = format!("X-Cache: MISS from {}", "h".repeat(50_000));
    let proxied = head(&["HTTP/1.1 200 OK", &many, &long]);
    let chain = through(&[file(&proxied)], Some(&[file(&proxied)]));
    assert!(chain.len() <= 2 * MOST_MEMBERS);
    for member in chain {
        assert!(member.evidence.iter().all(|text| text.chars().count() < 200));
    }
}
