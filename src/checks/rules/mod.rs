//! Judging rules that several checks share. Pure, as the checks are.

pub(super) mod auth;
pub(super) mod bytes;
pub(super) mod framing;
pub(super) mod head;
pub(super) mod liveness;
pub(super) mod multi;
pub(super) mod page;
mod part;
pub(super) mod repeated;
pub(super) mod sibling;
pub(crate) mod single_range;
pub(super) mod size;
pub(super) mod status;
pub(super) mod transport;
pub(super) mod validators;
pub(super) mod whole_file;

use crate::model::finding::{Judgement, Status};
use crate::model::probe::Purpose;
use crate::wire::fields::Fields;

/// Whether the client itself would send such a request in an ordinary download. The others show
/// what a peer makes of ranges, but what goes wrong there ends no job.
pub(super) fn client_sends(purpose: Purpose) -> bool {
    !matches!(
        purpose,
        Purpose::RangeSuffix
            | Purpose::RangeOpenEnd
            | Purpose::RangePastEnd
            | Purpose::MultiTwo
            | Purpose::MultiFive
            | Purpose::MultiMany
            | Purpose::MultiDescending
            | Purpose::MultiAdjacent
            | Purpose::MultiNear
            | Purpose::MultiSecond
            | Purpose::MultiThird
            | Purpose::MultiDelayed
            | Purpose::WarmUp
            | Purpose::WarmUpSecond
            | Purpose::WarmUpThird
            | Purpose::DoOverlap
            | Purpose::DoSecond
            | Purpose::DoThird
            | Purpose::DoDelayed
            | Purpose::DoWithoutLength
    )
}

/// The judgement that weighs most, the first among equals; what the others found is added to its
/// reason in short, and their exchanges to its proof.
pub(super) fn worst(judgements: impl IntoIterator<Item = Judgement>) -> Option<Judgement> {
    let mut judgements: Vec<_> = judgements.into_iter().collect();
    let heaviest = judgements.iter().map(|judgement| weight(judgement.status)).max()?;
    let index = judgements.iter().position(|one| weight(one.status) == heaviest)?;
    let mut main = judgements.remove(index);
    let others = || judgements.iter().filter(|judgement| judgement.status >= Status::Inconclusive);
    for judgement in others() {
        if judgement.breaks_rfc() {
            main.rfc = judgement.rfc;
        }
        main.exchanges.extend(&judgement.exchanges);
    }
    main.exchanges.sort_unstable();
    main.exchanges.dedup();
    let mut summaries: Vec<&str> = Vec::new();
    for judgement in others() {
        if judgement.summary != main.summary && !summaries.contains(&judgement.summary.as_str()) {
            summaries.push(&judgement.summary);
        }
    }
    if !summaries.is_empty() {
        let more = summaries.len().saturating_sub(OTHERS_SHOWN);
        summaries.truncate(OTHERS_SHOWN);
        let also = format!("Also: {}", summaries.join("; "));
        let also = if more > 0 { format!("{also}; {more} more.") } else { format!("{also}.") };
        main.reason = if main.reason.is_empty() { also } else { format!("{} {also}", main.reason) };
    }
    Some(main)
}

/// What could not be judged weighs more than a warning: it may hide a failure.
fn weight(status: Status) -> u8 {
    match status {
        Status::Skipped => 0,
        Status::Pass => 1,
        Status::Warn => 2,
        Status::Inconclusive => 3,
        Status::Fail => 4,
    }
}

/// A value from the network for a text: quoted, control characters escaped, cut when long.
pub(super) fn shown(value: &str) -> String {
    let short: String = value.chars().take(SHOWN).collect();
    let dots = if short.len() < value.len() { "..." } else { "" };
    format!("{short:?}{dots}")
}

/// The value of Content-Encoding, when each one names no coding: the bytes are then plain.
pub(super) fn plain_coding(fields: &Fields) -> Option<&str> {
    let mut values = fields.all("content-encoding").filter(|value| !value.is_empty()).peekable();
    let first = *values.peek()?;
    values
        .all(|value| NO_CODINGS.iter().any(|name| value.eq_ignore_ascii_case(name)))
        .then_some(first)
}

/// Names that servers send for no coding; only the first is one of an RFC.
const NO_CODINGS: [&str; 3] = ["identity", "none", "binary"];

/// How many other summaries a reason holds.
const OTHERS_SHOWN: usize = 3;

/// How many characters of a value from the network a text holds.
const SHOWN: usize = 60;
