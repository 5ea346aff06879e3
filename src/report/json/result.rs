//! One result of the JSON report: job, blame, advice, legs and checks.

use serde::Serialize;

use super::NamesJson;
use super::exchange::ExchangeJson;
use crate::model::advice::Advice;
use crate::model::advice::Edit;
use crate::model::disposition::{Excuse, Severity};
use crate::model::exchange::Leg;
use crate::model::finding::Finding;
use crate::model::hresult::Certainty;
use crate::model::hresult::Hresult;
use crate::model::job::Job;
use crate::model::job_kind::JobKind;
use crate::model::job_kind::kinds_word;
use crate::model::outcome::{Blame, Direction, LegReport, Traffic};
use crate::model::product::Recognised;
use crate::report::excuse::Kind;
use crate::report::lookup;
use crate::report::view::{Cause, ResultView};

/// A result.
#[derive(Serialize)]
pub(super) struct ResultJson<'a> {
    target: &'a str,
    route: &'static str,
    proxy: Option<&'a str>,
    #[serde(flatten)]
    names: NamesJson<'a>,
    profile: &'a str,
    verdict: &'static str,
    jobs: JobsJson,
    at_fault: Option<AtFaultJson<'a>>,
    also_at_fault: Vec<AtFaultJson<'a>>,
    causes: Vec<CauseJson>,
    fixes: Vec<FixJson<'a>>,
    recognised: Vec<RecognisedJson<'a>>,
    phases: Vec<PhaseJson<'a>>,
    checks: Vec<CheckJson<'a>>,
    exchanges: Vec<ExchangeJson<'a>>,
    traffic: TrafficJson,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct JobsJson {
    download: JobJson,
    ranges: Option<JobJson>,
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
struct AtFaultJson<'a> {
    party: &'static str,
    direction: Option<&'static str>,
    why: &'a str,
}

/// Findings with one reason.
#[derive(Serialize)]
struct CauseJson {
    defect: &'static str,
    summary: String,
    party: &'static str,
    job_kinds: Vec<&'static str>,
    impact: &'static str,
    suppressed: Option<&'static str>,
    checks: Vec<&'static str>,
    phases: Vec<&'static str>,
    hresult: Option<String>,
    certainty: Option<&'static str>,
    fixes: Vec<usize>,
}

#[derive(Serialize)]
struct FixJson<'a> {
    product: Option<&'static str>,
    name: &'static str,
    certainty: &'static str,
    proof: &'static str,
    defects: &'a [&'static str],
    setting: &'a str,
    file: Option<&'static str>,
    position: Option<&'a str>,
    edits: Vec<EditJson<'a>>,
    reload: Option<&'static str>,
    side_effect: Option<&'a str>,
    text: &'a str,
    source: &'static str,
}

#[derive(Serialize)]
struct EditJson<'a> {
    action: &'static str,
    line: Option<&'a str>,
    lines: &'a [String],
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
struct TrafficJson {
    requests: usize,
    retries: usize,
    received_bytes: u64,
}

#[derive(Serialize)]
struct PhaseJson<'a> {
    phase: &'static str,
    ran: bool,
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    id: &'static str,
    phase: &'static str,
    level: &'static str,
    job_kind: &'static str,
    status: &'static str,
    summary: &'a str,
    reason: &'a str,
    hresult: Option<String>,
    certainty: Option<&'static str>,
    rfc: Rfc,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    other_jobs: bool,
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
    view: &'static str,
    section: Option<&'static str>,
}

impl<'a> ResultJson<'a> {
    pub(super) fn of(view: &ResultView<'a>) -> Self {
        let result = view.result;
        Self {
            target: &result.target,
            route: if result.proxy.is_some() { "proxy" } else { "direct" },
            proxy: result.proxy.as_deref(),
            names: NamesJson::of(&result.names),
            profile: result.profile.as_str(),
            verdict: result.verdict.as_str(),
            jobs: JobsJson {
                download: JobJson::of(&result.jobs.download),
                ranges: result.jobs.ranges.as_ref().map(JobJson::of),
            },
            at_fault: result.blame.as_ref().map(AtFaultJson::of),
            also_at_fault: result.also_to_blame.iter().map(AtFaultJson::of).collect(),
            causes: view.causes.iter().map(CauseJson::of).collect(),
            fixes: result.advice.iter().map(FixJson::of).collect(),
            recognised: result.recognised.iter().map(RecognisedJson::of).collect(),
            phases: result.legs.iter().map(PhaseJson::of).collect(),
            checks: result.findings.iter().map(CheckJson::of).collect(),
            exchanges: result
                .exchanges
                .iter()
                .map(|exchange| ExchangeJson::of(exchange, result))
                .collect(),
            traffic: TrafficJson::of(result.traffic()),
            notes: result.unusable.iter().chain(&result.notes).map(String::as_str).collect(),
        }
    }
}

