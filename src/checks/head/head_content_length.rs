//! `head-content-length`: HEAD states the size of the file.

use crate::checks::Check;
use crate::checks::rules::head;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::wire::fields::ContentLength;

/// The check `head-content-length`.
pub(crate) struct HeadContentLength;

impl Check for HeadContentLength {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let (exchange, answer) = match head::answered(evidence) {
            Ok(answered) => answered,
            Err(skipped) => return skipped,
        };
        if let ContentLength::Conflicting(_) = answer.head.fields.content_length() {
            return Judgement::skipped("there are several; see head-length-valid");
        }
        head::length_missing(answer)
            .unwrap_or_else(|| Judgement::pass("HEAD has Content-Length"))
            .proved_by([exchange.id])
    }
}

static META: Meta = Meta {
    id: "head-content-length",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 70,
    title: "HEAD states the size of the file",
    rfc: "RFC 9110 8.6, 9.3.2",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "BITS learns the size from the Content-Length of HEAD. Without it the job ends \
                  with 0x80200011. HTTP allows to leave it out, and some versions of the Apache \
                  2.0 proxy do, as does anything that rewrites or unpacks bodies on the way.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
};
