//! `multi-no-top-content-range`: no Content-Range in the header section of a multipart answer.

use crate::checks::Check;
use crate::checks::rules::multi;
use crate::checks::rules::shown;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `multi-no-top-content-range`.
pub(crate) struct MultiNoTopContentRange;

impl Check for MultiNoTopContentRange {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        multi::judge_framing(evidence, |parts| {
            let mut values = parts.answer.head.fields.all("content-range");
            match values.find(|value| !value.trim().is_empty()) {
                None => Judgement::pass("the header section has no Content-Range"),
                Some(value) => Judgement::fail(
                    Defect::ContentRangeOnMultipart,
                    "Content-Range in the header section of a multipart answer",
                )
                .because(format!("Got {}; it must not be there (RFC 9110 15.3.7.2).", shown(value)))
                .breaking_rfc(),
            }
        })
    }
}

static META: Meta = Meta {
    id: "multi-no-top-content-range",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 580,
    title: "no Content-Range in the header section of a multipart answer",
    rfc: "RFC 9110 15.3.7.2",
    source: "RFC 9110",
    explanation: "In a multipart answer each part has its own Content-Range; one in the header \
                  section makes readers take the whole body for one range. HTTP forbids it. \
                  Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
};
