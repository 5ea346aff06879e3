//! What is wrong in the configuration file: the line, a caret and a hint. Never shows a secret.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use crate::checks::table;
use crate::model::target::without_secret;
use crate::suggest::nearest;
use crate::ui::escape::{escape, hide_user};

/// Why the configuration cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    message: String,
    /// The line with a caret under what is wrong; empty when there is none.
    pub excerpt: String,
    /// What to write instead.
    pub hint: String,
}

impl ConfigError {
    /// Something is wrong with the whole file.
    pub fn of_file(path: &Path, problem: impl std::fmt::Display, hint: impl Into<String>) -> Self {
        let message = format!("{}: {problem}", path.display());
        Self { message, excerpt: String::new(), hint: hint.into() }
    }

    /// Something is wrong in one place of it.
    pub(super) fn at(
        path: &Path,
        text: &str,
        span: Range<usize>,
        problem: &str,
        hint: impl Into<String>,
    ) -> Self {
        let line = line_of(text, span.start);
        let problem = hide_user(problem);
        let message = format!("{}:{line}: {problem}", path.display());
        Self { message, excerpt: excerpt(text, span), hint: hint.into() }
    }

    /// The text is no such TOML.
    pub(super) fn of_toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let message = error.message();
        let span = error.span().unwrap_or(0..0);
        let mut names = message.split('`').skip(1).step_by(2);
        let (problem, hint) = if message.starts_with("unknown field") {
            let (wrong, known) = (names.next().unwrap_or_default(), names.collect::<Vec<_>>());
            (format!("there is no key `{wrong}` here"), one_of(wrong, &known))
        } else if message.starts_with("unknown variant") {
            let (wrong, known) = (names.next().unwrap_or_default(), names.collect::<Vec<_>>());
            (format!("`{wrong}` cannot be used here"), one_of(wrong, &known))
        } else if message.starts_with("missing field") {
            let missing = names.next().unwrap_or_default();
            (format!("the key `{missing}` is missing"), format!("add `{missing} = ...`"))
        } else {
            let hint = "`bitsgate init` writes a file with every key and its meaning";
            // The library says it in the words of its language.
            let message = message.replace("expected u32", "expected a whole number from 1 on");
            (message.lines().next().unwrap_or_default().to_owned(), hint.to_owned())
        };
        Self::at(path, text, span, &problem, hint)
    }
}

/// The number of the line that holds a byte, from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

/// A hint with the nearest of the known names, or with all of them.
pub fn one_of(wrong: &str, known: &[&str]) -> String {
    match nearest(wrong, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("possible here: {}", known.join(", ")),
    }
}

fn excerpt(text: &str, span: Range<usize>) -> String {
    let start = span.start.min(text.len());
    let begin = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let line = text[begin..].lines().next().unwrap_or_default();
    let shown = shown(line);
    let number = line_of(text, start).to_string();
    let margin = " ".repeat(number.len());
    let column = line[..(start - begin).min(line.len())].chars().count();
    let wanted = text[start..span.end.clamp(start, begin + line.len().max(start - begin))].chars();
    let room = shown.chars().count().saturating_sub(column).max(1);
    let carets = "^".repeat(wanted.count().clamp(1, room));
    let mut excerpt = format!("{number} | {}\n", escape(&shown.replace('\t', " ")));
    // Writing to a String cannot fail.
    let _ = write!(excerpt, "{margin} | {}{carets}", " ".repeat(column.min(shown.len())));
    excerpt
}

/// A line as it may be shown: the values of keys that may hold a secret are cut off, and keys that
/// nobody knows may be a `password` with a slip.
fn shown(line: &str) -> String {
    let Some((key, _)) = line.split_once('=') else {
        let is_harmless = line.trim_start().starts_with(['[', ']', '"', '\'', '#']);
        return if is_harmless { hide_user(line).into_owned() } else { String::from("...") };
    };
    let name = key.trim().trim_matches('"');
    if URL_KEYS.contains(&name) && !line.contains('@') {
        return shown_url(line);
    }
    if PLAIN_KEYS.contains(&name) || table::find(name).is_some() {
        return hide_user(line).into_owned();
    }
    format!("{key}= ...")
}

