//! Reports: one file per format, each a pure function of the finished result.

pub mod comparison;
pub mod json;
pub mod lookup;
#[cfg(test)]
pub(crate) mod sample;
pub mod text;

use crate::run::outcome::Outcome;
use lookup::Lookup;
use text::TextOptions;

/// A format of reports.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// For programs; its fields are a contract.
    Json,
    /// For a person.
    #[default]
    Text,
}

/// The report in a format, ready to be written. Text obeys `options`.
pub fn render(
    format: Format,
    outcome: &Outcome,
    lookup: &Lookup,
    options: &TextOptions,
) -> Vec<u8> {
    match format {
        Format::Json => json::render(outcome, lookup),
        Format::Text => text::render(outcome, lookup, options),
    }
}
