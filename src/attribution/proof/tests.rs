//! What is said of an exchange, from the times at which requests arrived.

use std::time::Duration;

use super::*;
use crate::model::disposition::Treatment;
use crate::model::exchange::{Answer, Body, BodyEnd, Client, ExchangeId, Request, Timing};
use crate::model::finding::{Judgement, Level};
use crate::model::probe::{Probe, Purpose};
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
    let answer =
        LoggedAnswer { status: if range.is_some() { 206 } else { 200 }, fields: Fields::default() };
    let line = String::from("GET /f HTTP/1.1");
    LoggedRequest { at, connection: 1, line, fields: fields(range), answer: Some(answer) }
}

/// Who is blamed for the last of the exchanges.
fn blamed(exchanges: &[Exchange], arrived: Vec<LoggedRequest>) -> (Option<Direction>, String) {
    blamed_for(exchanges, [exchanges.last().unwrap().id], arrived)
}

/// Who is blamed for a finding that these exchanges prove.
fn blamed_for(
    exchanges: &[Exchange],
    proof: impl IntoIterator<Item = ExchangeId>,
    arrived: Vec<LoggedRequest>,
) -> (Option<Direction>, String) {
    let judgement = Judgement::fail(Defect::HttpStatus(403), "wrong").proved_by(proof);
    let finding = Finding {
        row: crate::checks::table::find("range-first").unwrap(),
        check: "range-first",
        level: Level::Required,
        leg: Leg::Cold,
        judgement,
        bits: None,
        treatment: Treatment::default(),
    };
    let legs = [(Leg::Cold, vec![finding])];
    let blame = blame(&legs, exchanges.iter(), &[(Leg::Cold, arrived)], None).unwrap();
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
    let both = again.iter().map(|exchange| exchange.id);
    assert_eq!(blamed_for(&again, both, vec![arrival(1, Some(RANGE))]), (direction, why));
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
    // It arrived changed, and the answer is not the origin's either.
    let (direction, why) = blamed(&several[1..], vec![arrival(5, Some(other))]);
    assert_eq!(direction, None, "{why}");
    assert!(why.contains("became `bytes=0-5690`. The origin answered 206"), "{why}");
    let whole = [exchange(5, "bytes=0-199,300-499", 200)];
    let (direction, why) = blamed(&whole, vec![arrival(5, None)]);
    assert_eq!(direction, Some(Direction::Request), "{why}");
    assert!(why.contains("`Range: bytes=0-199,300-499` was removed"), "{why}");
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

#[test]
fn a_condition_that_the_proxy_adds_or_changes_is_a_changed_request() {
    let mut sent = exchange(5, RANGE, 200);
    let date = "Mon, 06 Jan 2025 08:00:00 GMT";
    sent.request.fields.push("If-Unmodified-Since", date);
    let arrived = |name: &str, value: &str| {
        let mut arrived = arrival(5, Some(RANGE));
        if name != "If-Unmodified-Since" {
            arrived.fields.push("If-Unmodified-Since", date);
        }
        arrived.fields.push(name, value);
        arrived.answer = Some(LoggedAnswer { status: 200, fields: Fields::default() });
        arrived
    };
    let added = arrived("If-Range", "\"stale\"");
    let (direction, why) = blamed(&[sent.clone()], vec![added]);
    assert_eq!(direction, Some(Direction::Request), "{why}");
    assert!(why.contains("`If-Range: \"stale\"` was added. The origin answered 200"), "{why}");
    let changed = arrived("If-Unmodified-Since", "Mon, 06 Jan 2025 07:00:00 GMT");
    let (direction, why) = blamed(&[sent], vec![changed]);
    assert_eq!(direction, Some(Direction::Request), "{why}");
    assert!(why.contains("08:00:00 GMT` became `Mon, 06 Jan 2025 07:00:00 GMT`"), "{why}");
}

#[test]
fn a_range_that_becomes_the_range_of_another_probe_is_not_an_answer_from_the_cache() {
    let whole = "bytes=0-1023";
    let at_once = Exchange { id: ExchangeId(9), ..exchange(5, whole, 206) };
    let both = [at_once, exchange(5, "bytes=512-1023", 206)];
    let twice = vec![arrival(5, Some(whole)), arrival(5, Some(whole))];
    let (direction, why) = blamed(&both, twice);
    assert_eq!(direction, Some(Direction::Request), "{why}");
    assert!(why.contains("`Range: bytes=512-1023` became `bytes=0-1023`"), "{why}");
}

#[test]
fn a_repeat_that_was_alone_needs_no_matching() {
    let first = exchange(5, "bytes=512-1023", 206);
    let finding = Finding {
        row: crate::checks::table::find("range-first").unwrap(),
        check: "range-first",
        level: Level::Required,
        leg: Leg::Cold,
        judgement: Judgement::fail(Defect::ContentRangeWrong, "wrong").proved_by([first.id]),
        bits: None,
        treatment: Treatment::default(),
    };
    let repeated = Repeated {
        exchange: exchange(8, "bytes=512-1023", 206),
        arrived: vec![arrival(8, Some("bytes=0-1023"))],
    };
    let legs = [(Leg::Cold, vec![finding])];
    let blame = blame(&legs, [&first].into_iter(), &[], Some(&repeated)).unwrap();
    assert_eq!(blame.direction, Some(Direction::Request), "{}", blame.why);
}

#[test]
fn a_get_in_place_of_a_head_is_no_whole_file() {
    let mut head = exchange(1, RANGE, 200);
    head.probe = Probe::head(Purpose::Head);
    let range = exchange(2, RANGE, 206);
    let count = |arrived: Vec<LoggedRequest>| {
        whole_files([&head, &range].into_iter(), &[(Leg::Cold, arrived)])
    };
    assert_eq!(count(vec![arrival(1, None), arrival(2, Some(RANGE))]), 0);
    assert_eq!(count(vec![arrival(1, None), arrival(2, None)]), 1);
}
