//! Whose fault it is, told from the legs: the first leg that differs names the culprit.

use super::outcome::{Blame, Direction, LegReport, Party};
use crate::check::defect::Defect;
use crate::check::finding::{Finding, Level, Status};
use crate::check::registry;
use crate::check::{Check, Group};
use crate::probe::exchange::Leg;

/// Findings by leg, in the order direct, cold, warm.
type ByLeg = [(Leg, Vec<Finding>)];

/// Who is to blame for what is wrong; none when nothing is.
pub(super) fn blame(legs: &ByLeg, reports: &[LegReport], through_proxy: bool) -> Option<Blame> {
    let tested = legs.iter().filter(|(leg, _)| !through_proxy || *leg != Leg::Direct);
    let (leg, finding) = worst_finding(tested)?;
    if let Some(blame) = of_transport(finding) {
        return Some(blame);
    }
    let blame = |party, direction, why: String| Some(Blame { party, direction, why });
    let on = |wanted: Leg| {
        let (_, findings) = legs.iter().find(|(leg, _)| *leg == wanted)?;
        findings.iter().find(|other| other.check == finding.check)
    };
    let check = finding.check;
    if !through_proxy && leg == Leg::Warm && on(Leg::Direct).is_some_and(passes) {
        let why = format!(
            "{check} passes on the first contact and fails once the whole file was fetched: a \
             cache before the server, or the server's own, answers so."
        );
        return blame(Party::Origin, Some(Direction::Cache), why);
    }
    if !through_proxy {
        let why = "No proxy was in the route: the server itself, or what stands before it, \
                   answers so.";
        return blame(Party::Origin, None, why.to_owned());
    }
    match on(Leg::Direct) {
        Some(direct) if is_wrong(direct) => blame(
            Party::Origin,
            None,
            format!("{check} fails without the proxy as well: the server answers so itself."),
        ),
        Some(direct) if direct.judgement.status == Status::Pass && leg == Leg::Warm => blame(
            Party::Proxy,
            Some(Direction::Cache),
            format!(
                "{check} passes without the proxy and on the first contact through it, and fails \
                 once the whole file was fetched: the proxy answers from its cache so."
            ),
        ),
        Some(direct) if direct.judgement.status == Status::Pass => blame(
            Party::Proxy,
            None,
            format!("{check} passes without the proxy and fails through it."),
        ),
        _ if leg == Leg::Warm && on(Leg::Cold).is_some_and(passes) => blame(
            Party::Proxy,
            Some(Direction::Cache),
            format!(
                "{check} passes on the first contact and fails once the whole file was fetched: \
                 a cache answers so."
            ),
        ),
        _ => blame(Party::Unknown, None, why_unknown(reports)),
    }
}

/// The finding that somebody is to be blamed for: what ends an ordinary job first.
pub(super) fn worst_finding<'f>(
    legs: impl Iterator<Item = &'f (Leg, Vec<Finding>)>,
) -> Option<(Leg, &'f Finding)> {
    legs.flat_map(|(leg, findings)| findings.iter().map(move |finding| (*leg, finding)))
        .filter(|(_, finding)| is_wrong(finding))
        .min_by_key(|(leg, finding)| (rank(finding), *leg))
}

/// The blame for defects that name their culprit themselves.
pub(super) fn of_transport(finding: &Finding) -> Option<Blame> {
    let party = party_of_transport(finding.judgement.defect?)?;
    let mut summary = finding.judgement.summary.chars();
    let first = summary.next()?.to_uppercase();
    let why = format!("{first}{}.", summary.as_str());
    Some(Blame { party, direction: None, why })
}

/// Whether the proxy hides that the server is at fault: what fails directly passes through it.
pub(super) fn hidden_fault(legs: &ByLeg) -> Option<String> {
    let (_, direct) = legs.iter().find(|(leg, _)| *leg == Leg::Direct)?;
    let mended = direct.iter().find(|finding| {
        let mut same = legs
            .iter()
            .filter(|(leg, _)| *leg != Leg::Direct)
            .flat_map(|(_, findings)| findings)
            .filter(|other| other.check == finding.check)
            .peekable();
        fails(finding) && same.peek().is_some() && same.all(passes)
    })?;
    Some(format!(
        "The proxy hides a fault of the server: {} fails without it ({}). Clients that reach the \
         server another way will meet it.",
        mended.check, mended.judgement.summary
    ))
}

fn why_unknown(reports: &[LegReport]) -> String {
    let direct = reports.iter().find(|report| report.leg == Leg::Direct);
    match direct.and_then(|report| report.skipped.as_ref()) {
        Some(why) => {
            format!("The server could not be asked without the proxy ({why}), so it may be either.")
        }
        None => "There was nothing to compare with, so it may be the proxy or the server.".into(),
    }
}

/// What is worth blaming somebody for: failures, and what could not be judged for a known reason.
fn is_wrong(finding: &Finding) -> bool {
    let is_wrong = matches!(finding.judgement.status, Status::Fail | Status::Inconclusive);
    // Nobody is to blame for what could not be judged.
    let is_somebodys = finding
        .judgement
        .defect
        .is_some_and(|defect| !matches!(defect, Defect::EmptyFile | Defect::NotJudged));
    is_wrong && finding.level >= Level::Recommended && is_somebodys
}

fn fails(finding: &Finding) -> bool {
    finding.judgement.status == Status::Fail && finding.level == Level::Required
}

fn passes(finding: &Finding) -> bool {
    matches!(finding.judgement.status, Status::Pass | Status::Warn)
}

/// What ends an ordinary job comes first, then other failures of the gate, then the rest.
fn rank(finding: &Finding) -> u8 {
    let meta = registry::find(finding.check).map(Check::meta);
    match (finding.judgement.status, meta) {
        (Status::Fail, Some(meta)) if meta.decides_job => 0,
        (Status::Fail, Some(meta))
            if meta.level == Level::Required && meta.group != Group::Multi =>
        {
            1
        }
        (Status::Fail, Some(meta)) if meta.level == Level::Required => 2,
        (Status::Inconclusive, _) => 3,
        _ => 4,
    }
}

/// Defects that name their culprit themselves.
fn party_of_transport(defect: Defect) -> Option<Party> {
    match defect {
        Defect::NameNotResolved | Defect::CannotConnect => Some(Party::Network),
        Defect::ProxyAuthentication | Defect::ProxyChallengeMissing | Defect::SocksRefused => {
            Some(Party::Proxy)
        }
        Defect::TunnelRefused(_) => Some(Party::Proxy),
        _ => None,
    }
}
