//! Requests that are sent again unchanged: a second and a third time, and some time after the whole
//! file was fetched. Some caches answer them in another way than the first one.

use super::worst;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::{Judgement, Status};
use crate::model::probe::Purpose;

/// Judges the repeats of a request by the same rule as the request itself.
pub(in crate::checks) fn judge(
    evidence: &Evidence,
    first: Purpose,
    rule: impl Fn(&Evidence, &Exchange) -> Judgement,
) -> Judgement {
    let sent = |purpose: Purpose| purpose.repeats() == Some(first);
    let repeats = evidence.exchanges.iter().filter(|one| sent(one.probe.purpose));
    let Some(usual) = evidence.exchange(first).map(|exchange| rule(evidence, exchange)) else {
        return Judgement::skipped("the request that it repeats was not sent");
    };
    let judged = repeats.map(|exchange| {
        let judgement = rule(evidence, exchange);
        match judgement.status {
            Status::Fail | Status::Inconclusive => {
                let summary = format!("{}: {}", when(exchange.probe.purpose), judgement.summary);
                Judgement { summary, ..judgement }
            }
            // The same is reported of the first request.
            Status::Warn if usual.defect == judgement.defect => {
                Judgement { status: Status::Pass, defect: None, ..judgement }
            }
            _ => judgement,
        }
    });
    let Some(judgement) = worst(judged) else {
        return Judgement::skipped("the request was not sent again");
    };
    match judgement.status {
        Status::Pass => {
            let delayed = evidence
                .exchanges
                .iter()
                .any(|one| sent(one.probe.purpose) && one.probe.purpose.is_delayed());
            let later = if delayed { ", and after a pause" } else { "" };
            Judgement::pass(format!("right a second and a third time{later}"))
                .proved_by(judgement.exchanges)
        }
        _ => judgement,
    }
}

fn when(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::RangeSecond | Purpose::MultiSecond | Purpose::DoSecond => "the second time",
        Purpose::RangeThird | Purpose::MultiThird | Purpose::DoThird => "the third time",
        _ => "some time after the whole file was fetched",
    }
}
