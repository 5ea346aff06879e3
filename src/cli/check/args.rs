//! The arguments of `bitsgate check`, as clap reads them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use url::Url;

use crate::bits::profile::Profile;
use crate::cli::sinks::SinkSpec;
use crate::probe::exchange::Leg;
use crate::report::Format;
use crate::target::{Target, parse_size};

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
pub(in crate::cli) struct CheckArgs {
    /// URLs of files to download: http or https; `mock:[FAULT][?size=5GiB]` is the built-in origin.
    /// The base URL of a WSUS server (`http://wsus:8530`, or its `/Content/anonymousCheckFile.txt`)
    /// is asked whether it is alive, which alone is never a pass
    #[arg(value_name = "TARGET")]
    pub(super) targets: Vec<String>,

    /// Proxy to go through: http://, https:// or socks5://[USER:PASSWORD@]HOST:PORT, `direct`,
    /// or `mock:FAULT` for the built-in one. May be repeated
    #[arg(long, short = 'p', value_name = "PROXY")]
    pub(super) proxy: Vec<String>,

    /// User for proxies whose URL names none (Basic authentication)
    #[arg(long, env = "BITSGATE_PROXY_USER", hide_env_values = true, value_name = "USER")]
    pub(super) proxy_user: Option<String>,

    /// PEM file with certificates to trust besides those of this machine
    #[arg(long, env = "BITSGATE_CACERT", value_name = "FILE")]
    pub(super) cacert: Option<PathBuf>,

    /// Do not verify TLS certificates. BITS does
    #[arg(long)]
    pub(super) insecure: bool,

    /// Time for one exchange, such as 30s
    #[arg(long, env = "BITSGATE_TIMEOUT", value_name = "TIME", default_value = "30s", value_parser = parse_time)]
    pub(super) timeout: Duration,

    /// Time for the whole run, such as 5m
    #[arg(long, env = "BITSGATE_DEADLINE", value_name = "TIME", default_value = "5m", value_parser = parse_time)]
    pub(super) deadline: Duration,

    /// Legs to run: `direct` without the proxy, `cold` through it, `warm` after the whole file was
    /// fetched once through it, so that caches may have stored it [default: all three through a
    /// proxy, direct without one]
    #[arg(long, value_enum, value_name = "LEG", value_delimiter = ',')]
    pub(super) legs: Vec<LegName>,

    /// Largest file to fetch whole for the warm leg, such as 64MiB
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = read_size)]
    pub(super) warm_limit: u64,

    /// Where the reference origin listens, such as 0.0.0.0:8000 [default: the address of this
    /// machine that the proxy sees, any port]. With a target: the target is a reverse proxy that
    /// fetches from there
    #[arg(long, value_name = "ADDR:PORT")]
    pub(super) origin_listen: Option<SocketAddr>,

    /// URL under which the proxy reaches the reference origin, when that is not its address
    #[arg(long, value_name = "URL", value_parser = read_origin_url)]
    pub(super) origin_url: Option<Url>,

    /// Run these checks only (see `bitsgate list checks`)
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub(super) only: Vec<String>,

    /// Leave these checks out
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub(super) skip: Vec<String>,

    /// Whose requests to imitate. A WSUS server that downloads through a proxy is `bits`; clients
    /// of Windows 10 and 11 behind one are `do`
    #[arg(long, value_enum, default_value_t)]
    pub(super) profile: ProfileName,

    /// Exit with 1 on warnings too
    #[arg(long)]
    pub(super) strict: bool,

    /// Exit with 0 whatever the verdict; usage errors and failures of the tool keep their codes
    #[arg(long)]
    pub(super) exit_zero: bool,

    /// Show every exchange with its heads
    #[arg(long, short)]
    pub(super) verbose: bool,

    /// Show the curl command that repeats what is not right, in the text report
    #[arg(long)]
    pub(super) curl: bool,

    /// Write a report to a file, or without a path to standard output, in place of --format. May be
    /// repeated: -o junit=report.xml -o sarif=report.sarif. See --format for the formats
    #[arg(long, short, value_name = "FORMAT[=PATH]")]
    pub(super) output: Vec<SinkSpec>,

    /// What to write to standard output
    #[arg(long, value_enum, default_value_t, env = "BITSGATE_FORMAT")]
    pub(super) format: Format,
}

/// Whose requests are imitated.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
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
  bitsgate check -o junit=report.xml -o markdown=report.md --proxy proxy1:3128 URL
  bitsgate check --profile all --proxy proxy:3128 URL    WSUS servers and clients alike
  bitsgate check --proxy mock:no-length-head      reproduce a known failure, offline

The password for --proxy-user is read from BITSGATE_PROXY_PASSWORD alone.
Exit codes: 0 passed, 1 BITS would fail, 2 usage, 3 inconclusive, 4 the tool failed,
130 interrupted.";
