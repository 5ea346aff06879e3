//! The arguments of `bitsgate check`, as clap reads them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::super::sinks::SinkSpec;
use crate::model::exchange::Leg;
use crate::model::job_kind::Require;
use crate::model::profile::Profile;
use crate::model::target::parse_size;
use crate::monitor;
use crate::monitor::schedule::{Jitter, Repeat};
use crate::report::Format;
use crate::report::text::Detail;
use clap::builder::{BoolishValueParser, RangedU64ValueParser};
use clap::{ArgAction, Args, ValueEnum};

/// Check whether BITS can download a file, directly or through proxies
///
/// Every proxy is tried with every target. Without --proxy the server itself is under test. Without
/// a target the proxy is given files of a built-in reference origin on this machine, whose journal
/// proves what the proxy changed.
///
/// In each phase about twenty requests are sent for each pair, and some 270 KiB read. With
/// --profile do these are some ten requests, and less than 2 MiB: one block of 1 MiB is read
/// whole, as Delivery Optimization compares the sizes of its blocks.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct CheckArgs {
    /// URLs of files to download: http or https; `mock:[FAULT][?size=5GiB]` is the built-in origin;
    /// or names of targets in the configuration.
    /// The base URL of a WSUS server (`http://wsus:8530`, or its `/Content/anonymousCheckFile.txt`)
    /// is asked whether it is alive, which alone is never a pass
    #[arg(value_name = "TARGET", env = "BITSGATE_TARGETS", hide_env_values = true)]
    pub(super) targets: Vec<String>,

    /// Proxy to go through: http://, https:// or socks5://[USER:PASSWORD@]HOST:PORT, `direct`,
    /// `mock:NAME` for the built-in one, with a fault or as an emulation, or the name of one in the
    /// configuration. May be repeated
    #[arg(long, short = 'p', env = "BITSGATE_PROXY", hide_env_values = true, value_name = "PROXY")]
    pub(super) proxy: Vec<String>,

    /// File with more proxies, one on each line; `#` begins a comment, `-` is standard input. A
    /// password in it is refused unless the configuration allows passwords in clear
    #[arg(long, env = "BITSGATE_PROXIES", value_name = "FILE")]
    pub(super) proxies: Option<PathBuf>,

    /// Proxies of the configuration that have this label. May be repeated
    #[arg(long, env = "BITSGATE_LABEL", value_name = "LABEL", value_delimiter = ',')]
    pub(super) label: Vec<String>,

    /// Configuration file [default: bitsgate.toml in the current folder, if there]
    #[arg(long, short, env = "BITSGATE_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// User for proxies whose URL names none (Basic authentication)
    #[arg(long, env = "BITSGATE_PROXY_USER", hide_env_values = true, value_name = "USER")]
    pub(super) proxy_user: Option<String>,

    /// PEM file with certificates to trust besides those of this machine
    #[arg(long, env = "BITSGATE_CACERT", value_name = "FILE")]
    pub(super) cacert: Option<PathBuf>,

    /// Do not verify TLS certificates. BITS does
    #[arg(long, env = "BITSGATE_INSECURE", value_name = "BOOL", value_parser = BoolishValueParser::new(), num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub(super) insecure: Option<bool>,

    /// Time for one exchange, such as 30s [default: 30s]
    #[arg(long, env = "BITSGATE_TIMEOUT", value_name = "TIME", value_parser = parse_time)]
    pub(super) timeout: Option<Duration>,

    /// Time for the whole run, such as 5m; what has not begun by then is named as missing [default:
    /// 5m, or 30s for each pair of proxy and target when that is more]
    #[arg(long, env = "BITSGATE_DEADLINE", value_name = "TIME", value_parser = parse_time)]
    pub(super) deadline: Option<Duration>,

    /// Routes that are tried at the same time [default: 8]
    #[arg(long, short, env = "BITSGATE_JOBS", value_name = "N", value_parser = at_once())]
    pub(super) jobs: Option<u32>,

    /// Connections to one proxy, and to one server, at the same time, whatever runs [default: 4]
    #[arg(long, env = "BITSGATE_CONNECTIONS", value_name = "N", value_parser = at_once())]
    pub(super) connections: Option<u32>,

    /// Phases to run: `direct` without the proxy, `cold` through it, `warm` after the whole file was
    /// fetched over the same route, so that caches may have stored it [default: all that apply:
    /// without a proxy `direct` and `warm`]
    #[arg(long, value_enum, env = "BITSGATE_LEGS", value_name = "LEG", value_delimiter = ',')]
    pub(super) legs: Vec<LegName>,

    /// Largest file to fetch whole for the warm phase, such as 64MiB [default: 64MiB]
    #[arg(long, env = "BITSGATE_WARM_LIMIT", value_name = "SIZE", value_parser = read_size)]
    pub(super) warm_limit: Option<u64>,

    /// Also fetch the file whole, as `bitsgate fetch` does, and compare it with the SHA-1 that its
    /// URL states or with the reference origin (check `content-hash`)
    #[arg(long, env = "BITSGATE_DEEP", value_name = "BOOL", value_parser = BoolishValueParser::new(), num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub(super) deep: Option<bool>,

    /// Largest file to fetch whole for --deep, such as 8GiB [default: 1GiB]
    #[arg(long, env = "BITSGATE_DEEP_LIMIT", value_name = "SIZE", value_parser = read_size)]
    pub(super) deep_limit: Option<u64>,

    /// Where the reference origin listens, such as 0.0.0.0:8000 [default: the address of this
    /// machine that the proxy sees, any port]. With a target: the target is a reverse proxy that
    /// fetches from there
    #[arg(long, env = "BITSGATE_ORIGIN_LISTEN", value_name = "ADDR:PORT")]
    pub(super) origin_listen: Option<SocketAddr>,

    /// URL under which the proxy reaches the reference origin, when that is not its address
    #[arg(long, env = "BITSGATE_ORIGIN_URL", hide_env_values = true, value_name = "URL")]
    pub(super) origin_url: Option<String>,

    /// Run these checks only (see `bitsgate list checks`)
    #[arg(long, env = "BITSGATE_ONLY", value_name = "CHECK", value_delimiter = ',')]
    pub(super) only: Vec<String>,

    /// Leave these checks out
    #[arg(long, env = "BITSGATE_SKIP", value_name = "CHECK", value_delimiter = ',')]
    pub(super) skip: Vec<String>,

    /// Whose requests to imitate. A WSUS server that downloads through a proxy is `bits`; clients
    /// of Windows 10 and 11 behind one are `do` [default: bits]
    #[arg(long, value_enum, env = "BITSGATE_PROFILE")]
    pub(super) profile: Option<ProfileName>,

    /// An earlier report in the format json: only what is new or worse fails, and what is mended
    /// is listed
    #[arg(long, env = "BITSGATE_BASELINE", value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Check again and again: so many times, or `forever`. Every round writes all reports anew; the
    /// exit code is that of the last complete round, or 130 when it is ended by a signal
    #[arg(long, env = "BITSGATE_REPEAT", value_name = "N|forever")]
    pub(super) repeat: Option<Repeat>,

    /// Time between the beginnings of two rounds, such as 15m [default: 15m]
    #[arg(long, env = "BITSGATE_EVERY", value_name = "TIME", value_parser = parse_time)]
    pub(super) every: Option<Duration>,

    /// How far from --every chance may lead, so that many do not ask at once [default: 10%]
    #[arg(long, env = "BITSGATE_JITTER", value_name = "PERCENT")]
    pub(super) jitter: Option<Jitter>,

    /// Serve Prometheus: the last round of --repeat at `/metrics`, and at once a check of a proxy of
    /// the configuration at `/probe?proxy=NAME&target=NAME`. A port alone listens on this machine
    /// only
    #[arg(long, env = "BITSGATE_METRICS_LISTEN", value_name = "[ADDR:]PORT", value_parser = monitor::parse_address)]
    pub(super) metrics_listen: Option<SocketAddr>,

    /// Kind of job that must work: `download` requests one range at a time, as every ordinary update
    /// does; `ranges` several in one request (`AddFileWithRanges`, express updates). What only the
    /// other kind needs is a warning or a note [default: download]
    #[arg(long, value_enum, env = "BITSGATE_REQUIRE", value_name = "KIND")]
    pub(super) require: Option<RequireName>,

    /// Exit with 1 on warnings too; notes never change the exit code
    #[arg(long, env = "BITSGATE_STRICT", value_name = "BOOL", value_parser = BoolishValueParser::new(), num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub(super) strict: Option<bool>,

    /// Exit with 0 whatever the verdict; usage errors and failures of the tool keep their codes
    #[arg(long, env = "BITSGATE_EXIT_ZERO", value_name = "BOOL", value_parser = BoolishValueParser::new(), num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub(super) exit_zero: Option<bool>,

    /// Show every check and every fix; twice: every exchange with its header section too
    #[arg(long, short, env = "BITSGATE_VERBOSE", value_parser = verbosity, action = ArgAction::Count)]
    pub(super) verbose: u8,

    /// Print the verdict line only
    #[arg(long, short, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Show the curl command that repeats what is not right, in the text report
    #[arg(long)]
    pub(super) curl: bool,

    /// Write a report to a file, or without a path to standard output, in place of --format. May be
    /// repeated; commas separate several: -o junit=report.xml,sarif=report.sarif. See --format for the
    /// formats
    #[arg(
        long,
        short,
        env = "BITSGATE_OUTPUT",
        value_name = "FORMAT[=PATH]",
        value_delimiter = ','
    )]
    pub(super) output: Vec<SinkSpec>,

    /// What to write to standard output [default: text]
    #[arg(long, value_enum, env = "BITSGATE_FORMAT")]
    pub(super) format: Option<Format>,
}

