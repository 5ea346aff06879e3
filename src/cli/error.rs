//! Errors of the command line: what went wrong, a hint, and the exit code.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::process::ExitCode;

use crate::mock::behaviour::BehaviourError;
use crate::run::RunError;
use crate::target::TargetError;
use crate::ui::escape::escape;

/// An error that ends the program.
#[derive(Debug)]
pub(super) struct CliError {
    code: u8,
    message: String,
    hint: Option<String>,
}

impl CliError {
    /// An argument that cannot be used: exit code 2.
    pub(super) fn usage(message: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self { code: 2, message: message.to_string(), hint: Some(hint.into()) }
    }

    /// A name that is not known, with the nearest one that is: exit code 2.
    pub(super) fn unknown(kind: &str, name: &str, nearest: Option<&str>, list: &str) -> Self {
        let all = format!("`bitsgate list {list}` names them all");
        let hint = match nearest {
            Some(nearest) => format!("did you mean {nearest}? {all}"),
            None => all,
        };
        Self::usage(format_args!("there is no {kind} named {name:?}"), hint)
    }

    /// The tool itself failed: exit code 4.
    pub(super) fn tool(what: &str, error: impl Error) -> Self {
        Self { code: 4, message: format!("{what}: {}", chain(&error)), hint: None }
    }

    /// Prints the error and gives the exit code.
    pub(super) fn report(&self) -> ExitCode {
        let mut text = format!("error: {}\n", escape(&self.message));
        if let Some(hint) = &self.hint {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "\nhint: {hint}");
        }
        eprint!("{text}");
        ExitCode::from(self.code)
    }
}

impl From<TargetError> for CliError {
    fn from(error: TargetError) -> Self {
        Self::usage(&error, error.hint)
    }
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        match &error {
            RunError::Behaviour(BehaviourError::Unknown { name, nearest }) => {
                let kind = "fault, quirk or emulation";
                Self::unknown(kind, name, nearest.as_deref(), "faults`, `list emulations")
            }
            RunError::Behaviour(BehaviourError::Two(..)) => {
                Self::usage(&error, "give one emulation; faults and quirks may be joined to it")
            }
            RunError::Behaviour(BehaviourError::NotAnOrigin(name)) => {
                Self::usage(&error, format!("put it in the way: --proxy mock:{name}"))
            }
            RunError::Tls(_) => Self::usage(chain(&error), "see --cacert and --insecure"),
            RunError::Mock(_) => Self { code: 4, message: chain(&error), hint: None },
        }
    }
}

/// An error and its sources, on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
