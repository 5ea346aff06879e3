//! `bitsgate check`: judges servers and proxies.

mod args;
mod settings;
mod watcher;

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Instant, SystemTime};

use super::error::CliError;
use super::sinks::Sinks;
use super::{lookup, text_options, write_stdout};
use crate::report::text::TextOptions;
use crate::report::{self, Format, nagios};
use crate::run;
use crate::run::outcome::{Outcome, Verdict};
use crate::ui::progress::Progress;
use crate::ui::style::ColorChoice;
pub(super) use args::CheckArgs;
use settings::settings;
use watcher::{Watcher, lock};

pub(super) async fn run(args: &CheckArgs, color: ColorChoice) -> Result<ExitCode, CliError> {
    let sinks = Sinks::open(&args.output, args.format)?;
    if sinks.stdout() != Format::Nagios {
        return check(args, sinks, color).await;
    }
    // Who runs a plugin reads standard output, and knows four exit codes only.
    check(args, sinks, color).await.or_else(|error| {
        error.report();
        write_stdout(&nagios::without_result(error.message()))?;
        Ok(ExitCode::from(nagios::state(Verdict::Inconclusive).1))
    })
}

async fn check(args: &CheckArgs, sinks: Sinks, color: ColorChoice) -> Result<ExitCode, CliError> {
    let settings = settings(args)?;
    let progress = Progress::new(run::planned_exchanges(&settings), true);
    let watcher = Watcher { progress, done: Mutex::new(Vec::new()) };
    let (started, begun) = (SystemTime::now(), Instant::now());
    let outcome = tokio::select! {
        outcome = run::run(&settings, &watcher) => Some(outcome?),
        _ = tokio::signal::ctrl_c() => None,
    };
    watcher.progress.finish();
    let is_interrupted = outcome.is_none();
    let outcome = outcome.unwrap_or_else(|| {
        let results = std::mem::take(&mut *lock(&watcher.done));
        let pairs = settings.routes.len() * settings.targets.len();
        let planned = pairs * settings.profiles.len();
        eprintln!("interrupted: {} of {planned} results are complete", results.len());
        let verdict = results.iter().map(|result| result.verdict).max();
        let verdict = verdict.unwrap_or(Verdict::Inconclusive).max(Verdict::Inconclusive);
        Outcome { started, duration: begun.elapsed(), verdict, results }
    });
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
    Ok(match (is_plugin, is_interrupted, failures.is_empty()) {
        (true, false, true) => plugin_exit_code(outcome.verdict, args.strict, args.exit_zero),
        (true, ..) => ExitCode::from(nagios::state(Verdict::Inconclusive).1),
        (false, _, false) => ExitCode::from(4),
        (false, true, true) => ExitCode::from(130),
        (false, false, true) => exit_code(outcome.verdict, args.strict, args.exit_zero),
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
