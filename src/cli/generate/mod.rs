//! `bitsgate generate`: files that others use: completions for shells, manual pages, alert rules, a
//! dashboard, and the schema of the report.

mod pages;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Subcommand};
use clap_complete::Shell;

use super::error::CliError;
use super::{Cli, write_stdout};
use crate::monitor::provisioning;

/// Generate completions, manual pages, alert rules, a dashboard or the schema of the report
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct GenerateArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Completions for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// A dashboard for Grafana, to import; it asks a Prometheus data source
    GrafanaDashboard,
    /// Manual pages, one for each command
    Man {
        /// Folder to write them to, as `bitsgate-check.1` and so on; it is made when it is not there
        /// [default: all to standard output]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Alert rules for Prometheus, for its `rule_files`
    PrometheusRules,
    /// The JSON schema of the report in the format json
    Schema,
}

pub(super) fn run(args: &GenerateArgs) -> Result<ExitCode, CliError> {
    match &args.what {
        What::Completions { shell } => write_stdout(&completions(*shell))?,
        What::GrafanaDashboard => write_stdout(provisioning::DASHBOARD.as_bytes())?,
        What::Man { folder: Some(folder) } => {
            let failed = |error| {
                let what = format!("cannot write manual pages to {}", folder.display());
                CliError::tool(&what, error).with_hint("name a folder that can be written to")
            };
            write_pages(folder).map_err(failed)?;
        }
        What::Man { folder: None } => {
            for (_, page) in
                pages::all().map_err(|error| CliError::tool("cannot write manual pages", error))?
            {
                write_stdout(&page)?;
            }
        }
        What::PrometheusRules => write_stdout(provisioning::RULES.as_bytes())?,
        What::Schema => write_stdout(SCHEMA.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bitsgate", &mut script);
    script
}

fn write_pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, page) in pages::all()? {
        std::fs::write(folder.join(name), page)?;
    }
    Ok(())
}

const SCHEMA: &str = include_str!("../../../testdata/schema/report.schema.json");

const EXAMPLES: &str = "\
Examples:
  bitsgate generate completions bash > /etc/bash_completion.d/bitsgate
  bitsgate generate completions zsh > ~/.zfunc/_bitsgate
  bitsgate generate completions powershell >> $PROFILE
  bitsgate generate man /usr/local/share/man/man1
  bitsgate generate prometheus-rules > /etc/prometheus/bitsgate.yml";
