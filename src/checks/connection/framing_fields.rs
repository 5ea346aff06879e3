//! `framing-fields`: the fields that tell where a body ends do not contradict each other.

use crate::checks::Check;
use crate::checks::rules::{framing, worst};
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `framing-fields`.
pub(crate) struct FramingFields;

impl Check for FramingFields {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let judgements: Vec<_> = evidence
            .answers()
            .flat_map(|(exchange, answer)| framing::judge(exchange, answer))
            .collect();
        worst(judgements).unwrap_or_else(|| {
            if evidence.anything_answered() {
                Judgement::pass("no contradiction")
            } else {
                Judgement::skipped("nobody answered; see reachable")
            }
        })
    }
}

static META: Meta = Meta {
    id: "framing-fields",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 50,
    title: "the fields that tell where a body ends do not contradict each other",
    rfc: "RFC 9112 6.1 to 6.3",
    source: "RFC 9112",
    explanation: "Two Content-Lengths that differ, or Content-Length together with Transfer- \
                  Encoding, are read differently by each program on the way; proxies refuse \
                  such answers or cut them. Equal repeats are legal. Lines without CR, folded \
                  lines, blanks before colons and control characters are warnings.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::DoFirstBytes, Purpose::DoFirstBlock],
};