/// A line with a URL that may lack the `@` behind a password.
fn shown_url(line: &str) -> String {
    let is_quote = |char| matches!(char, '"' | '\'');
    match (line.find(is_quote), line.rfind(is_quote)) {
        (Some(begin), Some(end)) if begin < end => {
            let url = without_secret(&line[begin + 1..end]);
            format!("{}{url}{}", &line[..=begin], &line[end..])
        }
        _ => String::from("..."),
    }
}

/// Keys whose values are URLs, or may be.
const URL_KEYS: [&str; 4] = ["origin-url", "proxy", "target", "url"];

/// Keys whose values are no secret; a user and a password in a URL are hidden on their own.
const PLAIN_KEYS: &[&str] = &[
    "allow-clear-passwords",
    "baseline",
    "cacert",
    "check",
    "connections",
    "deadline",
    "deep",
    "deep-limit",
    "every",
    "exit-zero",
    "format",
    "hresult",
    "insecure",
    "jitter",
    "jobs",
    "labels",
    "legs",
    "metrics-listen",
    "name",
    "only",
    "origin-listen",
    "origin-url",
    "password-env",
    "password-file",
    "profile",
    "proxy",
    "reason",
    "repeat",
    "reports",
    "require",
    "skip",
    "strict",
    "target",
    "timeout",
    "until",
    "url",
    "warm-limit",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        for line in [
            "password = \"hunter2\"",
            "pasword = \"hunter2\"",
            "  pwd=\"hunter2",
            "proxies = [{ name = \"a\", password = \"hunter2\" }]",
            "url = \"http://user:hunter2@host:1\"",
            "url = \"user:hunter2@host\" # x",
            "  \"http://u:hunter2@host\",",
            "hunter2 in a text of several lines",
            "url = \"user:hunter2\"",
            "url = 'http://user:hunter2%40host:1' # x",
            "proxy = \"http://user:hunter2",
        ] {
            assert!(!shown(line).contains("hunter2"), "{}", shown(line));
        }
        assert_eq!(shown("timeout = \"1x\""), "timeout = \"1x\"");
        assert_eq!(shown("url = \"http://u:p@h:1\""), "url = \"(hidden)@h:1\"");
        assert_eq!(shown("url = \"http://h:0/a\" # x"), "url = \"http://h:0/a\" # x");
        assert_eq!(shown("proxy = \"user:x\""), "proxy = \"user:***\"");
        assert_eq!(shown("[[proxy]]"), "[[proxy]]");
    }

    #[test]
    fn every_key_without_a_secret_is_shown() {
        use crate::settings::file::Tables;
        for table in ["[run]", "[[targets]]", "[[accept]]", "[[proxies]]"] {
            let text = format!("{table}\nno-such-key = 1");
            let error = toml::from_str::<Tables>(&text).unwrap_err();
            let keys = error.message().split('`').skip(3).step_by(2);
            for key in keys.filter(|key| !["password", "user"].contains(key)) {
                let is_shown = PLAIN_KEYS.contains(&key) || URL_KEYS.contains(&key);
                assert!(is_shown, "{table} {key}");
            }
        }
    }

    #[test]
    fn the_caret_stands_under_what_is_wrong() {
        let text = "[run]\n\u{e4} = 1\ntimeout = \"1x\"\n";
        let begin = text.find("\"1x").unwrap();
        assert_eq!(excerpt(text, begin..begin + 4), "3 | timeout = \"1x\"\n  |           ^^^^");
        assert_eq!(excerpt(text, text.len()..text.len()), "4 | ...\n  | ^");
        assert_eq!(excerpt("", 0..0), "1 | ...\n  | ^");
        assert_eq!(excerpt("x", 9..12), "1 | ...\n  |  ^");
    }
}
