//! `bitsgate check`: judges servers and proxies.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use clap::{Args, ValueEnum};
use url::Url;

use super::error::CliError;
use super::{lookup, text_options, write_stdout};
use crate::bits::profile::Profile;
use crate::check::{Check, registry};
use crate::config::Settings;
use crate::mock::behaviour::Behaviour;
use crate::probe::exchange::Leg;
use crate::probe::probe::Purpose;
use crate::probe::tls::Trust;
use crate::report::{self, Format};
use crate::run::outcome::{Outcome, RouteResult, Verdict};
use crate::run::{self, Observer, RunError};
use crate::target::{Credentials, REFERENCE_SIZES, Route, Target, parse_size};
use crate::ui::progress::Progress;
use crate::ui::style::ColorChoice;

/// Check whether BITS can download a file, directly or through proxies
///
/// Every proxy is tried with every target. Without --proxy the server itself is under test. Without
/// a target the proxy is given files of a built-in reference origin on this machine, whose journal
/// proves what the proxy changed.
///
/// On each leg about twenty small requests are sent for each pair, and some 60 KiB read. With
/// --profile do these are some eight requests, and less than 2 MiB: one block of 1 MiB is read
/// whole, as Delivery Optimization compares the sizes of its blocks.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct CheckArgs {
    /// URLs of files to download: http or https; `mock:[FAULT][?size=5GiB]` is the built-in origin.
    /// The base URL of a WSUS server (`http://wsus:8530`, or its `/Content/anonymousCheckFile.txt`)
    /// is asked whether it is alive, which alone is never a pass
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,

    /// Proxy to go through: http://, https:// or socks5://[USER:PASSWORD@]HOST:PORT, `direct`,
    /// or `mock:NAME` for the built-in one, with a fault or as an emulation. May be repeated
    #[arg(long, short = 'p', value_name = "PROXY")]
    proxy: Vec<String>,

    /// User for proxies whose URL names none (Basic authentication)
    #[arg(long, env = "BITSGATE_PROXY_USER", hide_env_values = true, value_name = "USER")]
    proxy_user: Option<String>,

    /// PEM file with certificates to trust besides those of this machine
    #[arg(long, env = "BITSGATE_CACERT", value_name = "FILE")]
    cacert: Option<PathBuf>,

    /// Do not verify TLS certificates. BITS does
    #[arg(long)]
    insecure: bool,

    /// Time for one exchange, such as 30s
    #[arg(long, env = "BITSGATE_TIMEOUT", value_name = "TIME", default_value = "30s", value_parser = parse_time)]
    timeout: Duration,

    /// Time for the whole run, such as 5m
    #[arg(long, env = "BITSGATE_DEADLINE", value_name = "TIME", default_value = "5m", value_parser = parse_time)]
    deadline: Duration,

    /// Legs to run: `direct` without the proxy, `cold` through it, `warm` after the whole file was
    /// fetched once through it, so that caches may have stored it [default: all three through a
    /// proxy, direct without one]
    #[arg(long, value_enum, value_name = "LEG", value_delimiter = ',')]
    legs: Vec<LegName>,

    /// Largest file to fetch whole for the warm leg, such as 64MiB
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = read_size)]
    warm_limit: u64,

    /// Where the reference origin listens, such as 0.0.0.0:8000 [default: the address of this
    /// machine that the proxy sees, any port]. With a target: the target is a reverse proxy that
    /// fetches from there
    #[arg(long, value_name = "ADDR:PORT")]
    origin_listen: Option<SocketAddr>,

    /// URL under which the proxy reaches the reference origin, when that is not its address
    #[arg(long, value_name = "URL", value_parser = read_origin_url)]
    origin_url: Option<Url>,

    /// Run these checks only (see `bitsgate list checks`)
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    only: Vec<String>,

    /// Leave these checks out
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    skip: Vec<String>,

    /// Whose requests to imitate. A WSUS server that downloads through a proxy is `bits`; clients
    /// of Windows 10 and 11 behind one are `do`
    #[arg(long, value_enum, default_value_t)]
    profile: ProfileName,

    /// Exit with 1 on warnings too
    #[arg(long)]
    strict: bool,

    /// Exit with 0 whatever the verdict; usage errors and failures of the tool keep their codes
    #[arg(long)]
    exit_zero: bool,

    /// Show every exchange with its heads
    #[arg(long, short)]
    verbose: bool,

    /// How to report
    #[arg(long, value_enum, default_value_t, env = "BITSGATE_FORMAT")]
    format: Format,
}

/// Whose requests are imitated.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ProfileName {
    /// Both, each with a result of its own
    All,
    /// Microsoft BITS/7.8: WSUS servers, Windows up to 8.1 and Server 2012 R2, Configuration
    /// Manager, components of Edge and Chrome, Start-BitsTransfer
    #[default]
    Bits,
    /// Delivery Optimization/10.1: clients from Windows 10 and Server 2016 on
    Do,
}

impl ProfileName {
    fn profiles(self) -> &'static [Profile] {
        match self {
            Self::All => Profile::ALL,
            Self::Bits => &[Profile::Bits],
            Self::Do => &[Profile::Do],
        }
    }
}

/// A leg by its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum LegName {
    Cold,
    Direct,
    Warm,
}

