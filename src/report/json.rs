//! The report for programs. Its fields are a contract: they are only ever added, and
//! `testdata/schema/report.schema.json` describes them.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;
use sha1::{Digest, Sha1};

use super::comparison::ComparisonJson;
use super::curl;
use super::lookup::Lookup;
use crate::advice::Advice;
use crate::advice::fingerprint::Recognised;
use crate::bits::hresult::Hresult;
use crate::bits::job::{Job, JobState};
use crate::bits::trigger::Certainty;
use crate::check::finding::Finding;
use crate::check::treatment::{Excuse, Severity};
use crate::probe::exchange::{Answer, BodyEnd, Client, Exchange};
use crate::probe::failure::{Failure, Peer};
use crate::run::outcome::{Blame, Direction, LegReport, Missing, Names, Outcome, RouteResult};
use crate::ui::escape::escape_json;
use crate::wire::fields::Fields;
use crate::wire::head::ResponseHead;

/// The report: pretty printed, UTF-8, with a line end at its end. Holds no control character
/// but line ends.
pub fn render(outcome: &Outcome, lookup: &Lookup) -> Vec<u8> {
    let report = Report::of(outcome, lookup);
    // Serializing strings, numbers and lists of them into memory cannot fail.
    let json = serde_json::to_string_pretty(&report).unwrap_or_default();
    // The report of a fleet is large, so it is copied only where something had to be escaped.
    let escaped = match escape_json(&json) {
        Cow::Borrowed(_) => None,
        Cow::Owned(escaped) => Some(escaped),
    };
    let mut bytes = escaped.unwrap_or(json).into_bytes();
    bytes.push(b'\n');
    bytes
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    tool: Tool,
    started: String,
    duration_ms: u128,
    verdict: &'static str,
    complete: bool,
    results: Vec<ResultJson<'a>>,
    missing: Vec<MissingJson<'a>>,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<ComparisonJson<'a>>,
}

#[derive(Serialize)]
struct MissingJson<'a> {
    target: &'a str,
    proxy: Option<&'a str>,
    #[serde(flatten)]
    names: NamesJson<'a>,
    why: &'static str,
}

#[derive(Serialize)]
struct NamesJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_name: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    proxy_labels: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    target_name: Option<&'a str>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct ResultJson<'a> {
    target: &'a str,
    route: &'static str,
    proxy: Option<&'a str>,
    #[serde(flatten)]
    names: NamesJson<'a>,
    profile: &'a str,
    verdict: &'static str,
    job: JobJson,
    blame: Option<BlameJson<'a>>,
    also_to_blame: Vec<BlameJson<'a>>,
    advice: Vec<AdviceJson<'a>>,
    recognised: Vec<RecognisedJson<'a>>,
    legs: Vec<LegJson<'a>>,
    checks: Vec<CheckJson<'a>>,
    exchanges: Vec<ExchangeJson<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct JobJson {
    state: &'static str,
    hresult: Option<String>,
    name: Option<&'static str>,
    certainty: &'static str,
    because: Option<&'static str>,
}

#[derive(Serialize)]
struct BlameJson<'a> {
    party: &'static str,
    direction: Option<&'static str>,
    why: &'a str,
}

#[derive(Serialize)]
struct AdviceJson<'a> {
    product: &'static str,
    name: &'static str,
    certainty: &'static str,
    defects: &'a [&'static str],
    setting: &'static str,
    text: &'a str,
    source: &'static str,
}

#[derive(Serialize)]
struct RecognisedJson<'a> {
    product: Option<&'static str>,
    name: &'a str,
    version: Option<&'a str>,
    certainty: &'static str,
    place: &'static str,
    evidence: &'a [String],
}

#[derive(Serialize)]
struct LegJson<'a> {
    leg: &'static str,
    ran: bool,
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    id: &'static str,
    leg: &'static str,
    level: &'static str,
    status: &'static str,
    summary: &'a str,
    reason: &'a str,
    hresult: Option<String>,
    certainty: Option<&'static str>,
    rfc: Rfc,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<AcceptedJson<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    known: bool,
    exchanges: Vec<String>,
}

#[derive(Serialize)]
struct AcceptedJson<'a> {
    reason: &'a str,
    until: &'a str,
}

#[derive(Serialize)]
struct Rfc {
    conforms: bool,
    section: Option<&'static str>,
}

#[derive(Serialize)]
struct ExchangeJson<'a> {
    id: String,
    leg: &'static str,
    purpose: &'static str,
    client: &'static str,
    connection: u32,
    reused: bool,
    started: String,
    request: RequestJson<'a>,
    response: Option<ResponseJson<'a>>,
    failure: Option<FailureJson>,
    first_attempt: Option<FailureJson>,
    timing_ms: Timing,
    body: BodyJson,
    curl: Option<String>,
}

#[derive(Serialize)]
struct RequestJson<'a> {
    method: &'static str,
    url: &'a str,
    target: &'a str,
    headers: Vec<Header<'a>>,
}

#[derive(Serialize)]
struct ResponseJson<'a> {
    #[serde(flatten)]
    head: HeadJson<'a>,
    interim: Vec<HeadJson<'a>>,
}

