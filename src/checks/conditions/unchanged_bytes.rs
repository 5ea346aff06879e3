//! `unchanged-bytes`: the same range gives the same bytes at the end.

use crate::checks::Check;
use crate::checks::rules::bytes;
use crate::checks::rules::bytes::Chunk;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `unchanged-bytes`.
pub(crate) struct UnchangedBytes;

impl Check for UnchangedBytes {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
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
}

static META: Meta = Meta {
    id: "unchanged-bytes",
    group: Group::Conditions,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 400,
    title: "the same range gives the same bytes at the end",
    rfc: "RFC 9110 15.3.7.3",
    source: "Microsoft, File transfer consistency",
    explanation: "The first piece is asked again at the end, on a new connection and by another \
                  client. Other bytes under the same size and time mean that two copies of the \
                  file are behind one name; a file put together out of both is damaged.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeUnconditional,
        Purpose::LastRange,
        Purpose::DoFirstBlock,
        Purpose::DoRepeat,
    ],
};
