//! What is told while a check runs: progress, and failures as they come.

use std::net::SocketAddr;

use crate::model::outcome::RouteResult;
use crate::model::probe::Purpose;
use crate::model::target::{Named, Route, Target};
use crate::model::verdict::Verdict;
use crate::report::view;
use crate::run::{self, Observer};
use crate::settings::Settings;
use crate::ui::progress::Progress;

/// Tells a person at a terminal how far the run is.
pub(super) struct Watcher<'s> {
    settings: &'s Settings,
    progress: Progress,
}

impl<'s> Watcher<'s> {
    pub(super) fn new(settings: &'s Settings) -> Self {
        let cells = settings.routes.len() * settings.targets.len();
        Self { settings, progress: Progress::new(cells as u64, true) }
    }

    /// Takes everything off the terminal.
    pub(super) fn finish(&self) {
        self.progress.finish();
    }
}

impl Observer for Watcher<'_> {
    fn exchange_done(&self, route: &Route, target: &Target, purpose: Purpose) {
        self.progress.step(&key(route, target), purpose.as_str());
    }

    fn origin_listens(&self, address: SocketAddr) {
        self.progress.suspend(|| {
            eprintln!("reference origin: http://{address} (its own files only, while this runs)");
        });
    }

    fn cell_begins(&self, route: &Named<Route>, target: &Named<Target>) {
        let planned = run::planned_exchanges(self.settings, &route.value, &target.value);
        let key = key(&route.value, &target.value);
        self.progress.begin(&key, &title(route, target), planned);
    }

    fn cell_ends(&self, route: &Named<Route>, target: &Named<Target>, results: &[RouteResult]) {
        self.progress.end(&key(&route.value, &target.value));
        for result in results.iter().filter(|result| result.verdict >= Verdict::Inconclusive) {
            let reason = view::progress_line(result);
            self.progress.tell(&format!("{reason}, {}", title(route, target)));
        }
    }
}

/// What tells one cell from the others.
fn key(route: &Route, target: &Target) -> String {
    let via = route.label().unwrap_or_else(|| String::from("direct"));
    format!("{target} via {via}")
}

/// A cell by the names that its user gave.
fn title(route: &Named<Route>, target: &Named<Target>) -> String {
    let direct = || String::from("direct");
    let via = route.name.clone().or_else(|| route.value.label()).unwrap_or_else(direct);
    let target = target.name.clone().unwrap_or_else(|| target.value.to_string());
    format!("{target} via {via}")
}
