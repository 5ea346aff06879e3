//! `head-coding`: HEAD announces no transfer coding and no content coding.

use crate::bits::profile::Profile;
use crate::check::defect::Defect;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::head;
use crate::check::rules::shown;
use crate::check::{Check, Group, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;

/// The check `head-coding`.
pub(super) struct HeadCoding;

impl Check for HeadCoding {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let (exchange, answer) = match head::answered(evidence) {
            Ok(answered) => answered,
            Err(skipped) => return skipped,
        };
        let fields = &answer.head.fields;
        for name in ["content-encoding", "transfer-encoding"] {
            let is_coding =
                |value: &&str| !value.is_empty() && !value.eq_ignore_ascii_case("identity");
            if let Some(value) = fields.all(name).find(is_coding) {
                if value.eq_ignore_ascii_case("chunked") {
                    return Judgement::warn(Defect::HeadCoding, "HEAD with chunked")
                        .because(
                            "HEAD has no body that could come in chunks; this says how a GET \
                             without Range would be sent, which is legal (RFC 9112 6.1).",
                        )
                        .proved_by([exchange.id]);
                }
                return Judgement::fail(Defect::HeadCoding, format!("HEAD with {name}"))
                    .because(format!(
                        "Got {name}: {} though the request said Accept-Encoding: identity.",
                        shown(value)
                    ))
                    .proved_by([exchange.id]);
            }
        }
        Judgement::pass("HEAD announces no coding").proved_by([exchange.id])
    }
}

static META: Meta = Meta {
    id: "head-coding",
    group: Group::Head,
    level: Level::Required,
    title: "HEAD announces no transfer coding and no content coding",
    rfc: "RFC 9110 8.4, 9112 6.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "BITS says Accept-Encoding: identity: it needs the file as it is. A coding on \
                  HEAD means that its length is that of something else, or that there will be \
                  no length at all.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
    decides_job: true,
};
