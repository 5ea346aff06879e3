//! `range-complete`: an answer of 128 KiB and more comes to its end.

use crate::checks::Check;
use crate::checks::rules::single_range;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `range-complete`.
pub(crate) struct RangeComplete;

impl Check for RangeComplete {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let Some(exchange) = evidence.exchange(Purpose::RangeLarge) else {
            return single_range::not_sent(evidence, Purpose::RangeLarge);
        };
        let Some(answer) = exchange.answer().filter(|answer| answer.head.status == 206) else {
            return Judgement::skipped("no part came whose end could be judged; see range-large");
        };
        if let Some(problem) = single_range::end_problem(evidence, exchange) {
            return problem;
        }
        let received = answer.body.received;
        let passed = Judgement::pass(format!("an answer of {received} bytes came to its end"));
        let passed = passed.proved_by([exchange.id]);
        if received >= LONG {
            return passed;
        }
        passed.because("The file is too small for a longer answer.")
    }
}

/// What the check demands where the file has so many bytes.
const LONG: u64 = 128 * 1024;

static META: Meta = Meta {
    id: "range-complete",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 235,
    title: "an answer of 128 KiB and more comes to its end",
    rfc: "RFC 9112 8",
    source: "Observed: BITS asked for 71,745 bytes in one request on a LAN",
    explanation: "The range of range-large has 192 KiB where the file has so many bytes, and is \
                  read to its end. Virus scanners, gateways with a memory limit and broken proxies \
                  end, reset or stall every answer beyond 24, 48 or 64 KiB, and pass shorter ones. \
                  A slow body that keeps coming is only a warning: what ends a transfer is \
                  silence.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeLarge],
};
