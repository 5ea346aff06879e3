//! Answers to a GET without Range: status, length, end of the body, bytes. All of the body was read.

use super::{auth, bytes, page, shown, size, status, transport, worst};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, BodyEnd, Exchange};
use crate::model::failure::FailureKind;
use crate::model::file_bytes::FileBytes;
use crate::model::finding::Judgement;
use crate::wire::fields::ContentLength;

/// Judges the answer to one plain GET.
pub(in crate::checks) fn judge_exchange(evidence: &Evidence, exchange: &Exchange) -> Judgement {
    let answer = match &exchange.result {
        Ok(answer) => answer,
        Err(failure) => return transport::judge(evidence, exchange, failure),
    };
    if auth::refuses_everything(evidence) {
        return Judgement::skipped("see proxy-authentication");
    }
    match answer.head.status {
        200 => Whole { evidence, exchange, answer, size: size::file_size(evidence) }.judge(),
        status @ 201..=299 => Judgement::fail(
            Defect::UnexpectedStatus(status),
            format!("GET without Range was answered with {status}"),
        )
        .because("No range was asked for: only 200 with the whole file is right.")
        .proved_by([exchange.id]),
        other => {
            let judgement = status::judge(evidence, exchange, other);
            let summary = judgement.summary.replacen("GET was", "GET without Range was", 1);
            Judgement { summary, ..judgement }
        }
    }
}

struct Whole<'e> {
    evidence: &'e Evidence,
    exchange: &'e Exchange,
    answer: &'e Answer,
    /// The size of the file, where it is known.
    size: Option<u64>,
}

