//! Rounds: one check with its reports, or one after the other until somebody ends them, with the
//! metrics of the last one served meanwhile.

use std::io;
use std::net::SocketAddr;
use std::time::SystemTime;

use futures_util::FutureExt as _;
use tokio::time::{Instant, sleep_until};

use super::super::error::CliError;
use super::super::signals::interrupted;
use super::args::CheckArgs;
use super::read;
use super::resolve::Resolver;
use super::round::{Ended, Reporting, round};
use super::settings::Resolved;
use crate::gate::Date;
use crate::model::outcome::{Outcome, RouteResult};
use crate::model::verdict::Verdict;
use crate::monitor;
use crate::monitor::Metrics;
use crate::monitor::schedule;
use crate::monitor::schedule::{Repeat, Schedule};
use crate::settings::Settings;
use crate::settings::file::RunTable;
use crate::ui::escape::escape;

/// Whether a check is made again and again, and served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rounds {
    /// How often; none: once, or never when only probes are served.
    pub(super) repeat: Option<Repeat>,
    /// How long between.
    pub(super) schedule: Schedule,
    /// Where metrics are served.
    pub(super) metrics_listen: Option<SocketAddr>,
}

impl Rounds {
    /// Flags that would do nothing.
    pub(super) fn useless(&self) -> &'static [&'static str] {
        match (self.repeat, self.metrics_listen) {
            (Some(_), _) => &[],
            (None, None) => &["every", "jitter"],
            (None, Some(_)) => &["every", "jitter", "output", "format"],
        }
    }
}

/// Resolves it.
pub(super) fn resolve(
    all: &mut Resolver<'_>,
    args: &CheckArgs,
    run: &RunTable,
) -> Result<Rounds, CliError> {
    let none = || String::from("none");
    let repeat = all.pick(
        "repeat",
        args.repeat.map(Some),
        run.repeat.as_ref(),
        |value| read::parsed(value).map(Some),
        None,
        |repeat| repeat.map_or_else(|| String::from("once"), |repeat| repeat.to_string()),
    )?;
    let every = read::time(all, "every", args.every, run.every.as_ref(), schedule::EVERY)?;
    let of_file = run.jitter.as_ref();
    let jitter = all.pick(
        "jitter",
        args.jitter,
        of_file,
        read::parsed,
        schedule::JITTER,
        ToString::to_string,
    )?;
    let metrics_listen = all.pick(
        "metrics-listen",
        args.metrics_listen.map(Some),
        run.metrics_listen.as_ref(),
        |value| monitor::parse_address(&read::text(value)).map(Some).map_err(read::plain),
        None,
        |address| address.map_or_else(none, |address| address.to_string()),
    )?;
    let rounds = Rounds { repeat, schedule: Schedule { every, jitter }, metrics_listen };
    for key in rounds.useless() {
        if all.is_flag(key) {
            let problem = format!("--{key} is for rounds, and without --repeat there are none");
            return Err(CliError::usage(problem, "add --repeat forever, or --repeat 10"));
        }
    }
    Ok(rounds)
}

/// Checks once, as often as asked, or only serves probes. Gives the exit code.
pub(super) async fn run(resolved: Resolved, reporting: &Reporting) -> Result<u8, CliError> {
    let Resolved { settings, rounds, .. } = resolved;
    // One listener for all rounds: between two of them a signal must not be lost.
    let stop = interrupted().shared();
    let metrics = match rounds.metrics_listen {
        Some(listen) => Some(serve(listen, &settings).await?),
        None => None,
    };
    match (rounds.repeat, metrics) {
        (Some(repeat), metrics) => {
            let metrics = metrics.as_ref();
            repeated(settings, repeat, rounds.schedule, reporting, metrics, stop).await
        }
        (None, Some(_serving)) => {
            stop.await;
            Ok(INTERRUPTED)
        }
        (None, None) => {
            let sinks = reporting.open()?;
            Ok(round(&settings, sinks, reporting, stop, false).await?.code)
        }
    }
}

