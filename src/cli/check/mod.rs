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
use super::{interrupted, lookup, text_options, write_stdout};
use crate::compare;
use crate::report;
use crate::run;
use crate::run::outcome::Verdict;
use crate::ui::style::ColorChoice;
pub(super) use args::CheckArgs;
pub(super) use decisions::read_report;
pub(super) use settings::resolve;
use watcher::Watcher;

/// Runs a check. `matches`: of the subcommand, which tell flags from the environment.
pub(super) async fn run(
    args: &CheckArgs,
    matches: &ArgMatches,
    color: ColorChoice,
) -> Result<ExitCode, CliError> {
    let resolved = resolve(args, matches, true)?;
    if !resolved.reports.is_empty() {
        let hint = "leave `reports` out, and send standard output to a file";
        return Err(CliError::usage("reports to files cannot be written by this version", hint));
    }
    let settings = &resolved.settings;
    let watcher = Watcher::new(settings);
    let mut is_interrupted = false;
    let stop = async {
        interrupted().await;
        is_interrupted = true;
    };
    let outcome = run::run_until(settings, &watcher, stop).await;
    watcher.finish();
    let mut outcome = outcome?;
    if let Some(baseline) = &settings.policy.baseline {
        let now = compare::snapshot(&outcome.results);
        outcome.comparison = Some(compare::compare(baseline, &now));
    }
    let options = text_options(color, args.verbose);
    write_stdout(&report::render(resolved.format, &outcome, &lookup(), &options))?;
    if is_interrupted {
        eprintln!("interrupted: what is missing in the report was not tried to its end");
        return Ok(ExitCode::from(130));
    }
    Ok(exit_code(outcome.verdict, resolved.strict, resolved.exit_zero))
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
