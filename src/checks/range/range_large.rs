//! `range-large`: a range of more than 14336 bytes comes as exactly that range.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-large`.
pub(crate) struct RangeLarge;

impl Check for RangeLarge {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let judgement = single_range::judge(evidence, Purpose::RangeLarge);
        let Some(exchange) = evidence.exchange(Purpose::RangeLarge) else { return judgement };
        let received = exchange.answer().map_or(0, |answer| answer.body.received);
        let Some(end) = single_range::end_problem(evidence, exchange) else { return judgement };
        if received <= LARGE || judgement.summary != end.summary {
            return judgement;
        }
        Judgement::pass("206 with the range that was asked")
            .because(format!("{received} bytes came; for the end see range-complete."))
            .proved_by([exchange.id])
    }
}

/// More bytes than this are a large range.
const LARGE: u64 = 14_336;

static META: Meta = Meta {
    id: "range-large",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 230,
    title: "a range of more than 14336 bytes comes as exactly that range",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "On a fast line BITS asks for large ranges. Some proxies slice small answers \
                  by themselves out of a whole file and so look right with a small range, but \
                  pass a large file on as 200. Whether such an answer comes to its end is judged by \
                  range-complete.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeLarge],
};
