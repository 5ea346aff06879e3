//! Proxies: those given, by URL, name, label or list, or those of the file, with their credentials.

use super::super::error::CliError;
use super::args::CheckArgs;
use super::resolve::Resolver;
use super::{proxy_list, validate};
use crate::mock::behaviour::Behaviour;
use crate::model::target::{Credentials, Named, ProxySpec, Route, Target};
use crate::run::RunError;
use crate::settings::error::one_of;
use crate::settings::file::{ConfigFile, ProxyTable};
use crate::settings::source::Source;
use crate::text_file;

/// The routes, none when nobody named one.
pub(super) fn routes(
    args: &CheckArgs,
    all: &mut Resolver<'_>,
) -> Result<Vec<Named<Route>>, CliError> {
    // A variable that somebody left behind must not aim at more than the command line names.
    let has_flag = ROUTE_FLAGS.iter().any(|key| all.is_flag(key));
    let counts = |all: &Resolver<'_>, key| !has_flag || all.is_flag(key);
    let mut routes = Vec::new();
    let proxies = if counts(all, "proxy") { args.proxy.as_slice() } else { &[] };
    for text in all.texts("proxy", proxies) {
        let source = all.source("proxy");
        match all.file.and_then(|file| Some((file, proxy_named(file, &text)?))) {
            Some((file, table)) => routes.push(configured(all, file, table, Some(&source))?),
            None => routes.push(given(all, &text, source)?),
        }
    }
    if let Some(path) = args.proxies.as_ref().filter(|_| counts(all, "proxies")) {
        let source = all.source("proxies");
        let allows_clear = all.file.is_some_and(|file| file.tables.run.allow_clear_passwords);
        for route in proxy_list::read(path, allows_clear)? {
            all.note("proxy", shown(&route), source.clone());
            routes.push(route.into());
        }
    }
    let labels = if counts(all, "label") { args.label.as_slice() } else { &[] };
    for label in labels.iter().filter(|label| !label.is_empty()) {
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
        for table in &file.tables.proxies {
            routes.push(configured(all, file, table, None)?);
        }
    }
    let user = args.proxy_user.as_deref().filter(|user| !user.is_empty());
    if user.is_some() {
        let source = all.source("proxy-user");
        all.note("proxy-user", String::from("(hidden)"), source);
    }
    add_credentials(&mut routes, user)?;
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
    let mut route = validate::route(file, table)?;
    let mut remark = String::new();
    if let Route::Proxy(ProxySpec { credentials: Some(credentials), .. }) = &mut route
        && let Some((password, origin)) = password(file, table)?
    {
        credentials.password = password;
        remark = format!("; password: {origin}");
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
        check_password(&password).map_err(|problem| {
            let problem = format!("the variable {name} {problem}");
            file.error_at(variable.span(), problem, HINT)
        })?;
        return Ok(Some((password, format!("environment {name}"))));
    }
    if let Some(path) = &table.password_file {
        let place = file.beside(path.get_ref());
        let text = text_file::read(&place).map_err(|error| {
            let problem = format!("cannot read {}: {error}", place.display());
            file.error_at(path.span(), problem, "it holds the password and nothing else")
        })?;
        let password = text.trim_end_matches(['\r', '\n']).to_owned();
        check_password(&password).map_err(|problem| {
            file.error_at(path.span(), format!("{} {problem}", place.display()), HINT)
        })?;
        return Ok(Some((password, format!("file {}", place.display()))));
    }
    let in_clear = table.password.as_ref();
    Ok(in_clear.map(|secret| (secret.get_ref().0.clone(), String::from("in clear"))))
}

/// What was named as a password and cannot be one would be sent all the same, and refused by the
/// proxy with a 407 that nobody understands.
fn check_password(password: &str) -> Result<(), &'static str> {
    if password.trim().is_empty() {
        return Err("holds no password");
    }
    if password.contains(['\r', '\n']) {
        return Err("holds more than one line");
    }
    Ok(())
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
        let hint = match known.as_slice() {
            [] => String::from("none of its proxies has any: add `labels = [\"...\"]` to some"),
            known => one_of(label, known),
        };
        return Err(CliError::usage(problem, hint));
    }
    Ok((file, tables))
}

/// Completes proxies whose URL names no user, or a user without password.
pub(in crate::cli) fn add_credentials(
    routes: &mut [Named<Route>],
    user: Option<&str>,
) -> Result<(), CliError> {
    if user.is_some_and(|user| user.contains(':')) {
        let hint = "the password is read from BITSGATE_PROXY_PASSWORD alone: an argument would \
                    show in the list of processes";
        return Err(CliError::usage("a user of --proxy-user cannot hold a colon", hint));
    }
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
    Ok(())
}

/// The flags that name routes; several add to each other.
const ROUTE_FLAGS: [&str; 3] = ["label", "proxies", "proxy"];

const HINT: &str = "\
it must hold the password in one line; for a user without password write http://USER:@HOST:PORT";