impl JobJson {
    fn of(job: &Job) -> Self {
        Self {
            state: job.state.as_str(),
            hresult: job.hresult.map(code_text),
            name: job.hresult.and_then(lookup::code).map(|code| code.name),
            certainty: certainty_text(job.certainty),
            because: job.because,
        }
    }
}

impl<'a> AtFaultJson<'a> {
    fn of(blame: &'a Blame) -> Self {
        let direction = blame.direction.map(Direction::as_str);
        Self { party: blame.party.as_str(), direction, why: &blame.why }
    }
}

impl CauseJson {
    fn of(cause: &Cause<'_>) -> Self {
        let code = cause.code();
        let is_of = |kind: &JobKind| cause.findings.iter().any(|one| one.row.jobs.contains(kind));
        let kinds = JobKind::ALL.iter().filter(|kind| is_of(kind));
        Self {
            defect: cause.name(),
            summary: cause.summary.clone(),
            party: cause.party.as_str(),
            job_kinds: kinds.map(|kind| kind.as_str()).collect(),
            impact: cause.impact.as_str(),
            suppressed: cause.suppressed.map(Kind::as_str),
            checks: cause.checks(),
            phases: cause.phases().into_iter().map(Leg::as_str).collect(),
            hresult: code.map(|view| code_text(view.hresult)),
            certainty: code.map(|view| certainty_text(view.certainty)),
            fixes: cause.fixes.clone(),
        }
    }
}

impl<'a> FixJson<'a> {
    fn of(advice: &'a Advice) -> Self {
        Self {
            product: advice.product,
            name: advice.name,
            certainty: advice.certainty.as_str(),
            proof: advice.proof.as_str(),
            defects: &advice.defects,
            setting: &advice.setting,
            file: advice.file,
            position: some(&advice.position),
            edits: advice.edits.iter().map(EditJson::of).collect(),
            reload: advice.reload,
            side_effect: some(&advice.side_effect),
            text: &advice.text,
            source: advice.source,
        }
    }
}

impl<'a> EditJson<'a> {
    fn of(edit: &'a Edit) -> Self {
        let Edit { action, line, lines } = edit;
        Self { action: action.as_str(), line: line.as_deref(), lines }
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
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

impl TrafficJson {
    fn of(traffic: Traffic) -> Self {
        let Traffic { requests, retries, bytes } = traffic;
        Self { requests, retries, received_bytes: bytes }
    }
}

impl<'a> PhaseJson<'a> {
    fn of(report: &'a LegReport) -> Self {
        Self {
            phase: report.leg.as_str(),
            ran: report.skipped.is_none(),
            why: report.skipped.as_deref(),
        }
    }
}

impl<'a> CheckJson<'a> {
    fn of(finding: &'a Finding) -> Self {
        let judgement = &finding.judgement;
        let meta = Some(finding.row);
        Self {
            id: finding.check,
            phase: finding.leg.as_str(),
            level: finding.level.as_str(),
            job_kind: meta.map_or("both", |meta| kinds_word(meta.jobs)),
            status: judgement.status.as_str(),
            summary: &judgement.summary,
            reason: &judgement.reason,
            hresult: finding.bits.map(|view| code_text(view.hresult)),
            certainty: finding.bits.map(|view| certainty_text(view.certainty)),
            rfc: Rfc {
                view: judgement.rfc.as_str(),
                section: meta.map(|meta| meta.rfc).filter(|section| !section.is_empty()),
            },
            severity: finding.treatment.severity.map(Severity::as_str),
            other_jobs: finding.treatment.other_jobs,
            accepted: match &finding.treatment.excuse {
                Some(Excuse::Accepted { reason, until }) => Some(AcceptedJson { reason, until }),
                Some(Excuse::Known) | None => None,
            },
            known: finding.treatment.excuse == Some(Excuse::Known),
            exchanges: judgement.exchanges.iter().map(ToString::to_string).collect(),
        }
    }
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
