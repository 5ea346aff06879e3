//! `multi-part-fields`: each part has a valid Content-Range and a Content-Type.

use crate::bits::profile::Profile;
use crate::check::defect::Defect;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::multi;
use crate::check::rules::{shown, size};
use crate::check::{Check, Group, JobKind, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;
use crate::wire::byte_range::RangeSet;
use crate::wire::content_range::ContentRange;
use crate::wire::head::Oddity;
use crate::wire::multipart::Part;

/// The check `multi-part-fields`.
pub(super) struct MultiPartFields;

impl Check for MultiPartFields {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let file_size = size::file_size(evidence);
        multi::judge_framing(evidence, |parts| {
            let mut types = 0;
            for (index, part) in parts.multipart.parts.iter().enumerate() {
                let is_last = index + 1 == parts.multipart.parts.len();
                if is_last && !parts.multipart.closed && !parts.is_complete() {
                    break;
                }
                if let Some(judgement) = part_problem(part, index + 1, file_size) {
                    return judgement;
                }
                types += usize::from(part.fields.has("content-type"));
            }
            let without = parts.multipart.parts.len() - types;
            if without > 0 && (types > 0 || file_has_type(evidence)) {
                return Judgement::fail(
                    Defect::PartFieldsInvalid,
                    format!("{without} parts have no Content-Type, though the file has one"),
                )
                .because(
                    "BITS documents Content-Range and Content-Type as the standard fields of a \
                     part; a part should have the type that a whole answer has (RFC 9110 15.3.7.2).",
                );
            }
            if parts.multipart.bare_lf {
                return Judgement::warn(
                    Defect::PartFieldsInvalid,
                    "lines of the multipart body end in LF without CR",
                )
                .because(
                    "Delimiters and header lines of parts end in CRLF (RFC 2046 5.1.1). Lenient \
                     readers accept LF alone; whether BITS does is not documented.",
                )
                .breaking_rfc();
            }
            let mut odd = parts.multipart.parts.iter().flat_map(|part| &part.oddities);
            if let Some(&oddity) = odd.next() {
                return Judgement::warn(Defect::PartFieldsInvalid, describe(oddity)).because(
                    "Readers of MIME accept folded lines and blanks before a colon (RFC 5322 \
                     2.2.3, 4.5), HTTP does not (RFC 9112 5.1, 5.2); whether BITS does in a part \
                     is not documented.",
                );
            }
            Judgement::pass(if types > 0 {
                "every part has Content-Range and Content-Type"
            } else {
                "every part has Content-Range; the file has no Content-Type, so no part has"
            })
        })
    }
}

/// Whether an answer to HEAD or to one range names the media type of the file.
fn file_has_type(evidence: &Evidence) -> bool {
    evidence.answers().any(|(exchange, answer)| {
        let is_multiple = exchange.probe.ranges.as_ref().is_some_and(RangeSet::is_multiple);
        !is_multiple
            && matches!(answer.head.status, 200 | 206)
            && answer.head.fields.has("content-type")
    })
}

fn describe(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::BareLf => "a header line of a part ends in LF without CR",
        Oddity::ControlInValue => "a field value of a part has a control character",
        Oddity::ObsoleteFold => "a header line of a part is folded",
        Oddity::SpaceBeforeColon => "a header line of a part has a blank before its colon",
    }
}

fn part_problem(part: &Part, number: usize, file_size: Option<u64>) -> Option<Judgement> {
    let fail = |summary: String| Judgement::fail(Defect::PartFieldsInvalid, summary).breaking_rfc();
    if part.malformed_header {
        return Some(fail(format!("part {number} has a malformed header section")).because(
            "A line is no header field (a name, a colon, a value), or no empty line ends them \
             (RFC 2046 5.1).",
        ));
    }
    if part.blank_line_before_fields {
        return Some(
            fail(format!("part {number} has an empty line before its fields"))
                .because("What follows an empty line is content: the part has no fields at all."),
        );
    }
    if !part.fields.has("content-range") {
        return Some(
            fail(format!("part {number} has no Content-Range"))
                .because("Nobody can tell which bytes it holds (RFC 9110 15.3.7.2)."),
        );
    }
    let Some(ContentRange::Part { total, .. }) = multi::content_range(part) else {
        let value = part.fields.first("content-range").unwrap_or_default();
        return Some(
            fail(format!("part {number} has an invalid Content-Range"))
                .because(format!("Got {} (RFC 9110 14.4).", shown(value))),
        );
    };
    let (total, size) = (total?, file_size?);
    (total != size).then(|| {
        Judgement::fail(
            Defect::TotalWrong,
            format!("part {number} is of a file of {total} bytes, not {size}"),
        )
    })
}

static META: Meta = Meta {
    id: "multi-part-fields",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 560,
    title: "each part has a valid Content-Range and a Content-Type",
    rfc: "RFC 9110 15.3.7.2",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "Each part needs one valid Content-Range with the size of the file, which says \
                  where its bytes belong. Content-Type should be there where a whole answer \
                  would have it. Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
};