impl From<LegName> for Leg {
    fn from(name: LegName) -> Self {
        match name {
            LegName::Cold => Self::Cold,
            LegName::Direct => Self::Direct,
            LegName::Warm => Self::Warm,
        }
    }
}

pub(super) async fn run(args: &CheckArgs, color: ColorChoice) -> Result<ExitCode, CliError> {
    let settings = settings(args)?;
    let progress = Progress::new(run::planned_exchanges(&settings), true);
    let watcher = Watcher { progress, done: Mutex::new(Vec::new()) };
    let (started, begun) = (SystemTime::now(), Instant::now());
    let outcome = tokio::select! {
        outcome = run::run(&settings, &watcher) => Some(outcome?),
        _ = tokio::signal::ctrl_c() => None,
    };
    watcher.progress.finish();
    let is_interrupted = outcome.is_none();
    let outcome = outcome.unwrap_or_else(|| {
        let results = std::mem::take(&mut *lock(&watcher.done));
        let pairs = settings.routes.len() * settings.targets.len();
        let planned = pairs * settings.profiles.len();
        eprintln!("interrupted: {} of {planned} results are complete", results.len());
        let verdict = results.iter().map(|result| result.verdict).max();
        let verdict = verdict.unwrap_or(Verdict::Inconclusive).max(Verdict::Inconclusive);
        Outcome { started, duration: begun.elapsed(), verdict, results }
    });
    let options = text_options(color, args.verbose);
    write_stdout(&report::render(args.format, &outcome, &lookup(), &options))?;
    if is_interrupted {
        return Ok(ExitCode::from(130));
    }
    Ok(exit_code(outcome.verdict, args.strict, args.exit_zero))
}

/// Tells the progress bar, and keeps finished results for the case that the run is interrupted.
struct Watcher {
    progress: Progress,
    done: Mutex<Vec<RouteResult>>,
}

impl Observer for Watcher {
    fn exchange_done(&self, route: &Route, target: &Target, purpose: Purpose) {
        let via = route.label().unwrap_or_else(|| String::from("direct"));
        self.progress.exchange_done(&format!("{target} via {via}: {}", purpose.as_str()));
    }

    fn origin_listens(&self, address: SocketAddr) {
        self.progress.suspend(|| {
            eprintln!("reference origin: http://{address} (its own files only, while this runs)");
        });
    }

    fn result_done(&self, result: &RouteResult) {
        lock(&self.done).push(result.clone());
    }
}

/// The lock of a mutex whose holders cannot panic.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn exit_code(verdict: Verdict, strict: bool, exit_zero: bool) -> ExitCode {
    let code = match verdict {
        _ if exit_zero => 0,
        Verdict::Pass => 0,
        Verdict::Warn => u8::from(strict),
        Verdict::Fail => 1,
        Verdict::Inconclusive => 3,
    };
    ExitCode::from(code)
}

fn settings(args: &CheckArgs) -> Result<Settings, CliError> {
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
    for route in routes {
        if let Route::Mock(behaviour) = route {
            Behaviour::parse(behaviour).map_err(RunError::from)?;
        }
    }
    for target in targets {
        if let Target::Mock { behaviour, .. } = target {
            Behaviour::parse_origin(behaviour).map_err(RunError::from)?;
        }
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

fn read_origin_url(text: &str) -> Result<Url, String> {
    match Target::parse(text) {
        Ok(Target::Url(url)) if url.scheme() == "http" => Ok(url),
        Ok(_) => Err(String::from("an http URL is needed")),
        Err(error) => Err(error.to_string()),
    }
}

fn read_size(text: &str) -> Result<u64, String> {
    parse_size(text).ok_or_else(|| String::from("a size such as 1048576, 64MiB or 1GiB is needed"))
}

/// Reads a time such as `30s` or `1m 30s`; a number alone is seconds. Zero is refused.
fn parse_time(text: &str) -> Result<Duration, String> {
    let time = match text.parse::<u32>() {
        Ok(seconds) => Duration::from_secs(seconds.into()),
        Err(_) => humantime::parse_duration(text).map_err(|error| error.to_string())?,
    };
    if time.is_zero() || time > LONGEST {
        return Err(String::from("a time between 1ms and 1day is needed"));
    }
    Ok(time)
}

const LONGEST: Duration = Duration::from_hours(24);

const EXAMPLES: &str = "\
Examples:
  bitsgate check http://wsus:8530/Content/8A/0123...CD.cab
  bitsgate check --proxy http://proxy:3128 http://wsus:8530/Content/8A/0123...CD.cab
  bitsgate check --proxy http://proxy:3128         with files of the reference origin
  bitsgate check --proxy http://proxy:3128 http://wsus:8530     alive? how to get a file's URL
  bitsgate check --proxy direct --proxy proxy1:3128 --proxy proxy2:3128 --format json URL
  bitsgate check --profile all --proxy proxy:3128 URL    WSUS servers and clients alike
  bitsgate check --proxy mock:no-length-head      reproduce a known failure, offline
  bitsgate check --proxy mock:apache-2.0.52       the same as this version has it

The password for --proxy-user is read from BITSGATE_PROXY_PASSWORD alone.
Exit codes: 0 passed, 1 BITS would fail, 2 usage, 3 inconclusive, 4 the tool failed,
130 interrupted.";
