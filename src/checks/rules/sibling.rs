//! Files that were asked for in another way than the one under test: what is right there and
//! wrong here is the work of that other way.

use super::worst;
use crate::model::evidence::{Evidence, History};
use crate::model::exchange::Exchange;
use crate::model::finding::{Judgement, Status};

/// A judge of one leg.
pub(in crate::checks) type Judge = fn(&Evidence) -> Judgement;

/// Judges the sibling with this history by those judges that the file itself passes. `when` says
/// in a few words what came before.
pub(in crate::checks) fn judge(
    evidence: &Evidence,
    history: History,
    when: &str,
    judges: &[Judge],
) -> Judgement {
    let Some(sibling) = evidence.sibling(history) else {
        if let Some(why) = &evidence.not_fresh {
            return Judgement::skipped(format!(
                "it takes a fresh URL, which was not possible: {why}"
            ));
        }
        if !evidence.anything_answered() {
            return Judgement::skipped("no one answered; see reachable");
        }
        let first = evidence.first_piece().and_then(Exchange::answer);
        if first.is_none_or(|answer| answer.head.status != 206) {
            return Judgement::skipped("the first range fails already, in the usual order");
        }
        return Judgement::skipped(match history {
            History::Filling => {
                "no fresh file of 64 KiB or more that may be fetched whole is at hand"
            }
            History::RangeFirst | History::SeveralFirst => {
                "no file is at hand that no one asked for"
            }
        });
    };
    let is_right = |judgement: &Judgement| matches!(judgement.status, Status::Pass | Status::Warn);
    let usual = judges.iter().filter(|judge| is_right(&judge(evidence)));
    let findings = usual.map(|judge| {
        let judgement = judge(sibling);
        match judgement.status {
            // The same is said of the file itself.
            Status::Warn => Judgement { status: Status::Pass, defect: None, ..judgement },
            _ => judgement,
        }
    });
    let Some(judgement) = worst(findings) else {
        return Judgement::skipped("the file itself fails already, in the usual order");
    };
    match judgement.status {
        Status::Fail | Status::Inconclusive => {
            let summary = format!("{when}: {}", judgement.summary);
            let reason =
                format!("{} Asked in the usual way, the answer is right.", judgement.reason);
            let reason = reason.trim_start().to_owned();
            Judgement { summary, reason, ..judgement }
        }
        Status::Skipped => Judgement::skipped("what had to be seen there was not asked in time"),
        _ => Judgement::pass(format!("{when}: right as well")).proved_by(judgement.exchanges),
    }
}
