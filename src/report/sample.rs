//! Fixed outcomes for the tests of every format: clocks, ids and texts never vary.

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::lookup::Lookup;
use crate::advice::Advice;
use crate::advice::fingerprint::{Place, Recognised};
use crate::advice::rule::Certainty as Fit;
use crate::bits::codes;
use crate::bits::hresult::Hresult;
use crate::bits::job::{Job, JobState};
use crate::bits::profile::Profile;
use crate::bits::trigger::{BitsView, Certainty};
use crate::check::defect::Defect;
use crate::check::finding::{Finding, Judgement, Level};
use crate::check::treatment::Treatment;
use crate::check::{Group, Meta};
use crate::probe::exchange::{
    Answer, Body, BodyEnd, Client, Exchange, ExchangeId, Leg, Request, Timing,
};
use crate::probe::failure::{Failure, FailureKind, Peer};
use crate::probe::probe::{Probe, Purpose};
use crate::run::outcome::{
    Blame, Direction, LegReport, Missing, Names, Outcome, Party, RouteResult, Traffic, Verdict,
};
use crate::wire::byte_range::RangeSet;
use crate::wire::fields::Fields;
use crate::wire::head::parse_response_head;

pub(crate) const LOOKUP: Lookup = Lookup { meta, code: codes::by_hresult };

/// Every sample with its name.
pub(crate) fn all() -> Vec<(&'static str, Outcome)> {
    vec![
        ("pass", outcome(vec![pass()])),
        ("fail", outcome(vec![range_ignored()])),
        ("fail-multi-only", outcome(vec![multi_refused()])),
        ("inconclusive", outcome(vec![unreachable()])),
        ("warn", outcome(vec![hostile()])),
        ("delivery", outcome(vec![pass(), delivery()])),
        ("several", outcome(vec![pass(), range_ignored(), unreachable(), garbage()])),
    ]
}

/// The sample of a name.
pub(crate) fn named(name: &str) -> Outcome {
    let (_, outcome) = all().into_iter().find(|(sample, _)| *sample == name).unwrap();
    outcome
}

/// A run of three pairs of which one was tried before somebody ended it.
pub(crate) fn incomplete() -> Outcome {
    let missing = |host: &str| Missing {
        target: "http://wsus.example.com/Content/late.cab".to_owned(),
        proxy: Some(format!("http://{host}.example:3128")),
        names: Names { proxy: Some(host.to_owned()), ..Names::default() },
        why: "the run was interrupted",
    };
    Outcome {
        verdict: Verdict::Inconclusive,
        complete: false,
        missing: vec![missing("tokyo"), missing("paris")],
        ..named("pass")
    }
}

/// What a format writes.
pub(crate) fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    bytes
}

fn outcome(results: Vec<RouteResult>) -> Outcome {
    Outcome {
        started: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123),
        duration: Duration::from_millis(1234),
        verdict: results.iter().map(|result| result.verdict).max().unwrap_or(Verdict::Pass),
        complete: true,
        results,
        missing: vec![],
        warnings: vec![],
        comparison: None,
    }
}

fn pass() -> RouteResult {
    let partial = "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nContent-Range: bytes 0-4/100000\r\n\r\n";
    RouteResult {
        verdict: Verdict::Pass,
        job: job(JobState::Transferred, None, None),
        findings: vec![
            finding("head-status", Judgement::pass("200 OK").proved_by([ExchangeId(1)])),
            finding(
                "range-first",
                Judgement::pass("206 with bytes 0-4/100000").proved_by([ExchangeId(2)]),
            ),
            finding("range-4gib", Judgement::skipped("the file is smaller than 4 GiB")),
        ],
        exchanges: vec![head(), ranged(2, Purpose::RangeFirst, "bytes=0-4", partial, b"01234", 5)],
        ..base()
    }
}

