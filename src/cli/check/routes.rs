//! Proxies: those given, by URL, name, label or list, or those of the file, with their credentials.

use std::io::Read as _;
use std::path::Path;

use super::super::error::CliError;
use super::args::CheckArgs;
use super::resolve::Resolver;
use crate::config::error::one_of;
use crate::config::file::{ConfigFile, ProxyTable};
use crate::config::source::Source;
use crate::mock::behaviour::Behaviour;
use crate::run::RunError;
use crate::target::{Credentials, Named, Route, Target, TargetError};

/// The routes, none when nobody named one.
pub(super) fn routes(
    args: &CheckArgs,
    all: &mut Resolver<'_>,
) -> Result<Vec<Named<Route>>, CliError> {
    let mut routes = Vec::new();
    for text in all.texts("proxy", &args.proxy) {
        let source = all.source("proxy");
        match all.file.and_then(|file| Some((file, proxy_named(file, &text)?))) {
            Some((file, table)) => routes.push(configured(all, file, table, Some(&source))?),
            None => routes.push(given(all, &text, source)?),
        }
    }
    if let Some(path) = &args.proxies {
        let source = all.source("proxies");
        for line in read_list(path)? {
            routes.push(given(all, &line, source.clone())?);
        }
    }
    for label in args.label.iter().filter(|label| !label.is_empty()) {
        let source = all.source("label");
        let (file, tables) = labelled(all.file, label)?;
        for table in tables {
            let is_there = |route: &Named<Route>| route.name.as_ref() == Some(table.name.get_ref());
            if !routes.iter().any(is_there) {
                routes.push(configured(all, file, table, Some(&source))?);
            }
        }
    }
    if let (true, Some(file)) = (routes.is_empty(), all.file) {
        check_names(file, file.tables.proxies.iter().map(|table| &table.name))?;
        for table in &file.tables.proxies {
            routes.push(configured(all, file, table, None)?);
        }
    }
    let user = args.proxy_user.as_deref().filter(|user| !user.is_empty());
    if user.is_some() {
        let source = all.source("proxy-user");
        all.note("proxy-user", String::from("(hidden)"), source);
    }
    add_credentials(&mut routes, user);
    Ok(routes)
}

/// Without any proxy the server itself is under test.
pub(super) fn or_direct(mut routes: Vec<Named<Route>>) -> Vec<Named<Route>> {
    if routes.is_empty() {
        routes.push(Route::Direct.into());
    }
    routes
}

/// Names of faults are checked before anything is sent.
pub(in crate::cli) fn check_behaviours(
    routes: &[Named<Route>],
    targets: &[Named<Target>],
) -> Result<(), CliError> {
    for route in routes {
        if let Route::Mock(behaviour) = &route.value {
            Behaviour::parse(behaviour).map_err(RunError::from)?;
        }
    }
    for target in targets {
        if let Target::Mock { behaviour, .. } = &target.value {
            Behaviour::parse_origin(behaviour).map_err(RunError::from)?;
        }
    }
    Ok(())
}

fn given(all: &mut Resolver<'_>, text: &str, source: Source) -> Result<Named<Route>, CliError> {
    let route = Route::parse(text)?;
    all.note("proxy", shown(&route), source);
    Ok(route.into())
}

/// A proxy of the file. `chosen_by`: what named it, when not the file alone.
fn configured(
    all: &mut Resolver<'_>,
    file: &ConfigFile,
    table: &ProxyTable,
    chosen_by: Option<&Source>,
) -> Result<Named<Route>, CliError> {
    let at_url = |error: TargetError| file.error_at(table.url.span(), &error, error.hint);
    let mut route = Route::parse(table.url.get_ref()).map_err(at_url)?;
    let mut remark = String::new();
    if let Route::Proxy(proxy) = &mut route {
        if let (Some(user), None) = (&table.user, &proxy.credentials) {
            let (user, password) = (user.clone(), String::new());
            proxy.credentials = Some(Credentials { user, password });
        }
        let in_url = proxy.credentials.as_ref().is_some_and(|one| !one.password.is_empty());
        let in_clear = table.password.as_ref().map(toml::Spanned::span);
        let in_clear = in_clear.or(in_url.then(|| table.url.span()));
        if let (Some(span), false) = (in_clear, file.tables.run.allow_clear_passwords) {
            let hint = "name a variable with `password-env` or a file with `password-file`, or set \
                        `allow-clear-passwords = true` in [run]";
            return Err(file.error_at(span, "a password in clear is refused", hint).into());
        }
        if let Some((password, origin)) = password(file, table)? {
            let Some(credentials) = &mut proxy.credentials else {
                let hint = "add `user = \"...\"`, or name the user in the URL";
                let problem = "there is a password, but no user";
                return Err(file.error_at(table.name.span(), problem, hint).into());
            };
            credentials.password = password;
            remark = format!("; password: {origin}");
        }
    }
    let chosen = chosen_by.map_or_else(String::new, |source| format!(", chosen by {source}"));
    let labels = match table.labels.as_slice() {
        [] => String::new(),
        labels => format!(" [{}]", labels.join(", ")),
    };
    let line = file.line(&table.name.span());
    all.note(
        "proxy",
        format!("{}: {}{labels}{remark}", table.name.get_ref(), shown(&route)),
        Source::File(format!("{line}{chosen}")),
    );
    let name = Some(table.name.get_ref().clone());
    Ok(Named { value: route, name, labels: table.labels.clone() })
}

