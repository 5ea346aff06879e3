//! `range-bytes-agree`: answers that cover the same bytes agree on them.

use crate::bits::profile::Profile;
use crate::check::defect::Defect;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::bytes::{self, Chunk};
use crate::check::{Check, Group, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;

/// The check `range-bytes-agree`.
pub(super) struct RangeBytesAgree;

impl Check for RangeBytesAgree {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let chunks: Vec<Chunk<'_>> = bytes::chunks(evidence)
            .into_iter()
            .filter(|chunk| {
                !chunk.purpose.is_last_look() && chunk.purpose != Purpose::RangeUnconditional
            })
            .collect();
        let mut pairs = 0;
        for (index, chunk) in chunks.iter().enumerate() {
            let (overlaps, difference) = bytes::compare(*chunk, &chunks[..index]);
            pairs += overlaps;
            if let Some(difference) = difference {
                return Judgement::fail(Defect::BytesDiffer, "two answers differ on the same byte")
                    .because(difference.to_string())
                    .proved_by(difference.exchanges);
            }
        }
        if pairs == 0 {
            return Judgement::skipped("no two answers cover the same bytes");
        }
        Judgement::pass(format!("{pairs} pairs of answers that overlap agree"))
    }
}

static META: Meta = Meta {
    id: "range-bytes-agree",
    group: Group::Range,
    level: Level::Required,
    title: "answers that cover the same bytes agree on them",
    rfc: "RFC 9110 15.3.7.3",
    source: "RFC 9110",
    explanation: "Each byte that two answers cover must be the same in both, also where a body \
                  was cut off early. BITS does not look at the content: a proxy that mixes up \
                  bytes gives a job that is transferred and a file that is damaged, which only \
                  the installer notices. Parts of multipart answers are compared by multi-part- \
                  bytes, repeated requests by unchanged-bytes.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeMiddle,
        Purpose::RangeWhole,
        Purpose::RangeClamped,
        Purpose::RangeLastByte,
        Purpose::RangeSuffix,
        Purpose::RangeOpenEnd,
        Purpose::DoFirstBytes,
        Purpose::DoFirstBlock,
        Purpose::DoOverlap,
    ],
    decides_job: false,
};
