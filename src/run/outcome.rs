//! The finished result of a run: all that a report sees.

use std::time::{Duration, SystemTime};

use crate::advice::Advice;
use crate::advice::fingerprint::Recognised;
use crate::bits::job::Job;
use crate::bits::profile::Profile;
use crate::check::finding::Finding;
pub use crate::check::verdict::Verdict;
use crate::probe::exchange::{Exchange, Leg};

/// The result of a whole run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// The worst verdict of all results.
    pub verdict: Verdict,
    /// One for each route, target and profile, in the order asked.
    pub results: Vec<RouteResult>,
}

/// The result for one target over one route with the requests of one client.
#[derive(Clone, Debug)]
pub struct RouteResult {
    /// The target as the user named it.
    pub target: String,
    /// The proxy without credentials; none for the direct route.
    pub proxy: Option<String>,
    /// Whether the proxy was given a user and a password.
    pub signs_in: bool,
    /// Whose requests were sent.
    pub profile: Profile,
    /// The verdict.
    pub verdict: Verdict,
    /// What would become of an ordinary job.
    pub job: Job,
    /// Who is to blame; none when nothing is wrong.
    pub blame: Option<Blame>,
    /// What mends it, best fit first.
    pub advice: Vec<Advice>,
    /// The products that the answers give away, the one next to the client last.
    pub recognised: Vec<Recognised>,
    /// The legs that were asked for, in the order direct, cold, warm.
    pub legs: Vec<LegReport>,
    /// Every check on every leg, leg by leg in the order of the registry.
    pub findings: Vec<Finding>,
    /// Every exchange.
    pub exchanges: Vec<Exchange>,
    /// Remarks about the run itself, such as a deadline that passed.
    pub notes: Vec<String>,
}

/// Whether a leg ran.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LegReport {
    /// The leg.
    pub leg: Leg,
    /// Why it did not run; none when it did.
    pub skipped: Option<String>,
}

/// Who is to blame, and how that is known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Blame {
    /// Whose box must be mended.
    pub party: Party,
    /// On which way it goes wrong, when that is known.
    pub direction: Option<Direction>,
    /// How that is known, in a sentence or two.
    pub why: String,
}

/// Whose box must be mended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Party {
    /// The network between: names, routes, firewalls.
    Network,
    /// The server of the file.
    Origin,
    /// The proxy.
    Proxy,
    /// Not to be told from what was seen.
    Unknown,
}

/// On which way it goes wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// The answer comes from a cache instead of the server.
    Cache,
    /// The request is changed or stopped on its way to the server.
    Request,
    /// The answer is changed on its way back.
    Response,
}

impl RouteResult {
    /// Requests that were sent, those that had to be sent once anew counted twice.
    pub fn requests(&self) -> usize {
        let sent = |exchange: &Exchange| 1 + usize::from(exchange.first_attempt.is_some());
        self.exchanges.iter().map(sent).sum()
    }

    /// Bytes of bodies that were received.
    pub fn received(&self) -> u64 {
        let answers = self.exchanges.iter().filter_map(Exchange::answer);
        answers.map(|answer| answer.body.received).sum()
    }
}

impl Party {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Origin => "origin",
            Self::Proxy => "proxy",
            Self::Unknown => "unknown",
        }
    }
}

impl Direction {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}
