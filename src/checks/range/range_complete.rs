//! `range-complete`: an answer of 128 KiB and more comes to its end.

use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(exchange) = evidence.exchange(Purpose::RangeLarge) else {
        return single_range::not_sent(evidence, Purpose::RangeLarge);
    };
    let Some(answer) = exchange.answer().filter(|answer| answer.head.status == 206) else {
        return Judgement::skipped("no part came whose end could be judged; see range-large");
    };
    if let Some(problem) = single_range::end_problem(evidence, exchange) {
        return problem;
    }
    let received = answer.body.received;
    let passed = Judgement::pass(format!("an answer of {received} bytes came to its end"));
    let passed = passed.proved_by([exchange.id]);
    if received >= LONG {
        return passed;
    }
    passed.because("The file is too small for a longer answer.")
}

/// What the check demands where the file has so many bytes.
const LONG: u64 = 128 * 1024;
