//! All of the configuration file is right, or it is refused with the line: also what this run does
//! not use, so that a slip is found when it is made and not on the day that it matters. Variables
//! and files that hold passwords are looked for only when they are used.

use toml::Spanned;

use super::super::error::CliError;
use crate::mock::Behaviour;
use crate::mock::behaviour::BehaviourError;
use crate::model::target::{Credentials, ProxySpec, REFERENCE_SIZES, Route, Target, TargetError};
use crate::run::RunError;
use crate::settings::error::{ConfigError, one_of};
use crate::settings::file::{ConfigFile, ProxyTable, TargetTable};

/// Checks the proxies and targets, used or not. The tables `[run]`, `[checks]` and `[[accept]]` are
/// checked where they are read, since all of them always are.
pub(super) fn validate(file: &ConfigFile) -> Result<(), CliError> {
    check_names(file, file.tables.proxies.iter().map(|table| &table.name))?;
    check_names(file, file.tables.targets.iter().map(|table| &table.name))?;
    for table in &file.tables.proxies {
        if let Route::Mock(behaviour) = route(file, table)? {
            check_behaviour(file, &table.url, Behaviour::parse(&behaviour))?;
        }
    }
    for table in &file.tables.targets {
        if let Target::Mock { behaviour, .. } = target(file, table)? {
            check_behaviour(file, &table.url, Behaviour::parse_origin(&behaviour))?;
        }
    }
    Ok(())
}

/// The route of a proxy, with its user, and with its password if that stands in the URL.
pub(super) fn route(file: &ConfigFile, table: &ProxyTable) -> Result<Route, ConfigError> {
    let at_url = |error: TargetError| file.error_at(table.url.span(), &error, error.hint);
    let mut route = Route::parse(table.url.get_ref()).map_err(at_url)?;
    if let Route::Proxy(proxy) = &mut route {
        if let (Some(user), None) = (&table.user, &proxy.credentials) {
            let (user, password) = (user.clone(), String::new());
            proxy.credentials = Some(Credentials { user, password });
        }
        check_password(file, table, proxy)?;
    }
    Ok(route)
}

/// The target of a table.
pub(super) fn target(file: &ConfigFile, table: &TargetTable) -> Result<Target, ConfigError> {
    let at_url = |error: TargetError| file.error_at(table.url.span(), &error, error.hint);
    Target::parse(table.url.get_ref()).map_err(at_url)
}

/// The proxy of an accepted finding: a pattern, a name, or a URL as reports write it.
pub(super) fn accepted_proxy(file: &ConfigFile, text: &Spanned<String>) -> Result<(), ConfigError> {
    let mut names: Vec<&str> = names(file.tables.proxies.iter().map(|table| &table.name));
    names.push("direct");
    let parse = |text: &str| Route::parse(text).map(|route| route.label().unwrap_or_default());
    accepted(file, text, &names, "proxy", parse)
}

/// The target of an accepted finding, likewise.
pub(super) fn accepted_target(
    file: &ConfigFile,
    text: &Spanned<String>,
) -> Result<(), ConfigError> {
    let own = REFERENCE_SIZES.map(|size| Target::Reference { size, base: None }.to_string());
    // With a base the URL of the reverse proxy follows.
    if own.iter().any(|own| text.get_ref().starts_with(own.as_str())) {
        return Ok(());
    }
    let names = names(file.tables.targets.iter().map(|table| &table.name));
    accepted(file, text, &names, "target", |text| {
        Target::parse(text).map(|target| target.to_string())
    })
}

fn accepted(
    file: &ConfigFile,
    text: &Spanned<String>,
    names: &[&str],
    kind: &str,
    parse: impl Fn(&str) -> Result<String, TargetError>,
) -> Result<(), ConfigError> {
    let wanted = text.get_ref().as_str();
    // What a pattern is for may be given on the command line.
    if wanted.contains(['*', '?']) || names.contains(&wanted) {
        return Ok(());
    }
    if !wanted.contains(':') {
        let problem = format!("there is no {kind} `{wanted}`");
        return Err(file.error_at(text.span(), problem, one_of(wanted, names)));
    }
    let label = parse(wanted).map_err(|error| file.error_at(text.span(), &error, error.hint))?;
    if label == wanted {
        return Ok(());
    }
    let problem = format!("no {kind} is ever called `{wanted}` in a report");
    Err(file.error_at(text.span(), problem, format!("did you mean `{label}`?")))
}

