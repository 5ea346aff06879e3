//! `multi-part-bytes`: each part holds the bytes that its Content-Range names.

use crate::checks::Check;
use crate::checks::rules::bytes;
use crate::checks::rules::bytes::Chunk;
use crate::checks::rules::multi;
use crate::checks::rules::multi::Parts;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::wire::content_range::ContentRange;

/// The check `multi-part-bytes`.
pub(crate) struct MultiPartBytes;

impl Check for MultiPartBytes {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let mut known = bytes::chunks(evidence);
        let all = multi::all_parts(evidence);
        known.extend(all.iter().flat_map(bytes::part_chunks));
        multi::judge_framing(evidence, |parts| {
            width_problem(parts).or_else(|| difference(parts, &known)).unwrap_or_else(|| {
                Judgement::pass("every part has its width, and its bytes agree with other answers")
            })
        })
    }
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

static META: Meta = Meta {
    id: "multi-part-bytes",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 590,
    title: "each part holds the bytes that its Content-Range names",
    rfc: "RFC 9110 15.3.7.2",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "The length of each part must be the width of its Content-Range, and its bytes \
                  those that other answers have at the same place. Only some jobs ask for \
                  several ranges in one request: those of AddFileWithRanges, such as express \
                  updates. An ordinary download does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
};
