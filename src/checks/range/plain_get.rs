//! `plain-get`: the whole file arrives for a GET without Range.

use crate::checks::rules::{whole_file, worst};
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::probe::Purpose;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let is_plain = |purpose: Purpose| purpose.is_whole_file();
    let sent = evidence.exchanges.iter().filter(|one| is_plain(one.probe.purpose));
    worst(sent.map(|exchange| whole_file::judge_exchange(evidence, exchange))).unwrap_or_else(
        || Judgement::skipped("the file is fetched whole at the beginning of the warm phase only"),
    )
}
