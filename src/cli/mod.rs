//! The command line: one file per subcommand, and the way from a result to an exit code.

mod arguments;
mod check;
mod config;
mod demo;
mod diff;
mod error;
mod explain;
mod fetch;
mod generate;
mod init;
mod list;
mod mock;
mod plugin;
mod signals;
mod sinks;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::builder::Resettable;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};

use crate::report::text::TextOptions;
use crate::ui::escape::hide_user;
use crate::ui::style::ColorChoice;
use error::CliError;

/// Tells whether Microsoft BITS can download through an HTTP proxy.
///
/// bitsgate sends the requests that BITS (the Background Intelligent Transfer Service of Windows)
/// sends for an update: HEAD for the size, then GETs for ranges. It judges every answer down to
/// its bytes, and says what a BITS job would do, which error code Windows would show, and why.
#[derive(Debug, Parser)]
#[command(name = "bitsgate", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Colours: `auto` means on a terminal, unless `NO_COLOR` is set.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: ColorChoice,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(Box<check::CheckArgs>),
    Config(Box<config::ConfigArgs>),
    Demo(demo::DemoArgs),
    Diff(diff::DiffArgs),
    Explain(explain::ExplainArgs),
    Fetch(Box<fetch::FetchArgs>),
    Generate(generate::GenerateArgs),
    Init(init::InitArgs),
    List(list::ListArgs),
    Mock(mock::MockArgs),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match arguments::arguments() {
        Ok(arguments) => arguments,
        Err(error) => return error.report(),
    };
    let matches = command().try_get_matches_from(&arguments);
    let read = matches.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match read {
        Ok(read) => read,
        Err(error) => return refuse(&error, &arguments),
    };
    execute(cli, &matches).unwrap_or_else(|error| {
        error.report();
        plugin::exit_code(error.message(), error.code(), &arguments)
    })
}

/// The commands. A variable of the environment that is empty says nothing, as if it were not set.
fn command() -> clap::Command {
    Cli::command().mut_subcommands(|subcommand| {
        subcommand.mut_args(|arg| {
            let value = arg.get_env().and_then(std::env::var_os);
            let is_empty = value.is_some_and(|value| value.is_empty());
            if is_empty { arg.env(Resettable::Reset) } else { arg }
        })
    })
}

fn execute(cli: Cli, matches: &ArgMatches) -> Result<ExitCode, CliError> {
    let runtime = runtime(&cli.command).map_err(|error| CliError::tool("cannot start", error))?;
    let code = runtime.block_on(dispatch(cli, matches));
    // A name that is still being looked up must not hold the exit.
    runtime.shutdown_background();
    code
}

/// Who serves, or fetches whole files over several connections, gets a thread for each processor.
/// Who checks does little but wait for small answers: in one thread, since with more each answer
/// would have to wake another one first.
fn runtime(command: &Command) -> io::Result<Runtime> {
    let mut builder = match command {
        Command::Demo(_) | Command::Fetch(_) | Command::Mock(_) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    builder.enable_all().build()
}

/// Says what is wrong in the arguments, which may hold a password, or gives help.
fn refuse(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() && text.contains('@') {
        for line in text.lines() {
            eprintln!("{}", hide_user(line));
        }
    } else {
        // A reader that went away needs no help.
        let _ = error.print();
    }
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    // Then follow a tip and the usage, each after an empty line.
    let problem =
        text.lines().take_while(|line| !line.is_empty()).map(|line| hide_user(line.trim()));
    let problem = problem.collect::<Vec<_>>().join(" ");
    plugin::exit_code(problem.trim_start_matches("error: "), USAGE, arguments)
}

async fn dispatch(cli: Cli, matches: &ArgMatches) -> Result<ExitCode, CliError> {
    // A subcommand is required, so there are always its own.
    let matches = matches.subcommand().map_or(matches, |(_, own)| own);
    match cli.command {
        Command::Check(args) => check::run(&args, matches, cli.color).await,
        Command::Config(args) => config::run(&args, matches),
        Command::Demo(args) => demo::run(&args, cli.color).await,
        Command::Diff(args) => diff::run(&args, cli.color),
        Command::Explain(args) => explain::run(&args, cli.color),
        Command::Fetch(args) => fetch::run(&args, cli.color).await,
        Command::Generate(args) => generate::run(&args),
        Command::Init(args) => init::run(&args),
        Command::List(args) => list::run(&args),
        Command::Mock(args) => mock::run(args).await,
    }
}

/// How text is laid out on standard output.
fn text_options(color: ColorChoice) -> TextOptions {
    let is_terminal = std::io::stdout().is_terminal();
    let columns = terminal_size::terminal_size_of(std::io::stdout());
    TextOptions {
        width: columns.map_or(80, |(width, _)| usize::from(width.0)).clamp(40, 100),
        color: color.colors(is_terminal, |name| std::env::var(name).ok()),
        ascii: is_ascii_only(is_terminal, |name| std::env::var(name).ok()),
        ..TextOptions::default()
    }
}

/// Whether the reader of standard output may not show more than ASCII: a POSIX locale of another
/// character set, or a pipe on Windows, which PowerShell reads in the code page of the console.
fn is_ascii_only(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    if cfg!(windows) {
        return !is_terminal;
    }
    // The first that is set and not empty decides (POSIX, Environment Variables 8.2).
    let mut set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable);
    let locale = set.find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
    !(locale.contains("utf-8") || locale.contains("utf8"))
}

/// Writes finished text to standard output; colours are already decided. A reader that went away,
/// such as `head`, is no error.
fn write_stdout(bytes: &[u8]) -> Result<(), CliError> {
    stream_stdout(|out| out.write_all(bytes))
}

/// As [`write_stdout`], for what is written piece by piece.
fn stream_stdout(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), CliError> {
    // Lets old Windows consoles understand colours.
    let stdout = anstream::AutoStream::always(io::stdout().lock());
    let mut out = BufWriter::new(stdout);
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::tool("cannot write to standard output", error))
        }
        _ => Ok(()),
    }
}

/// The exit code for arguments that cannot be used.
const USAGE: u8 = 2;

const EXIT_CODES: &str = "\
Exit codes:
  0    every required check passed
  1    a required check failed: BITS would fail
  2    usage: an argument or name cannot be used
  3    inconclusive: unreachable, authentication, timeout
  4    the tool itself failed, such as a report that cannot be written
  130  interrupted";
