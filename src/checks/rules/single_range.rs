//! The one rule set for an answer to one range: what BITS needs of a 206 (RFC 9110 15.3.7.1;
//! Microsoft: "HTTP requirements for BITS downloads").

use super::{auth, client_sends, page, shown, size, status, transport};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, BodyEnd, Exchange};
use crate::model::failure::FailureKind;
use crate::model::finding::{Judgement, Status};
use crate::model::probe::Purpose;
use crate::wire::byte_range::{ByteRange, Span};
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;

/// Judges the exchange of this purpose.
pub(in crate::checks) fn judge(evidence: &Evidence, purpose: Purpose) -> Judgement {
    match evidence.exchange(purpose) {
        Some(exchange) => judge_exchange(evidence, exchange),
        None => not_sent(evidence, purpose),
    }
}

/// Judges the exchanges of two purposes: the first judgement that is not a pass, if any.
pub(in crate::checks) fn judge_both(
    evidence: &Evidence,
    one: Purpose,
    other: Purpose,
) -> Judgement {
    let (one, other) = (judge(evidence, one), judge(evidence, other));
    if one.status == Status::Pass { other } else { one }
}

/// Judges one answer to one range.
pub(in crate::checks) fn judge_exchange(evidence: &Evidence, exchange: &Exchange) -> Judgement {
    let asked = match asked(evidence, exchange) {
        Ok(asked) => asked,
        Err(judgement) => return judgement,
    };
    match asked.answer.head.status {
        206 => asked.judge_part(),
        200 => asked.judge_whole(),
        416 => asked.judge_refusal(),
        other => status::judge(evidence, exchange, other),
    }
}

/// What is wrong with the end of a body that came with a 206; nothing when its end is right.
pub(in crate::checks) fn end_problem(
    evidence: &Evidence,
    exchange: &Exchange,
) -> Option<Judgement> {
    let asked = asked(evidence, exchange).ok()?;
    asked.end_problem(asked.width())
}

/// The answer with what was asked, or the judgement where there is nothing to judge.
fn asked<'e>(evidence: &'e Evidence, exchange: &'e Exchange) -> Result<Asked<'e>, Judgement> {
    let answer = match &exchange.result {
        Ok(answer) => answer,
        Err(failure) => return Err(transport::judge(evidence, exchange, failure)),
    };
    let [range] = exchange.probe.ranges.as_ref().map_or(&[][..], |set| set.ranges()) else {
        return Err(Judgement::skipped("the probe did not ask for one range"));
    };
    if size::is_empty_file(evidence) {
        return Err(Judgement::skipped("the file is empty: no range of it exists"));
    }
    let file_size = size::file_size(evidence);
    let expected = file_size.and_then(|size| range.resolve(size));
    if file_size.is_some() && expected.is_none() {
        return Err(Judgement::skipped(
            "the range lies outside the file by its real size; see where the size is judged",
        ));
    }
    Ok(Asked { evidence, exchange, answer, range: *range, file_size, expected })
}

/// Why a probe is missing, as far as the evidence tells.
pub(in crate::checks) fn not_sent(evidence: &Evidence, purpose: Purpose) -> Judgement {
    if auth::refuses_everything(evidence) {
        return Judgement::skipped("see proxy-authentication");
    }
    if !evidence.anything_answered() {
        return Judgement::skipped("nobody answered; see reachable");
    }
    let Some(size) = size::file_size(evidence) else {
        return Judgement::skipped("the size of the file is not known, so this was not asked");
    };
    if size == 0 {
        return Judgement::skipped("the file is empty: no range of it exists");
    }
    if size <= too_small_for(purpose) {
        return Judgement::skipped(format!("the file has {size} bytes, which is too few for this"));
    }
    Judgement::skipped(format!("it was not sent: {}", why_stopped(evidence)))
}

/// The largest size of a file, in bytes, that has no range for a purpose.
pub(crate) fn too_small_for(purpose: Purpose) -> u64 {
    match purpose {
        Purpose::RangeNext
        | Purpose::RangeMiddle
        | Purpose::RangeLastByte
        | Purpose::RangeSuffix
        | Purpose::RangeOpenEnd
        | Purpose::RangeClamped
        | Purpose::DoTailBlock => 1,
        Purpose::RangeLarge => 14_337,
        Purpose::Range2Gib | Purpose::RangeFrom2Gib => (1 << 31) + 511,
        Purpose::Range4Gib | Purpose::RangeFrom4Gib => (1 << 32) + 511,
        Purpose::Do2Gib => 1 << 31,
        Purpose::Do4Gib => 1 << 32,
        Purpose::DoMiddleBlock => 2 << 20,
        Purpose::DoLastBlock => 1 << 20,
        Purpose::MultiTwo
        | Purpose::MultiFive
        | Purpose::MultiDescending
        | Purpose::MultiAdjacent => 19,
        Purpose::MultiNear => 43,
        Purpose::MultiMany => 47,
        _ => 0,
    }
}

