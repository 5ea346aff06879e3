//! The configuration file `bitsgate.toml`, read strictly: an unknown key or a wrong value is an
//! error with its line. Called by the command line, which lays flags and environment over it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::error::{ConfigError, line_of};
use super::source::Source;
use crate::model::disposition::Severity;
use crate::text_file;

/// A configuration file that could be read.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    text: String,
    /// What it says.
    pub tables: Tables,
}

/// What a file says. Texts are made into times, sizes and the like by whoever uses them, with
/// [`ConfigFile::error_at`] for those that cannot be.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tables {
    /// Accepted findings.
    pub accept: Vec<AcceptTable>,
    /// How much a check matters.
    pub checks: BTreeMap<Spanned<String>, Spanned<Severity>>,
    /// The proxies.
    pub proxies: Vec<ProxyTable>,
    /// What flags say too.
    pub run: RunTable,
    /// The files to download.
    pub targets: Vec<TargetTable>,
}

/// `[run]`: each key has the name and the meaning of the flag. What a flag takes with and without a
/// unit is a value of any kind here, so that `30` needs no quotes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[expect(missing_docs, reason = "each is the flag of its name")]
pub struct RunTable {
    /// Whether passwords may stand in the file itself.
    pub allow_clear_passwords: bool,
    pub baseline: Option<Spanned<String>>,
    pub cacert: Option<Spanned<String>>,
    pub connections: Option<Spanned<u32>>,
    pub deadline: Option<Spanned<toml::Value>>,
    /// Whether files are fetched whole too.
    pub deep: Option<Spanned<bool>>,
    /// Largest of them, such as `1GiB`.
    pub deep_limit: Option<Spanned<toml::Value>>,
    /// Time between rounds, such as `15m`.
    pub every: Option<Spanned<toml::Value>>,
    pub exit_zero: Option<Spanned<bool>>,
    pub format: Option<Spanned<String>>,
    pub insecure: Option<Spanned<bool>>,
    /// How far from `every`, as `"10%"` or a number.
    pub jitter: Option<Spanned<toml::Value>>,
    pub jobs: Option<Spanned<u32>>,
    pub legs: Option<Spanned<Vec<Spanned<String>>>>,
    pub metrics_listen: Option<Spanned<toml::Value>>,
    pub only: Option<Spanned<Vec<Spanned<String>>>>,
    pub origin_listen: Option<Spanned<String>>,
    pub origin_url: Option<Spanned<String>>,
    pub profile: Option<Spanned<String>>,
    /// How often, as a number or `"forever"`.
    pub repeat: Option<Spanned<toml::Value>>,
    /// Where reports go, as `FORMAT=PATH`.
    pub reports: Option<Spanned<Vec<Spanned<String>>>>,
    /// The kind of job that must work: `download`, `ranges` or `all`.
    pub require: Option<Spanned<String>>,
    pub skip: Option<Spanned<Vec<Spanned<String>>>>,
    pub strict: Option<Spanned<bool>>,
    pub timeout: Option<Spanned<toml::Value>>,
    pub warm_limit: Option<Spanned<toml::Value>>,
}

/// `[[proxies]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProxyTable {
    /// What reports call it, and flags choose it by.
    pub name: Spanned<String>,
    /// As `--proxy` takes it.
    pub url: Spanned<String>,
    /// Groups that `--label` chooses by.
    #[serde(default)]
    pub labels: Vec<String>,
    /// User, when the URL names none.
    pub user: Option<String>,
    /// The variable of the environment that holds the password.
    pub password_env: Option<Spanned<String>>,
    /// The file that holds the password, beside the configuration file unless absolute.
    pub password_file: Option<Spanned<String>>,
    /// The password itself, refused unless `allow-clear-passwords` is set.
    pub password: Option<Spanned<Secret>>,
}

/// `[[targets]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetTable {
    /// What reports call it, and arguments choose it by.
    pub name: Spanned<String>,
    /// As an argument takes it.
    pub url: Spanned<String>,
}

