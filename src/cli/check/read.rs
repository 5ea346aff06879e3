//! Settings of each kind: texts and numbers of the file become what flags are, or are refused in
//! their line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use toml::Spanned;
use url::Url;

use super::super::error::CliError;
use super::super::sinks::SinkSpec;
use super::args::{MOST_AT_ONCE, parse_time, read_size};
use super::decisions;
use super::resolve::{Complaint, Resolver};
use crate::model::target::Target;
use crate::settings::error;

/// A switch.
pub(super) fn switch(
    all: &mut Resolver<'_>,
    key: &str,
    given: Option<bool>,
    of_file: Option<&Spanned<bool>>,
) -> Result<bool, CliError> {
    all.pick(key, given, of_file, |&value| Ok(value), false, bool::to_string)
}

/// Reports and where they go; paths of the file begin beside it.
pub(super) fn sinks(
    all: &mut Resolver<'_>,
    given: &[SinkSpec],
    of_file: Option<&Spanned<Vec<Spanned<String>>>>,
) -> Result<Vec<SinkSpec>, CliError> {
    let file = all.file;
    let read_one = |text: &Spanned<String>| {
        let spec: SinkSpec = text.get_ref().parse().map_err(plain)?;
        let path = spec.path.map(|path| match file {
            Some(file) => file.beside(&path.to_string_lossy()),
            None => path,
        });
        Ok(SinkSpec { path, ..spec })
    };
    let read = |texts: &Vec<Spanned<String>>| texts.iter().map(read_one).collect();
    let show = |specs: &Vec<SinkSpec>| match specs.as_slice() {
        [] => String::from("none"),
        specs => specs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let given = (!given.is_empty()).then(|| given.to_vec());
    all.pick("output", given, of_file, read, Vec::new(), show)
}

/// How many of something may be used at the same time.
pub(super) fn at_once(
    all: &mut Resolver<'_>,
    key: &str,
    given: Option<u32>,
    of_file: Option<&Spanned<u32>>,
    default: usize,
) -> Result<usize, CliError> {
    let read = |&number: &u32| match u64::from(number) {
        1..=MOST_AT_ONCE => Ok(number as usize),
        _ => Err(plain(format!("a number from 1 to {MOST_AT_ONCE} is needed"))),
    };
    all.pick(key, given.map(|number| number as usize), of_file, read, default, usize::to_string)
}

/// A path; one of the file begins beside it.
pub(super) fn path(
    all: &mut Resolver<'_>,
    key: &str,
    given: Option<&Path>,
    of_file: Option<&Spanned<String>>,
) -> Result<Option<PathBuf>, CliError> {
    let file = all.file;
    let read = |text: &String| Ok(file.map(|file| file.beside(text)));
    let show = |path: &Option<PathBuf>| {
        path.as_ref().map_or_else(|| String::from("none"), |path| path.display().to_string())
    };
    all.pick(key, given.map(|path| Some(path.to_owned())), of_file, read, None, show)
}

/// Names of checks; those that are none are told with their line.
pub(super) fn names(
    all: &mut Resolver<'_>,
    key: &str,
    given: &[String],
    of_file: Option<&Spanned<Vec<Spanned<String>>>>,
) -> Result<Vec<String>, CliError> {
    let given: Vec<String> = given.iter().filter(|name| !name.is_empty()).cloned().collect();
    if let (Some(names), Some(file)) = (of_file, all.file) {
        for name in names.get_ref() {
            decisions::known_check(file, name)?;
        }
    }
    let read = |names: &Vec<Spanned<String>>| {
        Ok(names.iter().map(|name| name.get_ref().clone()).collect())
    };
    let show = |names: &Vec<String>| match names.as_slice() {
        [] => String::from("none"),
        names => names.join(","),
    };
    all.pick(key, (!given.is_empty()).then_some(given), of_file, read, Vec::new(), show)
}

/// A time such as `30s`.
pub(super) fn time(
    all: &mut Resolver<'_>,
    key: &str,
    given: Option<Duration>,
    of_file: Option<&Spanned<toml::Value>>,
    default: Duration,
) -> Result<Duration, CliError> {
    let read = |value: &toml::Value| parse_time(&text(value)).map_err(plain);
    let show = |time: &Duration| humantime::format_duration(*time).to_string();
    all.pick(key, given, of_file, read, default, show)
}

/// A size such as `64MiB`, in bytes.
pub(super) fn size(
    all: &mut Resolver<'_>,
    key: &str,
    given: Option<u64>,
    of_file: Option<&Spanned<toml::Value>>,
    default: u64,
) -> Result<u64, CliError> {
    let read = |value: &toml::Value| read_size(&text(value)).map_err(plain);
    all.pick(key, given, of_file, read, default, |bytes| format!("{bytes} bytes"))
}

/// One of the words of a flag.
pub(super) fn word<T: ValueEnum + Default>(
    all: &mut Resolver<'_>,
    key: &str,
    given: Option<T>,
    of_file: Option<&Spanned<String>>,
) -> Result<T, CliError> {
    let read = |text: &String| known_word(text);
    all.pick(key, given, of_file, read, T::default(), shown)
}

/// Reads a word that a flag takes too.
pub(super) fn known_word<T: ValueEnum>(text: &str) -> Result<T, Complaint> {
    let known: Vec<String> = T::value_variants().iter().map(shown).collect();
    T::from_str(text, false).map_err(|_| Complaint {
        problem: format!("{text:?} cannot be used here"),
        hint: error::one_of(text, &known.iter().map(String::as_str).collect::<Vec<_>>()),
    })
}

/// The word for a value.
pub(super) fn shown<T: ValueEnum>(value: &T) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// An address with a port.
pub(super) fn address(text: &str) -> Result<SocketAddr, Complaint> {
    let problem = |_| Complaint {
        problem: format!("{text:?} is no address with a port"),
        hint: String::from("write ADDRESS:PORT, such as 0.0.0.0:8000"),
    };
    text.parse().map_err(problem)
}

/// The URL of the reference origin.
pub(super) fn origin_url(text: &str) -> Result<Url, Complaint> {
    match Target::parse(text)? {
        Target::Url(url) if url.scheme() == "http" => Ok(url),
        _ => Err(Complaint {
            problem: String::from("the reference origin needs an http URL"),
            hint: String::from("write http://HOST:PORT, as proxies reach this machine"),
        }),
    }
}

/// A number or a text, as what a flag makes of it.
pub(super) fn parsed<T: FromStr<Err = String>>(value: &toml::Value) -> Result<T, Complaint> {
    text(value).parse().map_err(plain)
}

/// What stands in the file, as it would after a flag.
pub(super) fn text(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn plain(problem: String) -> Complaint {
    Complaint { problem, hint: String::from("`bitsgate check --help` tells more of it") }
}