/// Whose requests are imitated.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(super) enum ProfileName {
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
    pub(super) fn profiles(self) -> &'static [Profile] {
        match self {
            Self::All => Profile::ALL,
            Self::Bits => &[Profile::Bits],
            Self::Do => &[Profile::Do],
        }
    }
}

/// The kinds of jobs that must work.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(super) enum RequireName {
    /// Both kinds
    All,
    /// One range in each request: every ordinary update
    #[default]
    Download,
    /// Several ranges in one request: `AddFileWithRanges`, express updates
    Ranges,
}

impl From<RequireName> for Require {
    fn from(name: RequireName) -> Self {
        match name {
            RequireName::All => Self::All,
            RequireName::Download => Self::Download,
            RequireName::Ranges => Self::Ranges,
        }
    }
}

/// A leg by its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum LegName {
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

impl CheckArgs {
    /// How much the text report shows.
    pub(super) fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Verdict,
            (false, 0) => Detail::Brief,
            (false, 1) => Detail::Checks,
            (false, _) => Detail::Exchanges,
        }
    }
}

/// Reads the variable of the environment: a number, or a switch.
fn verbosity(text: &str) -> Result<u8, String> {
    match text {
        "true" | "yes" | "on" => Ok(1),
        "false" | "no" | "off" => Ok(0),
        _ => text.parse().map_err(|_| String::from("write 0, 1 or 2")),
    }
}