/// Checks as often as asked. Gives the exit code.
async fn repeated(
    mut settings: Settings,
    repeat: Repeat,
    schedule: Schedule,
    reporting: &Reporting,
    metrics: Option<&Metrics>,
    stop: impl Future<Output = ()> + Clone,
) -> Result<u8, CliError> {
    let mut number: u32 = 0;
    let mut code = None;
    let mut before = Vec::new();
    loop {
        number = number.saturating_add(1);
        let begun = Instant::now();
        settings.policy.today = Date::of(SystemTime::now());
        settings.seed = rand::random();
        let made = {
            let _turn = match metrics {
                Some(metrics) => tokio::select! {
                    turn = metrics.round() => Some(turn),
                    () = stop.clone() => None,
                },
                None => None,
            };
            again(&settings, reporting, stop.clone(), number).await
        };
        let next = repeat
            .goes_on_after(number)
            .then(|| begun + schedule.gap(rand::random::<f64>()))
            .map(|next| next.max(Instant::now()));
        match made {
            Ok(Ended { outcome, code: of_round, interrupted: false }) => {
                if let Some(metrics) = metrics {
                    metrics.publish(&outcome);
                }
                eprintln!("{}{}", line(number, repeat, &outcome, next), changed(&before, &outcome));
                before = verdicts(&outcome);
                code = Some(of_round);
            }
            Ok(Ended { code, interrupted: true, .. }) => return Ok(code),
            // What cannot be done at all is told at once; later it may pass.
            Err(error) if code.is_none() => return Err(error),
            Err(error) => {
                error.report();
                eprintln!("{}", head(number, repeat, "FAILED, the reports are those before", next));
                code = Some(TOOL_FAILED);
            }
        }
        let Some(next) = next else { return Ok(code.unwrap_or(TOOL_FAILED)) };
        tokio::select! {
            () = sleep_until(next) => {}
            () = stop.clone() => {
                eprintln!("interrupted after round {number}: the reports stay as they are");
                return Ok(INTERRUPTED);
            }
        }
    }
}

/// One round of several. All but the first keep what is there when they cannot be ended.
async fn again(
    settings: &Settings,
    reporting: &Reporting,
    stop: impl Future<Output = ()>,
    number: u32,
) -> Result<Ended, CliError> {
    let sinks = reporting.open()?;
    round(settings, sinks, reporting, stop, number > 1).await
}

async fn serve(listen: SocketAddr, settings: &Settings) -> Result<Metrics, CliError> {
    let cannot = |error: io::Error| {
        CliError::tool(&format!("cannot listen on {listen}"), error)
            .with_hint("another program may have this port; port 0 takes any that is free")
    };
    let metrics = Metrics::start(listen, settings.clone()).await.map_err(cannot)?;
    eprintln!("metrics: http://{}/ (until this is ended)", metrics.address());
    Ok(metrics)
}

/// The verdict of each route and target, by its names.
fn verdicts(outcome: &Outcome) -> Vec<(String, Verdict)> {
    let of = |result: &RouteResult| {
        let proxy = result.names.proxy.as_deref().or(result.proxy.as_deref()).unwrap_or("direct");
        let target = result.names.target.as_deref().unwrap_or(&result.target);
        (format!("{proxy}, {target}, {}", result.profile), result.verdict)
    };
    outcome.results.iter().map(of).collect()
}

/// `; changed: berlin, http://h/a, bits: pass -> fail`, of many the first.
fn changed(before: &[(String, Verdict)], outcome: &Outcome) -> String {
    let verdicts = verdicts(outcome);
    let changes = verdicts.iter().filter_map(|(name, now)| {
        let (_, then) = before.iter().find(|(known, _)| known == name)?;
        (then != now).then(|| format!("{name}: {} -> {}", then.as_str(), now.as_str()))
    });
    let changes: Vec<String> = changes.collect();
    let more = match changes.len().saturating_sub(MOST_CHANGES) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    match changes.as_slice() {
        [] => String::new(),
        all => {
            let shown = &all[..all.len().min(MOST_CHANGES)];
            escape(&format!("; changed: {}{more}", shown.join("; "))).into_owned()
        }
    }
}

/// Changes of a round that are named.
const MOST_CHANGES: usize = 3;

/// The line of a round that was made.
fn line(number: u32, repeat: Repeat, outcome: &Outcome, next: Option<Instant>) -> String {
    let count = |verdict| outcome.results.iter().filter(|one| one.verdict == verdict).count();
    let verdicts = [Verdict::Fail, Verdict::Inconclusive, Verdict::Warn, Verdict::Pass];
    let counts = verdicts.map(|verdict| (count(verdict), verdict.as_str()));
    let missing = (outcome.missing.len(), "not tried");
    let counts: Vec<String> = counts
        .into_iter()
        .chain([missing])
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let verdict = outcome.verdict.as_str().to_uppercase();
    let seconds = outcome.duration.as_secs_f64();
    head(number, repeat, &format!("{verdict} ({}) in {seconds:.1} s", counts.join(", ")), next)
}

/// When, which round, what came of it, and when the next one is.
fn head(number: u32, repeat: Repeat, what: &str, next: Option<Instant>) -> String {
    let now = SystemTime::now();
    let of = match repeat {
        Repeat::Forever => String::new(),
        Repeat::Times(times) => format!(" of {times}"),
    };
    let next = next.map_or_else(String::new, |next| {
        let at = now + next.saturating_duration_since(Instant::now());
        format!("; next at {}", humantime::format_rfc3339_seconds(at))
    });
    format!("{} round {number}{of}: {what}{next}", humantime::format_rfc3339_seconds(now))
}

/// Exit codes.
const INTERRUPTED: u8 = 130;
const TOOL_FAILED: u8 = 4;
