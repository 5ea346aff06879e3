//! `head-content-length`: HEAD states the size of the file.

use crate::bits::profile::Profile;
use crate::check::defect::Defect;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::head;
use crate::check::{Check, Group, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;
use crate::wire::fields::ContentLength;

/// The check `head-content-length`.
pub(super) struct HeadContentLength;

impl Check for HeadContentLength {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let (exchange, answer) = match head::answered(evidence) {
            Ok(answered) => answered,
            Err(skipped) => return skipped,
        };
        match answer.head.fields.content_length() {
            ContentLength::Absent => {}
            ContentLength::Conflicting(_) => {
                return Judgement::skipped("there are several; see head-length-valid");
            }
            _ => return Judgement::pass("HEAD has Content-Length").proved_by([exchange.id]),
        }
        let chunked = if answer.head.fields.has("transfer-encoding") {
            " It has Transfer-Encoding instead."
        } else {
            ""
        };
        Judgement::fail(Defect::HeadLengthMissing, "HEAD without Content-Length")
            .because(format!(
                "HEAD was answered with 200, but does not say how long the file is.{chunked} HTTP \
                 allows that (RFC 9110 8.6); BITS ends the job."
            ))
            .proved_by([exchange.id])
    }
}

static META: Meta = Meta {
    id: "head-content-length",
    group: Group::Head,
    level: Level::Required,
    title: "HEAD states the size of the file",
    rfc: "RFC 9110 8.6, 9.3.2",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "BITS learns the size from the Content-Length of HEAD. Without it the job ends \
                  with 0x80200011. HTTP allows to leave it out, and some versions of the Apache \
                  2.0 proxy do, as does anything that rewrites or unpacks bodies on the way.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
    decides_job: true,
};
