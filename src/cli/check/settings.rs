//! From arguments, environment and file to the settings of a run.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use toml::Spanned;
use url::Url;

use super::super::error::CliError;
use super::super::sinks::SinkSpec;
use super::args::{CheckArgs, LegName};
use super::resolve::{Entry, Resolver};
use super::rounds::{self, Rounds};
use super::{decisions, read, routes, targets, validate};
use crate::checks::table;
use crate::gate::Policy;
use crate::http::tls::Trust;
use crate::model::check::Check;
use crate::model::exchange::Leg;
use crate::model::profile::Profile;
use crate::report::Format;
use crate::settings::file::{ConfigFile, RunTable};
use crate::settings::{CONNECTIONS, JOBS, Settings};

/// All that decides a check.
pub(in crate::cli) struct Resolved {
    /// What the run needs.
    pub(super) settings: Settings,
    /// How to report on standard output.
    pub(super) format: Format,
    /// Reports that are wanted besides.
    pub(super) reports: Vec<SinkSpec>,
    /// Whether nothing fails.
    pub(super) exit_zero: bool,
    /// Whether it is made again and again, and served.
    pub(super) rounds: Rounds,
    /// Each setting, with where it came from.
    pub(in crate::cli) entries: Vec<Entry>,
    /// The configuration file, if there is one.
    pub(in crate::cli) path: Option<PathBuf>,
}

/// Resolves everything that decides a check. `must_run`: whether it is an error that there is
/// nothing to check.
pub(in crate::cli) fn resolve(
    args: &CheckArgs,
    matches: &ArgMatches,
    must_run: bool,
) -> Result<Resolved, CliError> {
    let file = match &args.config {
        Some(path) => Some(ConfigFile::read(path)?),
        None => ConfigFile::find()?,
    };
    file.as_ref().map_or(Ok(()), validate::validate)?;
    let none = RunTable::default();
    let run = file.as_ref().map_or(&none, |file| &file.tables.run);
    let mut resolver = Resolver::new(matches, file.as_ref());
    let all = &mut resolver;

    let (origin_listen, origin_url) = origin(all, args, run)?;
    let routes = routes::routes(args, all)?;
    let targets = targets::targets(args, &routes, origin_listen.is_some(), must_run, all)?;
    let routes = routes::or_direct(routes);
    routes::check_behaviours(&routes, &targets)?;

    let named = legs(all, &args.legs, run.legs.as_ref())?;
    let warm_limit =
        read::size(all, "warm-limit", args.warm_limit, run.warm_limit.as_ref(), WARM_LIMIT)?;
    let deep = read::switch(all, "deep", args.deep, run.deep.as_ref())?;
    let deep_limit =
        read::size(all, "deep-limit", args.deep_limit, run.deep_limit.as_ref(), DEEP_LIMIT)?;
    let timeout = read::time(all, "timeout", args.timeout, run.timeout.as_ref(), TIMEOUT)?;
    let pairs = u32::try_from(routes.len() * targets.len()).unwrap_or(u32::MAX);
    let enough = DEADLINE.max(PER_PAIR.saturating_mul(pairs));
    let deadline = read::time(all, "deadline", args.deadline, run.deadline.as_ref(), enough)?;
    let jobs = read::at_once(all, "jobs", args.jobs, run.jobs.as_ref(), JOBS)?;
    let connections = run.connections.as_ref();
    let connections =
        read::at_once(all, "connections", args.connections, connections, CONNECTIONS)?;
    let insecure = read::switch(all, "insecure", args.insecure, run.insecure.as_ref())?;
    let ca_file = read::path(all, "cacert", args.cacert.as_deref(), run.cacert.as_ref())?;
    let profile = read::word(all, "profile", args.profile, run.profile.as_ref())?;
    let profiles = profile.profiles();
    let only = read::names(all, "only", &args.only, run.only.as_ref())?;
    let skip = read::names(all, "skip", &args.skip, run.skip.as_ref())?;
    let checks = chosen_checks(&only, &skip, deep, profiles)?;
    let format = read::word(all, "format", args.format, run.format.as_ref())?;
    let reports = read::sinks(all, &args.output, run.reports.as_ref())?;
    let require = read::word(all, "require", args.require, run.require.as_ref())?;
    let strict = read::switch(all, "strict", args.strict, run.strict.as_ref())?;
    let exit_zero = read::switch(all, "exit-zero", args.exit_zero, run.exit_zero.as_ref())?;
    let baseline = read::path(all, "baseline", args.baseline.as_deref(), run.baseline.as_ref())?;
    let policy = Policy {
        is_strict: strict,
        require: require.into(),
        ..decisions::policy(all, baseline.as_deref())?
    };
    let rounds = rounds::resolve(all, args, run)?;
    let settings = Settings {
        targets,
        routes,
        jobs,
        connections,
        policy,
        trust: Trust { ca_file, insecure },
        timeout,
        deadline,
        legs: match named.as_slice() {
            [] => vec![Leg::Direct, Leg::Cold, Leg::Warm],
            legs => legs.iter().map(|&leg| Leg::from(leg)).collect(),
        },
        warm_limit,
        deep_limit: deep.then_some(deep_limit),
        origin_listen,
        origin_url,
        profiles: profiles.to_vec(),
        seed: rand::random(),
        asks_who: only.is_empty(),
        checks,
    };
    let entries = resolver.entries;
    let path = file.map(|file| file.path().to_owned());
    Ok(Resolved { settings, format, reports, exit_zero, rounds, entries, path })
}