fn range_ignored() -> RouteResult {
    let whole = "HTTP/1.1 200 OK\r\nServer: Apache/2.0.52\r\nContent-Length: 100000\r\n\r\n";
    let judged = |id| {
        Judgement::fail(Defect::WholeFileForRange, "200 and the whole file came for a part of it")
            .because(
                "bytes=0-5690 was asked; the answer has status 200, no Content-Range, and \
            Content-Length: 100000. The proxy, or somebody behind it, drops the Range field.",
            )
            .proved_by([ExchangeId(id)])
    };
    let view = Some(view(0x8020_0013, Certainty::Documented));
    RouteResult {
        verdict: Verdict::Fail,
        job: job(JobState::Error, Some(0x8020_0013), Some("range-first")),
        blame: Some(Blame {
            party: Party::Proxy,
            direction: Some(Direction::Request),
            why: "range-first passes without the proxy and fails through it.".to_owned(),
        }),
        also_to_blame: vec![],
        advice: vec![Advice {
            product: "squid",
            name: "Squid",
            certainty: Fit::Likely,
            defects: vec!["whole-file-for-range"],
            setting: "request_header_access Range allow all",
            text: "The list of allowed request fields lacks Range.".to_owned(),
            source: "squid.conf.documented",
        }],
        recognised: vec![Recognised {
            product: Some("squid"),
            name: "Squid".to_owned(),
            version: Some("5.7".to_owned()),
            certainty: Fit::Likely,
            place: Place::Proxy,
            evidence: vec!["Via: 1.1 proxy (squid/5.7)\u{1b}[31m".to_owned()],
        }],
        findings: vec![
            finding("head-status", Judgement::pass("200 OK")),
            Finding { bits: view, ..finding("range-first", judged(2)) },
            Finding { bits: view, ..finding("range-next", judged(3)) },
            Finding { bits: view, ..finding("range-middle", judged(3)) },
            Finding { bits: view, ..finding("range-large", judged(3)) },
            Finding { bits: view, ..finding("range-last-byte", judged(3)) },
            Finding {
                level: Level::Recommended,
                ..finding(
                    "head-validators",
                    Judgement::warn(
                        Defect::ValidatorsMissing,
                        "neither Last-Modified nor ETag came with the HEAD",
                    )
                    .proved_by([ExchangeId(1)]),
                )
            },
            finding("range-2gib", Judgement::skipped("the file is smaller than 2 GiB")),
            finding("range-4gib", Judgement::skipped("the file is smaller than 4 GiB")),
            finding("multi-order", Judgement::skipped("no multipart answer came")),
            finding("multi-merge", Judgement::skipped("no multipart answer came")),
        ],
        exchanges: vec![
            head(),
            ranged(2, Purpose::RangeFirst, "bytes=0-5690", whole, b"0123456789", 16_384),
            ranged(3, Purpose::RangeNext, "bytes=5691-13739", whole, b"0123456789", 16_384),
        ],
        notes: vec!["the proxy was asked for its own reference file".to_owned()],
        ..base()
    }
}

fn multi_refused() -> RouteResult {
    let refused = "HTTP/1.1 416 Requested Range Not Satisfiable\r\nContent-Length: 0\r\n\
        Content-Range: bytes */100000\r\nVia: 1.1 varnish\r\n\r\n";
    RouteResult {
        verdict: Verdict::Fail,
        job: job(JobState::Transferred, None, None),
        blame: Some(Blame {
            party: Party::Origin,
            direction: Some(Direction::Cache),
            why: "multi-two fails once the whole file was fetched.".to_owned(),
        }),
        also_to_blame: vec![Blame {
            party: Party::Proxy,
            direction: Some(Direction::Response),
            why: "range-first: the server's answer ends, and through the proxy it does not."
                .to_owned(),
        }],
        findings: vec![
            finding("head-status", Judgement::pass("200 OK")),
            finding("range-first", Judgement::pass("206 with bytes 0-4/100000")),
            Finding {
                bits: Some(view(0x8020_0013, Certainty::Likely)),
                ..finding(
                    "multi-two",
                    Judgement::fail(
                        Defect::MultiRefused(416),
                        "two satisfiable ranges were answered with 416",
                    )
                    .because("Each of both ranges lies in the file of 100000 bytes.")
                    .proved_by([ExchangeId(2)]),
                )
            },
        ],
        exchanges: vec![
            head(),
            ranged(2, Purpose::MultiTwo, "bytes=0-99,500-599", refused, b"", 0),
        ],
        ..base()
    }
}

