//! The answer to HEAD that the checks of the group judge.

use crate::check::finding::Judgement;
use crate::probe::evidence::Evidence;
use crate::probe::exchange::{Answer, Exchange};
use crate::probe::probe::Purpose;

/// The HEAD and its answer, when that is a 200: the fields of anything else are of an error page
/// or a redirect, never of the file. Otherwise the check is skipped.
pub(in crate::check) fn answered(evidence: &Evidence) -> Result<(&Exchange, &Answer), Judgement> {
    let exchange = evidence.exchange(Purpose::Head);
    let answer = exchange.and_then(Exchange::answer);
    exchange.zip(answer.filter(|answer| answer.head.status == 200)).ok_or_else(not_answered)
}

/// Why a check of the fields of HEAD is skipped.
pub(in crate::check) fn not_answered() -> Judgement {
    Judgement::skipped("HEAD was not answered with 200; see head-status")
}
