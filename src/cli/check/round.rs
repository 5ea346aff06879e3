//! One round: a run, its reports, and the exit code that it would end the program with.

use super::super::error::CliError;
use super::super::sinks::{SinkSpec, Sinks};
use super::super::text_options;
use super::watcher::Watcher;
use crate::gate::compare;
use crate::model::outcome::Outcome;
use crate::model::verdict::Impact;
use crate::report::text::TextOptions;
use crate::report::view::View;
use crate::report::{self, Format, nagios};
use crate::run;
use crate::settings::Settings;
use crate::ui::escape::escape;
use crate::ui::style::ColorChoice;

/// How rounds are reported.
pub(super) struct Reporting {
    pub(super) format: Format,
    pub(super) reports: Vec<SinkSpec>,
    pub(super) exit_zero: bool,
    /// What the text shows; its layout is chosen for each place.
    pub(super) text: TextOptions,
    pub(super) color: ColorChoice,
}

/// A round that has ended.
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    /// The exit code.
    pub(super) code: u8,
    /// Whether it was ended before its time.
    pub(super) interrupted: bool,
}

impl Reporting {
    /// Opens all places of reports.
    pub(super) fn open(&self) -> Result<Sinks, CliError> {
        Sinks::open(&self.reports, self.format)
    }
}

/// Runs and reports. `keeps`: when it is interrupted, the reports of the round before stay.
pub(super) async fn round(
    settings: &Settings,
    sinks: Sinks,
    reporting: &Reporting,
    stop: impl Future<Output = ()>,
    keeps: bool,
) -> Result<Ended, CliError> {
    let watcher = Watcher::new(settings);
    let mut interrupted = false;
    let stop = async {
        stop.await;
        interrupted = true;
    };
    let outcome = run::run_until(settings, &watcher, stop).await;
    watcher.finish();
    let mut outcome = outcome?;
    if let Some(baseline) = &settings.policy.baseline {
        let now = compare::snapshot(&outcome);
        outcome.comparison = Some(compare::compare(baseline, &now));
    }
    let is_plugin = sinks.stdout() == Format::Nagios;
    // The text tells them itself; of the other formats some have no place for them.
    if sinks.stdout() != Format::Text {
        for warning in &outcome.warnings {
            eprintln!("warning: {}", escape(warning));
        }
    }
    let exit =
        if interrupted { INTERRUPTED } else { View::exit_code(&outcome, reporting.exit_zero) };
    let is_written = if interrupted && keeps {
        eprintln!("interrupted: the reports are those of the round before");
        true
    } else {
        let is_written = reporting.write(sinks, &outcome, exit);
        if interrupted {
            eprintln!("interrupted: what is missing in the report was not tried to its end");
        }
        is_written
    };
    let code = match (is_plugin, interrupted, is_written) {
        (true, false, true) => plugin_exit_code(&outcome, reporting.exit_zero),
        (true, ..) => nagios::state(Impact::Unsure).1,
        (false, _, false) => 4,
        (false, ..) => exit,
    };
    Ok(Ended { outcome, code, interrupted })
}

impl Reporting {
    /// Writes every report; says what could not be written. Gives whether all could.
    fn write(&self, sinks: Sinks, outcome: &Outcome, exit: u8) -> bool {
        let color_of_file =
            TextOptions { color: self.color == ColorChoice::Always, ..Default::default() };
        let failures = sinks.write(|format, is_stdout, out| {
            let layout = if is_stdout { text_options(self.color) } else { color_of_file };
            let TextOptions { detail, curl, .. } = self.text;
            let options = TextOptions { detail, curl, exit: Some(exit), ..layout };
            report::write(format, outcome, &options, out)
        });
        for failure in &failures {
            failure.report();
        }
        failures.is_empty()
    }
}

/// The exit code of a monitoring plugin.
fn plugin_exit_code(outcome: &Outcome, exit_zero: bool) -> u8 {
    if exit_zero { 0 } else { nagios::state(View::impact(outcome)).1 }
}

/// The exit code of a run that a signal ended.
const INTERRUPTED: u8 = 130;
