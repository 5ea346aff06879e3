//! The rules on when a fix may be shown, each with the evidence that decides it.

use std::time::{Duration, SystemTime};

use super::super::*;
use crate::model::defect::Defect;
use crate::model::disposition::Treatment;
use crate::model::exchange::{Answer, Body, BodyEnd, Client, ExchangeId, Request, Timing};
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::finding::Judgement;
use crate::model::probe::{Method, Probe};
use crate::products::advise;
use crate::products::fingerprint::{Answers, Sample, recognise};
use crate::wire::fields::Fields;
use crate::wire::head::parse_response_head;

const URL: &str = "http://wsus.corp.example:8530/Content/AA/0A.cab";

fn exchange(id: u32, leg: Leg, url: &str, result: Result<Answer, Failure>) -> Exchange {
    Exchange {
        id: ExchangeId(id),
        probe: Probe::plain(Purpose::Head, Method::Head),
        leg,
        client: Client::Socket,
        connection: 0,
        reused: false,
        first_attempt: None,
        request: Request {
            method: "HEAD",
            url: url.to_owned(),
            target: url.to_owned(),
            fields: Fields::default(),
        },
        result,
        begun: SystemTime::UNIX_EPOCH,
        timing: Timing {
            connect: Duration::ZERO,
            first_byte: Duration::ZERO,
            total: Duration::ZERO,
        },
    }
}

fn answered(id: u32, leg: Leg, head: &str, page: &str) -> Exchange {
    let head = parse_response_head(format!("{head}\r\n\r\n").as_bytes()).unwrap().unwrap();
    let data = page.as_bytes().to_vec().into();
    let received = page.len() as u64;
    let body = Body { data, received, end: BodyEnd::Complete, stray: bytes::Bytes::default() };
    exchange(id, leg, URL, Ok(Answer { interim: Vec::new(), head, body }))
}

fn failed(id: u32, leg: Leg, kind: FailureKind, peer: Peer, detail: &str) -> Exchange {
    exchange(id, leg, URL, Err(Failure::new(kind, peer).because(detail)))
}

fn finding(check: &'static str, exchange: &Exchange, judgement: Judgement) -> Finding {
    Finding {
        row: crate::checks::table::find(check).unwrap(),
        check,
        level: Level::Required,
        leg: exchange.leg,
        judgement: judgement.proved_by([exchange.id]),
        bits: None,
        treatment: Treatment::default(),
    }
}

fn wrong(check: &'static str, exchange: &Exchange, defect: Defect) -> Finding {
    finding(check, exchange, Judgement::fail(defect, "wrong"))
}

/// A route on which nothing could be reached.
fn unreachable(exchange: Exchange, defect: Defect) -> Vec<Advice> {
    let finding = finding("reachable", &exchange, Judgement::inconclusive(defect, "no answer"));
    advise(&[finding], &[exchange], &[], None)
}

fn products(advice: &[Advice]) -> Vec<&'static str> {
    advice.iter().filter_map(|one| one.product).collect()
}

#[test]
fn a_problem_of_the_connection_gets_an_instruction_and_no_product() {
    use FailureKind::{
        CannotConnect, CertificateInvalid, Closed, ConnectTimeout, NameNotResolved, NoAnswer,
        Reset, SocksRefused, TlsFailed,
    };
    let not_tls = "what came is not TLS; the port may be one for plain HTTP";
    let socks = "in the SOCKS handshake";
    for (kind, peer, detail, defect, subject, setting) in [
        (
            NameNotResolved,
            Peer::Proxy,
            "",
            Defect::NameNotResolved,
            "Name of the proxy",
            "nslookup",
        ),
        (NameNotResolved, Peer::Server, "", Defect::NameNotResolved, "Name of the server", "wsus."),
        (CannotConnect, Peer::Proxy, "", Defect::CannotConnect, "Connection to the proxy", "ss -l"),
        (
            ConnectTimeout,
            Peer::Proxy,
            "",
            Defect::CannotConnect,
            "Connection to the proxy",
            "firew",
        ),
        (
            CannotConnect,
            Peer::Server,
            "",
            Defect::CannotConnect,
            "Connection to the server",
            "8530",
        ),
        (TlsFailed, Peer::Proxy, not_tls, Defect::TlsFailed, "Scheme of the proxy URL", "http://"),
        (
            NoAnswer,
            Peer::Proxy,
            "in the TLS handshake",
            Defect::TimedOut,
            "TLS of the proxy",
            "http",
        ),
        (
            CertificateInvalid,
            Peer::Server,
            "",
            Defect::CertificateInvalid,
            "Certificate",
            "openssl",
        ),
        (SocksRefused, Peer::Proxy, "", Defect::SocksRefused, "SOCKS server", "rules"),
        (NoAnswer, Peer::Proxy, socks, Defect::TimedOut, "Scheme of the proxy URL", "http://"),
        (Closed, Peer::Proxy, socks, Defect::ConnectionLost, "Scheme of the proxy URL", "http://"),
        (Reset, Peer::Server, "", Defect::ConnectionLost, "Connection", "access list"),
        (NoAnswer, Peer::Server, "", Defect::TimedOut, "Connection", "timeout"),
        (
            FailureKind::HttpPort { wanted: "SOCKS 5", url: "http://proxy:3128".to_owned() },
            Peer::Proxy,
            "",
            Defect::SocksRefused,
            "Scheme of the proxy URL",
            "--proxy http://",
        ),
        (
            FailureKind::HttpPort { wanted: "TLS", url: "http://wsus:8530".to_owned() },
            Peer::Server,
            "",
            Defect::TlsFailed,
            "Scheme of the URL",
            "8530",
        ),
    ] {
        let advice = unreachable(failed(1, Leg::Cold, kind, peer, detail), defect);
        assert_eq!(products(&advice), Vec::<&str>::new(), "{subject}");
        assert_eq!(advice.len(), 1, "{subject}: {advice:?}");
        assert!(advice[0].name.starts_with(subject), "{}", advice[0].name);
        assert!(advice[0].setting.contains(setting), "{}", advice[0].setting);
    }
}

