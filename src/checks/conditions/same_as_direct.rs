//! `same-as-direct`: the file through the proxy is the one that the server itself sends.

use crate::checks::rules::{bytes, size};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::Judgement;
use crate::model::profile::Profile;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(direct) = &evidence.direct else {
        return Judgement::skipped("no other leg went to the server itself");
    };
    // A page of a filter is no file, and neither is one that changes meanwhile.
    let Some((told, sent)) = told(direct).filter(|_| is_steady(direct)) else {
        return Judgement::skipped("the direct leg does not show one file");
    };
    let came = evidence.known_size.or_else(|| size::by_answers(evidence));
    let Some(came) = came.filter(|&size| size > 0) else {
        return Judgement::skipped("no answer through the proxy tells the size of the file");
    };
    if sent != came {
        let tells = |exchange: &&Exchange| size::told(exchange) == Some(came);
        let teller = evidence.exchanges.iter().find(tells).map(|exchange| exchange.id);
        return Judgement::fail(
            Defect::OtherFile,
            format!("{came} bytes through the proxy, {sent} from the server itself"),
        )
        .because(
            "The proxy gives another file than the server: an old copy, or a page of its own. \
             BITS takes it for the update.",
        )
        .proved_by(teller.into_iter().chain([told.id]));
    }
    judge_bytes(evidence, direct)
}

fn judge_bytes(evidence: &Evidence, direct: &Evidence) -> Judgement {
    let (pairs, difference) = bytes::compare_all(&bytes::chunks(evidence), &bytes::chunks(direct));
    if let Some(difference) = difference {
        return Judgement::fail(
            Defect::OtherFile,
            "other bytes came through the proxy than from the server itself",
        )
        .because(difference.to_string())
        .proved_by(difference.exchanges);
    }
    match pairs {
        0 => Judgement::skipped("no two answers of the legs cover the same bytes"),
        _ => Judgement::pass(format!("{pairs} pairs of answers with and without the proxy agree")),
    }
}

/// The size of the file that the server itself sends, where more than one kind of answer agrees on
/// it: BITS's HEAD and a range, or a range alone with Delivery Optimization, which sends no HEAD.
fn told(direct: &Evidence) -> Option<(&Exchange, u64)> {
    let agreed = direct.agreed_size();
    size::totals(direct).find(|(_, total)| match direct.profile {
        Profile::Bits => Some(*total) == agreed,
        Profile::Do => true,
    })
}

/// Whether the answers of the direct leg agree with one another.
fn is_steady(direct: &Evidence) -> bool {
    size::change(direct).is_none() && bytes::compare_among(&bytes::chunks(direct)).1.is_none()
}
