//! `bitsgate demo`: a short tour of the built-in proxies that misbehave.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::error::CliError;
use super::signals::interrupted;
use super::write_stdout;
use crate::checks::table;
use crate::gate::Policy;
use crate::http::tls::Trust;
use crate::mock::expectation::RunConditions;
use crate::mock::fault;
use crate::model::exchange::Leg;
use crate::model::outcome::RouteResult;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::model::target::{MOCK_SIZE, Named, Route, Target};
use crate::model::verdict::Verdict;
use crate::predict::codes;
use crate::run::{self, Observer};
use crate::settings;
use crate::settings::Settings;
use crate::ui::progress::Progress;
use crate::ui::style::ColorChoice;
use crate::ui::table::Table;

/// Show what breaks BITS, on a tour of built-in proxies that misbehave
///
/// Starts a file server and one proxy after the other on this machine's loopback address, checks
/// each as `bitsgate check` would, and shows the verdicts. Nothing else is needed.
#[derive(Args, Debug)]
pub(super) struct DemoArgs {
    /// Tour every fault that BITS meets, not only the most common ones
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(args: &DemoArgs, _color: ColorChoice) -> Result<ExitCode, CliError> {
    let stops: Vec<&str> = if args.all {
        let of_bits = fault::all().filter(|fault| fault.conditions.profile == Profile::Bits);
        std::iter::once("").chain(of_bits.map(|fault| fault.name.as_str())).collect()
    } else {
        TOUR.to_vec()
    };
    let mut shown = Vec::new();
    for (conditions, group) in by_conditions(&stops) {
        let Some(results) = tour(&group, &conditions).await? else {
            return Ok(ExitCode::from(130));
        };
        shown.extend(group.into_iter().zip(results));
    }
    let mut table = Table::new(&["proxy", "verdict", "what a BITS job would show"]);
    let mut kept = true;
    for (stop, result) in &shown {
        table.row(&[&format!("mock:{stop}"), result.verdict.as_str(), &job_text(result)]);
        kept &= is_as_expected(stop, result);
    }
    let mut text = table.text();
    text.push_str(if kept { KEPT } else { BROKEN });
    write_stdout(text.as_bytes())?;
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The stops that are run under the same conditions, in the order of the first of each.
fn by_conditions<'a>(stops: &[&'a str]) -> Vec<(RunConditions, Vec<&'a str>)> {
    let mut groups: Vec<(RunConditions, Vec<&str>)> = Vec::new();
    for &stop in stops {
        let conditions = fault::find(stop).map(|fault| fault.conditions.clone());
        let conditions = conditions.unwrap_or_default();
        match groups.iter_mut().find(|(of_group, _)| *of_group == conditions) {
            Some((_, group)) => group.push(stop),
            None => groups.push((conditions, vec![stop])),
        }
    }
    groups
}

/// The results of a check through each of these mocks, in this order; none when interrupted.
async fn tour(
    stops: &[&str],
    conditions: &RunConditions,
) -> Result<Option<Vec<RouteResult>>, CliError> {
    let size = conditions.size.unwrap_or(MOCK_SIZE);
    let mut legs = vec![Leg::Cold];
    legs.extend(conditions.warm.then_some(Leg::Warm));
    let settings = Settings {
        targets: vec![Target::Mock { behaviour: String::new(), size }.into()],
        routes: stops.iter().map(|&stop| Route::Mock(stop.to_owned()).into()).collect(),
        jobs: settings::JOBS,
        connections: settings::CONNECTIONS,
        policy: Policy::default(),
        trust: Trust::default(),
        timeout: TIMEOUT,
        deadline: DEADLINE,
        legs,
        warm_limit: 3 * MOCK_SIZE,
        deep_limit: (!conditions.short).then_some(MOCK_SIZE),
        origin_listen: None,
        origin_url: None,
        profiles: vec![Profile::Bits],
        seed: 0,
        asks_who: false,
        checks: table::all().to_vec(),
    };
    let guide = Guide::of(&settings);
    let outcome = tokio::select! {
        outcome = run::run(&settings, &guide) => outcome?,
        () = interrupted() => return Ok(None),
    };
    guide.progress.finish();
    Ok(Some(outcome.results))
}

/// Whether the verdict is the one that the catalogue states.
fn is_as_expected(stop: &str, result: &RouteResult) -> bool {
    let expected = fault::find(stop).map_or(Verdict::Pass, |fault| fault.expectation.verdict);
    expected == result.verdict
}

fn job_text(result: &RouteResult) -> String {
    match result.job().hresult {
        None => result.job().state.as_str().to_owned(),
        Some(hresult) => {
            format!("{hresult} {}", codes::name_of(hresult).unwrap_or_default())
        }
    }
}

struct Guide {
    progress: Progress,
    /// Exchanges of one stop.
    planned: u64,
}

impl Guide {
    fn of(settings: &Settings) -> Self {
        let first = settings.routes.first().zip(settings.targets.first());
        let planned = first.map_or(0, |(route, target)| {
            run::planned_exchanges(settings, &route.value, &target.value)
        });
        let progress = Progress::new(settings.routes.len() as u64, true);
        Self { progress, planned }
    }
}

impl Observer for Guide {
    fn exchange_done(&self, route: &Route, _: &Target, purpose: Purpose) {
        self.progress.step(&route.label().unwrap_or_default(), purpose.as_str());
    }

    fn cell_begins(&self, route: &Named<Route>, _: &Named<Target>) {
        let label = route.value.label().unwrap_or_default();
        self.progress.begin(&label, &label, self.planned);
    }

    fn cell_ends(&self, route: &Named<Route>, _: &Named<Target>, _: &[RouteResult]) {
        self.progress.end(&route.value.label().unwrap_or_default());
    }
}

/// The most common ways in which proxies break BITS, after a right one.
const TOUR: [&str; 9] = [
    "",
    "no-length-head",
    "range-ignored",
    "no-content-range",
    "flaky-range",
    "head-405",
    "multi-416",
    "captive-portal",
    "get-503",
];

const TIMEOUT: Duration = Duration::from_secs(3);
const DEADLINE: Duration = Duration::from_mins(10);

const KEPT: &str = "
Every verdict is the one that the fault must get. To see the reasons of one:

    bitsgate check --proxy mock:no-length-head

`bitsgate list faults` names all faults. Then point it at your proxy:

    bitsgate check --proxy http://PROXY:PORT http://SERVER/FILE
";
const BROKEN: &str =
    "\nA verdict is not the one that the fault must get: this is a defect of bitsgate.\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_grouped_by_the_run_that_shows_them() {
        let groups = by_conditions(&["", "wrap-2gib", "get-503", "plain-get-403", "wrap-4gib"]);
        let stops: Vec<_> = groups.iter().map(|(_, stops)| stops.as_slice()).collect();
        assert_eq!(stops, [&["", "get-503"][..], &["wrap-2gib", "wrap-4gib"], &["plain-get-403"]]);
        assert_eq!(groups[0].0, RunConditions::default());
        assert_eq!(groups[1].0.size, Some(5 << 30));
        assert!(groups[2].0.warm);
    }
}
