//! Fixed outcomes for the tests of every format: clocks, ids and texts never vary.

mod parts;

use crate::model::advice::Advice;
use crate::model::advice::{Action, Edit, Proof};
use crate::model::defect::Defect;
use crate::model::disposition::Treatment;
use crate::model::disposition::{Excuse, Severity};
use crate::model::exchange::ExchangeId;
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::finding::{Finding, Judgement, Level};
use crate::model::hresult::{BitsView, Certainty};
use crate::model::job::{Job, JobState, Jobs};
use crate::model::outcome::{Blame, Direction, Missing, Names, Outcome, Party, RouteResult};
use crate::model::probe::Purpose;
use crate::model::product::Certainty as Fit;
use crate::model::product::{Place, Recognised};
use crate::model::profile::Profile;
use crate::model::verdict::Verdict;
use parts::{answer, base, finding, head, job, jobs, ranged, view};
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

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
        ("excused", excused()),
    ]
}

/// The sample of a name.
pub(crate) fn named(name: &str) -> Outcome {
    let (_, outcome) = all().into_iter().find(|(sample, _)| *sample == name).unwrap();
    outcome
}

/// A run that passes because what is wrong in it was excused in every way.
pub(crate) fn excused() -> Outcome {
    let mut result = range_ignored();
    for finding in &mut result.findings {
        finding.treatment.excuse = match finding.check {
            "range-middle" | "range-large" | "range-last-byte" => Some(Excuse::Accepted {
                reason: String::from("ticket 7"),
                until: String::from("2026-12-31"),
            }),
            "range-first" => Some(Excuse::Known),
            _ => None,
        };
        if finding.check == "range-next" {
            finding.treatment.severity = Some(Severity::Ignore);
        }
    }
    // A warning would have the whole warn.
    result.findings.retain(|finding| finding.check != "head-validators");
    outcome(vec![RouteResult { verdict: Verdict::Pass, ..result }])
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
        jobs: jobs(job(JobState::Transferred, None, None)),
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
        jobs: jobs(job(JobState::Error, Some(0x8020_0013), Some("range-first"))),
        blame: Some(Blame {
            party: Party::Proxy,
            direction: Some(Direction::Request),
            why: "range-first passes without the proxy and fails through it.".to_owned(),
        }),
        also_to_blame: vec![],
        advice: vec![Advice {
            product: Some("squid"),
            name: "Squid",
            certainty: Fit::Likely,
            defects: vec!["whole-file-for-range"],
            setting: "request_header_access Range allow all".to_owned(),
            file: Some("/etc/squid/squid.conf"),
            position: "at the start of the file, above every other line".to_owned(),
            edits: vec![Edit {
                action: Action::Replace,
                line: Some("request_header_access Range deny".to_owned()),
                lines: vec!["request_header_access Range allow all".to_owned()],
            }],
            reload: Some("squid -k reconfigure"),
            side_effect: "None.".to_owned(),
            proof: Proof::Tested,
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
            finding("multi-descending", Judgement::skipped("no multipart answer came")),
            finding("multi-adjacent", Judgement::skipped("no multipart answer came")),
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
        verdict: Verdict::Warn,
        jobs: Jobs {
            download: job(JobState::Transferred, None, None),
            ranges: Some(Job {
                certainty: Certainty::Likely,
                ..job(JobState::Error, Some(0x8019_01A0), Some("multi-two"))
            }),
        },
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
                bits: Some(view(0x8019_01A0, Certainty::Likely)),
                treatment: Treatment { other_jobs: true, ..Treatment::default() },
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
        jobs: jobs(Job {
            certainty: Certainty::Likely,
            ..job(JobState::Unknown, Some(0x8007_2EFD), Some("head-status"))
        }),
        findings: ["head-status", "head-content-length", "range-first", "range-next", "multi-two"]
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
        jobs: jobs(job(JobState::Transferred, None, None)),
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
        jobs: jobs(job(JobState::TransientError, Some(0x8007_2F78), Some("head-status"))),
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
        jobs: Jobs {
            download: Job {
                certainty: Certainty::Likely,
                ..job(JobState::Error, Some(0x80D0_5011), Some("do-first-bytes"))
            },
            ranges: None,
        },
        findings: findings.collect(),
        ..ranges
    }
}
