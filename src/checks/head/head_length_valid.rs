//! `head-length-valid`: the Content-Length of HEAD is a number.

use crate::checks::Check;
use crate::checks::rules::head;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::wire::fields::ContentLength;

/// The check `head-length-valid`.
pub(crate) struct HeadLengthValid;

impl Check for HeadLengthValid {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let (exchange, answer) = match head::answered(evidence) {
            Ok(answered) => answered,
            Err(skipped) => return skipped,
        };
        if let Some(problem) = head::length_invalid(answer) {
            return problem.proved_by([exchange.id]);
        }
        let ContentLength::Valid { value, repeated } = answer.head.fields.content_length() else {
            return Judgement::skipped("there is none; see head-content-length");
        };
        let remark = if repeated { ", repeated, which is legal" } else { "" };
        Judgement::pass(format!("HEAD states {value} bytes{remark}")).proved_by([exchange.id])
    }
}

static META: Meta = Meta {
    id: "head-length-valid",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 80,
    title: "the Content-Length of HEAD is a number",
    rfc: "RFC 9110 8.6",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "The size must be a decimal number that fits in 63 bits. A value with a sign, \
                  a unit or too many digits is read differently by each proxy on the way.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
};
