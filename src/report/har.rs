//! HTTP Archive 1.2: every exchange with its heads, its times and the sizes of its body, for
//! browsers' developer tools and proxies. (<http://www.softwareishard.com/blog/har-12-spec/>)

use std::io::{self, Write};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::effect::title;
use super::incomplete;
use super::stream::{Each, write_json};
use crate::model::exchange::{Exchange, Leg};
use crate::model::outcome::{Outcome, RouteResult};
use crate::wire::fields::Fields;

/// Writes the report: JSON, UTF-8, with a line end at its end. A page is one leg of a result.
/// Bodies are not included. Exchanges without an answer have the status 0, and why in `_error`.
/// What of the run is not there is said in `comment` and, for programs, in `_bitsgate`.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let (mut pages, mut entries) = (Vec::new(), Vec::new());
    for (index, result) in outcome.results.iter().enumerate() {
        for leg in [Leg::Direct, Leg::Cold, Leg::Warm] {
            let of_leg = || result.exchanges.iter().filter(|exchange| exchange.leg == leg);
            let Some(begun) = of_leg().map(|exchange| exchange.begun).min() else { continue };
            let page: Rc<str> = format!("{}-{leg}", index + 1).into();
            pages.push(page_object(&page, begun, result, leg));
            entries.extend(of_leg().map(|exchange| (Rc::clone(&page), exchange)));
        }
    }
    entries.sort_by_key(|(_, exchange)| exchange.begun);
    let log = Log {
        version: "1.2",
        creator: Creator { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        pages,
        entries: Each(entries.iter().map(|(page, exchange)| entry(page, exchange))),
        comment: incomplete::sentence(outcome),
        extension: Extension {
            complete: outcome.complete,
            missing: incomplete::lines(outcome).collect(),
        },
    };
    write_json(&Archive { log }, out)
}

#[derive(Serialize)]
struct Archive<E: Serialize> {
    log: Log<E>,
}

/// `E`: the entries, each made when it is written.
#[derive(Serialize)]
struct Log<E: Serialize> {
    version: &'static str,
    creator: Creator,
    pages: Vec<Value>,
    entries: E,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(rename = "_bitsgate")]
    extension: Extension,
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

/// What HTTP Archive has no field for; names with an underscore are free.
#[derive(Serialize)]
struct Extension {
    complete: bool,
    missing: Vec<String>,
}

fn page_object(id: &str, begun: SystemTime, result: &RouteResult, leg: Leg) -> Value {
    json!({
        "startedDateTime": time(begun),
        "id": id,
        "title": format!("{}, {leg} leg", title(result)),
        "pageTimings": { "onContentLoad": -1, "onLoad": -1 },
    })
}

fn entry(page: &str, exchange: &Exchange) -> Value {
    let mut entry = json!({
        "pageref": page,
        "startedDateTime": time(exchange.begun),
        "time": milliseconds(exchange.timing.total),
        "request": request(exchange),
        "response": response(exchange),
        "cache": {},
        "timings": timings(exchange),
        "connection": format!("{page}-{}", exchange.connection),
        "comment": format!("{} {}", exchange.id, exchange.probe.purpose.as_str()),
    });
    if let Some(failure) = exchange.failure() {
        entry["response"]["_error"] = json!(failure.to_string());
    }
    entry
}

fn request(exchange: &Exchange) -> Value {
    let request = &exchange.request;
    let url = Url::parse(&request.url).ok();
    let query: Vec<Value> = url
        .iter()
        .flat_map(Url::query_pairs)
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    json!({
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&request.fields),
        "queryString": query,
        "headersSize": -1,
        "bodySize": 0,
    })
}

fn response(exchange: &Exchange) -> Value {
    let Some(answer) = exchange.answer() else {
        return json!({
            "status": 0,
            "statusText": "",
            "httpVersion": "",
            "cookies": [],
            "headers": [],
            "content": { "size": 0, "mimeType": "x-unknown" },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        });
    };
    let head = &answer.head;
    json!({
        "status": head.status,
        "statusText": head.reason,
        "httpVersion": head.version.to_string(),
        "cookies": [],
        "headers": headers(&head.fields),
        "content": {
            "size": answer.body.received,
            "mimeType": head.fields.first("content-type").unwrap_or("x-unknown"),
        },
        "redirectURL": head.fields.first("location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": answer.body.received,
    })
}

/// Steps that were saved, or that are not known apart, are -1; the others add up to the whole.
fn timings(exchange: &Exchange) -> Value {
    let timing = &exchange.timing;
    let known = timing.connect + timing.first_byte;
    let connect = if timing.connect.is_zero() { -1.0 } else { milliseconds(timing.connect) };
    json!({
        "blocked": -1,
        "dns": -1,
        "connect": connect,
        "ssl": -1,
        "send": 0,
        "wait": milliseconds(timing.first_byte),
        "receive": milliseconds(timing.total.saturating_sub(known)),
    })
}

fn headers(fields: &Fields) -> Vec<Value> {
    fields.iter().map(|field| json!({ "name": field.name, "value": field.value })).collect()
}

fn time(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

/// To the microsecond.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn render(outcome: &Outcome) -> Vec<u8> {
        sample::written(|out| write(outcome, out))
    }

    fn archive(outcome: &Outcome) -> Value {
        serde_json::from_slice(&render(outcome)).unwrap()
    }

    #[test]
    fn the_archive_is_as_agreed() {
        let text = String::from_utf8(render(&sample::named("fail"))).unwrap();
        assert!(!text.contains(|char: char| char.is_control() && char != '\n'));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn it_follows_the_schema() {
        let schema = include_str!("../../testdata/schema/har-1.2.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (name, outcome) in sample::all() {
            let archive = archive(&outcome);
            let errors: Vec<_> =
                validator.iter_errors(&archive).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
            let mut broken = archive;
            broken["log"]["entries"][0]["request"]["url"] = Value::Null;
            assert!(!validator.is_valid(&broken), "{name}: the schema is not strict");
        }
    }

    #[test]
    fn every_exchange_is_there_and_its_times_add_up() {
        let outcome = sample::named("several");
        let archive = archive(&outcome);
        let entries = archive["log"]["entries"].as_array().unwrap();
        let exchanges = outcome.results.iter().map(|result| result.exchanges.len()).sum::<usize>();
        assert_eq!(entries.len(), exchanges);
        for entry in entries {
            let steps = entry["timings"].as_object().unwrap().values();
            let sum: f64 = steps.map(|step| step.as_f64().unwrap()).filter(|&ms| ms > 0.0).sum();
            assert!((sum - entry["time"].as_f64().unwrap()).abs() < 0.01, "{entry}");
        }
        let unanswered = entries.iter().find(|entry| entry["response"]["status"] == 0).unwrap();
        assert!(unanswered["response"]["_error"].is_string());
    }
}
