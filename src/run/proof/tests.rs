//! What is said of an exchange, from the times at which requests arrived.

use std::time::Duration;

use super::*;
use crate::check::finding::{Judgement, Level};
use crate::check::treatment::Treatment;
use crate::probe::exchange::{Answer, Body, BodyEnd, Client, ExchangeId, Request, Timing};
use crate::probe::probe::{Probe, Purpose};
use crate::wire::fields::Fields;
use crate::wire::head::parse_response_head;

fn at(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

fn fields(range: Option<&str>) -> Fields {
    let mut fields = Fields::default();
    if let Some(range) = range {
        fields.push("Range", range);
    }
    fields
}

/// A GET that began in this second, took half of one, and got this status.
fn exchange(second: u32, range: &str, status: u16) -> Exchange {
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
    let body = Body {
        data: bytes::Bytes::new(),
        received: 0,
        end: BodyEnd::Complete,
        stray: bytes::Bytes::new(),
    };
    let head = parse_response_head(head.as_bytes()).unwrap().unwrap();
    Exchange {
        id: ExchangeId(second),
        probe: Probe::plain(Purpose::RangeFirst, Method::Get),
        leg: Leg::Cold,
        client: Client::Socket,
        connection: 1,
        reused: false,
        first_attempt: None,
        request: Request {
            method: "GET",
            url: String::from("http://h/f"),
            target: String::from("http://h/f"),
            fields: fields(Some(range)),
        },
        result: Ok(Answer { interim: Vec::new(), head, body }),
        begun: at(second.into()),
        timing: Timing { total: Duration::from_millis(500), ..Timing::default() },
    }
}

/// A GET that arrived within the exchange of this second.
fn arrival(second: u64, range: Option<&str>) -> LoggedRequest {
    let at = at(second) + Duration::from_millis(100);
    LoggedRequest { at, connection: 1, line: "GET /f HTTP/1.1".into(), fields: fields(range) }
}

/// Who is blamed for the last of the exchanges.
fn blamed(exchanges: &[Exchange], arrived: Vec<LoggedRequest>) -> (Option<Direction>, String) {
    let last = exchanges.last().unwrap();
    let judgement = Judgement::fail(Defect::HttpStatus(403), "wrong").proved_by([last.id]);
    let finding = Finding {
        check: "range-first",
        level: Level::Required,
        leg: Leg::Cold,
        judgement,
        bits: None,
        treatment: Treatment::default(),
    };
    let blame = blame(&[(Leg::Cold, vec![finding])], exchanges.iter(), &[(Leg::Cold, arrived)]);
    let blame = blame.unwrap();
    assert_eq!(blame.party, Party::Proxy);
    (blame.direction, blame.why)
}

const RANGE: &str = "bytes=0-9";

#[test]
fn a_request_that_arrived_at_another_time_is_not_this_one() {
    let again = [exchange(1, RANGE, 206), exchange(5, RANGE, 403)];
    let (direction, why) = blamed(&again, vec![arrival(1, Some(RANGE))]);
    assert_eq!(direction, None, "{why}");
    assert!(why.contains("answered with 403 by itself"), "{why}");
    let (direction, why) = blamed(&again, vec![arrival(1, Some(RANGE)), arrival(5, Some(RANGE))]);
    assert_eq!(direction, Some(Direction::Response), "{why}");
    // A whole file that was fetched before, and kept.
    let (direction, why) = blamed(&[exchange(5, RANGE, 200)], vec![arrival(1, None)]);
    assert_eq!(direction, Some(Direction::Cache), "{why}");
}

#[test]
fn the_range_of_another_probe_is_not_this_one_changed() {
    let other = "bytes=0-5690";
    let at_once = Exchange { id: ExchangeId(9), ..exchange(5, other, 206) };
    let several = [at_once, exchange(5, "bytes=0-199,300-499", 503)];
    let (direction, why) = blamed(&several, vec![arrival(5, Some(other))]);
    assert_eq!(direction, None, "{why}");
    assert!(why.contains("answered with 503 by itself"), "{why}");
    let (direction, why) = blamed(&several[1..], vec![arrival(5, Some(other))]);
    assert_eq!(direction, Some(Direction::Request), "{why}");
    assert!(why.contains("`Range: bytes=0-5690` did"), "{why}");
    let (direction, why) = blamed(&several, vec![arrival(5, None)]);
    assert_eq!(direction, Some(Direction::Request), "{why}");
}

#[test]
fn two_that_ask_the_same_at_once_are_not_told_apart() {
    let both = [Exchange { id: ExchangeId(9), ..exchange(5, RANGE, 206) }, exchange(5, RANGE, 403)];
    let (direction, why) = blamed(&both, vec![arrival(5, Some(RANGE))]);
    assert_eq!(direction, None, "{why}");
    assert!(why.contains("less often"), "{why}");
    let (direction, _) = blamed(&both, vec![arrival(5, Some(RANGE)), arrival(5, Some(RANGE))]);
    assert_eq!(direction, Some(Direction::Response));
}

#[test]
fn a_refusal_of_the_proxy_is_not_its_cache() {
    for status in [302, 403, 404, 503] {
        let (direction, why) = blamed(&[exchange(5, RANGE, status)], vec![arrival(1, None)]);
        assert_eq!(direction, None, "{why}");
    }
    // Nothing of the file ever came to the proxy.
    let (direction, why) = blamed(&[exchange(5, RANGE, 200)], Vec::new());
    assert_eq!(direction, None, "{why}");
}
