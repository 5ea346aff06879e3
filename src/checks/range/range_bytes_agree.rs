//! `range-bytes-agree`: answers that cover the same bytes agree on them.

use crate::checks::rules::bytes;
use crate::checks::rules::bytes::Chunk;
use crate::model::defect::Defect;
use crate::model::evidence::{Evidence, Truth};
use crate::model::file_bytes::{ByteDifference, FileBytes, differing_at};
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let chunks: Vec<Chunk<'_>> = bytes::chunks(evidence)
        .into_iter()
        .filter(|chunk| {
            !chunk.purpose.is_last_look() && chunk.purpose != Purpose::RangeUnconditional
        })
        .collect();
    if let Some(truth) = &evidence.truth {
        return against_truth(&chunks, truth);
    }
    if let Some(judgement) = against_named_file(evidence, &chunks) {
        return judgement;
    }
    let (pairs, difference) = bytes::compare_among(&chunks);
    if let Some(difference) = difference {
        return Judgement::fail(Defect::BytesDiffer, "two answers differ on the same byte")
            .because(difference.to_string())
            .proved_by(difference.exchanges);
    }
    if pairs == 0 {
        return Judgement::skipped("no two answers cover the same bytes");
    }
    Judgement::pass(format!("{pairs} pairs of answers that overlap agree"))
}

/// Where the whole file has the SHA-1 that its name states, its bytes are the right ones.
fn against_named_file(evidence: &Evidence, chunks: &[Chunk<'_>]) -> Option<Judgement> {
    let is_proved = |file: &&FileBytes| file.sha1.is_some() && file.sha1 == file.named;
    let file = evidence.files.iter().find(|file| is_proved(file) && file.difference.is_some())?;
    let ByteDifference { position, received: is, expected: came } = file.difference?;
    let has_it = |chunk: &&Chunk<'_>| {
        let at = position.checked_sub(chunk.first).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| chunk.data.get(at)) == Some(&came)
    };
    let chunk = chunks.iter().find(has_it)?;
    Some(
        Judgement::fail(Defect::BytesDiffer, "a range holds other bytes than the file")
            .because(format!(
                "Byte {position} is 0x{is:02x} in the whole file, which has the SHA-1 that its \
                 name states; the range has 0x{came:02x}."
            ))
            .proved_by([chunk.exchange]),
    )
}

/// Where the tool serves the file itself, every byte is known.
fn against_truth(chunks: &[Chunk<'_>], truth: &Truth) -> Judgement {
    for chunk in chunks {
        let mut expected = vec![0; chunk.data.len()];
        (truth.0)(chunk.first, &mut expected);
        if let Some(at) = differing_at(chunk.data, &expected) {
            let position = chunk.first.saturating_add(at as u64);
            let (came, is) = (chunk.data[at], expected[at]);
            return Judgement::fail(
                Defect::BytesDiffer,
                "an answer holds other bytes than the file",
            )
            .because(format!("Byte {position} is 0x{is:02x} in the file; 0x{came:02x} came."))
            .proved_by([chunk.exchange]);
        }
    }
    let bytes: usize = chunks.iter().map(|chunk| chunk.data.len()).sum();
    match bytes {
        0 => Judgement::skipped("no bytes of the file came in an answer to one range"),
        _ => Judgement::pass(format!("all {bytes} bytes that came are those of the file")),
    }
}
