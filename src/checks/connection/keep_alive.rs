//! `keep-alive`: the connection of the first request carries the second as well.

use crate::checks::rules::transport;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{BodyEnd, Client};
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let (Some(head), Some(first)) = (evidence.opening(), evidence.first_piece()) else {
        return Judgement::skipped("it takes two requests on one connection");
    };
    let Some(answer) = head.answer() else {
        return Judgement::skipped("the first request got no answer");
    };
    let next = evidence.exchange(Purpose::RangeNext);
    let silent = [Some(head), Some(first), next]
        .into_iter()
        .flatten()
        .find_map(|exchange| Some((exchange, exchange.first_attempt.as_ref()?)));
    if let Some((exchange, failure)) = silent {
        return Judgement::fail(
            Defect::KeepAliveLost,
            "the peer closed a kept connection without announcing it",
        )
        .because(format!(
            "The request had to be sent anew. First attempt: {}.",
            transport::detail_of(failure)
        ))
        .proved_by([exchange.id]);
    }
    if answer.body.end != BodyEnd::Complete || evidence.exchange(Purpose::DoWithoutLength).is_some()
    {
        return Judgement::skipped("the first request was not answered with what it asked");
    }
    if !answer.head.keeps_alive() {
        return Judgement::pass("the peer announces that it closes").proved_by([head.id]);
    }
    if first.answer().is_none() {
        return Judgement::skipped("the second request got no answer");
    }
    if first.reused && first.connection == head.connection {
        return Judgement::pass("the first two requests share a connection")
            .proved_by([head.id, first.id]);
    }
    if first.client != Client::Socket || head.client != Client::Socket {
        return Judgement::skipped("the client does not tell which connection it used");
    }
    if !answer.body.stray.is_empty() {
        return Judgement::skipped("the connection was given up for bytes that nobody asked for");
    }
    Judgement::fail(
        Defect::KeepAliveLost,
        "the connection did not last from the first request to the second",
    )
    .because("The first answer did not announce a close.")
    .proved_by([head.id, first.id])
}
