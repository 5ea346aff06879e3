//! `unchanged-bytes`: the same range gives the same bytes at the end.

use crate::checks::rules::bytes;
use crate::checks::rules::bytes::Chunk;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let is_repeat = |chunk: &Chunk<'_>| {
        chunk.purpose.is_last_look() || chunk.purpose == Purpose::RangeUnconditional
    };
    let (repeats, known): (Vec<_>, Vec<_>) =
        bytes::chunks(evidence).into_iter().partition(is_repeat);
    let (pairs, difference) = bytes::compare_all(&repeats, &known);
    if let Some(difference) = difference {
        return Judgement::fail(Defect::BytesDiffer, "the same range gave other bytes later")
            .because(difference.to_string())
            .proved_by(difference.exchanges);
    }
    if let Some(earlier) = evidence.earlier.as_deref()
        && let (_, Some(difference)) = bytes::compare_all(&known, &bytes::chunks(earlier))
    {
        return Judgement::fail(
            Defect::BytesDiffer,
            "a range holds other bytes once the whole file was fetched",
        )
        .because(difference.to_string())
        .proved_by(difference.exchanges);
    }
    if pairs == 0 {
        return Judgement::skipped("no range was asked twice with success");
    }
    Judgement::pass("the same range gave the same bytes at the end")
}
