//! `head-status`: HEAD is answered with 200.

use crate::checks::Check;
use crate::checks::rules::{auth, status, transport};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::predict::codes;
use crate::wire::redirect::is_redirect;

/// The check `head-status`.
pub(crate) struct HeadStatus;

impl Check for HeadStatus {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let Some(exchange) = evidence.exchange(Purpose::Head) else {
            return Judgement::skipped("HEAD was not sent");
        };
        let answer = match &exchange.result {
            Ok(answer) => answer,
            Err(_) if !evidence.anything_answered() => {
                return Judgement::skipped("nobody answered; see reachable");
            }
            Err(failure) => return transport::judge(evidence, exchange, failure),
        };
        match answer.head.status {
            200 => Judgement::pass("HEAD was answered with 200").proved_by([exchange.id]),
            redirect if is_redirect(redirect) => Judgement::skipped("see redirects"),
            407 if auth::refuses_everything(evidence) => {
                Judgement::skipped("see proxy-authentication")
            }
            206 => Judgement::fail(Defect::UnexpectedStatus(206), "HEAD was answered with 206")
                .because(
                    "HEAD asked for no range. A cache that stored a range and serves it for the whole \
                     file does this; its Content-Length is the part's, not the file's.",
                )
                .proved_by([exchange.id]),
            other @ 201..=299 if !codes::is_defined_status(other) => Judgement::warn(
                Defect::UnexpectedStatus(other),
                format!("HEAD was answered with {other}"),
            )
            .because("A client takes a 2xx that it does not know for a 200 (RFC 9110 15).")
            .conforming()
            .proved_by([exchange.id]),
            other => status::judge(evidence, exchange, other),
        }
    }
}

static META: Meta = Meta {
    id: "head-status",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 60,
    title: "HEAD is answered with 200",
    rfc: "RFC 9110 9.3.2",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "BITS asks for size and time with HEAD before it downloads. Any status but 200 \
                  ends the job with 0x80190000 plus the status. 403 points to access rights, \
                  405 and 501 to a proxy that does not let HEAD pass.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
};