#[test]
fn a_reset_of_some_ranges_is_no_problem_of_the_connection() {
    let lost = failed(1, Leg::Cold, FailureKind::Reset, Peer::Server, "");
    let right = answered(2, Leg::Cold, "HTTP/1.1 200 OK", "");
    let findings = [
        finding("reachable", &right, Judgement::pass("an answer came")),
        wrong("range-first", &lost, Defect::ConnectionLost),
    ];
    let advice = advise(&findings, &[lost, right], &[], None);
    assert!(products(&advice).contains(&"palo-alto"), "{advice:?}");
}

/// Ranges ignored by the server itself, with this `Server` field.
fn ignored_by(head: &str) -> Vec<Advice> {
    let answer = answered(1, Leg::Direct, head, "");
    let samples: Vec<_> = [&answer].into_iter().filter_map(Sample::of).collect();
    let recognised = recognise(&Answers { leg: &samples, direct: None, through_proxy: false });
    let findings = [
        finding("head-content-length", &answer, Judgement::pass("right")),
        wrong("range-first", &answer, Defect::WholeFileForRange),
        wrong("range-middle", &answer, Defect::WholeFileForRange),
        wrong("multi-two", &answer, Defect::WholeFileForMulti),
    ];
    advise(&findings, &[answer], &recognised, None)
}

#[test]
fn a_server_that_names_itself_gets_no_fix_of_another_product() {
    for server in ["uvicorn", "gunicorn", "WSGIServer/0.2 CPython/3.11", "Jetty(9.4.57)", "Cowboy"]
    {
        let head = format!("HTTP/1.1 200 OK\r\nServer: {server}\r\nContent-Length: 5");
        assert_eq!(products(&ignored_by(&head)), Vec::<&str>::new(), "{server}");
        let lower = format!("HTTP/1.1 200 OK\r\nserver: {server}\r\ndate: x\r\ncontent-length: 5");
        assert_eq!(products(&ignored_by(&lower)), Vec::<&str>::new(), "{server}");
    }
    let nameless = ignored_by("HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5");
    assert_eq!(products(&nameless), Vec::<&str>::new());
    let nginx = ignored_by("HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 5");
    assert_eq!(products(&nginx).first(), Some(&"nginx"));
    assert!(products(&nginx).iter().all(|id| *id == "nginx"), "{nginx:?}");
}

#[test]
fn a_firewall_before_a_server_that_announces_ranges_is_a_possible_cause() {
    let head = "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/10.0\r\nAccept-Ranges: bytes\r\nContent-Length: 5";
    let products = products(&ignored_by(head));
    assert!(products.contains(&"palo-alto") && products.contains(&"fortigate"), "{products:?}");
    for excluded in ["squid", "nginx", "caddy", "haproxy", "varnish"] {
        assert!(!products.contains(&excluded), "{products:?}");
    }
}

#[test]
fn a_missing_file_gets_no_fix_of_a_product() {
    for (status, server) in [(404, "nginx/1.22.1"), (404, "Microsoft-IIS/10.0"), (410, "x")] {
        let head = format!("HTTP/1.1 {status} Not Found\r\nServer: {server}\r\nContent-Length: 0");
        let answer = answered(1, Leg::Direct, &head, "");
        let samples: Vec<_> = [&answer].into_iter().filter_map(Sample::of).collect();
        let answers = Answers { leg: &samples, direct: None, through_proxy: false };
        let findings = [
            wrong("head-status", &answer, Defect::HttpStatus(status)),
            wrong("range-first", &answer, Defect::HttpStatus(status)),
        ];
        let advice = advise(&findings, std::slice::from_ref(&answer), &recognise(&answers), None);
        assert_eq!(products(&advice), Vec::<&str>::new(), "{server}");
        assert_eq!(advice[0].name, "URL of the file");
        assert!(advice[0].setting.contains(URL), "{}", advice[0].setting);
    }
}