/// Where the reference origin listens, and under which URL it is reached.
fn origin(
    all: &mut Resolver<'_>,
    args: &CheckArgs,
    run: &RunTable,
) -> Result<(Option<SocketAddr>, Option<Url>), CliError> {
    let listen = all.pick(
        "origin-listen",
        args.origin_listen.map(Some),
        run.origin_listen.as_ref(),
        |text: &String| read::address(text).map(Some),
        None,
        |value| value.map_or_else(|| String::from("none"), |address| address.to_string()),
    )?;
    let given = args.origin_url.as_deref().map(read::origin_url).transpose()?;
    let url = all.pick(
        "origin-url",
        given.map(Some),
        run.origin_url.as_ref(),
        |text: &String| read::origin_url(text).map(Some),
        None,
        |value| value.as_ref().map_or_else(|| String::from("none"), Url::to_string),
    )?;
    Ok((listen, url))
}

fn legs(
    all: &mut Resolver<'_>,
    given: &[LegName],
    of_file: Option<&Spanned<Vec<Spanned<String>>>>,
) -> Result<Vec<LegName>, CliError> {
    let show = |legs: &Vec<LegName>| match legs.as_slice() {
        [] => String::from("all that apply"),
        legs => legs.iter().map(read::shown).collect::<Vec<_>>().join(","),
    };
    let read = |texts: &Vec<Spanned<String>>| {
        texts.iter().map(|text| read::known_word(text.get_ref())).collect()
    };
    let given = (!given.is_empty()).then(|| given.to_vec());
    all.pick("legs", given, of_file, read, Vec::new(), show)
}

fn chosen_checks(
    only: &[String],
    skip: &[String],
    deep: bool,
    profiles: &[Profile],
) -> Result<Vec<&'static Check>, CliError> {
    for name in only.iter().chain(skip) {
        if table::preflights().iter().any(|check| check.id == name) {
            let hint = "such a target is judged by it whatever --only and --skip say";
            let message = format!("{name} is for the base URL of a WSUS server only");
            return Err(CliError::usage(message, hint));
        }
        if !deep && only.contains(name) && table::find(name).is_some_and(table::is_deep) {
            let hint = "--deep fetches the file whole, which this check is about";
            return Err(CliError::usage(format_args!("{name} needs --deep"), hint));
        }
        if table::find(name).is_none() {
            return Err(CliError::unknown("check", name, table::nearest(name), "checks"));
        }
    }
    let is_chosen = |id: &str| {
        (only.is_empty() || only.iter().any(|name| name == id))
            && !skip.iter().any(|name| name == id)
    };
    let chosen: Vec<_> = table::all()
        .iter()
        .copied()
        .filter(|check| is_chosen(check.id) && (deep || !table::is_deep(check)))
        .collect();
    if chosen.is_empty() {
        let hint = "--only names what to run, --skip what to leave out of it";
        return Err(CliError::usage("no check is left to run", hint));
    }
    for profile in profiles {
        if !chosen.iter().any(|check| check.profiles.contains(profile)) {
            let problem = format!("no check is left to run for the profile {profile}");
            let hint = "`bitsgate list checks` tells to which profiles a check belongs";
            return Err(CliError::usage(problem, hint));
        }
    }
    Ok(chosen)
}

const TIMEOUT: Duration = Duration::from_secs(30);

/// Time for the whole run, and for each pair when that is more.
const DEADLINE: Duration = Duration::from_mins(5);
const PER_PAIR: Duration = Duration::from_secs(30);

const WARM_LIMIT: u64 = 64 << 20;

const DEEP_LIMIT: u64 = 1 << 30;