/// `[[accept]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AcceptTable {
    /// Id of the check.
    pub check: Spanned<String>,
    /// Name or URL of proxies, `*` and `?` as in file names; none: every route.
    pub proxy: Option<Spanned<String>>,
    /// Name or URL of targets, likewise; none: every target.
    pub target: Option<Spanned<String>>,
    /// The code that Windows shows for it; none: any.
    pub hresult: Option<Spanned<String>>,
    /// The last day on which it is accepted.
    pub until: Spanned<Datetime>,
    /// Why it is accepted.
    pub reason: Spanned<String>,
}

/// A password. Never printed.
pub struct Secret(pub(crate) String);

impl ConfigFile {
    /// The file of the usual name in the current folder, if there is one.
    pub fn find() -> Result<Option<Self>, ConfigError> {
        let path = Path::new(NAME);
        if path.is_file() { Self::read(path).map(Some) } else { Ok(None) }
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let hint = "`bitsgate init` writes one to begin with";
        let text = text_file::read(path)
            .map_err(|error| ConfigError::of_file(path, format!("cannot read: {error}"), hint))?;
        Self::parse(path, text)
    }

    /// Reads a text that stands in a file.
    pub fn parse(path: &Path, text: String) -> Result<Self, ConfigError> {
        let tables =
            toml::from_str(&text).map_err(|error| ConfigError::of_toml(path, &text, &error))?;
        Ok(Self { path: path.to_owned(), text, tables })
    }

    /// An error in one place of the file.
    pub fn error_at(
        &self,
        span: Range<usize>,
        problem: impl std::fmt::Display,
        hint: impl Into<String>,
    ) -> ConfigError {
        ConfigError::at(&self.path, &self.text, span, &problem.to_string(), hint)
    }

    /// The line of a place, such as `bitsgate.toml:7`.
    pub fn source(&self, span: &Range<usize>) -> Source {
        Source::File(self.line(span))
    }

    /// The same as a text.
    pub fn line(&self, span: &Range<usize>) -> String {
        format!("{}:{}", self.path.display(), line_of(&self.text, span.start))
    }

    /// A path that the file names: relative ones begin beside it.
    pub fn beside(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The usual message on a wrong type would show the value.
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("a password is a text in quotes")),
        }
    }
}

/// The name that is looked for.
pub const NAME: &str = "bitsgate.toml";

/// What `bitsgate init` writes: every key with its meaning.
pub const TEMPLATE: &str = include_str!("template.toml");

#[cfg(test)]
mod tests {
    use super::*;

    /// The template with its examples in force.
    fn examples() -> String {
        let lines = TEMPLATE.lines().map(|line| line.strip_prefix("#:").unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_template_is_right_as_it_is_and_with_its_examples() {
        let path = Path::new(NAME);
        let file = ConfigFile::parse(path, TEMPLATE.to_owned()).unwrap();
        assert!(file.tables.proxies.is_empty());
        let file = ConfigFile::parse(path, examples()).unwrap_or_else(|error| {
            panic!("{error}\n{}", error.excerpt);
        });
        assert!(file.tables.proxies.len() > 1 && !file.tables.targets.is_empty());
        assert_eq!(file.tables.accept.len(), 1);
    }

    #[test]
    fn the_example_of_the_readme_is_right() {
        let readme = include_str!("../../README.md");
        let (_, after) = readme.split_once("<!-- configuration:start -->").unwrap();
        let (example, _) = after.split_once("<!-- configuration:end -->").unwrap();
        let text = example.trim().trim_start_matches("```toml").trim_end_matches("```");
        let file = ConfigFile::parse(Path::new(NAME), text.to_owned()).unwrap();
        assert_eq!((file.tables.proxies.len(), file.tables.accept.len()), (2, 1));
    }

    #[test]
    fn the_template_shows_every_key() {
        let text = examples();
        for table in [
            "[run]\nno-such-key = 1",
            "[[proxies]]\nno-such-key = 1",
            "[[targets]]\nno-such-key = 1",
            "[[accept]]\nno-such-key = 1",
            "no-such-key = 1",
        ] {
            let error = toml::from_str::<Tables>(table).unwrap_err();
            let keys: Vec<&str> = error.message().split('`').skip(3).step_by(2).collect();
            assert!(!keys.is_empty(), "{error}");
            for key in keys {
                let is_shown =
                    |line: &str| line.trim_start_matches(['#', ' ', '[']).starts_with(key);
                assert!(text.lines().any(is_shown), "{key}");
            }
        }
    }
}
