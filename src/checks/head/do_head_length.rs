//! `do-head-length`: HEAD states the size, for callers that do not know it.

use crate::checks::rules::{head, size, status, transport};
use crate::model::defect::Defect;
use crate::model::evidence::{Evidence, stated_size};
use crate::model::exchange::Answer;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(exchange) = evidence.exchange(Purpose::DoHead) else {
        return Judgement::skipped("HEAD was not sent: the first requests failed");
    };
    let answer = match &exchange.result {
        Ok(answer) => answer,
        Err(failure) => return transport::judge(evidence, exchange, failure),
    };
    if answer.head.status != 200 {
        let judgement = status::judge(evidence, exchange, answer.head.status);
        return said_with(judgement, &without_size(evidence));
    }
    let missing = head::length_missing(answer).or_else(|| head::length_invalid(answer));
    if let Some(problem) = missing {
        let reason = format!(
            "HEAD was answered with 200, but states no usable size. Delivery Optimization ends \
             with 0x80072F76, ERROR_WINHTTP_HEADER_NOT_FOUND, where its caller does not know the size. {}",
            without_size(evidence)
        );
        return problem.because(reason).proved_by([exchange.id]);
    }
    let stated = stated_size(exchange);
    let (Some(stated), Some(real)) = (stated, size::file_size(evidence)) else {
        return Judgement::pass("HEAD states the size").proved_by([exchange.id]);
    };
    if stated != real {
        return Judgement::fail(
            Defect::HeadLengthWrong,
            format!("HEAD states {stated} bytes, the file has {real}"),
        )
        .because("A caller that does not know the size takes that of HEAD.")
        .proved_by([exchange.id]);
    }
    Judgement::pass(format!("HEAD states the size, {stated} bytes")).proved_by([exchange.id])
}

/// What the first answer to a range makes of a download whose size HEAD did not state.
fn without_size(evidence: &Evidence) -> String {
    let first = evidence.exchange(Purpose::DoFirstBytes).and_then(|exchange| exchange.answer());
    let code = first.and_then(size_unknown).unwrap_or_default();
    format!("WSUS and Windows Update know the size; the Store, winget and MSIX do not.{code}")
}

/// The code for an answer that does not state the size either, in a sentence.
fn size_unknown(first: &Answer) -> Option<&'static str> {
    let fields = &first.head.fields;
    let total = size::content_range(first).and_then(ContentRange::total);
    match first.head.status {
        200 if !matches!(fields.content_length(), ContentLength::Valid { .. }) => Some(
            " The first range got 200 without a size: DO_E_FILE_SIZE_UNKNOWN_HTTP_200, \
             0x80D0201A, is likely.",
        ),
        206 if total.is_none() => Some(
            " The first range got 206 without a total: DO_E_FILE_SIZE_UNKNOWN_HTTP_206, \
             0x80D0201C, is likely.",
        ),
        201..=299 if first.head.status != 206 => Some(
            " The first range got another 2xx: DO_E_FILE_SIZE_UNKNOWN_HTTP_2XX, 0x80D0201D, is \
             likely.",
        ),
        _ => None,
    }
}

fn said_with(mut judgement: Judgement, more: &str) -> Judgement {
    judgement.reason = format!("{} {more}", judgement.reason);
    judgement
}
