//! Reports: one file per format, each a pure function of the finished result.

pub mod comparison;
#[cfg(test)]
mod consumer;
pub mod csv;
pub mod curl;
mod detail;
pub mod effect;
mod excuse;
pub mod github;
pub mod har;
pub mod html;
mod incomplete;
pub mod json;
pub mod junit;
mod label;
mod lookup;
pub mod markdown;
pub mod nagios;
pub mod prometheus;
mod remarks;
#[cfg(test)]
pub(crate) mod sample;
pub mod sarif;
pub(crate) mod stream;
pub mod tap;
pub mod text;
pub mod view;

use std::io::{self, Write};

use clap::ValueEnum as _;

use crate::model::outcome::Outcome;
use text::TextOptions;

/// A format of reports.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// A line for each check, for spreadsheets
    Csv,
    /// Annotations of GitHub Actions
    Github,
    /// Every exchange as an HTTP archive, for the developer tools of browsers
    Har,
    /// A page to open in a browser, keep and print; needs no other file
    Html,
    /// For programs; its fields are a contract
    Json,
    /// Test results for Jenkins, GitLab and other CI servers
    Junit,
    /// For a pull request or a job summary
    Markdown,
    /// A monitoring plugin's lines; on standard output with the exit codes of one
    Nagios,
    /// Metrics for the textfile collector of Prometheus' node exporter
    Prometheus,
    /// Findings for code hosts
    Sarif,
    /// Test Anything Protocol 14
    Tap,
    /// For a person
    #[default]
    Text,
}

impl Format {
    /// The name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Writes the report in a format. Text obeys `options`.
///
/// What grows with the evidence is written piece by piece, so that the reports of a fleet need no
/// more memory than its results. Fails as `out` fails.
pub fn write(
    format: Format,
    outcome: &Outcome,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Csv => csv::write(outcome, out),
        Format::Github => out.write_all(&github::render(outcome)),
        Format::Har => har::write(outcome, out),
        Format::Html => html::write(outcome, out),
        Format::Json => json::write(outcome, out),
        Format::Junit => junit::write(outcome, out),
        Format::Markdown => out.write_all(&markdown::render(outcome)),
        Format::Nagios => out.write_all(&nagios::render(outcome)),
        Format::Prometheus => out.write_all(&prometheus::render(outcome)),
        Format::Sarif => sarif::write(outcome, out),
        Format::Tap => tap::write(outcome, out),
        Format::Text => out.write_all(&text::render(outcome, options)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::escape::is_hidden;

    #[test]
    fn nothing_that_came_off_the_network_is_obeyed() {
        for (name, outcome) in sample::all() {
            for &format in Format::value_variants() {
                let options = TextOptions {
                    detail: text::Detail::Exchanges,
                    curl: true,
                    ..TextOptions::default()
                };
                let report = sample::written(|out| write(format, &outcome, &options, out));
                let report = String::from_utf8(report).unwrap();
                // JSON keeps the mark that stands for bytes which were no text.
                let is_allowed = |char| matches!(char, '\n' | '\r' | '\u{fffd}');
                let hidden = report.chars().find(|&char| is_hidden(char) && !is_allowed(char));
                assert_eq!(hidden, None, "{name}: {report}");
                assert!(format == Format::Csv || !report.contains('\r'), "{name}");
                assert!(report.ends_with('\n'), "{name}: {format:?}");
            }
        }
    }
}