fn unreachable() -> RouteResult {
    let failure = Failure::new(FailureKind::CannotConnect, Peer::Proxy)
        .because("Connection refused (os error 111)");
    let judged = || {
        Judgement::inconclusive(Defect::CannotConnect, "cannot connect to the proxy")
            .proved_by([ExchangeId(1)])
    };
    let view = Some(view(0x8007_2EFD, Certainty::Likely));
    let mut exchange = head();
    exchange.result = Err(failure);
    RouteResult {
        proxy: Some("http://no-such-proxy.branch.example:3128".to_owned()),
        verdict: Verdict::Inconclusive,
        job: Job {
            certainty: Certainty::Likely,
            ..job(JobState::Unknown, Some(0x8007_2EFD), Some("head-status"))
        },
        findings: ["head-status", "head-length", "range-first", "range-next", "multi-two"]
            .into_iter()
            .map(|check| Finding { bits: view, ..finding(check, judged()) })
            .collect(),
        exchanges: vec![exchange],
        ..base()
    }
}

fn hostile() -> RouteResult {
    let mut exchange = head();
    let mut bytes = b"HTTP/1.1 200 \x1b[2JOK\r\nContent-Length: 100000\r\nX-Evil: \x1b]0;owned\x07\
        \xe2\x80\xae\xff\xc2\x9b31m\r\nServer: "
        .to_vec();
    bytes.extend(b"very-long-word ".repeat(40));
    bytes.extend(b"\r\n\r\n");
    exchange.result = Ok(answer(&bytes, b"", 0));
    RouteResult {
        target:
            "http://wsus.example.com:8530/Content/8B/\u{202e}8B1A9953C4611296A827ABF8C47804D7E4A\
            3C2B1.cab"
                .to_owned(),
        proxy: None,
        verdict: Verdict::Warn,
        job: job(JobState::Transferred, None, None),
        findings: vec![
            finding("head-status", Judgement::pass("200 \x1b[2JOK")),
            Finding {
                level: Level::Recommended,
                ..finding(
                    "head-validators",
                    Judgement::warn(
                        Defect::OddHead,
                        "control characters in X-Evil: \x1b]0;owned\x07",
                    )
                    .because("A field value must not hold them.\nSee the head: \u{202e}evil.")
                    .proved_by([ExchangeId(1)])
                    .breaking_rfc(),
                )
            },
        ],
        exchanges: vec![exchange],
        ..base()
    }
}

fn garbage() -> RouteResult {
    RouteResult {
        proxy: None,
        verdict: Verdict::Fail,
        job: job(JobState::TransientError, Some(0x8007_2F78), Some("head-status")),
        findings: vec![Finding {
            bits: Some(BitsView { transient: true, ..view(0x8007_2F78, Certainty::Documented) }),
            ..finding(
                "head-status",
                Judgement::fail(Defect::MalformedResponse, "the answer is not HTTP").breaking_rfc(),
            )
        }],
        exchanges: vec![],
        ..base()
    }
}

/// Delivery Optimization behind the proxy that ignores ranges.
fn delivery() -> RouteResult {
    let ranges = range_ignored();
    let bits = Some(view(0x80D0_5011, Certainty::Likely));
    let findings = ranges.findings.into_iter().map(|finding| Finding { bits, ..finding });
    RouteResult {
        profile: Profile::Do,
        job: Job {
            certainty: Certainty::Likely,
            ..job(JobState::Error, Some(0x80D0_5011), Some("do-first-bytes"))
        },
        findings: findings.collect(),
        ..ranges
    }
}

fn base() -> RouteResult {
    RouteResult {
        target: "http://wsus.example.com/Content/update.cab".to_owned(),
        proxy: Some("http://proxy.example.com:3128".to_owned()),
        names: Names::default(),
        signs_in: false,
        profile: Profile::Bits,
        verdict: Verdict::Pass,
        job: job(JobState::Transferred, None, None),
        blame: None,
        also_to_blame: vec![],
        advice: vec![],
        recognised: vec![],
        legs: vec![LegReport { leg: Leg::Cold, skipped: None }],
        findings: vec![],
        exchanges: vec![],
        fetches_whole: false,
        forgotten: Traffic::default(),
        notes: vec![],
    }
}

