//! `stable-answers`: the same request gets the same kind of answer at the end.

use crate::checks::rules::{head, single_range, transport, worst};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::failure::{Failure, FailureKind};
use crate::model::finding::{Judgement, Status};
use crate::model::probe::Purpose;
use crate::wire::status::is_temporary;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    if !evidence.anything_answered() {
        return Judgement::skipped("nobody answered; see reachable");
    }
    let heads = compare_heads(evidence);
    let plain = evidence.exchange(Purpose::RangeUnconditional);
    let plain = compare_ranges(evidence, plain);
    let last = compare_ranges(evidence, evidence.last_piece());
    worst([heads, plain, last].into_iter().flatten())
        .unwrap_or_else(|| Judgement::skipped("no request was sent twice"))
}

fn compare_heads(evidence: &Evidence) -> Option<Judgement> {
    let (first, last) = (evidence.exchange(Purpose::Head)?, evidence.exchange(Purpose::LastHead)?);
    let before = first.answer()?;
    let after = match &last.result {
        Ok(after) => after,
        Err(failure) => return Some(unanswered(last, failure)),
    };
    let (was, is) = (before.head.status, after.head.status);
    let known: Vec<_> = head::problems(before).map(|problem| problem.defect).collect();
    let new = head::problems(after)
        .filter(|problem| problem.status == Status::Fail && !known.contains(&problem.defect));
    let judgement = match worst(new) {
        _ if was != is => {
            let defect = if was == 200 { Defect::HttpStatus(is) } else { Defect::Unstable };
            differs(defect, is, format!("HEAD was answered with {was}, later with {is}"))
        }
        _ if was != 200 => Judgement::pass(format!("HEAD was answered with {is} again")),
        Some(problem) => {
            let defect = problem.defect.unwrap_or(Defect::Unstable);
            later(differs(defect, is, "HEAD was answered otherwise later".to_owned()), &problem)
        }
        None if head::length_missing(before).is_some() && head::length_missing(after).is_none() => {
            differs(Defect::Unstable, is, "HEAD has Content-Length only later".to_owned())
        }
        None => Judgement::pass(format!("HEAD was answered with {is} again")),
    };
    Some(judgement.proved_by([first.id, last.id]))
}

/// A repeat of the first piece against the first piece, both by the rules for one range. Where
/// the first could be used, the defect of the repeat is what BITS would meet later.
fn compare_ranges(evidence: &Evidence, repeat: Option<&Exchange>) -> Option<Judgement> {
    let (first, repeat) = (evidence.first_piece()?, repeat?);
    let was = first.answer()?.head.status;
    let is = match &repeat.result {
        Ok(answer) => answer.head.status,
        Err(failure) => return Some(unanswered(repeat, failure)),
    };
    let before = single_range::judge_exchange(evidence, first);
    let after = single_range::judge_exchange(evidence, repeat);
    // What is only warned of may still be used.
    let is_usable = |status| matches!(status, Status::Pass | Status::Warn);
    let was_usable = is_usable(before.status);
    let proof = [first.id, repeat.id];
    match after.status {
        Status::Fail if was_usable => {
            let defect = after.defect.unwrap_or(Defect::Unstable);
            let summary = if was == is {
                format!("the first range could be used, later {is} came with another defect")
            } else {
                format!("the first range was answered with {was}, later with {is}")
            };
            Some(later(differs(defect, is, summary), &after).proved_by(proof))
        }
        Status::Inconclusive => Some(after),
        // Right without the condition, wrong with it: if-unmodified-since tells that apart.
        _ if was != is && repeat.probe.purpose == Purpose::RangeUnconditional => None,
        _ if was != is => {
            let summary = format!("the first range was answered with {was}, later with {is}");
            Some(differs(Defect::Unstable, is, summary).proved_by(proof))
        }
        Status::Warn if before.status == Status::Pass => {
            let defect = after.defect.unwrap_or(Defect::Unstable);
            let summary = "the first range was right, a later one is odd";
            Some(later(Judgement::warn(defect, summary), &after).proved_by(proof))
        }
        status if is_usable(status) == was_usable => Some(
            Judgement::pass(format!("the first range was answered with {is} again"))
                .proved_by(proof),
        ),
        _ => None,
    }
}

fn differs(defect: Defect, status: u16, summary: String) -> Judgement {
    // An overload or a limit passes; the client tries again.
    if is_temporary(status) {
        return Judgement::warn(Defect::Unstable, summary)
            .because("The same request got another answer, as of a peer that is too busy.");
    }
    Judgement::fail(defect, summary).because(
        "The same request got another answer. What a cache holds, or which of several servers \
         answers, may decide.",
    )
}

/// Adds what was found in the later answer.
fn later(mut judgement: Judgement, found: &Judgement) -> Judgement {
    judgement.reason = format!("Later: {}. {}", found.summary, judgement.reason);
    if found.breaks_rfc() {
        judgement.rfc = found.rfc;
    }
    judgement
}

fn unanswered(exchange: &Exchange, failure: &Failure) -> Judgement {
    let judgement = match failure.kind {
        FailureKind::Deadline => {
            Judgement::inconclusive(Defect::NotJudged, "the repeated request was not judged")
        }
        FailureKind::Library => {
            Judgement::warn(Defect::OddHead, "another HTTP client refused an answer").because(
                "The library reqwest could not read what this tool could. WinHTTP may or may not.",
            )
        }
        _ => Judgement::warn(Defect::Unstable, "a request repeated at the end got no answer")
            .breaking_rfc_if(transport::breaks_rfc(failure))
            .because(format!("{}.", transport::detail_of(failure))),
    };
    judgement.proved_by([exchange.id])
}