#[test]
fn a_missing_mime_type_is_advised_for_the_extension_only() {
    for (url, is_advised) in [("http://wsus:8530/Content/AA/0A.psf", true), (URL, false)] {
        let head = "HTTP/1.1 404 Not Found\r\nServer: Microsoft-IIS/10.0\r\nContent-Length: 0";
        let Ok(answer) = answered(1, Leg::Direct, head, "").result else { panic!("no answer") };
        let answer = exchange(1, Leg::Direct, url, Ok(answer));
        let samples: Vec<_> = [&answer].into_iter().filter_map(Sample::of).collect();
        let answers = Answers { leg: &samples, direct: None, through_proxy: false };
        let findings = [wrong("head-status", &answer, Defect::HttpStatus(404))];
        let advice = advise(&findings, std::slice::from_ref(&answer), &recognise(&answers), None);
        assert_eq!(products(&advice).contains(&"iis"), is_advised, "{url}: {advice:?}");
    }
}

/// An answer of Squid's own through the proxy, while the server answers directly.
fn squid_says(status: u16, error: &str) -> Vec<Advice> {
    let head = format!(
        "HTTP/1.1 {status} Error\r\nServer: squid/5.7\r\nX-Squid-Error: {error}\r\nContent-Length: 0"
    );
    let refusal = answered(2, Leg::Cold, &head, "");
    let samples: Vec<_> = [&refusal].into_iter().filter_map(Sample::of).collect();
    let answers = Answers { leg: &samples, direct: None, through_proxy: true };
    let findings = [
        finding("reachable", &refusal, Judgement::pass("an answer came")),
        wrong("head-status", &refusal, Defect::HttpStatus(status)),
        wrong("range-first", &refusal, Defect::HttpStatus(status)),
    ];
    advise(&findings, std::slice::from_ref(&refusal), &recognise(&answers), None)
}

#[test]
fn the_error_marker_of_squid_is_read_as_the_cause() {
    for (status, error, first) in [
        (503, "ERR_CONNECT_FAIL 111", "curl -v"),
        (503, "ERR_DNS_FAIL 0", "nslookup wsus.corp.example"),
        (403, "ERR_ACCESS_DENIED 0", "http_access allow update_files"),
        (500, "ERR_CANNOT_FORWARD 0", "always_direct allow update_files"),
        (502, "ERR_ZERO_SIZE_OBJECT 0", "curl -v"),
        (504, "ERR_READ_TIMEOUT 110", "curl -v"),
        (407, "ERR_CACHE_ACCESS_DENIED 0", "http_access allow update_files"),
    ] {
        let advice = squid_says(status, error);
        assert_eq!(products(&advice), ["squid"], "{error}");
        assert!(advice[0].setting.contains(first), "{error}: {}", advice[0].setting);
        assert_eq!(advice[0].certainty, Certainty::Certain, "{error}");
    }
}

#[test]
fn a_setting_names_the_host_of_the_target_and_its_place_in_the_file() {
    let advice = squid_says(403, "ERR_ACCESS_DENIED 0");
    let first = &advice[0];
    assert!(first.setting.contains("acl update_files dstdomain wsus.corp.example"));
    assert!(!first.setting.contains("microsoft"), "{}", first.setting);
    assert_eq!(first.file, Some("/etc/squid/squid.conf"));
    assert_eq!(first.reload, Some("squid -k reconfigure"));
    assert!(first.position.contains("start of the file"), "{}", first.position);
    assert!(first.side_effect.contains("wsus.corp.example"), "{}", first.side_effect);
}

#[test]
fn a_fix_for_old_versions_needs_a_recognised_product() {
    let answer = answered(1, Leg::Cold, "HTTP/1.1 206 Partial Content\r\nContent-Range: x", "");
    let findings = [
        finding("reachable", &answer, Judgement::pass("an answer came")),
        wrong("range-first", &answer, Defect::ContentRangeInvalid),
        wrong("range-middle", &answer, Defect::FramingConflict),
    ];
    let advice = advise(&findings, &[answer], &[], None);
    assert!(advice.iter().all(|one| !one.setting.contains("Upgrade")), "{advice:?}");
}

#[test]
fn an_answer_with_another_server_field_did_not_pass_nginx() {
    let of = |server: &str| {
        let head = format!("HTTP/1.1 200 OK\r\n{server}Content-Length: 5");
        let cold = answered(1, Leg::Cold, &head, "");
        let findings = [
            finding("reachable", &cold, Judgement::pass("an answer came")),
            finding("range-first", &cold, Judgement::pass("right")),
            wrong("multi-two", &cold, Defect::WholeFileForMulti),
        ];
        products(&advise(&findings, &[cold], &[], None))
    };
    assert!(!of("Server: uvicorn\r\n").contains(&"nginx"));
    assert!(of("Server: nginx\r\n").contains(&"nginx"));
}
