//! Targets: those given, by URL or by name, those of the file, or files of the reference origin.

use url::Url;

use super::super::error::CliError;
use super::args::CheckArgs;
use super::resolve::Resolver;
use super::validate;
use crate::model::target::{Named, REFERENCE_SIZES, Route, Target};
use crate::settings::file::{ConfigFile, TargetTable};
use crate::settings::source::Source;

/// The targets.
pub(super) fn targets(
    args: &CheckArgs,
    routes: &[Named<Route>],
    has_origin: bool,
    must_run: bool,
    all: &mut Resolver<'_>,
) -> Result<Vec<Named<Target>>, CliError> {
    let mut targets = Vec::new();
    for text in all.texts("targets", &args.targets) {
        let source = all.source("targets");
        let named = all.file.and_then(|file| Some((file, target_named(file, &text)?)));
        if let Some((file, table)) = named {
            targets.push(configured_target(all, file, table, Some(source))?);
        } else {
            let target = Target::parse(&text)?;
            all.note("target", target.to_string(), source);
            targets.push(target.into());
        }
    }
    if let (true, Some(file)) = (targets.is_empty(), all.file) {
        for table in &file.tables.targets {
            targets.push(configured_target(all, file, table, None)?);
        }
    }
    if targets.is_empty() {
        targets = match default_targets(routes) {
            Err(_) if !must_run => Vec::new(),
            targets => targets?,
        };
        let shown: Vec<String> = targets.iter().map(|target| target.value.to_string()).collect();
        let shown = if shown.is_empty() { String::from("none") } else { shown.join(", ") };
        all.note("targets", shown, Source::Default);
    } else if has_origin {
        targets = under_reverse_proxies(&targets)?;
    }
    Ok(targets)
}

fn configured_target(
    all: &mut Resolver<'_>,
    file: &ConfigFile,
    table: &TargetTable,
    chosen_by: Option<Source>,
) -> Result<Named<Target>, CliError> {
    let target = validate::target(file, table)?;
    let name = table.name.get_ref();
    let chosen = chosen_by.map_or_else(String::new, |source| format!(", chosen by {source}"));
    let line = file.line(&table.name.span());
    all.note("target", format!("{name}: {target}"), Source::File(format!("{line}{chosen}")));
    Ok(Named { value: target, name: Some(name.clone()), labels: Vec::new() })
}

fn target_named<'f>(file: &'f ConfigFile, name: &str) -> Option<&'f TargetTable> {
    file.tables.targets.iter().find(|table| table.name.get_ref() == name)
}

/// Without a target a proxy is given files of the reference origin, a mock proxy one of the mock.
fn default_targets(routes: &[Named<Route>]) -> Result<Vec<Named<Target>>, CliError> {
    let hint = "name the URL of a file, such as one in the content store of the WSUS server, or a \
                proxy with --proxy, or see what the tool does with `bitsgate demo`";
    let is = |wanted: fn(&Route) -> bool| routes.iter().all(|route| wanted(&route.value));
    if is(|route| matches!(route, Route::Direct)) {
        return Err(CliError::usage("there is no target to download", hint));
    }
    if is(|route| matches!(route, Route::Mock(_))) {
        return Ok(vec![Target::parse("mock:")?.into()]);
    }
    Ok(reference_files(None))
}

/// With --origin-listen a URL names a reverse proxy that fetches from the reference origin.
fn under_reverse_proxies(targets: &[Named<Target>]) -> Result<Vec<Named<Target>>, CliError> {
    match targets {
        [Named { value: Target::Url(url), .. }] => Ok(reference_files(Some(url))),
        _ => Err(CliError::usage(
            "with --origin-listen one target is needed",
            "name the URL of the one reverse proxy that fetches from the reference origin",
        )),
    }
}

fn reference_files(base: Option<&Url>) -> Vec<Named<Target>> {
    let file = |size| Target::Reference { size, base: base.cloned() }.into();
    REFERENCE_SIZES.map(file).to_vec()
}
