//! `parallel-requests`: what is answered alone is answered next to other requests too.

use std::collections::BTreeMap;

use crate::checks::Check;
use crate::checks::rules::transport;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `parallel-requests`.
pub(crate) struct ParallelRequests;

impl Check for ParallelRequests {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
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
             --connections 1: what still fails then is no limit.",
            ways.join(", "),
            evidence.profile.client()
        ))
        .proved_by(failed.iter().map(|exchange| exchange.id))
    }
}

fn way_of(exchange: &Exchange) -> String {
    match &exchange.result {
        Ok(answer) => answer.head.status.to_string(),
        Err(failure) => transport::summary_of(failure),
    }
}

static META: Meta = Meta {
    id: "parallel-requests",
    group: Group::Connection,
    level: Level::Recommended,
    jobs: JobKind::ALL,
    order: 125,
    title: "no request fails that succeeds when it is sent alone",
    rfc: "RFC 9112 9.4",
    source: "RFC 6585 4; measured with limits of connections",
    explanation: "The tool keeps a few connections open at the same time (--connections), BITS \
                  sends the requests for one file one after the other. A request that fails with \
                  429, 5xx, a refusal or a reset is therefore sent again when no other connection \
                  is open, and only that answer is judged. When it succeeds, the peer limits \
                  connections or fails now and then: no job of BITS ends by it, but many clients \
                  behind one address may meet the limit.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::DoFirstBytes],
};
