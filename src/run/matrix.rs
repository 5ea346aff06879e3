//! The matrix: every route by every target, side by side within limits, until all is done, the
//! deadline passes or somebody stops it. What is done by then is kept, what is not is named.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::time::Instant;

use super::context::Context;
use super::reference::Reference;
use super::{RunError, preflight, route};
use crate::model::outcome::{Missing, Names, RouteResult};
use crate::model::target::{Named, Route, Target};

/// A route and a target.
#[derive(Clone, Copy)]
struct Cell<'r> {
    /// Its place in the order asked.
    index: usize,
    route: &'r Named<Route>,
    target: &'r Named<Target>,
}

/// What came of all cells.
pub(super) struct Done {
    /// In the order asked.
    pub(super) results: Vec<RouteResult>,
    /// In the order asked.
    pub(super) missing: Vec<Missing>,
}

/// Runs all cells, until `stop` is done. With a shared reference origin one after the other: in a
/// journal that several routes share, nobody could tell whose request arrived.
pub(super) async fn run(
    context: &Context<'_>,
    shared_reference: Option<&Arc<Reference>>,
    stop: impl Future<Output = ()>,
) -> Result<Done, RunError> {
    let settings = context.settings;
    let cells: Vec<Cell<'_>> = cells(&settings.routes, &settings.targets).collect();
    let done: Mutex<Vec<Option<Vec<RouteResult>>>> = Mutex::new(vec![None; cells.len()]);
    let at_once = if shared_reference.is_some() { 1 } else { settings.jobs.max(1) };
    let work = futures_util::stream::iter(queues(&cells))
        .map(|queue| run_queue(context, queue, shared_reference, &done))
        .buffer_unordered(at_once)
        .try_for_each(|()| std::future::ready(Ok(())));
    let why = tokio::select! {
        ended = work => {
            ended?;
            "the deadline had passed"
        }
        () = stop => "the run was interrupted",
    };
    let mut of_cells = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let missing = cells.iter().filter(|cell| of_cells[cell.index].is_none());
    let missing = missing.map(|cell| cell.missing(why)).collect();
    let results = of_cells.iter_mut().filter_map(Option::take).flatten().collect();
    Ok(Done { results, missing })
}

impl Cell<'_> {
    fn missing(&self, why: &'static str) -> Missing {
        Missing {
            target: self.target.value.to_string(),
            proxy: self.route.value.label(),
            names: Names {
                proxy: self.route.name.clone(),
                labels: self.route.labels.clone(),
                target: self.target.name.clone(),
            },
            why,
        }
    }
}

fn cells<'r>(
    routes: &'r [Named<Route>],
    targets: &'r [Named<Target>],
) -> impl Iterator<Item = Cell<'r>> {
    let pairs = routes.iter().flat_map(move |route| targets.iter().map(move |one| (route, one)));
    pairs.enumerate().map(|(index, (route, target))| Cell { index, route, target })
}

/// Cells that follow each other: those of one proxy, which has one target at a time, and the files
/// of the reference origin over one route. Each other target without a proxy, and each mock,
/// stands for itself.
fn queues<'r>(cells: &[Cell<'r>]) -> Vec<Vec<Cell<'r>>> {
    let mut queues: Vec<Vec<Cell<'r>>> = Vec::new();
    for &cell in cells {
        let is_ours = |cell: &Cell<'_>| matches!(cell.target.value, Target::Reference { .. });
        let follows = |last: &&mut Vec<Cell<'r>>| {
            (matches!(cell.route.value, Route::Proxy(_))
                || (is_ours(&cell) && last.iter().all(is_ours)))
                && last.iter().all(|before| std::ptr::eq(before.route, cell.route))
        };
        match queues.last_mut().filter(follows) {
            Some(queue) => queue.push(cell),
            None => queues.push(vec![cell]),
        }
    }
    queues
}

async fn run_queue(
    context: &Context<'_>,
    queue: Vec<Cell<'_>>,
    shared_reference: Option<&Arc<Reference>>,
    done: &Mutex<Vec<Option<Vec<RouteResult>>>>,
) -> Result<(), RunError> {
    let context = &context.of_queue();
    let lock = || done.lock().unwrap_or_else(PoisonError::into_inner);
    let mut reference = shared_reference.cloned();
    // The cell that showed that this proxy fetches whole files where ranges are asked of it.
    let mut wasteful: Option<usize> = None;
    for cell in queue {
        // After the deadline nothing could be learned of it.
        if Instant::now() >= context.deadline {
            return Ok(());
        }
        let (route, target) = (&cell.route.value, &cell.target.value);
        if let (Some(index), true) = (wasteful, is_huge(target, context.settings.warm_limit)) {
            let mut done = lock();
            if let Some(result) = done[index].as_mut().and_then(|results| results.last_mut()) {
                result.notes.push(left_out(target));
            }
            done[cell.index] = Some(Vec::new());
            continue;
        }
        context.observer.cell_begins(cell.route, cell.target);
        let context = context.of_cell(cell.route, cell.target);
        if let (Target::Reference { base, .. }, None) = (target, &reference) {
            reference = Some(context.start_reference(route, base.as_ref()).await?);
        }
        let mut results = match preflight::base_of(target) {
            Some(base) => vec![Box::pin(preflight::run(&context, route, target, &base)).await?],
            None => Box::pin(route::run(&context, route, target, reference.as_ref())).await?,
        };
        // The evidence of a fleet would fill the memory.
        if context.settings.routes.len() * context.settings.targets.len() > MANY {
            results.iter_mut().for_each(RouteResult::keep_little);
        }
        context.observer.cell_ends(cell.route, cell.target, &results);
        if results.iter().any(|result| result.fetches_whole) {
            wasteful = Some(cell.index);
        }
        lock()[cell.index] = Some(results);
    }
    Ok(())
}

/// Whether it is a file of the reference origin that costs more than the user wants fetched whole.
fn is_huge(target: &Target, limit: u64) -> bool {
    matches!(target, Target::Reference { size, .. } if *size > limit)
}

fn left_out(target: &Target) -> String {
    format!(
        "The {target} was left out: this proxy fetches the whole file for a range, so that a few \
         ranges would cost it many times as much. Positions past 2 and 4 GiB were not tried; a \
         --warm-limit above the size of the file has them tried."
    )
}

/// Cells beyond which only a part of the evidence is kept.
const MANY: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_proxy_has_one_target_at_a_time() {
        let routes = ["p:1", "q:1", "direct", "mock:", "mock:"]
            .map(|text| Named::from(Route::parse(text).unwrap()));
        let targets =
            ["http://a/1", "http://b/2"].map(|text| Named::from(Target::parse(text).unwrap()));
        let cells: Vec<_> = cells(&routes, &targets).collect();
        let queues = queues(&cells);
        let indices: Vec<Vec<usize>> =
            queues.iter().map(|queue| queue.iter().map(|cell| cell.index).collect()).collect();
        let expected: [&[usize]; 8] = [&[0, 1], &[2, 3], &[4], &[5], &[6], &[7], &[8], &[9]];
        assert_eq!(indices, expected);
    }
}
