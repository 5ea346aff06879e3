//! `multi-part-bytes`: each part holds the bytes that its Content-Range names.

use crate::checks::rules::bytes;
use crate::checks::rules::bytes::Chunk;
use crate::checks::rules::multi;
use crate::checks::rules::multi::Parts;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::wire::content_range::ContentRange;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let mut known = bytes::chunks(evidence);
    let all = multi::all_parts(evidence);
    known.extend(all.iter().flat_map(bytes::part_chunks));
    multi::judge_framing(evidence, |parts| {
        width_problem(parts).or_else(|| difference(parts, &known)).unwrap_or_else(|| {
            Judgement::pass("every part has its width, and its bytes agree with other answers")
        })
    })
}

fn width_problem(parts: &Parts<'_>) -> Option<Judgement> {
    let all = &parts.multipart.parts;
    all.iter().enumerate().find_map(|(index, part)| {
        let ContentRange::Part { span, .. } = multi::content_range(part)? else { return None };
        let is_cut = index + 1 == all.len() && !parts.multipart.closed;
        let (width, came) = (span.width(), part.content.len() as u64);
        (came != width && !is_cut).then(|| {
            Judgement::fail(
                Defect::PartBytesWrong,
                format!("part {} has {came} bytes for a range of {width}", index + 1),
            )
            .because(format!("Its Content-Range names {span}."))
        })
    })
}

fn difference(parts: &Parts<'_>, known: &[Chunk<'_>]) -> Option<Judgement> {
    bytes::part_chunks(parts).into_iter().find_map(|chunk| {
        let difference = bytes::compare(chunk, known).1?;
        Some(
            Judgement::fail(Defect::PartBytesWrong, "a part holds other bytes than other answers")
                .because(difference.to_string())
                .proved_by(difference.exchanges),
        )
    })
}