#[derive(Serialize)]
struct HeadJson<'a> {
    version: String,
    status: u16,
    reason: &'a str,
    headers: Vec<Header<'a>>,
}

#[derive(Serialize)]
struct Header<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct FailureJson {
    kind: &'static str,
    peer: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Timing {
    connect: f64,
    first_byte: f64,
    total: f64,
}

#[derive(Serialize)]
struct BodyJson {
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    complete: bool,
}

impl<'a> Report<'a> {
    fn of(outcome: &'a Outcome, lookup: &Lookup) -> Self {
        Self {
            schema_version: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            started: humantime::format_rfc3339_millis(outcome.started).to_string(),
            duration_ms: outcome.duration.as_millis(),
            verdict: outcome.verdict.as_str(),
            complete: outcome.complete,
            results: outcome.results.iter().map(|result| ResultJson::of(result, lookup)).collect(),
            missing: outcome.missing.iter().map(MissingJson::of).collect(),
            warnings: &outcome.warnings,
            comparison: outcome.comparison.as_ref().map(ComparisonJson::of),
        }
    }
}

impl<'a> ResultJson<'a> {
    fn of(result: &'a RouteResult, lookup: &Lookup) -> Self {
        Self {
            target: &result.target,
            route: if result.proxy.is_some() { "proxy" } else { "direct" },
            proxy: result.proxy.as_deref(),
            names: NamesJson::of(&result.names),
            profile: result.profile.as_str(),
            verdict: result.verdict.as_str(),
            job: JobJson::of(&result.job, lookup),
            blame: result.blame.as_ref().map(BlameJson::of),
            also_to_blame: result.also_to_blame.iter().map(BlameJson::of).collect(),
            advice: result.advice.iter().map(AdviceJson::of).collect(),
            recognised: result.recognised.iter().map(RecognisedJson::of).collect(),
            legs: result.legs.iter().map(LegJson::of).collect(),
            checks: result.findings.iter().map(|finding| CheckJson::of(finding, lookup)).collect(),
            exchanges: result
                .exchanges
                .iter()
                .map(|exchange| ExchangeJson::of(exchange, result))
                .collect(),
            notes: &result.notes,
        }
    }
}

impl<'a> MissingJson<'a> {
    fn of(missing: &'a Missing) -> Self {
        Self {
            target: &missing.target,
            proxy: missing.proxy.as_deref(),
            names: NamesJson::of(&missing.names),
            why: missing.why,
        }
    }
}

impl<'a> NamesJson<'a> {
    fn of(names: &'a Names) -> Self {
        Self {
            proxy_name: names.proxy.as_deref(),
            proxy_labels: &names.labels,
            target_name: names.target.as_deref(),
        }
    }
}

impl JobJson {
    fn of(job: &Job, lookup: &Lookup) -> Self {
        Self {
            state: match job.state {
                JobState::Error => "error",
                JobState::TransientError => "transient-error",
                JobState::Transferred => "transferred",
                JobState::Unknown => "unknown",
            },
            hresult: job.hresult.map(code_text),
            name: job.hresult.and_then(lookup.code).map(|code| code.name),
            certainty: certainty_text(job.certainty),
            because: job.because,
        }
    }
}

impl<'a> BlameJson<'a> {
    fn of(blame: &'a Blame) -> Self {
        let direction = blame.direction.map(Direction::as_str);
        Self { party: blame.party.as_str(), direction, why: &blame.why }
    }
}

impl<'a> AdviceJson<'a> {
    fn of(advice: &'a Advice) -> Self {
        Self {
            product: advice.product,
            name: advice.name,
            certainty: advice.certainty.as_str(),
            defects: &advice.defects,
            setting: advice.setting,
            text: &advice.text,
            source: advice.source,
        }
    }
}

impl<'a> RecognisedJson<'a> {
    fn of(recognised: &'a Recognised) -> Self {
        Self {
            product: recognised.product,
            name: &recognised.name,
            version: recognised.version.as_deref(),
            certainty: recognised.certainty.as_str(),
            place: recognised.place.as_str(),
            evidence: &recognised.evidence,
        }
    }
}

impl<'a> LegJson<'a> {
    fn of(report: &'a LegReport) -> Self {
        Self {
            leg: report.leg.as_str(),
            ran: report.skipped.is_none(),
            why: report.skipped.as_deref(),
        }
    }
}

impl<'a> CheckJson<'a> {
    fn of(finding: &'a Finding, lookup: &Lookup) -> Self {
        let judgement = &finding.judgement;
        Self {
            id: finding.check,
            leg: finding.leg.as_str(),
            level: finding.level.as_str(),
            status: judgement.status.as_str(),
            summary: &judgement.summary,
            reason: &judgement.reason,
            hresult: finding.bits.map(|view| code_text(view.hresult)),
            certainty: finding.bits.map(|view| certainty_text(view.certainty)),
            rfc: Rfc {
                conforms: !judgement.breaks_rfc,
                section: (lookup.meta)(finding.check)
                    .map(|meta| meta.rfc)
                    .filter(|section| !section.is_empty()),
            },
            severity: finding.treatment.severity.map(Severity::as_str),
            accepted: match &finding.treatment.excuse {
                Some(Excuse::Accepted { reason, until }) => Some(AcceptedJson { reason, until }),
                Some(Excuse::Known) | None => None,
            },
            known: finding.treatment.excuse == Some(Excuse::Known),
            exchanges: judgement.exchanges.iter().map(ToString::to_string).collect(),
        }
    }
}

impl<'a> ExchangeJson<'a> {
    fn of(exchange: &'a Exchange, result: &RouteResult) -> Self {
        let request = &exchange.request;
        Self {
            id: exchange.id.to_string(),
            leg: exchange.leg.as_str(),
            purpose: exchange.probe.purpose.as_str(),
            client: match exchange.client {
                Client::Reqwest => "reqwest",
                Client::Socket => "socket",
            },
            connection: exchange.connection,
            reused: exchange.reused,
            started: humantime::format_rfc3339_millis(exchange.begun).to_string(),
            request: RequestJson {
                method: request.method,
                url: &request.url,
                target: &request.target,
                headers: headers(&request.fields),
            },
            response: exchange.answer().map(|answer| ResponseJson {
                head: HeadJson::of(&answer.head),
                interim: answer.interim.iter().map(HeadJson::of).collect(),
            }),
            failure: exchange.failure().map(FailureJson::of),
            first_attempt: exchange.first_attempt.as_ref().map(FailureJson::of),
            timing_ms: Timing {
                connect: milliseconds(exchange.timing.connect),
                first_byte: milliseconds(exchange.timing.first_byte),
                total: milliseconds(exchange.timing.total),
            },
            body: BodyJson::of(exchange.answer()),
            curl: curl::command(result, exchange)
                .filter(|_| curl::proves_a_fault(result, exchange)),
        }
    }
}

impl<'a> HeadJson<'a> {
    fn of(head: &'a ResponseHead) -> Self {
        Self {
            version: head.version.to_string(),
            status: head.status,
            reason: &head.reason,
            headers: headers(&head.fields),
        }
    }
}

impl FailureJson {
    fn of(failure: &Failure) -> Self {
        Self {
            kind: failure.name(),
            peer: match failure.peer {
                Peer::Proxy => "proxy",
                Peer::Server => "server",
            },
            message: failure.to_string(),
        }
    }
}

impl BodyJson {
    /// The hash is of the whole body, so it is there only when all of it came and was kept.
    fn of(answer: Option<&Answer>) -> Self {
        let Some(body) = answer.map(|answer| &answer.body) else {
            return Self { bytes: 0, sha1: None, complete: false };
        };
        let complete = body.end == BodyEnd::Complete;
        let whole = complete && body.received > 0 && body.data.len() as u64 == body.received;
        let sha1 = whole.then(|| format!("{:x}", Sha1::digest(&body.data)));
        Self { bytes: body.received, sha1, complete }
    }
}

fn headers(fields: &Fields) -> Vec<Header<'_>> {
    fields.iter().map(|field| Header { name: &field.name, value: &field.value }).collect()
}

