//! Errors of the command line: what went wrong, a hint, and the exit code.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::process::ExitCode;

use crate::http::tls::TlsError;
use crate::mock::behaviour::BehaviourError;
use crate::model::target::TargetError;
use crate::run::RunError;
use crate::settings::error::ConfigError;
use crate::ui::escape::{escape, hide_user};

/// An error that ends the program.
#[derive(Debug)]
pub(super) struct CliError {
    code: u8,
    message: String,
    /// The line of a file that is wrong, with a caret.
    excerpt: String,
    hint: Option<String>,
}

impl CliError {
    /// An argument that cannot be used: exit code 2.
    pub(super) fn usage(message: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self {
            code: 2,
            message: without_users(message.to_string()),
            excerpt: String::new(),
            hint: Some(hint.into()),
        }
    }

    /// A name that is not known, with the nearest one that is: exit code 2.
    pub(super) fn unknown(kind: &str, name: &str, nearest: Option<&str>, list: &str) -> Self {
        let all = format!("`bitsgate list {list}` names them all");
        let hint = match nearest {
            Some(nearest) => format!("did you mean {nearest}? {all}"),
            None => all,
        };
        Self::usage(format_args!("there is no {kind} named {:?}", hide_user(name)), hint)
    }

    /// The tool itself failed: exit code 4.
    pub(super) fn tool(what: &str, error: impl Error) -> Self {
        Self {
            code: 4,
            message: without_users(format!("{what}: {}", chain(&error))),
            excerpt: String::new(),
            hint: None,
        }
    }

    /// Says what to do.
    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// What went wrong, in a line.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// What to do; empty when nobody knows.
    pub(super) fn hint(&self) -> &str {
        self.hint.as_deref().unwrap_or_default()
    }

    /// The exit code.
    pub(super) fn code(&self) -> u8 {
        self.code
    }

    /// Prints the error and gives the exit code.
    pub(super) fn report(&self) -> ExitCode {
        let mut text = format!("error: {}\n", escape(&self.message));
        if !self.excerpt.is_empty() {
            // Escaped where it was made. Writing to a String cannot fail.
            let _ = writeln!(text, "\n{}", self.excerpt);
        }
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

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self { excerpt: error.excerpt.clone(), ..Self::usage(&error, &error.hint) }
    }
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        match &error {
            RunError::Behaviour(BehaviourError::Unknown { name, nearest }) => {
                let kind = "fault, variation or emulation";
                Self::unknown(kind, name, nearest.as_deref(), "faults`, `list emulations")
            }
            RunError::Behaviour(BehaviourError::Two(..)) => {
                Self::usage(&error, "give one emulation; faults and variations may be joined to it")
            }
            RunError::Behaviour(BehaviourError::NotAnOrigin(name)) => {
                Self::usage(&error, format!("put it in the way: --proxy mock:{name}"))
            }
            RunError::Tls(TlsError::Store(_)) => {
                Self::tool("TLS cannot be set up", error).with_hint(NO_STORE)
            }
            RunError::Tls(_) => Self::usage(chain(&error), "see --cacert and --insecure"),
            RunError::Mock(_) => {
                Self { code: 4, message: chain(&error), excerpt: String::new(), hint: None }
            }
        }
    }
}

/// A message may repeat what stands in the wrong place, and that may be a proxy with a password.
fn without_users(message: String) -> String {
    match message.rsplit_once('@') {
        Some((before, _)) if before.contains("://") => hide_user(&message).into_owned(),
        _ => message,
    }
}

const NO_STORE: &str = "install the CA certificates of this system (Debian: ca-certificates) and \
                        look at SSL_CERT_FILE and SSL_CERT_DIR, or give the certificates with \
                        --cacert FILE";

/// An error and its sources, on one line.
pub(super) fn chain(error: &dyn Error) -> String {
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
