//! What was decided beforehand, from the file and the baseline: severities of checks, accepted
//! findings, known ones.

use std::path::Path;
use std::time::SystemTime;

use toml::Spanned;

use super::super::error::{CliError, chain};
use super::resolve::Resolver;
use super::validate;
use crate::checks::table;
use crate::gate::{Accept, Baseline, Date, Policy};
use crate::model::hresult::Hresult;
use crate::settings::error::ConfigError;
use crate::settings::file::{AcceptTable, ConfigFile};
use crate::settings::source::Source;

/// What was decided beforehand.
pub(super) fn policy(all: &mut Resolver<'_>, baseline: Option<&Path>) -> Result<Policy, CliError> {
    let narrowing = ["proxy", "proxies", "label", "targets", "only", "skip", "legs", "profile"];
    let is_given = |key: &str| {
        all.entries.iter().any(|entry| {
            let is_same = entry.key == key || (key == "targets" && entry.key == "target");
            is_same && matches!(entry.source, Source::Flag(_) | Source::Environment(_))
        })
    };
    let is_chosen = all
        .entries
        .iter()
        .any(|entry| matches!(&entry.source, Source::File(line) if line.contains(", chosen by ")));
    let mut policy = Policy {
        today: Date::of(SystemTime::now()),
        is_narrowed: is_chosen || narrowing.into_iter().any(is_given),
        ..Policy::default()
    };
    if let Some(file) = all.file {
        for (check, severity) in &file.tables.checks {
            let id = known_check(file, check)?;
            let source = file.source(&severity.span());
            all.note(&format!("checks.{id}"), severity.get_ref().as_str().to_owned(), source);
            policy.severities.push((id, *severity.get_ref()));
        }
        for table in &file.tables.accept {
            let accept = accept(file, table)?;
            let value = format!("until {}: {}", accept.until, accept.reason);
            let about = accept.to_string();
            let about = about.split(" (").next().unwrap_or_default();
            all.note(&format!("accept {about}"), value, file.source(&table.check.span()));
            policy.accepts.push(accept);
        }
    }
    policy.baseline = baseline.map(read_report).transpose()?;
    Ok(policy)
}

/// An earlier report.
pub(in crate::cli) fn read_report(path: &Path) -> Result<Baseline, CliError> {
    Baseline::read(path).map_err(|error| {
        let problem = format!("cannot use {}: {}", path.display(), chain(&error));
        CliError::usage(problem, "write one with `bitsgate check --format json`")
    })
}

/// The id of a check that the file names.
pub(super) fn known_check(
    file: &ConfigFile,
    name: &Spanned<String>,
) -> Result<&'static str, ConfigError> {
    table::find(name.get_ref()).map(|check| check.id).ok_or_else(|| {
        let all = "`bitsgate list checks` names them all";
        let hint = match table::nearest(name.get_ref()) {
            Some(nearest) => format!("did you mean `{nearest}`? {all}"),
            None => all.to_owned(),
        };
        file.error_at(name.span(), format!("there is no check `{}`", name.get_ref()), hint)
    })
}

fn accept(file: &ConfigFile, table: &AcceptTable) -> Result<Accept, ConfigError> {
    let check = known_check(file, &table.check)?;
    table.proxy.as_ref().map_or(Ok(()), |text| validate::accepted_proxy(file, text))?;
    table.target.as_ref().map_or(Ok(()), |text| validate::accepted_target(file, text))?;
    let until = table.until.get_ref();
    let until = until.date.filter(|_| until.time.is_none()).map(|date| date.to_string());
    let until = until.and_then(|day| day.parse::<Date>().ok()).ok_or_else(|| {
        file.error_at(table.until.span(), "a day is needed", "write it as 2026-12-31")
    })?;
    let hresult = match &table.hresult {
        None => None,
        Some(text) => Some(read_code(text.get_ref()).ok_or_else(|| {
            let problem = format!("{:?} is no code", text.get_ref());
            file.error_at(text.span(), problem, "write it as 0x80200013")
        })?),
    };
    if table.reason.get_ref().trim().is_empty() {
        let hint = "say why, for whoever reads it when the day has come";
        return Err(file.error_at(table.reason.span(), "a reason is needed", hint));
    }
    Ok(Accept {
        check,
        proxy: table.proxy.as_ref().map(|text| text.get_ref().clone()),
        target: table.target.as_ref().map(|text| text.get_ref().clone()),
        hresult,
        until,
        reason: table.reason.get_ref().clone(),
        place: file.line(&table.check.span()),
    })
}

fn read_code(text: &str) -> Option<Hresult> {
    u32::from_str_radix(text.strip_prefix("0x")?, 16).ok().map(Hresult)
}