fn code_text(hresult: Hresult) -> String {
    hresult.to_string()
}

fn certainty_text(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Documented => "documented",
        Certainty::Likely => "likely",
    }
}

/// To the microsecond.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample;

    #[test]
    fn real_shapes_follow_the_schema() {
        let schema = include_str!("../../testdata/schema/report.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (name, outcome) in sample::all() {
            let json = render(&outcome, &sample::LOOKUP);
            let report: Value = serde_json::from_slice(&json).unwrap();
            let errors: Vec<_> =
                validator.iter_errors(&report).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
        }
    }

    #[test]
    fn the_schema_is_strict() {
        let schema = include_str!("../../testdata/schema/report.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let (_, outcome) = &sample::all()[0];
        let good: Value = serde_json::from_slice(&render(outcome, &sample::LOOKUP)).unwrap();
        for (pointer, bad) in [
            ("/verdict", Value::from("perhaps")),
            ("/results/0/job/state", Value::from("lost")),
            ("/results/0/checks/0/status", Value::Null),
            ("/results/0/checks/0/exchanges/0", Value::from(1)),
            ("/results/0/exchanges/0/response/status", Value::from("200")),
            ("/results/0/exchanges/0/request", Value::Null),
            ("/started", Value::from("yesterday")),
        ] {
            let mut report = good.clone();
            *report.pointer_mut(pointer).unwrap() = bad;
            assert!(!validator.is_valid(&report), "{pointer}");
        }
        let mut report = good;
        report["results"][0].as_object_mut().unwrap().remove("blame");
        assert!(!validator.is_valid(&report));
    }

    #[test]
    fn the_report_is_as_agreed() {
        let (_, outcome) = sample::all().into_iter().find(|(name, _)| *name == "fail").unwrap();
        let json = String::from_utf8(render(&outcome, &sample::LOOKUP)).unwrap();
        assert!(json.ends_with("}\n"));
        assert!(!json.contains(|char: char| char.is_control() && char != '\n'));
        insta::assert_snapshot!(json);
    }
}
