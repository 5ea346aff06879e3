//! `bitsgate init`: writes a configuration file to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::error::CliError;
use super::write_stdout;
use crate::settings::file::{NAME, TEMPLATE};

/// Write a configuration file with every key and its meaning
#[derive(Args, Debug)]
pub(super) struct InitArgs {
    /// Where to write it
    #[arg(value_name = "FILE", default_value = NAME)]
    file: PathBuf,

    /// Write over a file that is there already
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &InitArgs) -> Result<ExitCode, CliError> {
    let mut options = OpenOptions::new();
    options.write(true);
    if args.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let shown = args.file.display();
    let written = options.open(&args.file).and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
    match written {
        Ok(()) => {
            let text = format!("{shown} is written; `bitsgate config` shows what it makes hold\n");
            write_stdout(text.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(CliError::usage(
            format_args!("{shown} is there already"),
            "--force writes over it; all that it holds is lost then",
        )),
        Err(error) => Err(CliError::tool(&format!("cannot write {shown}"), error)),
    }
}