/// The password of a configured proxy, and where it was found.
fn password(file: &ConfigFile, table: &ProxyTable) -> Result<Option<(String, String)>, CliError> {
    if let Some(variable) = &table.password_env {
        let name = variable.get_ref();
        let Ok(password) = std::env::var(name) else {
            let problem = format!("the variable {name} is not set, or is no text");
            let hint = "set it in the environment of bitsgate, or use `password-file`";
            return Err(file.error_at(variable.span(), problem, hint).into());
        };
        return Ok(Some((password, format!("environment {name}"))));
    }
    if let Some(path) = &table.password_file {
        let place = file.beside(path.get_ref());
        let text = std::fs::read_to_string(&place).map_err(|error| {
            let problem = format!("cannot read {}: {error}", place.display());
            file.error_at(path.span(), problem, "it holds the password and nothing else")
        })?;
        let password = text.trim_end_matches(['\r', '\n']).to_owned();
        return Ok(Some((password, format!("file {}", place.display()))));
    }
    let in_clear = table.password.as_ref();
    Ok(in_clear.map(|secret| (secret.get_ref().0.clone(), String::from("in clear"))))
}

fn shown(route: &Route) -> String {
    route.label().unwrap_or_else(|| String::from("direct"))
}

fn proxy_named<'f>(file: &'f ConfigFile, name: &str) -> Option<&'f ProxyTable> {
    file.tables.proxies.iter().find(|table| table.name.get_ref() == name)
}

/// The proxies that have a label.
fn labelled<'f>(
    file: Option<&'f ConfigFile>,
    label: &String,
) -> Result<(&'f ConfigFile, Vec<&'f ProxyTable>), CliError> {
    let Some(file) = file else {
        let hint = "name the file with --config, or write one with `bitsgate init`";
        return Err(CliError::usage(
            "--label chooses from a configuration, and there is none",
            hint,
        ));
    };
    let proxies = file.tables.proxies.iter();
    let tables: Vec<_> = proxies.filter(|table| table.labels.contains(label)).collect();
    if tables.is_empty() {
        let mut known: Vec<&str> = Vec::new();
        known.extend(file.tables.proxies.iter().flat_map(|one| &one.labels).map(String::as_str));
        known.sort_unstable();
        known.dedup();
        let problem = format!("no proxy of {} has the label {label:?}", file.path().display());
        return Err(CliError::usage(problem, one_of(label, &known)));
    }
    Ok((file, tables))
}

/// Two things of one name could not be told apart.
pub(super) fn check_names<'f>(
    file: &ConfigFile,
    names: impl Iterator<Item = &'f toml::Spanned<String>>,
) -> Result<(), CliError> {
    let mut known = std::collections::BTreeSet::new();
    for name in names {
        if !known.insert(name.get_ref()) {
            let problem = format!("the name {:?} is there twice", name.get_ref());
            return Err(file.error_at(name.span(), problem, "give each a name of its own").into());
        }
    }
    Ok(())
}

/// The lines of a list, without comments and blanks.
fn read_list(path: &Path) -> Result<Vec<String>, CliError> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(path).map(|read| text = read)
    };
    let hint = "it holds one proxy on each line, as --proxy takes it; # begins a comment";
    read.map_err(|error| {
        CliError::usage(
            format_args!("cannot read the proxies of {}: {error}", path.display()),
            hint,
        )
    })?;
    // A password may hold a #, so that a comment begins a line or follows a blank.
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
    let proxies = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let proxies: Vec<String> = proxies.map(str::to_owned).collect();
    if proxies.is_empty() {
        let problem = format!("there is no proxy in {}", path.display());
        return Err(CliError::usage(problem, hint));
    }
    Ok(proxies)
}

/// Completes proxies whose URL names no user, or a user without password.
pub(in crate::cli) fn add_credentials(routes: &mut [Named<Route>], user: Option<&str>) {
    // Only from the environment: an argument would show in the list of processes.
    let password = std::env::var("BITSGATE_PROXY_PASSWORD").unwrap_or_default();
    for route in routes {
        let Route::Proxy(proxy) = &mut route.value else { continue };
        match (&mut proxy.credentials, user) {
            (Some(credentials), _) if credentials.password.is_empty() => {
                credentials.password.clone_from(&password);
            }
            (credentials @ None, Some(user)) => {
                let (user, password) = (user.to_owned(), password.clone());
                *credentials = Some(Credentials { user, password });
            }
            _ => {}
        }
    }
}
