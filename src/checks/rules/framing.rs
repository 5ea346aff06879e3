//! Fields that tell where a body ends, and the grammar of heads.

use super::{client_sends, shown};
use crate::model::defect::Defect;
use crate::model::exchange::{Answer, BodyEnd, Exchange};
use crate::model::failure::FailureKind;
use crate::model::finding::{Judgement, Status};
use crate::model::probe::Method;
use crate::wire::fields::ContentLength;
use crate::wire::head::{Oddity, ResponseHead, Version};

/// What is wrong or odd in one answer; a pass with a remark for what is legal but rare.
pub(in crate::checks) fn judge(exchange: &Exchange, answer: &Answer) -> Vec<Judgement> {
    let head = &answer.head;
    let answers_head = exchange.probe.method == Method::Head;
    let mut found: Vec<_> = conflict(head, answers_head)
        .into_iter()
        .chain(repeated(head))
        .chain(oddity(head))
        .chain(false_length(answer))
        .collect();
    if !answer.interim.is_empty() {
        found.push(
            Judgement::pass("interim answers came before the final one")
                .because(format!("{} interim 1xx came, which is legal.", answer.interim.len())),
        );
    }
    for judgement in &mut found {
        judgement.exchanges.push(exchange.id);
        let ends_nothing = answers_head || !client_sends(exchange.probe.purpose);
        if judgement.status == Status::Fail && ends_nothing {
            judgement.status = Status::Warn;
        }
    }
    found
}

/// A HEAD has no body, so that its lengths frame nothing: head-length-valid judges those, and what
/// else contradicts itself there is only a warning.
fn conflict(head: &ResponseHead, answers_head: bool) -> Option<Judgement> {
    let fields = &head.fields;
    let status = head.status;
    if let ContentLength::Conflicting(values) = fields.content_length()
        && !answers_head
    {
        return Some(
            Judgement::fail(Defect::FramingConflict, "Content-Length fields disagree")
                .because(format!(
                    "A {status} says {}. Proxies keep the first, the last or refuse both, so the \
                     end of the body is a guess (RFC 9112 6.3).",
                    shown(&values.join(", "))
                ))
                .breaking_rfc(),
        );
    }
    if !fields.has("transfer-encoding") {
        return None;
    }
    if fields.has("content-length") {
        let so = if answers_head {
            "an answer to HEAD has no body (RFC 9112 6.3), so nothing is misread here, but a \
             program on the way may refuse it."
        } else {
            "readers do not agree on where the body ends."
        };
        return Some(
            Judgement::fail(
                Defect::FramingConflict,
                "Transfer-Encoding and Content-Length in one answer",
            )
            .because(format!(
                "A {status} has both, which a sender must not do (RFC 9112 6.2): {so}"
            ))
            .breaking_rfc(),
        );
    }
    let codings: Vec<_> = fields
        .all("transfer-encoding")
        .flat_map(|value| value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty())
        .collect();
    let chunked = codings.iter().filter(|coding| *coding == "chunked").count();
    let is_last = codings.last().is_some_and(|coding| coding == "chunked");
    if chunked > 1 || (chunked == 1 && !is_last) {
        return Some(
            Judgement::fail(Defect::FramingConflict, "chunked is not the last coding, or is twice")
                .because(format!(
                    "A {status} says Transfer-Encoding {} (RFC 9112 6.1).",
                    shown(&codings.join(", "))
                ))
                .breaking_rfc(),
        );
    }
    (head.version < Version::HTTP_11).then(|| {
        Judgement::warn(Defect::FramingConflict, "Transfer-Encoding in an HTTP/1.0 answer")
            .because(format!("A {status} has it; HTTP/1.0 knows no chunks (RFC 9112 6.1)."))
            .breaking_rfc()
    })
}

/// A 416 with a Content-Length that is not the length of its body: a client waits for the rest, or
/// takes the next answer for it.
fn false_length(answer: &Answer) -> Option<Judgement> {
    if answer.head.status != 416 {
        return None;
    }
    let ContentLength::Valid { value, .. } = answer.head.fields.content_length() else {
        return None;
    };
    let is_short = match &answer.body.end {
        BodyEnd::Broken(failure) => matches!(
            failure.kind,
            FailureKind::Closed
                | FailureKind::Reset
                | FailureKind::NoAnswer
                | FailureKind::TooSlow { .. }
        ),
        _ => false,
    };
    is_short.then(|| {
        Judgement::warn(
            Defect::FramingConflict,
            format!("416 announces {value} bytes, of which {} came", answer.body.received),
        )
        .because("Content-Length must be the length of the body (RFC 9110 8.6).")
        .breaking_rfc()
    })
}

fn repeated(head: &ResponseHead) -> Option<Judgement> {
    match head.fields.content_length() {
        ContentLength::Valid { value, repeated: true } => Some(
            Judgement::pass("Content-Length is repeated, always the same")
                .because(format!("{value} came more than once; readers may accept that.")),
        ),
        _ => None,
    }
}

fn oddity(head: &ResponseHead) -> Option<Judgement> {
    if head.oddities.is_empty() {
        return None;
    }
    let words: Vec<_> = head.oddities.iter().map(|&oddity| describe(oddity)).collect();
    Some(
        Judgement::warn(Defect::OddHead, "the header section breaks the grammar")
            .because(format!(
                "A {} has {}. Lenient readers accept that; others refuse the answer.",
                head.status,
                words.join(", ")
            ))
            .breaking_rfc(),
    )
}

fn describe(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::BareLf => "a line that ends in LF without CR (RFC 9112 2.2)",
        Oddity::ControlInValue => "a control character in a field value (RFC 9110 5.5)",
        Oddity::ObsoleteFold => "a folded header line (RFC 9112 5.2)",
        Oddity::SpaceBeforeColon => "a blank before a colon (RFC 9112 5.1)",
    }
}
