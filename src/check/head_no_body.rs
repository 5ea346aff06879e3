//! `head-no-body`: nothing follows the head of an answer to HEAD.

use crate::bits::profile::Profile;
use crate::check::defect::Defect;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::worst;
use crate::check::{Check, Group, JobKind, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Method;
use crate::probe::probe::Purpose;

/// The check `head-no-body`.
pub(super) struct HeadNoBody;

impl Check for HeadNoBody {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let heads = evidence.answers().filter(|(x, _)| x.probe.method == Method::Head);
        let judgements: Vec<_> = heads
            .map(|(exchange, answer)| {
                let stray = &answer.body.stray;
                let (status, count) = (answer.head.status, stray.len());
                if stray.is_empty() {
                    return Judgement::pass("no bytes came after HEAD").proved_by([exchange.id]);
                }
                let only_line_ends = stray.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
                let summary = format!("{count} bytes came after the head of a HEAD answer");
                let judgement = if status == 200 && !only_line_ends {
                    Judgement::fail(Defect::HeadBody, summary)
                } else {
                    Judgement::warn(Defect::HeadBody, summary)
                };
                judgement
                    .because(format!(
                        "HEAD was answered with {status}. Its answer ends with the empty line (RFC 9112 \
                         6.3); what follows spoils the next answer on the connection."
                    ))
                    .breaking_rfc()
                    .proved_by([exchange.id])
            })
            .collect();
        worst(judgements).unwrap_or_else(|| Judgement::skipped("HEAD was not answered"))
    }
}

static META: Meta = Meta {
    id: "head-no-body",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 110,
    title: "nothing follows the head of an answer to HEAD",
    rfc: "RFC 9112 6.3",
    source: "RFC 9112",
    explanation: "An answer to HEAD has no body. Bytes that come all the same are read as the \
                  beginning of the next answer on a kept connection, which then is garbage. \
                  Error pages of some proxies do this.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
};
