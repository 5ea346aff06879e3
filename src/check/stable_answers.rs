//! `stable-answers`: the same request gets the same kind of answer at the end.

use crate::check::defect::Defect;
use crate::check::finding::Status;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::{single_range, worst};
use crate::check::{Check, Group, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::exchange::Exchange;
use crate::probe::failure::FailureKind;
use crate::probe::probe::Purpose;

/// The check `stable-answers`.
pub(super) struct StableAnswers;

impl Check for StableAnswers {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        if !evidence.anything_answered() {
            return Judgement::skipped("nobody answered; see reachable");
        }
        let heads = compare_heads(evidence);
        let plain = compare_ranges(evidence, Purpose::RangeUnconditional);
        let last = compare_ranges(evidence, Purpose::LastRange);
        worst([heads, plain, last].into_iter().flatten())
            .unwrap_or_else(|| Judgement::skipped("no request was sent twice"))
    }
}

fn compare_heads(evidence: &Evidence) -> Option<Judgement> {
    let (first, last) = (evidence.exchange(Purpose::Head)?, evidence.exchange(Purpose::LastHead)?);
    let before = first.answer()?;
    let after = match &last.result {
        Ok(after) => after,
        Err(failure) => return Some(unanswered(last, &failure.kind)),
    };
    let (was, is) = (before.head.status, after.head.status);
    let has_length =
        |answer: &crate::probe::exchange::Answer| answer.head.fields.has("content-length");
    let judgement = if was != is {
        differs(is, format!("HEAD was answered with {was}, later with {is}"))
    } else if was == 200 && has_length(before) != has_length(after) {
        Judgement::fail(Defect::Unstable, "HEAD has Content-Length at one time only").because(
            "What a cache holds decides: the first and the last HEAD are the same request.",
        )
    } else {
        Judgement::pass(format!("HEAD was answered with {is} again"))
    };
    Some(judgement.proved_by([first.id, last.id]))
}

/// A repeat of the first range against the first range, both by the rules for one range.
fn compare_ranges(evidence: &Evidence, purpose: Purpose) -> Option<Judgement> {
    let (first, repeat) = (evidence.exchange(Purpose::RangeFirst)?, evidence.exchange(purpose)?);
    if let Err(failure) = &repeat.result {
        first.answer()?;
        return Some(unanswered(repeat, &failure.kind));
    }
    let (was, is) = (first.answer()?.head.status, repeat.answer()?.head.status);
    let before = single_range::judge_exchange(evidence, first);
    let after = single_range::judge_exchange(evidence, repeat);
    let is_right = |judgement: &Judgement| judgement.status == Status::Pass;
    if was != is {
        // Without the condition right, with it wrong: if-unmodified-since tells that apart.
        if purpose == Purpose::RangeUnconditional && !is_right(&before) {
            return None;
        }
        let summary = format!("the first range was answered with {was}, later with {is}");
        return Some(differs(is, summary).proved_by([first.id, repeat.id]));
    }
    if is_right(&before) && after.status == Status::Fail {
        return Some(Judgement {
            summary: format!("the first range was right, later: {}", after.summary)
                .chars()
                .take(90)
                .collect(),
            ..after
        });
    }
    if after.status == Status::Inconclusive {
        return Some(after);
    }
    (is_right(&before) == is_right(&after)).then(|| {
        Judgement::pass(format!("the first range was answered with {is} again"))
            .proved_by([first.id, repeat.id])
    })
}

fn differs(status: u16, summary: String) -> Judgement {
    // An overload or a limit passes; BITS tries again.
    if matches!(status, 408 | 429 | 500 | 502..=504) {
        return Judgement::warn(Defect::Unstable, summary)
            .because("The same request got another answer, as of a peer that is too busy.");
    }
    Judgement::fail(Defect::Unstable, summary).because(
        "The same request got another answer. What a cache holds, or which of several servers \
         answers, may decide.",
    )
}

fn unanswered(exchange: &Exchange, kind: &FailureKind) -> Judgement {
    let judgement = match kind {
        FailureKind::Deadline | FailureKind::Library => {
            Judgement::inconclusive(Defect::NotJudged, "the repeated request was not judged")
        }
        _ => Judgement::warn(Defect::Unstable, "a request repeated at the end got no answer"),
    };
    judgement.proved_by([exchange.id])
}

static META: Meta = Meta {
    id: "stable-answers",
    group: Group::Conditions,
    level: Level::Required,
    title: "the same request gets the same kind of answer at the end",
    rfc: "RFC 9110 15.3.7",
    source: "Measured with caching proxies",
    explanation: "BITS sends many ranges over hours. A proxy that answers the first one right \
                  and a later one with the whole file ends the job then: caches do so once the \
                  object is stored, or until it is. The last requests come from an independent \
                  client on new connections.",
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeUnconditional,
        Purpose::LastHead,
        Purpose::LastRange,
    ],
    decides_job: true,
};
