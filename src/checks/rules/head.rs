//! The answer to HEAD that the checks of the group judge, and the rules that hold for the first
//! and for the repeated one.

use super::{plain_coding, shown};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, Exchange};
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;
use crate::wire::fields::ContentLength;

/// The HEAD and its answer, when that is a 200: the fields of anything else are of an error page
/// or a redirect, never of the file. Otherwise the check is skipped.
pub(in crate::checks) fn answered(evidence: &Evidence) -> Result<(&Exchange, &Answer), Judgement> {
    let exchange = evidence.exchange(Purpose::Head);
    let answer = exchange.and_then(Exchange::answer);
    exchange.zip(answer.filter(|answer| answer.head.status == 200)).ok_or_else(not_answered)
}

/// Why a check of the fields of HEAD is skipped.
pub(in crate::checks) fn not_answered() -> Judgement {
    Judgement::skipped("HEAD was not answered with 200; see head-status")
}

/// What is wrong with the fields of a 200 to a HEAD.
pub(in crate::checks) fn problems(answer: &Answer) -> impl Iterator<Item = Judgement> {
    let found = [length_missing(answer), length_invalid(answer), coding(answer)];
    found.into_iter().flatten()
}

/// There is no Content-Length.
pub(in crate::checks) fn length_missing(answer: &Answer) -> Option<Judgement> {
    let fields = &answer.head.fields;
    if fields.content_length() != ContentLength::Absent {
        return None;
    }
    let chunked =
        if fields.has("transfer-encoding") { " It has Transfer-Encoding instead." } else { "" };
    Some(
        Judgement::fail(Defect::HeadLengthMissing, "HEAD without Content-Length")
            .because(format!(
                "HEAD was answered with 200, but does not say how long the file is.{chunked} HTTP \
             allows that (RFC 9110 8.6); BITS ends the job."
            ))
            .conforming(),
    )
}

/// There is a Content-Length, but no number that could be the size.
pub(in crate::checks) fn length_invalid(answer: &Answer) -> Option<Judgement> {
    let (summary, reason) = match answer.head.fields.content_length() {
        ContentLength::Absent | ContentLength::Valid { .. } => return None,
        ContentLength::Conflicting(values) => (
            "the Content-Lengths of HEAD disagree",
            format!("Got {}; nobody can tell the size.", shown(&values.join(", "))),
        ),
        ContentLength::Malformed(value) => (
            "the Content-Length of HEAD is no number",
            format!("Got {}; it must be decimal digits, below 2^63.", shown(&value)),
        ),
    };
    Some(Judgement::fail(Defect::HeadLengthInvalid, summary).because(reason).breaking_rfc())
}

/// A content coding or a transfer coding is announced.
pub(in crate::checks) fn coding(answer: &Answer) -> Option<Judgement> {
    let fields = &answer.head.fields;
    if let Some(value) = plain_coding(fields) {
        return Some(
            Judgement::warn(
                Defect::HeadCoding,
                "HEAD with a Content-Encoding that names no coding",
            )
            .because(format!(
                "Got {}: the length is that of the file, but whether BITS accepts the field is \
                     not documented.",
                shown(value)
            )),
        );
    }
    let is_coding = |value: &&str| !value.is_empty() && !value.eq_ignore_ascii_case("identity");
    let mut names = ["content-encoding", "transfer-encoding"].into_iter();
    let (name, value) = names.find_map(|name| Some((name, fields.all(name).find(is_coding)?)))?;
    if value.eq_ignore_ascii_case("chunked") {
        return Some(Judgement::warn(Defect::HeadCoding, "HEAD with chunked").because(
            "HEAD has no body that could come in chunks; this says how a GET without Range would \
             be sent, which is legal (RFC 9112 6.1).",
        ));
    }
    Some(Judgement::fail(Defect::HeadCoding, format!("HEAD with {name}")).because(format!(
        "Got {name}: {} though the request said Accept-Encoding: identity.",
        shown(value)
    )))
}
