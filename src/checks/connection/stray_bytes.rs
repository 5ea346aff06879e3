//! `stray-bytes`: nothing follows the body of an answer to GET.

use crate::checks::Check;
use crate::checks::rules::{client_sends, worst};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Method;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `stray-bytes`.
pub(crate) struct StrayBytes;

impl Check for StrayBytes {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let gets = evidence.answers().filter(|(x, _)| x.probe.method == Method::Get);
        let judgements: Vec<_> = gets
            .map(|(exchange, answer)| {
                let stray = &answer.body.stray;
                if stray.is_empty() {
                    return Judgement::pass("no bytes came beyond a body");
                }
                let only_line_ends = stray.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
                let summary = format!("{} bytes came beyond the end of a body", stray.len());
                let judgement = if only_line_ends || !client_sends(exchange.probe.purpose) {
                    Judgement::warn(Defect::StrayBytes, summary)
                } else {
                    Judgement::fail(Defect::StrayBytes, summary)
                };
                judgement
                    .because(
                        "The body had ended as its framing says, and nothing else was asked. What \
                         follows spoils the next answer on the connection.",
                    )
                    .breaking_rfc()
                    .proved_by([exchange.id])
            })
            .collect();
        worst(judgements).unwrap_or_else(|| Judgement::skipped("no GET was answered"))
    }
}

static META: Meta = Meta {
    id: "stray-bytes",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 200,
    title: "nothing follows the body of an answer to GET",
    rfc: "RFC 9112 9.2",
    source: "RFC 9112",
    explanation: "Bytes beyond Content-Length are read as the beginning of the next answer on a \
                  kept connection, which then is garbage to any client: BITS shows 0x80072F78 \
                  and tries again for ever.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeNext,
        Purpose::DoFirstBytes,
        Purpose::DoFirstBlock,
    ],
};
