//! The arguments of `bitsgate fetch`, and what they mean together.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::check::parse_time;
use crate::cli::error::CliError;
use crate::fetch::Cut;
use crate::fetch::hash::{Algorithm, Expected};
use crate::model::profile::Profile;
use crate::model::wsus::content::content_hash;

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
pub(in crate::cli) struct FetchArgs {
    /// URL of the file: http or https; `mock:[FAULT][?size=5GiB]` is the built-in origin
    #[arg(value_name = "TARGET")]
    pub(super) target: String,

    /// Proxy to go through: http://, https:// or socks5://[USER:PASSWORD@]HOST:PORT, `direct`,
    /// or `mock:FAULT` for the built-in one
    #[arg(long, short = 'p', value_name = "PROXY", default_value = "direct")]
    pub(super) proxy: String,

    /// User for a proxy whose URL names none (Basic authentication)
    #[arg(long, env = "BITSGATE_PROXY_USER", hide_env_values = true, value_name = "USER")]
    pub(super) proxy_user: Option<String>,

    /// Where to put the file. It is written beside this as FILE.bitsgate-part, and gets its name
    /// when it is whole and right; an older FILE is then replaced [default: the bytes are hashed
    /// and forgotten]
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// The SHA-1 that the file must have, 40 hex digits [default: what the URL states, where it
    /// is that of a WSUS content store or of Microsoft's CDN]
    #[arg(long, value_name = "HEX")]
    pub(super) sha1: Option<String>,

    /// The SHA-256 that the file must have, 64 hex digits
    #[arg(long, value_name = "HEX")]
    pub(super) sha256: Option<String>,

    /// Whose requests to imitate
    #[arg(long, value_enum, default_value_t)]
    pub(super) profile: ProfileName,

    /// As a job of foreground priority: few large ranges instead of many small ones
    #[arg(long, conflicts_with = "connections")]
    pub(super) foreground: bool,

    /// Connections of `--profile do`, 1 to 7; captures show 4 to 5 in use and 7 at most
    /// [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=7))]
    pub(super) connections: Option<u8>,

    /// Pause before a transient error is tried again. BITS waits 10 minutes unless told otherwise,
    /// and never less than 5 seconds
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_time)]
    pub(super) retry_delay: Duration,

    /// What BITS waits before it tries again, by the settings of its job: the report says what the
    /// retries of this fetch would take with it. More than an hour in all is a failure
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = parse_time)]
    pub(super) bits_retry_delay: Duration,

    /// How long to try again without any progress; 0 makes each error final. BITS tries for 14 days
    /// unless told otherwise
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = parse_patience)]
    pub(super) no_progress_timeout: Duration,

    /// The longest time without an answer or a byte
    #[arg(long, env = "BITSGATE_TIMEOUT", value_name = "TIME", default_value = "30s", value_parser = parse_time)]
    pub(super) timeout: Duration,

    /// PEM file with certificates to trust besides those of this machine
    #[arg(long, env = "BITSGATE_CACERT", value_name = "FILE")]
    pub(super) cacert: Option<PathBuf>,

    /// Do not verify TLS certificates. BITS does
    #[arg(long)]
    pub(super) insecure: bool,

    /// Neither states nor progress on standard error
    #[arg(long, short)]
    pub(super) quiet: bool,

    /// How to report
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// How a fetch is reported.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// For programs; its fields are a contract
    Json,
    /// For a person
    #[default]
    Text,
}

/// Whose requests are imitated.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(super) enum ProfileName {
    /// Microsoft BITS/7.8: HEAD, then one range after the other
    #[default]
    Bits,
    /// Delivery Optimization/10.1: blocks of 1 MiB side by side
    Do,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Bits => Self::Bits,
            ProfileName::Do => Self::Do,
        }
    }
}

/// How the file is cut, and over how many connections it comes.
pub(super) fn manner(args: &FetchArgs, profile: Profile) -> Result<(Cut, usize), CliError> {
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
pub(super) fn expected(args: &FetchArgs, url: &url::Url) -> Result<Vec<Expected>, CliError> {
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

/// A time, or 0 for none.
fn parse_patience(text: &str) -> Result<Duration, String> {
    if matches!(text, "0" | "0s") { Ok(Duration::ZERO) } else { parse_time(text) }
}

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
BITSGATE_PROXY_PASSWORD alone. One in the URL of an argument is hidden from the list of processes
(but not on Windows), not from the shell's history.
Exit codes: 0 transferred and right, also after some retries, 1 ended as BITS would end it, wrong
bytes, or retries that would take BITS more than an hour, 2 usage, 3 inconclusive (transient errors, unreachable, or no code is known), 4 the file cannot be stored,
130 interrupted.";
