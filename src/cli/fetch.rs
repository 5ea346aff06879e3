//! `bitsgate fetch`: downloads a file as Windows would, and proves that it arrived whole.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::check::{add_credentials, check_behaviours, parse_time};
use super::error::CliError;
use super::signals::interrupted;
use super::{text_options, write_stdout};
use crate::bits::profile::Profile;
use crate::fetch::hash::{Algorithm, Expected};
use crate::fetch::outcome::{End, Outcome, State};
use crate::fetch::report::{self, Asked};
use crate::fetch::{self, Cut, Observer, Settings, StoreError};
use crate::probe::tls::{Tls, Trust};
use crate::run::{self, RunError};
use crate::target::{Named, Route, Target};
use crate::ui::escape::escape;
use crate::ui::style::ColorChoice;
use crate::wsus::content::content_hash;

/// Fetch a whole file as a BITS job would, and prove that it arrived
///
/// Asks HEAD for the size, then one range after the other, small ones first that grow with the
/// speed. Every answer is judged by the rules of `bitsgate check`: what would end a BITS job ends
/// this one, with the same code; what BITS would try again is tried again. At the end the hash is
/// compared with the SHA-1 that names of update files state, or with one that is given.
///
/// A fetch to a file that was interrupted, however that happened, goes on when the same command
/// is given again, unless size, Last-Modified or ETag have changed: then it starts anew.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct FetchArgs {
    /// URL of the file: http or https; `mock:[FAULT][?size=5GiB]` is the built-in origin
    #[arg(value_name = "TARGET")]
    target: String,

    /// Proxy to go through: http://, https:// or socks5://[USER:PASSWORD@]HOST:PORT, `direct`,
    /// or `mock:FAULT` for the built-in one
    #[arg(long, short = 'p', value_name = "PROXY", default_value = "direct")]
    proxy: String,

    /// User for a proxy whose URL names none (Basic authentication)
    #[arg(long, env = "BITSGATE_PROXY_USER", hide_env_values = true, value_name = "USER")]
    proxy_user: Option<String>,

    /// Where to put the file. It is written beside this as FILE.bitsgate-part, and gets its name
    /// when it is whole and right; an older FILE is then replaced [default: the bytes are hashed
    /// and forgotten]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The SHA-1 that the file must have, 40 hex digits [default: what the URL states, where it
    /// is that of a WSUS content store or of Microsoft's CDN]
    #[arg(long, value_name = "HEX")]
    sha1: Option<String>,

    /// The SHA-256 that the file must have, 64 hex digits
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,

    /// Whose requests to imitate
    #[arg(long, value_enum, default_value_t)]
    profile: ProfileName,

    /// As a job of foreground priority: few large ranges instead of many small ones
    #[arg(long, conflicts_with = "connections")]
    foreground: bool,

    /// Connections of `--profile do`, 1 to 7; captures show 4 to 5 in use and 7 at most
    /// [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=7))]
    connections: Option<u8>,

    /// Pause before a transient error is tried again. BITS waits 10 minutes unless told otherwise,
    /// and never less than 5 seconds
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_time)]
    retry_delay: Duration,

    /// How long to try again without any progress; 0 makes each error final. BITS tries for 14 days
    /// unless told otherwise
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = parse_patience)]
    no_progress_timeout: Duration,

    /// The longest time without an answer or a byte
    #[arg(long, env = "BITSGATE_TIMEOUT", value_name = "TIME", default_value = "30s", value_parser = parse_time)]
    timeout: Duration,

    /// PEM file with certificates to trust besides those of this machine
    #[arg(long, env = "BITSGATE_CACERT", value_name = "FILE")]
    cacert: Option<PathBuf>,

    /// Do not verify TLS certificates. BITS does
    #[arg(long)]
    insecure: bool,

    /// Neither states nor progress on standard error
    #[arg(long, short)]
    quiet: bool,

    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How a fetch is reported.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
enum Format {
    /// For programs; its fields are a contract
    Json,
    /// For a person
    #[default]
    Text,
}

/// Whose requests are imitated.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
enum ProfileName {
    /// Microsoft BITS/7.8: HEAD, then one range after the other
    #[default]
    Bits,
    /// Delivery Optimization/10.1: blocks of 1 MiB side by side
    Do,
}

