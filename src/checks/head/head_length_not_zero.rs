//! `head-length-not-zero`: HEAD does not say 0 for a file that has bytes.

use crate::checks::Check;
use crate::checks::rules::size;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `head-length-not-zero`.
pub(crate) struct HeadLengthNotZero;

impl Check for HeadLengthNotZero {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let Some(exchange) = evidence.exchange(Purpose::Head) else {
            return Judgement::skipped("HEAD was not sent");
        };
        match evidence.head_size() {
            None => Judgement::skipped("HEAD states no size; see the other HEAD checks"),
            Some(0) => match size::proof_of_data(evidence) {
                Some(proof) => Judgement::fail(
                    Defect::HeadLengthZero,
                    "HEAD says that the file is empty",
                )
                .because(
                    "HEAD says Content-Length: 0, but bytes of the file came. BITS would take the \
                         file for empty.",
                )
                .breaking_rfc()
                .proved_by([exchange.id, proof.id]),
                None if evidence.known_size.is_some_and(|size| size > 0) => Judgement::fail(
                    Defect::HeadLengthZero,
                    "HEAD says that the file is empty",
                )
                .because(
                    "HEAD says Content-Length: 0, but the file is known to have bytes. BITS would \
                     take it for empty.",
                )
                .breaking_rfc()
                .proved_by([exchange.id]),
                None if size::is_empty_file(evidence) => Judgement::skipped("the file is empty"),
                None => Judgement::inconclusive(
                    Defect::EmptyFile,
                    "HEAD says 0 bytes, and no range tells whether that is so",
                )
                .proved_by([exchange.id]),
            },
            Some(size) => {
                Judgement::pass(format!("HEAD states {size} bytes")).proved_by([exchange.id])
            }
        }
    }
}

static META: Meta = Meta {
    id: "head-length-not-zero",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 90,
    title: "HEAD does not say 0 for a file that has bytes",
    rfc: "RFC 9110 8.6",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "A proxy that rewrites bodies may answer HEAD with Content-Length: 0, since a \
                  HEAD has no body to measure. BITS would take the file for empty.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst],
};
