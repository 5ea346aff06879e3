//! Colours of the terminal. They only repeat what a word already says.

use anstyle::{AnsiColor, Style};

/// When to colour: the value of `--color`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum ColorChoice {
    /// Always, also into files and pipes.
    Always,
    /// On a terminal, unless the environment refuses colour.
    #[default]
    Auto,
    /// Never.
    Never,
}

/// What a piece of text means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Labels and asides.
    Aside,
    /// A failure.
    Fail,
    /// A name or heading.
    Heading,
    /// Something that could not be judged.
    Inconclusive,
    /// A success.
    Pass,
    /// A warning.
    Warn,
}

/// Colours text, or leaves it as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Painter {
    /// Whether to colour.
    pub color: bool,
}

impl ColorChoice {
    /// Whether to colour a stream. `environment` looks a variable up: `NO_COLOR` counts when
    /// it is set to anything but the empty string (<https://no-color.org>).
    pub fn colors(self, is_terminal: bool, environment: impl Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::Always => true,
            Self::Auto => {
                let refused = environment("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = environment("TERM").is_some_and(|value| value == "dumb");
                is_terminal && !refused && !dumb
            }
            Self::Never => false,
        }
    }
}

impl Role {
    /// The style that goes with it.
    pub fn style(self) -> Style {
        match self {
            Self::Aside => Style::new(),
            Self::Fail => AnsiColor::Red.on_default().bold(),
            Self::Heading => Style::new().bold(),
            Self::Inconclusive => AnsiColor::Magenta.on_default().bold(),
            Self::Pass => AnsiColor::Green.on_default(),
            Self::Warn => AnsiColor::Yellow.on_default().bold(),
        }
    }
}

impl Painter {
    /// The text in the style of its role.
    pub fn paint(self, role: Role, text: &str) -> String {
        if self.color {
            let style = role.style();
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_obeys_flag_then_environment_then_terminal() {
        let with = |name: &'static str, value: &'static str| {
            move |asked: &str| (asked == name).then(|| value.to_owned())
        };
        let none = |_: &str| None;
        assert!(ColorChoice::Auto.colors(true, none));
        assert!(!ColorChoice::Auto.colors(false, none));
        assert!(!ColorChoice::Auto.colors(true, with("NO_COLOR", "1")));
        assert!(ColorChoice::Auto.colors(true, with("NO_COLOR", "")));
        assert!(!ColorChoice::Auto.colors(true, with("TERM", "dumb")));
        assert!(ColorChoice::Always.colors(false, with("NO_COLOR", "1")));
        assert!(!ColorChoice::Never.colors(true, none));
    }

    #[test]
    fn paint_ends_what_it_begins() {
        assert_eq!(Painter { color: false }.paint(Role::Fail, "FAIL"), "FAIL");
        assert_eq!(Painter { color: true }.paint(Role::Pass, "pass"), "\x1b[32mpass\x1b[0m");
    }
}
