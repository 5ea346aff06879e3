//! The answer to HEAD that the checks of the group judge.

use crate::probe::evidence::Evidence;
use crate::probe::exchange::{Answer, Exchange};
use crate::probe::probe::Purpose;

/// The HEAD and its answer, when that is a 200: the fields of anything else are of an error page
/// or a redirect, never of the file.
pub(in crate::check) fn answered(evidence: &Evidence) -> Option<(&Exchange, &Answer)> {
    let exchange = evidence.exchange(Purpose::Head)?;
    let answer = exchange.answer().filter(|answer| answer.head.status == 200)?;
    Some((exchange, answer))
}
