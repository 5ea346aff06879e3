//! `multi-part-fields`: each part has a valid Content-Range and a Content-Type.

use crate::checks::rules::multi;
use crate::checks::rules::{shown, size};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Status};
use crate::wire::byte_range::RangeSet;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;
use crate::wire::head::Oddity;
use crate::wire::multipart::Part;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let file_size = size::file_size(evidence);
    multi::judge_framing(evidence, |parts| {
        // A part at which the body was cut shows nothing; multi-closing-delimiter says so.
        let all = parts.multipart.parts.as_slice();
        let whole = if parts.multipart.closed {
            all
        } else {
            all.split_last().map_or(all, |(_, whole)| whole)
        };
        if whole.is_empty() && !all.is_empty() {
            return Judgement::skipped("no part came to its end; see multi-closing-delimiter");
        }
        let mut warning = None;
        for (index, part) in whole.iter().enumerate() {
            match part_problem(part, index + 1, file_size) {
                Some(found) if found.status == Status::Fail => return found,
                found => warning = warning.or(found),
            }
        }
        if let Some(warning) = warning {
            return warning;
        }
        let types = whole.iter().filter(|part| part.fields.has("content-type")).count();
        let without = whole.len() - types;
        if without > 0 && (types > 0 || file_has_type(evidence)) {
            return Judgement::warn(
                Defect::PartFieldsInvalid,
                format!("{without} parts have no Content-Type, though the file has one"),
            )
            .because(
                "BITS documents Content-Range and Content-Type as the standard fields of a \
                 part; a part should have the type that a whole answer has (RFC 9110 15.3.7.2). \
                 Whether BITS needs Content-Type is not documented.",
            )
            .conforming();
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
    let mut ranges = part.fields.all("content-range").filter(|value| !value.trim().is_empty());
    let (first, again) = (ranges.next(), ranges.next());
    if first.is_none() {
        return Some(
            fail(format!("part {number} has no Content-Range"))
                .because("Nobody can tell which bytes it holds (RFC 9110 15.3.7.2)."),
        );
    }
    let Some(ContentRange::Part { span, total }) = multi::content_range(part) else {
        let value = part.fields.first("content-range").unwrap_or_default();
        return Some(
            fail(format!("part {number} has an invalid Content-Range"))
                .because(format!("Got {} (RFC 9110 14.4).", shown(value))),
        );
    };
    let warn = |defect, summary: String| Some(Judgement::warn(defect, summary));
    match part.fields.content_length() {
        ContentLength::Absent => {}
        ContentLength::Valid { value, .. } if value == span.width() => {}
        _ => {
            let value = part.fields.first("content-length").unwrap_or_default();
            return Some(fail(format!("part {number} has a wrong Content-Length")).because(
                format!("Got {} for {} bytes (RFC 9110 8.6).", shown(value), span.width()),
            ));
        }
    }
    let Some(total) = total else {
        return warn(
            Defect::TotalUnknown,
            format!("part {number} does not state the size of the file"),
        )
        .map(|judgement| {
            judgement
                .because(
                    "An unknown total is legal (RFC 9110 14.4); whether BITS accepts it is not \
                     documented.",
                )
                .conforming()
        });
    };
    if again.is_some() {
        return warn(
            Defect::ContentRangeInvalid,
            format!("part {number} repeats the same Content-Range"),
        )
        .map(Judgement::breaking_rfc);
    }
    let size = file_size?;
    (total != size).then(|| {
        Judgement::fail(
            Defect::TotalWrong,
            format!("part {number} is of a file of {total} bytes, not {size}"),
        )
        .breaking_rfc()
    })
}
