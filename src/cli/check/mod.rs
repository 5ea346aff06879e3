//! `bitsgate check`: judges servers and proxies.

mod args;
mod decisions;
mod proxy_list;
mod read;
mod resolve;
mod round;
mod rounds;
mod routes;
mod settings;
mod targets;
mod validate;
mod watcher;

use std::process::ExitCode;

use clap::ArgMatches;

use super::error::CliError;
use crate::report::text::TextOptions;
use crate::ui::style::ColorChoice;
pub(super) use args::{CheckArgs, parse_time};
pub(super) use decisions::read_report;
use round::Reporting;
pub(super) use routes::{add_credentials, check_behaviours};
pub(super) use settings::resolve;

/// Runs a check. `matches`: of the subcommand, which tell flags from the environment.
pub(super) async fn run(
    args: &CheckArgs,
    matches: &ArgMatches,
    color: ColorChoice,
) -> Result<ExitCode, CliError> {
    check(args, matches, color).await.map(ExitCode::from)
}

async fn check(args: &CheckArgs, matches: &ArgMatches, color: ColorChoice) -> Result<u8, CliError> {
    let resolved = resolve(args, matches, true)?;
    let reporting = Reporting {
        format: resolved.format,
        reports: resolved.reports.clone(),
        exit_zero: resolved.exit_zero,
        text: TextOptions { detail: args.detail(), curl: args.curl, ..Default::default() },
        color,
    };
    rounds::run(resolved, &reporting).await
}
