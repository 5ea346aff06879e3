//! `range-before-head`: a range that comes before HEAD spoils nothing.

use crate::checks::Check;
use crate::checks::head::head_content_length::HeadContentLength;
use crate::checks::head::head_length_matches_ranges::HeadLengthMatchesRanges;
use crate::checks::head::head_status::HeadStatus;
use crate::checks::rules::{sibling, single_range};
use crate::model::evidence::{Evidence, History};
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-before-head`.
pub(crate) struct RangeBeforeHead;

impl Check for RangeBeforeHead {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        sibling::judge(
            evidence,
            History::RangeFirst,
            "after a range",
            &[
                |evidence| HeadStatus.judge(evidence),
                |evidence| HeadContentLength.judge(evidence),
                |evidence| HeadLengthMatchesRanges.judge(evidence),
                |evidence| single_range::judge(evidence, Purpose::RangeFirst),
                |evidence| single_range::judge(evidence, Purpose::RangeMiddle),
            ],
        )
    }

    fn history(&self) -> Option<History> {
        Some(History::RangeFirst)
    }
}

static META: Meta = Meta {
    id: "range-before-head",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 440,
    title: "a range that comes before HEAD spoils nothing",
    rfc: "RFC 9111 3.4; RFC 9110 15.3.7",
    source: "Measured with nginx and Traffic Server",
    explanation: "Behind one proxy Delivery Optimization and other jobs request ranges of a file \
                  before any client sends HEAD. A cache that takes the first range for the whole \
                  file serves that piece to every client from then on, and a client that always \
                  sends HEAD first does not show it. Tried with fresh files of the built-in origin, \
                  or with a new query on the URL where the server ignores it: a range, HEAD, \
                  another range. A cache whose key leaves the query out answers a new query from \
                  what it holds, so that a URL cannot show the fault: check the proxy without a URL.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::RangeMiddle],
};
