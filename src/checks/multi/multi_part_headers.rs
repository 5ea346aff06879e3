//! `multi-part-headers`: each part has at most 180 bytes of other header fields.

use crate::checks::Check;
use crate::checks::rules::multi;
use crate::checks::rules::multi::Parts;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-part-headers`.
pub(crate) struct MultiPartHeaders;

impl Check for MultiPartHeaders {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        multi::judge_framing(evidence, judge_headers)
    }
}

fn judge_headers(parts: &Parts<'_>) -> Judgement {
    let parts = &parts.multipart.parts;
    let strict = parts.iter().map(|part| part.other_header_bytes).max();
    let lenient = parts.iter().map(|part| part.other_header_bytes_without_line_ends).max();
    let (Some(strict), Some(lenient)) = (strict, lenient) else {
        return Judgement::skipped("there are no parts");
    };
    let summary = format!("{strict} bytes of other header fields in a part");
    let rule = format!(
        "Microsoft: at most {LIMIT} bytes besides Content-Range and Content-Type. Counted with \
         names and line ends {strict}, without line ends {lenient}."
    );
    if strict <= LIMIT {
        Judgement::pass(summary)
    } else if lenient <= LIMIT {
        Judgement::warn(Defect::PartHeadersAtLimit, summary).because(rule)
    } else {
        Judgement::fail(Defect::PartHeadersTooLong, summary).because(rule)
    }
}

/// Bytes of other header fields that BITS accepts in a part.
const LIMIT: usize = 180;

static META: Meta = Meta {
    id: "multi-part-headers",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 550,
    title: "each part has at most 180 bytes of other header fields",
    rfc: "RFC 9110 14.6",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "Besides Content-Range and Content-Type, a part may hold at most 180 bytes of \
                  header fields. Whether names and line ends count is not documented: the \
                  strict count has both. Only some jobs ask for several ranges in one request: \
                  those of AddFileWithRanges, such as express updates. An ordinary download \
                  does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
};
