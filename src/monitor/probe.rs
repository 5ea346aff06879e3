//! A check that Prometheus asks for: runs at once, within the time that Prometheus waits.

use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::State;
use super::known::{Wanted, patience};
use crate::gate::{Date, Policy};
use crate::model::probe::Purpose;
use crate::model::target::{Route, Target};
use crate::report::prometheus;
use crate::run::{self, Observer};
use crate::settings::Settings;

/// Why there are no metrics.
#[derive(Debug)]
pub(super) enum Refusal {
    /// What was asked cannot be answered; the text is for whoever asked.
    Bad(String),
    /// The proxy, or this server, has enough to do.
    Busy,
    /// The check could not be made at all.
    Failed(String),
}

/// The metrics of a check. `timeout_field`: how long Prometheus waits.
pub(super) async fn probe(
    state: &State,
    query: &str,
    timeout_field: Option<&str>,
) -> Result<Vec<u8>, Refusal> {
    let wanted = state.known.read(query).map_err(Refusal::Bad)?;
    let patience = patience(timeout_field).map_err(Refusal::Bad)?;
    let Ok(_place) = state.queue.try_acquire() else { return Err(Refusal::Busy) };
    let begun = Instant::now();
    let whole = patience.map_or(state.settings.deadline, |time| time.min(state.settings.deadline));
    // What begins late cannot tell much: better say so than half a result.
    let turn = state.turns.probe(wanted.route, whole / 2).await;
    let Some(turn) = turn else { return Err(Refusal::Busy) };
    let left = whole.saturating_sub(begun.elapsed());
    let settings = settings(&state.settings, &wanted, left);
    // Dropped when whoever asked has gone.
    let (asker, gone) = oneshot::channel::<()>();
    // A run stays on one thread, and keeps its turn until it has ended there.
    let runtime = Handle::current();
    let work = spawn_blocking(move || {
        let _turn = turn;
        let stop = async {
            tokio::select! {
                () = sleep(left + GRACE) => {}
                _ = gone => {}
            }
        };
        runtime.block_on(run::run_until(&settings, &Nobody, stop))
    });
    let ended = work.await;
    drop(asker);
    match ended {
        Ok(Ok(outcome)) => Ok(prometheus::render(&outcome)),
        Ok(Err(error)) => Err(Refusal::Failed(format!("{error}\n"))),
        Err(error) => Err(Refusal::Failed(format!("the check broke off: {error}\n"))),
    }
}

/// The settings of one probe.
fn settings(all: &Settings, wanted: &Wanted, left: Duration) -> Settings {
    Settings {
        routes: vec![all.routes[wanted.route].clone()],
        targets: wanted.targets.iter().map(|&place| all.targets[place].clone()).collect(),
        timeout: all.timeout.min(left),
        deadline: left,
        seed: rand::random(),
        policy: Policy {
            today: Date::of(SystemTime::now()),
            is_narrowed: true,
            ..all.policy.clone()
        },
        ..all.clone()
    }
}

/// Nobody watches.
struct Nobody;

impl Observer for Nobody {
    fn exchange_done(&self, _: &Route, _: &Target, _: Purpose) {}
}

/// After the deadline, for judging what came.
const GRACE: Duration = Duration::from_millis(250);
