//! `bitsgate check`: judges servers and proxies.

mod args;
mod decisions;
mod read;
mod resolve;
mod routes;
mod settings;
mod targets;
mod watcher;

use std::process::ExitCode;

use clap::ArgMatches;

use super::error::CliError;
use super::sinks::{self, Sinks};
use super::{interrupted, lookup, text_options, write_stdout};
use crate::compare;
use crate::report::text::TextOptions;
use crate::report::{self, Format, nagios};
use crate::run;
use crate::run::outcome::Verdict;
use crate::ui::style::ColorChoice;
pub(super) use args::{CheckArgs, parse_time};
pub(super) use decisions::read_report;
pub(super) use routes::{add_credentials, check_behaviours};
use settings::Resolved;
pub(super) use settings::resolve;
use watcher::Watcher;

/// Runs a check. `matches`: of the subcommand, which tell flags from the environment.
pub(super) async fn run(
    args: &CheckArgs,
    matches: &ArgMatches,
    color: ColorChoice,
) -> Result<ExitCode, CliError> {
    let checked = check(args, matches, color).await;
    let format = args.format.unwrap_or_default();
    match checked {
        // Who runs a plugin reads standard output, and knows four exit codes only.
        Err(error) if sinks::for_stdout(&args.output, format) == Format::Nagios => {
            error.report();
            write_stdout(&nagios::without_result(error.message()))?;
            Ok(ExitCode::from(nagios::state(Verdict::Inconclusive).1))
        }
        checked => checked,
    }
}

async fn check(
    args: &CheckArgs,
    matches: &ArgMatches,
    color: ColorChoice,
) -> Result<ExitCode, CliError> {
    let Resolved { settings, format, reports, strict, exit_zero, .. } =
        resolve(args, matches, true)?;
    let sinks = Sinks::open(&reports, format)?;
    let watcher = Watcher::new(&settings);
    let mut is_interrupted = false;
    let stop = async {
        interrupted().await;
        is_interrupted = true;
    };
    let outcome = run::run_until(&settings, &watcher, stop).await;
    watcher.finish();
    let mut outcome = outcome?;
    if let Some(baseline) = &settings.policy.baseline {
        let now = compare::snapshot(&outcome.results);
        outcome.comparison = Some(compare::compare(baseline, &now));
    }
    let is_plugin = sinks.stdout() == Format::Nagios;
    let failures = sinks.write(|format, is_stdout| {
        let color_of_file =
            TextOptions { color: color == ColorChoice::Always, ..Default::default() };
        let layout = if is_stdout { text_options(color, false) } else { color_of_file };
        let options = TextOptions { verbose: args.verbose, curl: args.curl, ..layout };
        report::render(format, &outcome, &lookup(), &options)
    });
    for failure in &failures {
        failure.report();
    }
    if is_interrupted {
        eprintln!("interrupted: what is missing in the report was not tried to its end");
    }
    Ok(match (is_plugin, is_interrupted, failures.is_empty()) {
        (true, false, true) => plugin_exit_code(outcome.verdict, strict, exit_zero),
        (true, ..) => ExitCode::from(nagios::state(Verdict::Inconclusive).1),
        (false, _, false) => ExitCode::from(4),
        (false, true, true) => ExitCode::from(130),
        (false, false, true) => exit_code(outcome.verdict, strict, exit_zero),
    })
}

/// As [`exit_code`], in the codes of a monitoring plugin.
fn plugin_exit_code(verdict: Verdict, strict: bool, exit_zero: bool) -> ExitCode {
    let code = match verdict {
        _ if exit_zero => 0,
        Verdict::Warn if strict => nagios::state(Verdict::Fail).1,
        verdict => nagios::state(verdict).1,
    };
    ExitCode::from(code)
}

fn exit_code(verdict: Verdict, strict: bool, exit_zero: bool) -> ExitCode {
    let code = match verdict {
        _ if exit_zero => 0,
        Verdict::Pass => 0,
        Verdict::Warn => u8::from(strict),
        Verdict::Fail => 1,
        Verdict::Inconclusive => 3,
    };
    ExitCode::from(code)
}