fn job(state: JobState, hresult: Option<u32>, because: Option<&'static str>) -> Job {
    Job { state, hresult: hresult.map(Hresult), certainty: Certainty::Documented, because }
}

fn view(hresult: u32, certainty: Certainty) -> BitsView {
    BitsView { hresult: Hresult(hresult), certainty, transient: false }
}

fn finding(check: &'static str, judgement: Judgement) -> Finding {
    Finding {
        check,
        level: Level::Required,
        leg: Leg::Cold,
        judgement,
        bits: None,
        treatment: Treatment::default(),
    }
}

fn head() -> Exchange {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nAccept-Ranges: bytes\r\n\r\n";
    Exchange {
        probe: Probe::head(Purpose::Head),
        reused: false,
        request: Request { method: "HEAD", ..request(&[]) },
        ..exchange(1, Probe::head(Purpose::Head), answer(head.as_bytes(), b"", 0))
    }
}

fn ranged(
    id: u32,
    purpose: Purpose,
    range: &str,
    head: &str,
    data: &'static [u8],
    received: u64,
) -> Exchange {
    let probe = Probe::get(purpose, RangeSet::parse(range).unwrap());
    Exchange {
        request: request(&[("Range", range)]),
        ..exchange(id, probe, answer(head.as_bytes(), data, received))
    }
}

fn exchange(id: u32, probe: Probe, answer: Answer) -> Exchange {
    Exchange {
        id: ExchangeId(id),
        probe,
        leg: Leg::Cold,
        client: Client::Socket,
        connection: 1,
        reused: true,
        first_attempt: None,
        request: request(&[]),
        result: Ok(answer),
        begun: SystemTime::UNIX_EPOCH
            + Duration::from_millis(1_700_000_000_200 + 10 * u64::from(id)),
        timing: Timing {
            connect: Duration::from_micros(1250),
            first_byte: Duration::from_micros(3500),
            total: Duration::from_millis(5),
        },
    }
}

fn request(more: &[(&str, &str)]) -> Request {
    let fields = [
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("User-Agent", "Microsoft BITS/7.8"),
        ("Host", "wsus.example.com"),
        ("Proxy-Connection", "Keep-Alive"),
    ];
    let url = "http://wsus.example.com/Content/update.cab";
    Request {
        method: "GET",
        url: url.to_owned(),
        target: url.to_owned(),
        fields: fields.iter().chain(more).copied().collect::<Fields>(),
    }
}

fn answer(head: &[u8], data: &'static [u8], received: u64) -> Answer {
    Answer {
        interim: vec![],
        head: parse_response_head(head).unwrap().unwrap(),
        body: Body {
            data: Bytes::from_static(data),
            received,
            end: if received > data.len() as u64 { BodyEnd::CutOff } else { BodyEnd::Complete },
            stray: Bytes::new(),
        },
    }
}

fn meta(id: &str) -> Option<&'static Meta> {
    const RANGE: Meta = Meta {
        id: "range-first",
        group: Group::Range,
        level: Level::Required,
        title: "A part of the file is answered with 206 and with that part alone",
        rfc: "RFC 9110 14.2",
        source: "Microsoft, HTTP Requirements for BITS Downloads",
        explanation: "",
        profiles: &[Profile::Bits],
        probes: &[],
        decides_job: true,
    };
    static HEAD: Meta = Meta {
        group: Group::Head,
        title: "HEAD is answered with 200 and with the fields that BITS reads",
        rfc: "RFC 9110 9.3.2",
        ..RANGE
    };
    static MULTI: Meta = Meta {
        group: Group::Multi,
        title: "Two ranges are answered with two parts",
        rfc: "RFC 9110 15.3.7.2",
        decides_job: false,
        ..RANGE
    };
    static SINGLE: Meta = RANGE;
    match id.split('-').next() {
        Some("head") => Some(&HEAD),
        Some("multi") => Some(&MULTI),
        Some("range") => Some(&SINGLE),
        _ => None,
    }
}
