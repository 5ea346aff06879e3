//! `do-first-block`: the first block of 1 MiB comes whole, as exactly that block.

use crate::bits::profile::Profile;
use crate::check::defect::Defect;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::{single_range, size};
use crate::check::{Check, Group, JobKind, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;

/// The check `do-first-block`.
pub(super) struct DoFirstBlock;

impl Check for DoFirstBlock {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let judgement = single_range::judge(evidence, Purpose::DoFirstBlock);
        let exchange = evidence.exchange(Purpose::DoFirstBlock);
        let answer = exchange.and_then(|exchange| exchange.answer());
        match answer {
            Some(answer)
                if judgement.defect == Some(Defect::Stalled)
                    && (MUCH..width(evidence)).contains(&answer.body.received) =>
            {
                Judgement::inconclusive(Defect::NotJudged, "the block was not there in time")
                    .because(format!(
                        "{} bytes of it came before the timeout. The way may be slow, or the \
                         transfer may have stopped: a longer --timeout tells them apart.",
                        answer.body.received
                    ))
                    .proved_by(judgement.exchanges)
            }
            _ => judgement,
        }
    }
}

/// Bytes that the block has; without end when the size of the file is not known.
fn width(evidence: &Evidence) -> u64 {
    let ranges = evidence.first_piece().and_then(|exchange| exchange.probe.ranges.as_ref());
    let size = size::file_size(evidence);
    let spans = ranges.zip(size).map(|(ranges, size)| ranges.resolve(size));
    spans.and_then(|spans| Some(spans.first()?.width())).unwrap_or(u64::MAX)
}

/// From so many bytes on, a body that is not complete in time may just be slow.
const MUCH: u64 = 64 * 1024;

static META: Meta = Meta {
    id: "do-first-block",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 170,
    title: "the first block of 1 MiB comes whole, as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Delivery Optimization fetches a file in blocks of 1 MiB, of which only the last \
                  may be shorter; a smaller file is one block. It compares the size of each \
                  answer with that of the block, so this one is read to its end. Other blocks are \
                  cut off once their heads and beginnings are seen.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoFirstBlock],
};
