//! A 206 to one range: Content-Range, length, codings and end of the body (RFC 9110 15.3.7.1).
//! Called by [`super::single_range`].

use super::single_range::Asked;
use super::{page, plain_coding, shown, size, transport, worst};
use crate::model::defect::Defect;
use crate::model::exchange::BodyEnd;
use crate::model::failure::FailureKind;
use crate::model::finding::Judgement;
use crate::model::profile::Profile;
use crate::wire::byte_range::{ByteRange, Span};
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;

impl Asked<'_> {
    /// 206: the status that BITS needs.
    pub(super) fn judge_part(&self) -> Judgement {
        if page::is_suspect(self.evidence, self.answer) {
            return self.page();
        }
        if self.answer.head.media_type().as_deref() == Some("multipart/byteranges") {
            return self
                .fail(Defect::MultipartForSingle, "multipart/byteranges came for one range")
                .because(format!(
                    "Asked {}. One range must be answered with one part and a Content-Range in \
                     the header section, never with multipart (RFC 9110 15.3.7.2).",
                    self.range
                ))
                .breaking_rfc();
        }
        let span = match self.content_range() {
            Ok((span, remarks)) => {
                let found = self.position_problems(span).into_iter().chain(remarks);
                return self.finish(span, found.collect());
            }
            Err(judgement) => judgement,
        };
        let width = self.expected.map(Span::width);
        let rest = self.coding_problem().into_iter().chain(self.length_problem(width));
        let rest = rest.chain(self.end_problem(width));
        worst(std::iter::once(span).chain(rest)).unwrap_or_else(|| self.pass("206"))
    }

    fn finish(&self, span: ContentRangeOf, mut problems: Vec<Judgement>) -> Judgement {
        let width = Some(span.span.width());
        problems.extend(self.coding_problem());
        problems.extend(self.length_problem(width));
        problems.extend(self.end_problem(width));
        if size::change(self.evidence).is_some() && only_totals(&problems) {
            return Judgement::skipped("the size changed; see unchanged-size");
        }
        worst(problems).unwrap_or_else(|| {
            let passed = self.pass(format!("206 with {}", ContentRange::from(span)));
            let (received, width) = (self.answer.body.received, span.span.width());
            passed.because(if received < width {
                format!("{received} of its {width} bytes were read.")
            } else {
                format!("{received} bytes came.")
            })
        })
    }

    /// The width of the range that came: by its Content-Range, else as it was asked.
    pub(super) fn width(&self) -> Option<u64> {
        let stated = self.content_range().ok().map(|(of, _)| of.span);
        stated.or(self.expected).map(Span::width)
    }

    /// The one Content-Range of a 206, with what is odd about it.
    fn content_range(&self) -> Result<(ContentRangeOf, Option<Judgement>), Judgement> {
        // A field without a value says as little as none.
        let values = self.answer.head.fields.all("content-range");
        let values: Vec<_> = values.filter(|value| !value.trim().is_empty()).collect();
        let Some((first, rest)) = values.split_first() else {
            return Err(self
                .fail(Defect::ContentRangeMissing, "206 without Content-Range")
                .because(format!(
                    "Asked {}. Without Content-Range nobody can tell which bytes came; a 206 \
                     must have it (RFC 9110 15.3.7.1).",
                    self.range
                ))
                .breaking_rfc());
        };
        if rest.iter().any(|value| value != first) {
            return Err(self
                .fail(Defect::ContentRangeInvalid, "206 with several Content-Range fields")
                .because(format!(
                    "They disagree: {} and {}. There must be exactly one (RFC 9110 5.3, 14.4).",
                    shown(first),
                    shown(rest.iter().find(|value| *value != first).unwrap_or(first))
                ))
                .breaking_rfc());
        }
        let repeated = (!rest.is_empty()).then(|| {
            self.warn(Defect::ContentRangeInvalid, "206 with the same Content-Range repeated")
                .because(format!("{} came {} times.", shown(first), values.len()))
                .breaking_rfc()
        });
        match ContentRange::parse(first) {
            Ok(ContentRange::Part { span, total }) => {
                Ok((ContentRangeOf { span, total }, repeated))
            }
            Ok(ContentRange::Unsatisfied { .. }) => Err(self.invalid_content_range(
                first,
                "it says that no range could be satisfied, which belongs to a 416",
            )),
            Err(error) => Err(self.invalid_content_range(first, &error.to_string())),
        }
    }

    fn invalid_content_range(&self, value: &str, why: &str) -> Judgement {
        self.fail(Defect::ContentRangeInvalid, "206 with an invalid Content-Range")
            .because(format!("Asked {}, got {}: {why} (RFC 9110 14.4).", self.range, shown(value)))
            .breaking_rfc()
    }

    /// Whether the positions echo the request and the total is the size.
    fn position_problems(&self, got: ContentRangeOf) -> Vec<Judgement> {
        let mut problems = Vec::new();
        let is_echo = match (self.expected, self.range) {
            (Some(expected), _) => got.span == expected,
            (None, ByteRange::Closed(span)) => {
                got.span.first() == span.first() && got.span.last() <= span.last()
            }
            (None, ByteRange::From(first)) => got.span.first() == first,
            (None, ByteRange::Suffix(length)) => got.span.width() <= length,
        };
        if !is_echo {
            let wanted = self.expected.map_or_else(String::new, |span| format!(" ({span})"));
            problems.push(
                self.fail(Defect::ContentRangeWrong, "206 with another range than asked")
                    .because(format!(
                        "Asked {}{wanted}, got {}. {} needs exactly the bytes that it asked for.",
                        self.range,
                        ContentRange::from(got),
                        self.client()
                    ))
                    .breaking_rfc(),
            );
        }
        match (got.total, self.file_size) {
            (None, _) => problems.push(
                self.warn(Defect::TotalUnknown, "206 that does not state the size of the file")
                    .because(format!(
                        "Got {}. An unknown total is legal (RFC 9110 14.4) and the positions \
                         are right, but whether {} accepts it is not documented.",
                        ContentRange::from(got),
                        self.client()
                    )),
            ),
            (Some(total), Some(size)) if total != size => problems.push(
                self.fail(
                    Defect::TotalWrong,
                    format!("206 of a file of {total} bytes, not {size}"),
                )
                .because(format!(
                    "Asked {}, got {}, but the file has {size} bytes. The answer is of \
                         something else: a block page relabelled 206, or another file.",
                    self.range,
                    ContentRange::from(got)
                )),
            ),
            _ => {}
        }
        problems
    }

    fn coding_problem(&self) -> Option<Judgement> {
        let fields = &self.answer.head.fields;
        if let Some(coding) = plain_coding(fields) {
            return Some(self.plain_coding_problem(coding));
        }
        if let Some(coding) = fields.all("content-encoding").find(|value| !value.is_empty()) {
            return Some(self.fail(Defect::RangeCoding, "206 with a content coding").because(
                format!(
                    "Content-Encoding {} came{}; the positions then count coded bytes.",
                    shown(coding),
                    match self.evidence.profile {
                        Profile::Bits => " though the request said Accept-Encoding: identity",
                        Profile::Do => " though the request named no coding",
                    }
                ),
            ));
        }
        let members = fields.all("transfer-encoding").flat_map(|value| value.split(','));
        let other = members.map(str::trim).find(|member| {
            !member.is_empty()
                && !member.eq_ignore_ascii_case("chunked")
                && !member.eq_ignore_ascii_case("identity")
        })?;
        Some(
            self.fail(Defect::RangeCoding, "206 with a transfer coding")
                .because(format!("Transfer-Encoding {} came.", shown(other))),
        )
    }

    /// A coding that is none: the bytes are plain, but the field should not be there.
    fn plain_coding_problem(&self, coding: &str) -> Judgement {
        let is_plain = self.answer.body.received == 0 || self.is_plain();
        let judgement = if is_plain {
            self.warn(Defect::RangeCoding, "206 with a Content-Encoding that names no coding")
        } else {
            self.fail(Defect::RangeCoding, "206 with a content coding")
        };
        judgement.because(format!(
            "Content-Encoding {} came. The bytes are {}; whether {} accepts the field is not \
             documented (RFC 9110 8.4: identity should not be sent, other names are not registered).",
            shown(coding),
            if is_plain { "not coded" } else { "not those of the file" },
            self.client()
        ))
    }

    /// Whether the body is as long as its range says.
    fn is_plain(&self) -> bool {
        match size::content_range(self.answer) {
            Some(ContentRange::Part { span, .. }) => {
                self.answer.body.end != BodyEnd::Complete
                    || self.answer.body.received == span.width()
            }
            _ => true,
        }
    }

    /// Content-Length: present and the width. `width` is unknown when no Content-Range told it.
    fn length_problem(&self, width: Option<u64>) -> Option<Judgement> {
        let fields = &self.answer.head.fields;
        match fields.content_length() {
            ContentLength::Absent => {
                let how = if fields.lists("transfer-encoding", "chunked") {
                    "The body came chunked"
                } else {
                    "The end of the body is the end of the connection"
                };
                let endless = if self.never_ends(width) {
                    " The chunked body never ends: every byte came, but not the last chunk."
                } else {
                    ""
                };
                let summary = "206 without Content-Length";
                let judgement = match self.evidence.profile {
                    Profile::Bits => self.fail(Defect::RangeLengthMissing, summary).because(
                        format!(
                            "{how}, which HTTP allows. BITS needs Content-Length on every \
                                 range."
                        ) + endless,
                    ),
                    Profile::Do => self.warn(Defect::RangeLengthMissing, summary).because(
                        format!(
                            "{how}, which HTTP allows. Whether Delivery Optimization needs \
                                 Content-Length is not documented; BITS does."
                        ) + endless,
                    ),
                };
                Some(judgement.conforming())
            }
            ContentLength::Conflicting(values) => Some(
                self.fail(Defect::RangeLengthWrong, "206 with Content-Lengths that disagree")
                    .because(format!("Got {}.", shown(&values.join(", "))))
                    .breaking_rfc(),
            ),
            ContentLength::Malformed(value) => Some(
                self.fail(Defect::RangeLengthWrong, "206 with a Content-Length that is no number")
                    .because(format!("Got {} (RFC 9110 8.6).", shown(&value)))
                    .breaking_rfc(),
            ),
            ContentLength::Valid { value, .. } => {
                let width = width.filter(|width| *width != value)?;
                Some(
                    self.fail(
                        Defect::RangeLengthWrong,
                        format!("206 with Content-Length {value} for {width} bytes"),
                    )
                    .because(
                        "Content-Length must be the length of the body (RFC 9110 8.6), which for a \
                              206 is the width of the range.",
                    )
                    .breaking_rfc(),
                )
            }
        }
    }

    /// How the body ended, against the width.
    pub(super) fn end_problem(&self, width: Option<u64>) -> Option<Judgement> {
        let body = &self.answer.body;
        let of = width.map_or_else(String::new, |width| format!(" of {width}"));
        let came = format!("{}{of} bytes came", body.received);
        match &body.end {
            BodyEnd::Complete => {
                let width = width.filter(|width| *width != body.received)?;
                Some(
                    self.fail(
                        Defect::BodyLengthWrong,
                        format!("{} bytes came for a range of {width}", body.received),
                    )
                    .because(
                        "The body must hold exactly the bytes of the range (RFC 9110 15.3.7.1).",
                    )
                    .breaking_rfc(),
                )
            }
            BodyEnd::CutOff => {
                let width = width.filter(|width| body.received > *width)?;
                Some(
                    self.fail(
                        Defect::BodyLengthWrong,
                        format!("more than the {width} bytes of the range came"),
                    )
                    .because(format!("{came} before the probe closed the connection."))
                    .breaking_rfc(),
                )
            }
            BodyEnd::Slow => Some(slow(body.received).proved_by([self.exchange.id])),
            BodyEnd::Broken(failure) => Some(match &failure.kind {
                FailureKind::Deadline => {
                    Judgement::inconclusive(Defect::NotJudged, "the run ended before the body did")
                        .because(format!("{came}."))
                        .proved_by([self.exchange.id])
                }
                FailureKind::Library => {
                    Judgement::inconclusive(Defect::NotJudged, "the body could not be read")
                        .because(format!("{came}: {}.", transport::detail_of(failure)))
                        .proved_by([self.exchange.id])
                }
                FailureKind::NoAnswer | FailureKind::TooSlow { .. } if self.never_ends(width) => {
                    self.fail(Defect::Stalled, "the chunked body never ends").because(format!(
                        "{came}, but neither the last chunk nor the end of the connection \
                         followed within the timeout."
                    ))
                }
                FailureKind::NoAnswer | FailureKind::TooSlow { .. } => {
                    self.fail(Defect::Stalled, "the body stopped before its end").because(format!(
                        "The head was right, but after {came} nothing followed within the timeout."
                    ))
                }
                _ => self
                    .fail(transport::defect_of(failure), "the body broke off")
                    .breaking_rfc_if(transport::cuts_message(failure))
                    .because(format!("{came}: {}.", transport::summary_of(failure))),
            }),
        }
    }

    /// All bytes of the range came, but the framing left the end open.
    fn never_ends(&self, width: Option<u64>) -> bool {
        let BodyEnd::Broken(failure) = &self.answer.body.end else { return false };
        let waits = matches!(failure.kind, FailureKind::NoAnswer | FailureKind::TooSlow { .. });
        let is_chunked = self.answer.head.fields.lists("transfer-encoding", "chunked");
        waits && is_chunked && width.is_some_and(|width| self.answer.body.received >= width)
    }
}

/// A Content-Range that encloses a part.
#[derive(Clone, Copy)]
struct ContentRangeOf {
    span: Span,
    total: Option<u64>,
}

impl From<ContentRangeOf> for ContentRange {
    fn from(of: ContentRangeOf) -> Self {
        Self::Part { span: of.span, total: of.total }
    }
}

/// The judgement on a body that kept coming until the time for one exchange was over. WinHTTP's
/// receive timeout is for each piece of data, so this ends no job.
pub(super) fn slow(received: u64) -> Judgement {
    Judgement::warn(Defect::Slow, "the body came too slowly to be read to its end").because(format!(
        "{received} bytes came, without a pause as long as the timeout. A slow transfer goes on; a \
         longer --timeout reads more of it."
    ))
}

/// Whether all that is wrong comes from a size that differs.
fn only_totals(problems: &[Judgement]) -> bool {
    let from_size = |problem: &Judgement| {
        matches!(problem.defect, Some(Defect::TotalWrong | Defect::ContentRangeWrong))
    };
    problems.iter().any(|problem| problem.defect == Some(Defect::TotalWrong))
        && problems.iter().all(from_size)
}