impl Whole<'_> {
    fn judge(&self) -> Judgement {
        let stated = match self.answer.head.fields.content_length() {
            ContentLength::Valid { value, .. } => Some(value),
            _ => None,
        };
        let has_size = stated.is_some() && stated == self.size;
        if page::is_suspect(self.evidence, self.answer)
            && (!has_size || page::shows_html(self.answer))
        {
            return self
                .fail(Defect::BlockPage, "an HTML page came instead of the whole file")
                .because("A block page or a login page came in place of the file.");
        }
        if let Some(coding) = self.coding() {
            return self
                .fail(Defect::RangeCoding, "the whole file came with a content coding")
                .because(format!(
                    "Content-Encoding {} came though the request said Accept-Encoding: identity.",
                    shown(coding)
                ));
        }
        let problems = self.length_problem().into_iter();
        let problems = problems.chain(self.end_problem()).chain(self.byte_problems());
        worst(problems).unwrap_or_else(|| {
            Judgement::pass(format!("200 with all {} bytes", self.answer.body.received))
                .because(self.compared())
                .proved_by([self.exchange.id])
        })
    }

    /// A coding of the content that is not the file itself.
    fn coding(&self) -> Option<&str> {
        let plain = ["", "identity", "none", "binary"];
        let is_coded = |value: &&str| !plain.iter().any(|one| value.eq_ignore_ascii_case(one));
        self.answer.head.fields.all("content-encoding").find(is_coded)
    }

    fn length_problem(&self) -> Option<Judgement> {
        match self.answer.head.fields.content_length() {
            // It came whole, and its framing shows that.
            ContentLength::Absent => Some(
                self.warn(Defect::RangeLengthMissing, "the whole file came without Content-Length")
                    .because(
                        "HTTP allows that, but Microsoft asks for Content-Length on each \
                         successful answer to GET ([MC-BUP] 3.5.5).",
                    ),
            ),
            ContentLength::Conflicting(values) => Some(
                self.fail(
                    Defect::RangeLengthWrong,
                    "the whole file came with Content-Lengths that disagree",
                )
                .because(format!("Got {}.", shown(&values.join(", "))))
                .breaking_rfc(),
            ),
            ContentLength::Malformed(value) => Some(
                self.fail(
                    Defect::RangeLengthWrong,
                    "the whole file came with a Content-Length that is no number",
                )
                .because(format!("Got {} (RFC 9110 8.6).", shown(&value)))
                .breaking_rfc(),
            ),
            ContentLength::Valid { value, .. } => {
                let size = self.size.filter(|size| *size != value)?;
                Some(
                    self.fail(
                        Defect::RangeLengthWrong,
                        format!("GET without Range got {value} bytes of a file of {size} bytes"),
                    )
                    .because(format!(
                        "Content-Length is {value}. HEAD or the ranges say that the file has \
                         {size} bytes: part of the file, or another file, came as the whole one."
                    )),
                )
            }
        }
    }

    /// How the body ended.
    fn end_problem(&self) -> Option<Judgement> {
        let body = &self.answer.body;
        let of = self.size.map_or_else(String::new, |size| format!(" of {size}"));
        let received = format!("{}{of} bytes were received", body.received);
        match &body.end {
            // Another Content-Length says the same already.
            BodyEnd::Complete if self.answer.head.fields.has("content-length") => None,
            BodyEnd::Complete => {
                let size = self.size.filter(|size| *size != body.received)?;
                Some(
                    self.fail(
                        Defect::BodyLengthWrong,
                        format!("GET without Range got {} of {size} bytes", body.received),
                    )
                    .because("The answer ended as if it were complete."),
                )
            }
            // It is read for as long as anything comes.
            BodyEnd::Slow => None,
            BodyEnd::CutOff => {
                let size = self.size.filter(|size| body.received > *size)?;
                Some(
                    self.fail(
                        Defect::BodyLengthWrong,
                        format!("more than the {size} bytes of the file came"),
                    )
                    .because(format!("{received} before the probe closed the connection.")),
                )
            }
            BodyEnd::Broken(failure) => Some(match &failure.kind {
                FailureKind::Deadline | FailureKind::Library => Judgement::inconclusive(
                    Defect::NotJudged,
                    "the whole file was not read to its end",
                )
                .because(format!("{received}: {}.", transport::detail_of(failure)))
                .proved_by([self.exchange.id]),
                FailureKind::NoAnswer | FailureKind::TooSlow { .. } => self
                    .fail(Defect::Stalled, "the whole file stopped coming")
                    .because(format!("{received}, and then nothing within the timeout.")),
                _ => self
                    .fail(transport::defect_of(failure), "the whole file broke off")
                    .breaking_rfc_if(transport::breaks_rfc(failure))
                    .because(format!("{received}: {}.", transport::summary_of(failure))),
            }),
        }
    }

    /// Bytes that are not those of the file.
    fn byte_problems(&self) -> Option<Judgement> {
        let file = self.file();
        let difference = file.and_then(|file| file.difference);
        // The ranges are then wrong, and not the whole file: see range-bytes-agree.
        if self.has_named_bytes() {
            return None;
        }
        if let Some(difference) = difference {
            let (position, came, is) =
                (difference.position, difference.received, difference.expected);
            let (summary, what) = if self.evidence.truth.is_some() {
                (
                    "the whole file came with wrong bytes",
                    "in the file. A download without Range would succeed, and the file would be \
                     damaged.",
                )
            } else {
                (
                    "the whole file and a range differ on the same byte",
                    "in a range. One of the two is wrong, and a file put together with it damaged.",
                )
            };
            return Some(
                self.fail(Defect::BytesDiffer, summary).because(format!(
                    "Byte {position} is 0x{came:02x} here, and 0x{is:02x} {what}"
                )),
            );
        }
        if let (Some(sha1), Some(named)) = (self.sha1(), self.named())
            && sha1 != named
        {
            return Some(
                self.fail(
                    Defect::BytesDiffer,
                    "the whole file has another SHA-1 than its name states",
                )
                .because(format!(
                    "The name states {named}; the {} bytes that came have {sha1}. Windows \
                         Update and WSUS refuse such a file.",
                    self.answer.body.received
                )),
            );
        }
        let whole = bytes::beginning(self.exchange, self.answer);
        let (_, difference) = bytes::compare(whole, &bytes::chunks(self.evidence));
        difference.map(|difference| {
            self.fail(Defect::BytesDiffer, "the whole file and a range differ on the same byte")
                .because(difference.to_string())
                .proved_by(difference.exchanges)
        })
    }

    /// What was compared, for a pass.
    fn compared(&self) -> String {
        match self.file() {
            Some(file) if file.sha1.is_some() => {
                "Their SHA-1 is the one that the name of the file states.".to_owned()
            }
            Some(file) if file.compared > 0 => {
                format!("{} of them were compared and are right.", file.compared)
            }
            _ => String::new(),
        }
    }

    fn file(&self) -> Option<&FileBytes> {
        self.evidence.files.iter().find(|file| file.purpose == self.exchange.probe.purpose)
    }

    /// The SHA-1 of a file that was read to its end.
    fn sha1(&self) -> Option<&str> {
        let is_complete = self.answer.body.end == BodyEnd::Complete
            && self.size.is_none_or(|size| size == self.answer.body.received);
        self.file()?.sha1.as_deref().filter(|_| is_complete)
    }

    fn named(&self) -> Option<&str> {
        self.file()?.named.as_deref()
    }

    fn has_named_bytes(&self) -> bool {
        self.sha1().is_some() && self.sha1() == self.named()
    }

    fn warn(&self, defect: Defect, summary: impl Into<String>) -> Judgement {
        Judgement::warn(defect, summary).proved_by([self.exchange.id])
    }

    fn fail(&self, defect: Defect, summary: impl Into<String>) -> Judgement {
        Judgement::fail(defect, summary).proved_by([self.exchange.id])
    }
}
