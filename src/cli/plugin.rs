//! Monitors: whoever runs `bitsgate check` with the format `nagios` reads one line of standard
//! output and knows four exit codes, also when the command line or the configuration is wrong.
//! Called by the start of the program with what ended it.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory as _;
use toml::de::DeTable;

use super::{Cli, write_stdout};
use crate::model::verdict::Impact;
use crate::report::nagios;
use crate::settings::file::NAME;
use crate::text_file;

/// The exit code for a problem that was told on standard error: `code`, or that of a plugin in
/// state UNKNOWN, with its line on standard output.
pub(super) fn exit_code(problem: &str, code: u8, arguments: &[OsString]) -> ExitCode {
    let words: Vec<String> =
        arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let variable = |name: &str| std::env::var(name).ok();
    if !is_check(&words) || stdout_format(&words, variable).as_deref() != Some("nagios") {
        return ExitCode::from(code);
    }
    // Where nobody reads the line, the code still tells.
    let _ = write_stdout(&nagios::without_result(problem));
    ExitCode::from(nagios::state(Impact::Unsure).1)
}

/// Whether the words are for `bitsgate check`, also when its name is wrong.
fn is_check(words: &[String]) -> bool {
    let command = Cli::command();
    let mut named = words.iter().skip(1).filter_map(|word| command.find_subcommand(word));
    named.next().is_none_or(|subcommand| subcommand.get_name() == "check")
}

/// The name of the format on standard output, read from what may be wrong in any other way: from
/// the words of the command line, from `variable` of the environment, from the configuration file.
fn stdout_format(words: &[String], variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let path = values(words, "config", Some('c')).pop().or_else(|| variable("BITSGATE_CONFIG"));
    let of_file = OfFile::read(Path::new(path.as_deref().unwrap_or(NAME)));
    let outputs = [
        values(words, "output", Some('o')),
        variable("BITSGATE_OUTPUT").into_iter().collect(),
        of_file.reports,
    ];
    let outputs = outputs.into_iter().find(|given| !given.is_empty()).unwrap_or_default();
    let to_stdout = outputs.iter().flat_map(|output| output.split(',')).find_map(|output| {
        match output.split_once('=') {
            None => Some(output.to_owned()),
            Some((format, "-")) => Some(format.to_owned()),
            Some(_) => None,
        }
    });
    let format = values(words, "format", None).pop().or_else(|| variable("BITSGATE_FORMAT"));
    to_stdout.or(format).or(of_file.format)
}

/// What a configuration file says of formats, as far as it can be read.
#[derive(Default)]
struct OfFile {
    format: Option<String>,
    reports: Vec<String>,
}

impl OfFile {
    fn read(path: &Path) -> Self {
        // A pipe was read already, and to open it again may take for ever.
        let text = if path.is_file() { text_file::read(path).ok() } else { None };
        let text = text.unwrap_or_default();
        let (document, _) = DeTable::parse_recoverable(&text);
        let run = document.get_ref().get("run").and_then(|run| run.get_ref().as_table());
        let Some(run) = run else { return Self::default() };
        let format = run.get("format").and_then(|format| format.get_ref().as_str());
        let reports = run.get("reports").and_then(|reports| reports.get_ref().as_array());
        let reports = reports.into_iter().flat_map(|reports| reports.iter());
        Self {
            format: format.map(str::to_owned),
            reports: reports
                .filter_map(|report| report.get_ref().as_str().map(str::to_owned))
                .collect(),
        }
    }
}

/// The values of an option, whatever stands around them.
fn values(words: &[String], long: &str, short: Option<char>) -> Vec<String> {
    let options = words.iter().skip(1).take_while(|word| *word != "--");
    let with_next = options.zip(words.iter().skip(2).map(Some).chain([None]));
    let value = |(word, next): (&String, Option<&String>)| {
        let attached = match (word.strip_prefix("--"), word.strip_prefix('-'), short) {
            (Some(word), ..) => match word.strip_prefix(long)? {
                "" => return next.cloned(),
                rest => rest.strip_prefix('=')?,
            },
            // The only short flag that takes no value is `-v`; it may stand before another one.
            (None, Some(word), Some(short)) => {
                match word.trim_start_matches('v').strip_prefix(short)? {
                    "" => return next.cloned(),
                    rest => rest.strip_prefix('=').unwrap_or(rest),
                }
            }
            _ => return None,
        };
        Some(attached.to_owned())
    };
    with_next.filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    fn format(line: &str, variables: &[(&str, &str)]) -> String {
        let known = |name: &str| {
            let mut known = variables.iter().filter(|(known, _)| *known == name);
            known.next().map(|(_, value)| (*value).to_owned())
        };
        stdout_format(&words(line), known).unwrap_or_default()
    }

    #[test]
    fn the_format_is_found_whatever_else_is_wrong() {
        for line in [
            "bitsgate check --format nagios --bogus",
            "bitsgate check --bogus --format=nagios",
            "bitsgate check --format text --timeout abc --format nagios",
            "bitsgate check --bogus -o nagios",
            "bitsgate check -onagios --format text",
            "bitsgate check -vo nagios",
            "bitsgate check --output json=a,nagios=-",
            "bitsgate check --timeout --format nagios",
        ] {
            assert_eq!(format(line, &[]), "nagios", "{line}");
        }
        for line in [
            "bitsgate check --bogus",
            "bitsgate check --format json",
            "bitsgate check --format nagios -o json",
            "bitsgate check -o nagios=file",
            "bitsgate check -- --format nagios",
            "bitsgate check --format",
        ] {
            assert_ne!(format(line, &[]), "nagios", "{line}");
        }
        let variables = [("BITSGATE_FORMAT", "nagios")];
        assert_eq!(format("bitsgate check", &variables), "nagios");
        assert_eq!(format("bitsgate check --format json", &variables), "json");
        assert_eq!(format("bitsgate check", &[("BITSGATE_OUTPUT", "nagios")]), "nagios");
        assert_eq!(format("bitsgate check", &[("BITSGATE_FORMAT", "")]), "");
    }

    #[test]
    fn the_format_is_found_in_a_file_that_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        for text in [
            "[run]\nformat = \"nagios\"\ntimeout = \"1x\"\n",
            "[run]\ntimeout = \nformat = \"nagios\"\n",
            "bogus = 1\n[run]\nreports = [\"json=a\", \"nagios\"]\n",
        ] {
            fs::write(&path, text).unwrap();
            let line = format!("bitsgate check -c {}", path.display());
            assert_eq!(format(&line, &[]), "nagios", "{text}");
        }
    }

    #[test]
    fn other_commands_are_no_plugins() {
        for (line, expected) in [
            ("bitsgate check --format nagios", true),
            ("bitsgate --color never check mock:", true),
            ("bitsgate chek --format nagios", true),
            ("bitsgate config --format nagios", false),
            ("bitsgate list checks --format nagios", false),
        ] {
            assert_eq!(is_check(&words(line)), expected, "{line}");
        }
    }
}
