//! `bitsgate diff`: two reports beside each other.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::check::read_report;
use super::error::CliError;
use super::{text_options, write_stdout};
use crate::gate::compare;
use crate::report::comparison;
use crate::ui::style::ColorChoice;

/// Compare two reports: what is new, worse or mended
///
/// Both are reports in the format json. Accepted findings weigh nothing, and what was not judged is
/// never mended. Exits with 1 when anything is new or worse, else with 3 when the newer report is
/// incomplete, as nobody knows the rest.
#[derive(Args, Debug)]
pub(super) struct DiffArgs {
    /// The older report
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The newer report
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: DiffFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum DiffFormat {
    /// For programs
    Json,
    /// For a person
    #[default]
    Text,
}

pub(super) fn run(args: &DiffArgs, color: ColorChoice) -> Result<ExitCode, CliError> {
    let (old, new) = (read_report(&args.old)?, read_report(&args.new)?);
    let comparison = compare::compare(&old, &new);
    let bytes = match args.format {
        DiffFormat::Json => comparison::json(&comparison),
        DiffFormat::Text => comparison::text(&comparison, &text_options(color)),
    };
    write_stdout(&bytes)?;
    let code = match (comparison.is_worse(), comparison.incomplete) {
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    };
    Ok(ExitCode::from(code))
}