/// Why a phase stopped before all was asked, as far as the evidence shows it.
fn why_stopped(evidence: &Evidence) -> &'static str {
    if evidence.exchanges.iter().any(Exchange::is_slow) {
        return "the body of a shorter range came too slowly to be read to its end";
    }
    let failures = || evidence.exchanges.iter().filter_map(|exchange| exchange.failure());
    let is = |kind: fn(&FailureKind) -> bool| failures().any(|failure| kind(&failure.kind));
    if is(|kind| *kind == FailureKind::Deadline) {
        return "the time for the whole run was over";
    }
    let late = |exchange: &&Exchange| match &exchange.result {
        Ok(answer) => match &answer.body.end {
            BodyEnd::Broken(failure) => is_late(&failure.kind),
            _ => false,
        },
        Err(failure) => is_late(&failure.kind),
    };
    let lead =
        [Purpose::RangeFirst, Purpose::RangeNext, Purpose::DoFirstBytes, Purpose::DoFirstBlock];
    let asked = lead.iter().filter_map(|&purpose| evidence.exchange(purpose));
    if asked.filter(late).count() > 1 {
        return "two requests for ranges before it got no answer in time";
    }
    let failed = |exchange: Option<&Exchange>| exchange.is_some_and(|one| one.failure().is_some());
    match evidence.first_piece() {
        first if failed(first) => "the first request for a range failed",
        _ if failed(evidence.opening()) => "the first request failed",
        None => "the phase ended before the first request for a range",
        Some(_) => "the phase ended before it",
    }
}

fn is_late(kind: &FailureKind) -> bool {
    matches!(kind, FailureKind::NoAnswer | FailureKind::TooSlow { .. })
}

/// An answer with what was asked for it.
pub(super) struct Asked<'e> {
    pub(super) evidence: &'e Evidence,
    pub(super) exchange: &'e Exchange,
    pub(super) answer: &'e Answer,
    pub(super) range: ByteRange,
    pub(super) file_size: Option<u64>,
    /// The positions that the range selects; unknown with the size.
    pub(super) expected: Option<Span>,
}

