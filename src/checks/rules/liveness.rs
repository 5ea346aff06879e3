//! What the paths by which a WSUS server shows that it is alive say; [`crate::model::wsus::liveness`]
//! holds the meanings, here they become judgements.

use super::{page, shown, status, transport};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, BodyEnd, Exchange};
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;
use crate::model::wsus::liveness::{Liveness, Meaning};
use crate::wire::fields::ContentLength;
use crate::wire::redirect::is_redirect;

/// The judgement on one of the paths.
pub(in crate::checks) fn judge(
    evidence: &Evidence,
    purpose: Purpose,
    liveness: Liveness,
) -> Judgement {
    let Some(exchange) = evidence.exchange(purpose) else {
        return Judgement::skipped("it was not asked");
    };
    match &exchange.result {
        Err(_) if !evidence.anything_answered() => {
            Judgement::skipped("nobody answered; see reachable")
        }
        Err(failure) => {
            let (defect, summary) = (transport::defect_of(failure), transport::summary_of(failure));
            let reason = format!("Asked {}: {}.", url(exchange), transport::detail_of(failure));
            Judgement::inconclusive(defect, summary)
                .breaking_rfc_if(transport::breaks_rfc(failure))
                .because(reason)
                .proved_by([exchange.id])
        }
        Ok(answer) => judge_answer(evidence, exchange, answer, liveness),
    }
}

/// Whether a page came in place of the empty file: then a page elsewhere proves nothing either.
pub(in crate::checks) fn is_page_everywhere(evidence: &Evidence) -> bool {
    let alive = evidence.exchange(Purpose::WsusAlive).and_then(Exchange::answer);
    alive.is_some_and(|answer| length(answer) != Some(0) && page::is_page(evidence, answer))
}

fn judge_answer(
    evidence: &Evidence,
    exchange: &Exchange,
    answer: &Answer,
    liveness: Liveness,
) -> Judgement {
    let code = answer.head.status;
    if code == 407 {
        return status::judge(evidence, exchange, code);
    }
    let length = length(answer);
    let (meaning, text) = liveness.judge(code, length);
    let is_service = liveness == Liveness::ClientWebService;
    let judgement = match (meaning, code) {
        _ if !is_service && length != Some(0) && page::is_page(evidence, answer) => {
            Judgement::fail(Defect::BlockPage, "an HTML page came in place of the file")
        }
        (Meaning::Alive, _) => Judgement::pass(text),
        // One file less is no proof that downloads fail: another site, or a server without it.
        (_, 404 | 410) if liveness == Liveness::SelfUpdate => return Judgement::skipped(text),
        (_, 404 | 410) if !is_service => Judgement::inconclusive(Defect::NotJudged, text),
        (Meaning::Wrong, 400..=599) => Judgement::fail(Defect::HttpStatus(code), text),
        (Meaning::Wrong, _) if length == Some(0) => Judgement::fail(Defect::EmptyFile, text),
        (_, 200) => match &answer.body.end {
            BodyEnd::Broken(failure) => {
                Judgement::inconclusive(transport::defect_of(failure), text)
            }
            _ => Judgement::inconclusive(Defect::NotJudged, text),
        },
        _ => Judgement::warn(Defect::UnexpectedStatus(code), text),
    };
    let location = answer.head.fields.first("location").filter(|_| is_redirect(code));
    let location = location.map_or_else(String::new, |to| format!(", Location: {}", shown(to)));
    let bytes = length.map_or_else(String::new, |length| format!(" and {length} bytes"));
    judgement
        .because(format!("Asked {}, got {code}{bytes}{location}.", url(exchange)))
        .proved_by([exchange.id])
}

/// The length of the body: what came, when all of it came, else what the answer says.
fn length(answer: &Answer) -> Option<u64> {
    match (&answer.body.end, answer.head.fields.content_length()) {
        (BodyEnd::Complete, _) => Some(answer.body.received),
        (_, ContentLength::Valid { value, .. }) => Some(value),
        (BodyEnd::CutOff | BodyEnd::Slow, _) => Some(answer.body.received),
        (BodyEnd::Broken(_), _) => None,
    }
}

fn url(exchange: &Exchange) -> String {
    shown(&exchange.request.url)
}
