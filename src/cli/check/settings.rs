//! From the arguments to the settings of a run.

use url::Url;

use super::super::error::CliError;
use super::args::{CheckArgs, LegName};
use crate::bits::profile::Profile;
use crate::check::{Check, registry};
use crate::config::Settings;
use crate::mock::behaviour::Behaviour;
use crate::probe::exchange::Leg;
use crate::probe::tls::Trust;
use crate::run::RunError;
use crate::target::{Credentials, REFERENCE_SIZES, Route, Target};

pub(super) fn settings(args: &CheckArgs) -> Result<Settings, CliError> {
    let mut routes = parse_all(&args.proxy, Route::parse)?;
    let mut targets = parse_all(&args.targets, Target::parse)?;
    if targets.is_empty() {
        targets = default_targets(&routes)?;
    } else if args.origin_listen.is_some() {
        targets = under_reverse_proxies(&targets)?;
    }
    if routes.is_empty() {
        routes.push(Route::Direct);
    }
    add_credentials(&mut routes, args.proxy_user.as_deref());
    check_behaviours(&routes, &targets)?;
    Ok(Settings {
        targets,
        routes,
        trust: Trust { ca_file: args.cacert.clone(), insecure: args.insecure },
        timeout: args.timeout,
        deadline: args.deadline,
        legs: match args.legs.as_slice() {
            [] => vec![Leg::Direct, Leg::Cold, Leg::Warm],
            legs => legs.iter().map(|&leg| Leg::from(leg)).collect(),
        },
        warms_direct: args.legs.contains(&LegName::Warm),
        warm_limit: args.warm_limit,
        origin_listen: args.origin_listen,
        origin_url: args.origin_url.clone(),
        profiles: args.profile.profiles().to_vec(),
        seed: rand::random(),
        asks_who: args.only.is_empty(),
        checks: chosen_checks(&args.only, &args.skip, args.profile.profiles())?,
    })
}

fn parse_all<T, E>(texts: &[String], parse: fn(&str) -> Result<T, E>) -> Result<Vec<T>, CliError>
where
    CliError: From<E>,
{
    texts.iter().map(|text| parse(text).map_err(CliError::from)).collect()
}

/// Without a target a proxy is given files of the reference origin, a mock proxy one of the mock.
fn default_targets(routes: &[Route]) -> Result<Vec<Target>, CliError> {
    let hint = "name the URL of a file, such as one in the content store of the WSUS server, or a \
                proxy with --proxy, or see what the tool does with `bitsgate demo`";
    match routes {
        [] | [Route::Direct] => Err(CliError::usage("there is no target to download", hint)),
        routes if routes.iter().all(|route| matches!(route, Route::Mock(_))) => {
            Ok(vec![Target::parse("mock:")?])
        }
        _ => Ok(reference_files(None)),
    }
}

/// With --origin-listen a URL names a reverse proxy that fetches from the reference origin.
fn under_reverse_proxies(targets: &[Target]) -> Result<Vec<Target>, CliError> {
    match targets {
        [Target::Url(url)] => Ok(reference_files(Some(url))),
        _ => Err(CliError::usage(
            "with --origin-listen one target is needed",
            "name the URL of the one reverse proxy that fetches from the reference origin",
        )),
    }
}

fn reference_files(base: Option<&Url>) -> Vec<Target> {
    let file = |size| Target::Reference { size, base: base.cloned() };
    REFERENCE_SIZES.map(file).to_vec()
}

/// Completes proxies whose URL names no user, or a user without password.
fn add_credentials(routes: &mut [Route], user: Option<&str>) {
    // Only from the environment: an argument would show in the list of processes.
    let password = std::env::var("BITSGATE_PROXY_PASSWORD").unwrap_or_default();
    for route in routes {
        let Route::Proxy(proxy) = route else { continue };
        match (&mut proxy.credentials, user.filter(|user| !user.is_empty())) {
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

/// Names of faults are checked before anything is sent.
fn check_behaviours(routes: &[Route], targets: &[Target]) -> Result<(), CliError> {
    let of_routes = routes.iter().filter_map(|route| match route {
        Route::Mock(behaviour) => Some(behaviour),
        _ => None,
    });
    let of_targets = targets.iter().filter_map(|target| match target {
        Target::Mock { behaviour, .. } => Some(behaviour),
        Target::Reference { .. } | Target::Url(_) => None,
    });
    for behaviour in of_routes.chain(of_targets) {
        Behaviour::parse(behaviour).map_err(RunError::from)?;
    }
    Ok(())
}

fn chosen_checks(
    only: &[String],
    skip: &[String],
    profiles: &[Profile],
) -> Result<Vec<&'static dyn Check>, CliError> {
    for name in only.iter().chain(skip) {
        if registry::preflights().iter().any(|check| check.meta().id == name) {
            let hint = "such a target is judged by it whatever --only and --skip say";
            let message = format!("{name} is for the base URL of a WSUS server only");
            return Err(CliError::usage(message, hint));
        }
        if registry::find(name).is_none() {
            return Err(CliError::unknown("check", name, registry::nearest(name), "checks"));
        }
    }
    let is_chosen = |id: &str| {
        (only.is_empty() || only.iter().any(|name| name == id))
            && !skip.iter().any(|name| name == id)
    };
    let chosen: Vec<_> =
        registry::all().iter().copied().filter(|check| is_chosen(check.meta().id)).collect();
    if chosen.is_empty() {
        let hint = "--only names what to run, --skip what to leave out of it";
        return Err(CliError::usage("no check is left to run", hint));
    }
    for profile in profiles {
        if !chosen.iter().any(|check| check.meta().profiles.contains(profile)) {
            let problem = format!("no check is left to run for the profile {profile}");
            let hint = "`bitsgate list checks` tells to which profiles a check belongs";
            return Err(CliError::usage(problem, hint));
        }
    }
    Ok(chosen)
}