pub(super) async fn run(args: &FetchArgs, color: ColorChoice) -> Result<ExitCode, CliError> {
    let targets = [Named::from(Target::parse(&args.target)?)];
    let mut routes = [Named::from(Route::parse(&args.proxy)?)];
    add_credentials(&mut routes, args.proxy_user.as_deref());
    check_behaviours(&routes, &targets)?;
    let ([route], [target]) = (routes.map(|one| one.value), targets.map(|one| one.value));
    let profile = match args.profile {
        ProfileName::Bits => Profile::Bits,
        ProfileName::Do => Profile::Do,
    };
    let (cut, connections) = manner(args, profile)?;
    // The mocks, if any, end when these are dropped.
    let (proxy, _mock_proxy) = run::open::route(&route).await?;
    let (url, _mock_origin) = run::open::target(&target, None, profile).await?;
    let trust = Trust { ca_file: args.cacert.clone(), insecure: args.insecure };
    let settings = Settings {
        target: target.to_string(),
        expected: expected(args, &url)?,
        url,
        proxy,
        tls: Arc::new(Tls::new(trust).map_err(RunError::from)?),
        profile,
        cut,
        connections,
        timeout: args.timeout,
        retry_delay: args.retry_delay,
        no_progress_timeout: args.no_progress_timeout,
        output: args.output.clone(),
        truth: None,
        largest: None,
        seed: rand::random(),
    };
    let watcher = Arc::new(Watcher::new(args.quiet));
    let interrupted = interrupted();
    let observer = Arc::clone(&watcher) as Arc<dyn Observer>;
    let outcome = fetch::fetch(&settings, observer, interrupted).await;
    watcher.finish();
    let outcome = outcome?;
    let asked = Asked {
        target: settings.target,
        proxy: route.label(),
        profile,
        cut,
        connections,
        notes: notes(args, &outcome),
    };
    let report = match args.format {
        Format::Json => report::json(&asked, &outcome),
        Format::Text => report::text(&asked, &outcome, &text_options(color, false)),
    };
    write_stdout(&report)?;
    Ok(exit_code(&outcome))
}

/// How the file is cut, and over how many connections it comes.
fn manner(args: &FetchArgs, profile: Profile) -> Result<(Cut, usize), CliError> {
    match (profile, args.foreground, args.connections) {
        (Profile::Bits, _, Some(_)) => Err(CliError::usage(
            "BITS uses one connection for a file",
            "--connections goes with --profile do",
        )),
        (Profile::Do, true, _) => Err(CliError::usage(
            "Delivery Optimization asks for blocks in the foreground too",
            "--foreground goes with --profile bits",
        )),
        (Profile::Bits, true, None) => Ok((Cut::Foreground, 1)),
        (Profile::Bits, false, None) => Ok((Cut::Background, 1)),
        (Profile::Do, false, number) => {
            Ok((Cut::Blocks, number.map_or(DO_CONNECTIONS, usize::from)))
        }
    }
}

/// The hashes that the file must have: given ones, and that of the URL unless a SHA-1 is given.
fn expected(args: &FetchArgs, url: &url::Url) -> Result<Vec<Expected>, CliError> {
    let read = |algorithm: Algorithm, text: &str, flag| {
        Expected::parse(algorithm, text, flag).ok_or_else(|| {
            let digits = algorithm.digits();
            let hint = format!("{flag} takes the {digits} hex digits of the hash");
            CliError::usage(format_args!("{text:?} is no {}", algorithm.as_str()), hint)
        })
    };
    let mut all = Vec::new();
    if let Some(text) = &args.sha1 {
        all.push(read(Algorithm::Sha1, text, "--sha1")?);
    } else if let Some(name) = content_hash(url) {
        all.push(read(Algorithm::Sha1, &name.hex(), "the URL")?);
    }
    if let Some(text) = &args.sha256 {
        all.push(read(Algorithm::Sha256, text, "--sha256")?);
    }
    Ok(all)
}

