//! `parallel-requests`: what is answered alone is answered next to other requests too.

use std::collections::BTreeMap;

use crate::checks::rules::transport;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::Judgement;
use crate::model::hresult::Hresult;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    if !evidence.anything_answered() {
        return Judgement::skipped("no one answered; see reachable");
    }
    let failed = &evidence.again.replaced;
    if failed.is_empty() {
        return Judgement::pass("no request failed that succeeds when it is sent alone");
    }
    let mut ways: BTreeMap<String, usize> = BTreeMap::new();
    for exchange in failed {
        *ways.entry(way_of(exchange)).or_default() += 1;
    }
    let ways: Vec<_> = ways.iter().map(|(way, count)| format!("{count} x {way}")).collect();
    let requests = if failed.len() == 1 { "request" } else { "requests" };
    Judgement::warn(
        Defect::Overloaded,
        format!("{} {requests} failed, and succeeded when sent again alone", failed.len()),
    )
    .because(format!(
        "First answers: {}. A limit of connections for each client explains this, and so does \
         an error that occurs now and then. {} sends the requests for a file one after the \
         other, so that a limit alone does not stop it; several downloads at the same time \
         meet it. The answers that came to the request alone are judged. Repeat with \
         --connections 1: what still fails then is no limit.{}",
        ways.join(", "),
        evidence.profile.client(),
        not_tried_again(evidence)
    ))
    .proved_by(failed.iter().map(|exchange| exchange.id))
}

fn way_of(exchange: &Exchange) -> String {
    match &exchange.result {
        Ok(answer) => answer.head.status.to_string(),
        Err(failure) => transport::summary_of(failure),
    }
}

/// What a status means after which the client is not known to try again, where one came.
fn not_tried_again(evidence: &Evidence) -> String {
    let mut statuses = evidence.again.replaced.iter().filter_map(|exchange| {
        let status = exchange.answer()?.head.status;
        Defect::HttpStatus(status).may_end_a_job().then_some(status)
    });
    statuses.next().map_or_else(String::new, |status| {
        format!(
            " No document says that {} tries again after {status}: a job that meets it by chance \
             may end with {}.",
            evidence.profile.client(),
            Hresult::http_status(status)
        )
    })
}
