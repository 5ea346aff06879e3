//! `bitsgate check`: judges servers and proxies.

mod args;
mod settings;
mod watcher;

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Instant, SystemTime};

use super::error::CliError;
use super::{lookup, text_options, write_stdout};
use crate::report;
use crate::run;
use crate::run::outcome::{Outcome, Verdict};
use crate::ui::progress::Progress;
use crate::ui::style::ColorChoice;
pub(super) use args::CheckArgs;
use settings::settings;
use watcher::{Watcher, lock};

pub(super) async fn run(args: &CheckArgs, color: ColorChoice) -> Result<ExitCode, CliError> {
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
    let options = text_options(color, args.verbose);
    write_stdout(&report::render(args.format, &outcome, &lookup(), &options))?;
    if is_interrupted {
        return Ok(ExitCode::from(130));
    }
    Ok(exit_code(outcome.verdict, args.strict, args.exit_zero))
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