/// A password stands in one place, not in clear unless that is allowed, and has a user.
fn check_password(
    file: &ConfigFile,
    table: &ProxyTable,
    proxy: &ProxySpec,
) -> Result<(), ConfigError> {
    let in_url = proxy.has_password();
    let in_clear = table.password.as_ref().map(Spanned::span);
    let in_clear = in_clear.or(in_url.then(|| table.url.span()));
    if let (Some(span), false) = (in_clear, file.tables.run.allow_clear_passwords) {
        return Err(file.error_at(span, IN_CLEAR, HINT_IN_CLEAR));
    }
    let named = [&table.password_env, &table.password_file];
    let spans = named.into_iter().flatten().map(Spanned::span);
    let spans: Vec<_> = spans.chain(table.password.as_ref().map(Spanned::span)).collect();
    if let Some(span) = spans.get(usize::from(!in_url)) {
        let hint = "keep one of `password-env`, `password-file`, `password` and the one in the URL";
        return Err(file.error_at(span.clone(), "there is more than one password", hint));
    }
    if let (false, None) = (spans.is_empty(), &proxy.credentials) {
        let hint = "add `user = \"...\"`, or name the user in the URL";
        return Err(file.error_at(table.name.span(), "there is a password, but no user", hint));
    }
    Ok(())
}

/// Two things of one name could not be told apart, and neither could a name and what else stands in
/// its place: a URL, a built-in, a flag, a pattern of `[[accept]]`.
fn check_names<'f>(
    file: &ConfigFile,
    names: impl Iterator<Item = &'f Spanned<String>>,
) -> Result<(), ConfigError> {
    let mut known = std::collections::BTreeSet::new();
    for name in names {
        if let Some(problem) = collision(name.get_ref()) {
            let problem = format!("the name {:?} cannot be used: {problem}", name.get_ref());
            return Err(file.error_at(name.span(), problem, HINT_NAME));
        }
        if !known.insert(name.get_ref()) {
            let problem = format!("the name {:?} is there twice", name.get_ref());
            return Err(file.error_at(name.span(), problem, "give each a name of its own"));
        }
    }
    Ok(())
}

/// What a name would be taken for.
fn collision(name: &str) -> Option<&'static str> {
    match name {
        _ if name.trim().is_empty() => Some("it is empty"),
        _ if name.trim() != name => Some("it begins or ends with a blank"),
        "direct" => Some("`direct` is the route without a proxy"),
        _ if name.starts_with('-') => Some("it would be read as a flag"),
        _ if name.contains(':') => Some("with a colon it would be read as a URL"),
        _ if name.contains(['*', '?']) => Some("`*` and `?` make a pattern of it"),
        _ if name.contains(char::is_control) => Some("it has a character that nobody sees"),
        _ => None,
    }
}

fn check_behaviour(
    file: &ConfigFile,
    url: &Spanned<String>,
    parsed: Result<Behaviour, BehaviourError>,
) -> Result<(), CliError> {
    parsed.map(drop).map_err(|error| {
        let error = CliError::from(RunError::from(error));
        file.error_at(url.span(), error.message(), error.hint()).into()
    })
}

fn names<'f>(names: impl Iterator<Item = &'f Spanned<String>>) -> Vec<&'f str> {
    names.map(|name| name.get_ref().as_str()).collect()
}

/// What is wrong with a password that everybody who sees a file can read.
pub(super) const IN_CLEAR: &str = "a password in clear is refused";

const HINT_NAME: &str = "use letters, digits, `-`, `_` and `.`, such as berlin-2";

const HINT_IN_CLEAR: &str = "name a variable with `password-env` or a file with `password-file`, or \
                             set `allow-clear-passwords = true` in [run]";
