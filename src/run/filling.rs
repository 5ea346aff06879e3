//! Asks once more while a file is being stored, where the first time showed a failure. A request that
//! arrives in the very moment in which a cache begins to store a file may be answered in another way
//! than all later ones: chance must not decide a verdict. Called by [`super::leg`].

use std::sync::Arc;
use std::time::Duration;

use tokio::join;
use tokio::time::sleep;
use url::Url;

use super::confirm;
use super::leg::LegRunner;
use super::siblings::{Filler, Siblings, Source};
use crate::checks::table;
use crate::model::evidence::{Evidence, History};
use crate::model::exchange::Exchange;
use crate::model::finding::Status;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// Puts later answers in place of those that fail, asked for another fresh file some time after its
/// storing began.
pub(super) async fn confirm(
    runner: &LegRunner<'_>,
    siblings: &Siblings<'_>,
    evidence: &mut Evidence,
) {
    let mut all = evidence.siblings.iter();
    let Some(index) = all.position(|sibling| sibling.history == History::Filling) else { return };
    if !fails(evidence) {
        return;
    }
    let sibling = &evidence.siblings[index].evidence;
    let url = confirm::fresh(&sibling.url).and_then(|url| Url::parse(&url).ok());
    let (Some(url), Some(size)) = (url, sibling.known_size) else { return };
    let (whole, late) = Box::pin(ask(runner, siblings, &url, size)).await;
    if !late.is_empty() {
        let exchanges = whole.into_iter().chain(late).collect();
        evidence.siblings[index].evidence = runner.evidence_of_sibling(&url, size, exchanges);
    }
}

/// The exchange for the whole file, and those that were started while it was being sent.
async fn ask(
    runner: &LegRunner<'_>,
    siblings: &Siblings<'_>,
    url: &Url,
    size: u64,
) -> (Vec<Exchange>, Vec<Exchange>) {
    let filler = match siblings.source {
        Source::Own { origin, .. } => Filler::of(origin, url),
        Source::Query { .. } => Filler::Gate(Arc::default()),
    };
    let (single, several): (&[_], &[_]) = match runner.profile {
        Profile::Bits => (&[Purpose::RangeMiddle], &[Purpose::MultiTwo]),
        Profile::Do => (&[Purpose::DoOverlap], &[]),
    };
    // At the same time: the first of two may fill the cache by itself.
    let send = async |purposes| {
        let _slot = runner.slots.acquire().await;
        if !filler.started().await {
            return Vec::new();
        }
        sleep(PAUSE).await;
        let mut lane = runner.client.lane();
        siblings.send(runner, &mut lane, Some(url), purposes, size).await
    };
    let meanwhile = async {
        let (mut late, more) = join!(send(single), send(several));
        late.extend(more);
        filler.end();
        late
    };
    let filling = async {
        let _slot = runner.slots.acquire().await;
        let whole = siblings.send_whole(runner, url, size, &filler).await;
        filler.end();
        whole
    };
    join!(filling, meanwhile)
}

/// Whether a check of a file that is being stored fails.
fn fails(evidence: &Evidence) -> bool {
    let mut checks = table::all().iter().filter(|check| {
        check.history == Some(History::Filling) && check.profiles.contains(&evidence.profile)
    });
    checks.any(|check| matches!(check.judge(evidence).status, Status::Fail | Status::Inconclusive))
}

/// Far longer than a cache takes to begin, and short for a user who waits.
const PAUSE: Duration = Duration::from_millis(100);
