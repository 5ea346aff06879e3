//! One setting after the other: flag > environment > file > default, and where each came from, for
//! `bitsgate config`.

use clap::ArgMatches;
use clap::parser::ValueSource;
use toml::Spanned;

use super::super::error::CliError;
use crate::model::target::TargetError;
use crate::settings::file::ConfigFile;
use crate::settings::source::Source;

/// Resolves settings and remembers where they came from.
pub(in crate::cli) struct Resolver<'a> {
    matches: &'a ArgMatches,
    pub(super) file: Option<&'a ConfigFile>,
    /// What was resolved so far.
    pub(super) entries: Vec<Entry>,
}

/// A setting, for people. Never holds a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) struct Entry {
    /// Its name: that of the flag.
    pub(in crate::cli) key: String,
    /// Its value.
    pub(in crate::cli) value: String,
    /// Where it came from.
    pub(in crate::cli) source: Source,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(matches: &'a ArgMatches, file: Option<&'a ConfigFile>) -> Self {
        Self { matches, file, entries: Vec::new() }
    }

    /// The strongest of what was said. `given`: by flag or environment. `of_file`: in the file, as
    /// what `read` takes; it must be right even where something stronger was said.
    pub(super) fn pick<T, U>(
        &mut self,
        key: &str,
        given: Option<T>,
        of_file: Option<&Spanned<U>>,
        read: impl Fn(&U) -> Result<T, Complaint>,
        default: T,
        show: impl Fn(&T) -> String,
    ) -> Result<T, CliError> {
        let of_file = match (of_file, self.file) {
            (Some(said), Some(file)) => {
                let complain = |complaint: Complaint| {
                    file.error_at(said.span(), complaint.problem, complaint.hint)
                };
                Some((read(said.get_ref()).map_err(complain)?, file.source(&said.span())))
            }
            _ => None,
        };
        let (value, source) = match given {
            Some(value) => (value, self.source(key)),
            None => of_file.unwrap_or((default, Source::Default)),
        };
        self.note(key, show(&value), source);
        Ok(value)
    }

    /// Remembers a setting that was resolved otherwise.
    pub(super) fn note(&mut self, key: &str, value: String, source: Source) {
        self.entries.push(Entry { key: key.to_owned(), value, source });
    }

    /// Where a given value came from: flag or environment.
    pub(super) fn source(&self, key: &str) -> Source {
        let id = key.replace('-', "_");
        match self.matches.value_source(&id) {
            Some(ValueSource::EnvVariable) => {
                Source::Environment(format!("BITSGATE_{}", id.to_ascii_uppercase()))
            }
            _ if key == "targets" => Source::Flag(String::from("argument")),
            _ => Source::Flag(format!("--{key}")),
        }
    }

    /// Whether it was said on the command line itself.
    pub(super) fn is_flag(&self, key: &str) -> bool {
        let id = key.replace('-', "_");
        self.matches.value_source(&id) == Some(ValueSource::CommandLine)
    }

    /// Texts that were given. A variable of the environment holds several, with blanks between.
    pub(super) fn texts(&self, key: &str, given: &[String]) -> Vec<String> {
        match self.source(key) {
            Source::Environment(_) => {
                let words = given.iter().flat_map(|text| text.split_whitespace());
                words.map(str::to_owned).collect()
            }
            _ => given.to_vec(),
        }
    }
}

/// What is wrong with a value, and what to write instead.
#[derive(Clone, Debug)]
pub(super) struct Complaint {
    pub(super) problem: String,
    pub(super) hint: String,
}

impl From<TargetError> for Complaint {
    fn from(error: TargetError) -> Self {
        Self { problem: error.to_string(), hint: error.hint.to_owned() }
    }
}

impl From<Complaint> for CliError {
    fn from(complaint: Complaint) -> Self {
        Self::usage(complaint.problem, complaint.hint)
    }
}
