//! `head-status`: HEAD is answered with 200.

use crate::checks::rules::{auth, status, transport};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::hresult::is_defined_status;
use crate::model::probe::Purpose;
use crate::wire::redirect::is_redirect;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(exchange) = evidence.exchange(Purpose::Head) else {
        return Judgement::skipped("HEAD was not sent");
    };
    let answer = match &exchange.result {
        Ok(answer) => answer,
        Err(_) if !evidence.anything_answered() => {
            return Judgement::skipped("nobody answered; see reachable");
        }
        Err(failure) => return transport::judge(evidence, exchange, failure),
    };
    match answer.head.status {
        200 => Judgement::pass("HEAD was answered with 200").proved_by([exchange.id]),
        redirect if is_redirect(redirect) => Judgement::skipped("see redirects"),
        407 if auth::refuses_everything(evidence) => Judgement::skipped("see proxy-authentication"),
        206 => Judgement::fail(Defect::UnexpectedStatus(206), "HEAD was answered with 206")
            .because(
                "HEAD asked for no range. A cache that stored a range and serves it for the whole \
                 file does this; its Content-Length is the part's, not the file's.",
            )
            .proved_by([exchange.id]),
        other @ 201..=299 if !is_defined_status(other) => Judgement::warn(
            Defect::UnexpectedStatus(other),
            format!("HEAD was answered with {other}"),
        )
        .because("A client takes a 2xx that it does not know for a 200 (RFC 9110 15).")
        .conforming()
        .proved_by([exchange.id]),
        other => status::judge(evidence, exchange, other),
    }
}
