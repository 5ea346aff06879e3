//! `head-coding`: HEAD announces no transfer coding and no content coding.

use crate::checks::Check;
use crate::checks::rules::head;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `head-coding`.
pub(crate) struct HeadCoding;

impl Check for HeadCoding {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let (exchange, answer) = match head::answered(evidence) {
            Ok(answered) => answered,
            Err(skipped) => return skipped,
        };
        head::coding(answer)
            .unwrap_or_else(|| Judgement::pass("HEAD announces no coding"))
            .proved_by([exchange.id])
    }
}

static META: Meta = Meta {
    id: "head-coding",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 100,
    title: "HEAD announces no transfer coding and no content coding",
    rfc: "RFC 9110 8.4, 9112 6.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "BITS says Accept-Encoding: identity: it needs the file as it is. A coding on \
                  HEAD means that its length is that of something else, or that there will be \
                  no length at all.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
};
