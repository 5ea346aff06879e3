//! `unchanged-size`: the size is the same from first to last exchange.

use crate::checks::rules::size;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
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
