//! `unchanged-size`: the size is the same from first to last exchange.

use crate::checks::Check;
use crate::checks::rules::size;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `unchanged-size`.
pub(crate) struct UnchangedSize;

impl Check for UnchangedSize {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        if let Some(change) = size::change(evidence) {
            return Judgement::fail(
                Defect::SizeChanged,
                format!("the size changed from {} to {} bytes", change.before, change.after),
            )
            .because(match evidence.profile {
                Profile::Bits => {
                    "The same request told another size later. BITS begins such a file anew."
                }
                Profile::Do => "The same request told another size later.",
            })
            .proved_by(change.exchanges);
        }
        let told = |first: Option<&Exchange>, last: Option<&Exchange>| {
            first.and_then(size::told).is_some() && last.and_then(size::told).is_some()
        };
        let heads = (evidence.exchange(Purpose::Head), evidence.exchange(Purpose::LastHead));
        if told(heads.0, heads.1) || told(evidence.first_piece(), evidence.last_piece()) {
            Judgement::pass("first and last exchange tell the same size")
        } else {
            Judgement::skipped("no two exchanges tell the size of the same thing")
        }
    }
}

static META: Meta = Meta {
    id: "unchanged-size",
    group: Group::Conditions,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 380,
    title: "the size is the same from first to last exchange",
    rfc: "RFC 9110 8.6",
    source: "Microsoft, File transfer consistency",
    explanation: "A file whose size changes during the download is another file. BITS tells \
                  versions apart by size and timestamp: it begins anew, and newer versions show \
                  0x80200073. The pieces that Delivery Optimization has no longer fit either. \
                  Behind one name several servers with different copies look the same.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::LastHead,
        Purpose::LastRange,
        Purpose::DoFirstBytes,
        Purpose::DoFirstBlock,
        Purpose::DoRepeat,
    ],
};