impl Asked<'_> {
    /// 200: the Range field was not honoured, or something else came.
    fn judge_whole(&self) -> Judgement {
        if page::is_suspect(self.evidence, self.answer) {
            return self.page();
        }
        if let Some(ContentRange::Part { span, .. }) = size::content_range(self.answer)
            && self.file_size.is_none_or(|size| span.width() < size)
        {
            return self
                .fail(Defect::UnexpectedStatus(200), "200 came with a Content-Range, not 206")
                .because(format!(
                    "Asked {}, got 200 with Content-Range {}. Range was not ignored, but the status \
                     is that of a whole file: a 206 must come with it (RFC 9110 15.3.7).",
                    self.range,
                    shown(self.answer.head.fields.first("content-range").unwrap_or_default()),
                ))
                .breaking_rfc();
        }
        let stated = match self.answer.head.fields.content_length() {
            ContentLength::Valid { value, .. } => Some(value),
            _ if self.answer.body.end == BodyEnd::Complete => Some(self.answer.body.received),
            _ => None,
        };
        let size = self.file_size.or(stated);
        let expected = size.and_then(|size| self.range.resolve(size));
        let length =
            stated.map_or_else(|| "no length".to_owned(), |value| format!("{value} bytes"));
        let covers_all =
            expected.is_some_and(|span| span.first() == 0 && Some(span.width()) == size);
        // Exactly the width that was asked: a file of this very size is the less likely reading.
        let is_slice = matches!(
            self.range,
            ByteRange::Closed(span) if self.file_size.is_none() && stated == Some(span.width())
        );
        if covers_all && stated == size && !is_slice {
            return self.pass("200 came for the whole file asked as a range").because(format!(
                "Asked {}, which is the whole file, got 200 with {length}. In practice {} takes \
                 that. It does not show whether ranges are supported.",
                self.range,
                self.client()
            ));
        }
        let is_part =
            is_slice || expected.is_some_and(|span| Some(span.width()) == stated && stated != size);
        if is_part {
            return self
                .fail(Defect::UnexpectedStatus(200), "200 came with only the part, not as 206")
                .because(format!(
                    "Asked {}, got 200 with {length}: the part, but labelled as a whole file \
                     (RFC 9110 15.3.7 wants 206).",
                    self.range
                ))
                .breaking_rfc();
        }
        if !self.is_whole_file(stated) {
            return self
                .fail(Defect::UnexpectedStatus(200), "200 came, with neither part nor whole file")
                .because(format!(
                    "Asked {}, got 200 with {length}, of which {} bytes came. {} needs 206.",
                    self.range,
                    self.answer.body.received,
                    self.client()
                ));
        }
        self.fail(Defect::WholeFileForRange, "200 came: Range was ignored").conforming().because(
            format!(
                "Asked {}, got 200 with {length}. HTTP allows a server to ignore Range (RFC 9110 \
             14.2), but {}.",
                self.range,
                if client_sends(self.exchange.probe.purpose) {
                    format!("{} does not go on when a proxy or server does", self.client())
                } else {
                    String::from("a server for ranged downloads should not")
                }
            ),
        )
    }

    /// Whether a 200 announces the whole file, or all of it or more of it than was asked came.
    fn is_whole_file(&self, stated: Option<u64>) -> bool {
        let asked = match self.range {
            ByteRange::Closed(span) => span.width(),
            ByteRange::Suffix(length) => length,
            ByteRange::From(_) => 0,
        };
        match (stated, self.file_size) {
            (Some(stated), Some(size)) => stated == size,
            (Some(stated), None) => stated > asked,
            // Chunked: how long it is shows only at its end.
            (None, size) => {
                let body = &self.answer.body;
                body.received > asked
                    || body.end == BodyEnd::CutOff
                    || (body.end == BodyEnd::Complete && Some(body.received) == size)
            }
        }
    }

    /// 416 to a range that lies in the file.
    fn judge_refusal(&self) -> Judgement {
        if let (None, ByteRange::Closed(span)) = (self.file_size, self.range)
            && span.first() > 0
        {
            return self.judge_refusal_of_unknown(span);
        }
        let says = match self.answer.head.fields.first("content-range") {
            Some(value) => format!(" with Content-Range {}", shown(value)),
            None => String::new(),
        };
        let of = self
            .file_size
            .map_or_else(|| "the file".to_owned(), |size| format!("the file of {size} bytes"));
        let unless = match self.file_size {
            None => " Its size is not known; only an empty file could answer so.",
            Some(_) => "",
        };
        self.fail(Defect::SatisfiableRefused, "416 came though the range is satisfiable")
            .because(format!("Asked {}, which lies in {of}, got 416{says}.{unless}", self.range))
    }

    /// 416 to a range that a file of unknown size may not have.
    fn judge_refusal_of_unknown(&self, span: Span) -> Judgement {
        match size::content_range(self.answer) {
            Some(ContentRange::Unsatisfied { total }) if total > span.first() => self
                .fail(Defect::SatisfiableRefused, "416 came though the range is satisfiable")
                .because(format!("Asked {}, got 416 of a file of {total} bytes.", self.range)),
            Some(ContentRange::Unsatisfied { total }) if total > 0 => {
                Judgement::skipped(format!("the file has {total} bytes, says the 416"))
            }
            _ => Judgement::inconclusive(
                Defect::NotJudged,
                "416 came, and nothing tells whether the file is so long",
            )
            .because(format!("Asked {} of a file whose size no answer states.", self.range))
            .proved_by([self.exchange.id]),
        }
    }

    pub(super) fn page(&self) -> Judgement {
        let status = self.answer.head.status;
        let total = size::content_range(self.answer).and_then(ContentRange::total);
        let betrayed = match (total, self.file_size) {
            (Some(total), Some(size)) if total != size => {
                format!(" Its total of {total} bytes betrays it: the file has {size}.")
            }
            _ => String::new(),
        };
        self.fail(Defect::BlockPage, format!("{status} with an HTML page instead of the file"))
            .because(format!(
                "Asked {}. A block page or a login page came in place of the bytes.{betrayed}",
                self.range
            ))
    }

    /// What the client is called.
    pub(super) fn client(&self) -> &'static str {
        self.evidence.profile.client()
    }

    pub(super) fn pass(&self, summary: impl Into<String>) -> Judgement {
        Judgement::pass(summary).proved_by([self.exchange.id])
    }

    pub(super) fn warn(&self, defect: Defect, summary: impl Into<String>) -> Judgement {
        Judgement::warn(defect, summary).proved_by([self.exchange.id])
    }

    pub(super) fn fail(&self, defect: Defect, summary: impl Into<String>) -> Judgement {
        Judgement::fail(defect, summary).proved_by([self.exchange.id])
    }
}
