//! `bitsgate config`: the settings that `bitsgate check` would have, and where each comes from.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{ArgMatches, Args};

use super::check::{CheckArgs, resolve};
use super::error::CliError;
use super::write_stdout;
use crate::ui::escape::escape;

/// Show the settings that hold, and where each comes from
///
/// Takes what `bitsgate check` takes and sends nothing. Flags win over variables of the
/// environment, these over the configuration file, and that over the defaults. Passwords are not
/// shown, only where they were found.
#[derive(Args, Debug)]
pub(super) struct ConfigArgs {
    #[command(flatten)]
    check: CheckArgs,
}

pub(super) fn run(args: &ConfigArgs, matches: &ArgMatches) -> Result<ExitCode, CliError> {
    let resolved = resolve(&args.check, matches, false)?;
    let mut text = match &resolved.path {
        Some(path) => format!("configuration file: {}\n\n", path.display()),
        None => String::from("configuration file: none\n\n"),
    };
    for entry in &resolved.entries {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} = {}\n    {}",
            escape(&entry.key),
            escape(&entry.value),
            escape(&entry.source.to_string())
        );
    }
    write_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