/// What a reader must know besides.
fn notes(args: &FetchArgs, outcome: &Outcome) -> Vec<String> {
    let mut notes = Vec::new();
    let time = |time| humantime::format_duration(time).to_string();
    if outcome.retries > 0 || outcome.end == End::TransientError {
        notes.push(format!(
            "Transient errors were tried again after {} each, for {} without progress; BITS waits \
             10min, and goes on for 14days.",
            time(args.retry_delay),
            time(args.no_progress_timeout)
        ));
    }
    let is_whole = outcome.end == End::Transferred;
    match &args.output {
        Some(_) if !is_whole && outcome.done > 0 => {
            notes.push("What came is kept: the same command goes on from there.".to_owned());
        }
        Some(_) if outcome.is_altered() => notes.push(
            "The file did not get its name. What came is kept to be looked at; the same command \
             starts anew."
                .to_owned(),
        ),
        None if !is_whole && outcome.done > 0 => {
            notes.push("Nothing is kept without --output.".to_owned());
        }
        _ => {}
    }
    if is_whole && outcome.hashes.iter().all(|hash| hash.expected.is_none()) {
        notes.push(
            "The URL states no SHA-1, so that the bytes are the right ones is not proved: give \
             --sha1 or --sha256."
                .to_owned(),
        );
    }
    if args.insecure {
        notes.push("TLS certificates were not verified; Windows verifies them.".to_owned());
    }
    notes
}

fn exit_code(outcome: &Outcome) -> ExitCode {
    ExitCode::from(match outcome.end {
        End::Transferred if outcome.is_right() => 0,
        End::Transferred | End::Error => 1,
        End::TransientError | End::Unknown => 3,
        End::Suspended => 130,
    })
}

/// A time, or 0 for none.
fn parse_patience(text: &str) -> Result<Duration, String> {
    if matches!(text, "0" | "0s") { Ok(Duration::ZERO) } else { parse_time(text) }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotAFile(_) => Self::usage(error, "--output takes the name of a file"),
            StoreError::InUse(_) => Self::usage(error, "wait for it, or choose another --output"),
            StoreError::Io { .. } => Self::tool("the file cannot be stored", error),
        }
    }
}

/// States on stderr as they come, and a bar where that is a terminal.
struct Watcher {
    bar: ProgressBar,
    begun: Instant,
    quiet: bool,
    /// The state told last.
    last: Mutex<Option<State>>,
}

impl Watcher {
    fn new(quiet: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { bar, begun: Instant::now(), quiet, last: Mutex::new(None) }
    }

    fn line(&self, text: &str) {
        if !self.quiet {
            let seconds = self.begun.elapsed().as_secs_f64();
            self.bar.suspend(|| eprintln!("[{seconds:9.3} s] {}", escape(text)));
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Watcher {
    fn state(&self, state: State, why: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // The end was told when it was only a pause.
        if last.replace(state) == Some(state) {
            return;
        }
        drop(last);
        match why {
            "" => self.line(&state.to_string()),
            why => self.line(&format!("{state} {why}")),
        }
    }

    fn size(&self, bytes: u64) {
        self.bar.set_length(bytes);
    }

    fn progress(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    fn remark(&self, text: &str) {
        self.line(text);
    }
}

const TEMPLATE: &str = "{spinner} [{bar:24}] {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}";

/// Captures show four to five requests in flight.
const DO_CONNECTIONS: usize = 4;

const EXAMPLES: &str = "\
Examples:
  bitsgate fetch http://wsus:8530/Content/8A/0123...CD.cab
  bitsgate fetch --proxy http://proxy:3128 --output CD.cab http://wsus:8530/Content/8A/0123...CD.cab
  bitsgate fetch --profile do --proxy proxy:3128 URL      as clients of Windows 10 and 11 do
  bitsgate fetch --proxy mock:range-ignored 'mock:?size=64MiB'    see a job fail, offline

The states of the job go to standard error: QUEUED, CONNECTING, TRANSFERRING, TRANSIENT_ERROR,
and at the end TRANSFERRED, ERROR or SUSPENDED. The password for --proxy-user is read from
BITSGATE_PROXY_PASSWORD alone.
Exit codes: 0 transferred and right, 1 ended as BITS would end it or wrong bytes, 2 usage,
3 inconclusive (transient errors, unreachable, or no code is known), 4 the file cannot be stored,
130 interrupted.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_valid() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
