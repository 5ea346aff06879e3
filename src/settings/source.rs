//! Where a setting came from: flag > environment > file > default.

use std::fmt;

/// Where the value of a setting came from, the strongest first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// An argument, such as `--timeout`.
    Flag(String),
    /// A variable of the environment.
    Environment(String),
    /// A line of the configuration file, such as `bitsgate.toml:7`.
    File(String),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::File(name) => f.write_str(name),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Default => f.write_str("default"),
        }
    }
}
