//! Of what the samples are made: exchanges, findings and jobs with everything that a test does not
//! care about filled in.

use crate::model::disposition::Treatment;
use crate::model::exchange::{
    Answer, Body, BodyEnd, Client, Exchange, ExchangeId, Leg, Request, Timing,
};
use crate::model::finding::{Finding, Judgement, Level};
use crate::model::hresult::Hresult;
use crate::model::hresult::{BitsView, Certainty};
use crate::model::job::{Job, JobState, Jobs};
use crate::model::job_kind::Require;
use crate::model::outcome::{LegReport, Names, RouteResult, Traffic};
use crate::model::probe::{Probe, Purpose};
use crate::model::profile::Profile;
use crate::model::verdict::Verdict;
use crate::wire::byte_range::RangeSet;
use crate::wire::fields::Fields;
use crate::wire::head::parse_response_head;
use bytes::Bytes;
use std::time::{Duration, SystemTime};

pub(super) fn base() -> RouteResult {
    RouteResult {
        target: "http://wsus.example.com/Content/update.cab".to_owned(),
        proxy: Some("http://proxy.example.com:3128".to_owned()),
        names: Names::default(),
        signs_in: false,
        profile: Profile::Bits,
        verdict: Verdict::Pass,
        unusable: None,
        is_strict: false,
        require: Require::Download,
        jobs: jobs(job(JobState::Transferred, None, None)),
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

pub(super) fn job(state: JobState, hresult: Option<u32>, because: Option<&'static str>) -> Job {
    Job { state, hresult: hresult.map(Hresult), certainty: Certainty::Documented, because }
}

/// An ordinary download that ends so, and a job of several ranges that is transferred.
pub(super) fn jobs(download: Job) -> Jobs {
    Jobs { download, ranges: Some(job(JobState::Transferred, None, None)) }
}

pub(super) fn view(hresult: u32, certainty: Certainty) -> BitsView {
    BitsView { hresult: Hresult(hresult), certainty, transient: false, extended: None }
}

pub(super) fn finding(check: &'static str, judgement: Judgement) -> Finding {
    Finding {
        row: crate::checks::table::find(check).unwrap(),
        check,
        level: Level::Required,
        leg: Leg::Cold,
        judgement,
        bits: None,
        treatment: Treatment::default(),
    }
}

pub(super) fn head() -> Exchange {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nAccept-Ranges: bytes\r\n\r\n";
    Exchange {
        probe: Probe::head(Purpose::Head),
        reused: false,
        request: Request { method: "HEAD", ..request(&[]) },
        ..exchange(1, Probe::head(Purpose::Head), answer(head.as_bytes(), b"", 0))
    }
}

pub(super) fn ranged(
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

pub(super) fn exchange(id: u32, probe: Probe, answer: Answer) -> Exchange {
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

pub(super) fn request(more: &[(&str, &str)]) -> Request {
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

pub(super) fn answer(head: &[u8], data: &'static [u8], received: u64) -> Answer {
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