/// How many of something may be used at the same time.
fn at_once() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..=MOST_AT_ONCE)
}

pub(super) fn read_size(text: &str) -> Result<u64, String> {
    parse_size(text).ok_or_else(|| String::from("a size such as 1048576, 64MiB or 1GiB is needed"))
}

/// Reads a time such as `30s` or `1m 30s`; a number alone is seconds. Zero is refused.
pub(in crate::cli) fn parse_time(text: &str) -> Result<Duration, String> {
    let time = match text.parse::<u32>() {
        Ok(seconds) => Duration::from_secs(seconds.into()),
        Err(_) => humantime::parse_duration(text)
            .map_err(|error| format!("a time such as 30s or 5m is needed: {error}"))?,
    };
    if time.is_zero() || time > LONGEST {
        return Err(String::from("a time between 1ms and 1day is needed"));
    }
    Ok(time)
}

/// Most jobs or connections at the same time.
pub(super) const MOST_AT_ONCE: u64 = 1000;

const LONGEST: Duration = Duration::from_hours(24);

const EXAMPLES: &str = "\
Examples:
  bitsgate check http://wsus:8530/Content/8A/0123...CD.cab
  bitsgate check --proxy http://proxy:3128 http://wsus:8530/Content/8A/0123...CD.cab
  bitsgate check --proxy http://proxy:3128         with files of the reference origin
  bitsgate check --proxy http://proxy:3128 http://wsus:8530     alive? how to get a file's URL
  bitsgate check --proxy direct --proxy proxy1:3128 --proxy proxy2:3128 --format json URL
  bitsgate check -o junit=report.xml -o markdown=report.md --proxy proxy1:3128 URL
  bitsgate check --profile all --proxy proxy:3128 URL    WSUS servers and clients alike
  bitsgate check --deep --proxy proxy:3128 URL    fetch it whole too, and compare its SHA-1
  bitsgate check --proxy mock:no-length-head      reproduce a known failure, offline
  bitsgate check --proxy mock:apache-2.0.52       the same as this version has it
  bitsgate check --label branch                   proxies of bitsgate.toml (`bitsgate init`)
  bitsgate check --baseline yesterday.json        fail only on what is new or worse
  bitsgate check --repeat forever --every 15m -o json=last.json    keep watching
  bitsgate check --metrics-listen 9824            let Prometheus probe what bitsgate.toml names

Flags win over variables of the environment, these over bitsgate.toml, and that over the defaults;
`bitsgate config` shows what holds and why. A switch of the file is turned off by --strict=false.
Any of --proxy, --proxies and --label on the command line wins over all of BITSGATE_PROXY,
BITSGATE_PROXIES and BITSGATE_LABEL. In variables blanks separate proxies and targets, commas all
else of which there may be several.
The password for --proxy-user is read from BITSGATE_PROXY_PASSWORD alone. One in the URL of an
argument is hidden from the list of processes (but not on Windows), not from the shell's history.
Exit codes: 0 passed, 1 BITS would fail, 2 usage, 3 inconclusive, 4 the tool failed,
130 interrupted.";
