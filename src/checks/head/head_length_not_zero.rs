//! `head-length-not-zero`: HEAD does not say 0 for a file that has bytes.

use crate::checks::rules::size;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(exchange) = evidence.exchange(Purpose::Head) else {
        return Judgement::skipped("HEAD was not sent");
    };
    match evidence.head_size() {
        None => Judgement::skipped("HEAD states no size; see the other HEAD checks"),
        Some(0) => match size::proof_of_data(evidence) {
            Some(proof) => Judgement::fail(
                Defect::HeadLengthZero,
                "HEAD says that the file is empty",
            )
            .because(
                "HEAD says Content-Length: 0, but bytes of the file came. BITS would take the \
                     file for empty.",
            )
            .breaking_rfc()
            .proved_by([exchange.id, proof.id]),
            None if evidence.known_size.is_some_and(|size| size > 0) => Judgement::fail(
                Defect::HeadLengthZero,
                "HEAD says that the file is empty",
            )
            .because(
                "HEAD says Content-Length: 0, but the file is known to have bytes. BITS would \
                 take it for empty.",
            )
            .breaking_rfc()
            .proved_by([exchange.id]),
            None if size::is_empty_file(evidence) => Judgement::skipped("the file is empty"),
            None => Judgement::inconclusive(
                Defect::EmptyFile,
                "HEAD says 0 bytes, and no range tells whether that is so",
            )
            .proved_by([exchange.id]),
        },
        Some(size) => Judgement::pass(format!("HEAD states {size} bytes")).proved_by([exchange.id]),
    }
}
