//! The finished result of a run: all that a report sees.

use std::iter::Sum;
use std::time::{Duration, SystemTime};

use crate::model::advice::Advice;
use crate::model::exchange::{Exchange, Leg};
use crate::model::finding::{Finding, Status};
use crate::model::job::{Job, Jobs};
use crate::model::job_kind::Require;
use crate::model::place::{CellKey, NotTried, Place};
use crate::model::product::Recognised;
use crate::model::profile::Profile;
pub use crate::model::verdict::Verdict;

/// The result of a whole run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// The worst verdict of all results.
    pub verdict: Verdict,
    /// Whether all that was asked for was tried; else `missing` says what was not.
    pub complete: bool,
    /// One for each route, target and profile, in the order asked.
    pub results: Vec<RouteResult>,
    /// What was not tried, in the order asked.
    pub missing: Vec<Missing>,
    /// What is odd about what was decided beforehand, such as accepted findings past their day.
    pub warnings: Vec<String>,
    /// What changed since the baseline; none without one.
    pub comparison: Option<Comparison>,
}

impl Outcome {
    /// What the run cost.
    pub fn traffic(&self) -> Traffic {
        self.results.iter().map(RouteResult::traffic).sum()
    }

    /// Whether it is a warning that fails the whole, because the user is strict.
    pub fn is_lifted(&self) -> bool {
        self.verdict == Verdict::Warn && self.results.iter().any(RouteResult::is_lifted)
    }
}

/// A route and a target that were not tried, or not to the end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Missing {
    /// The target as the user named it.
    pub target: String,
    /// The proxy without credentials; none for the direct route.
    pub proxy: Option<String>,
    /// The names in the configuration.
    pub names: Names,
    /// Why not.
    pub why: &'static str,
}

/// What the configuration calls a route and a target.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Names {
    /// The name of the proxy.
    pub proxy: Option<String>,
    /// The labels of the proxy.
    pub labels: Vec<String>,
    /// The name of the target.
    pub target: Option<String>,
}

/// What changed between two reports.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Comparison {
    /// The findings that changed, in the order of the newer report.
    pub changes: Vec<Change>,
    /// Whether the newer report is of a run that ended before its time.
    pub incomplete: bool,
    /// What the newer run did not try.
    pub not_tried: Vec<NotTried>,
    /// Results that only the older report has, and that the newer run was not asked for.
    pub gone: Vec<CellKey>,
    /// Results that only the newer report has.
    pub added: Vec<CellKey>,
}

/// A finding that is not what it was.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// In which way.
    pub kind: ChangeKind,
    /// The result.
    pub cell: CellKey,
    /// Id of the check.
    pub check: String,
    /// The word for the leg.
    pub leg: String,
    /// The status in the older report; none when the check was not there.
    pub then: Option<Status>,
    /// The status in the newer report.
    pub now: Option<Status>,
    /// The code that Windows would have shown by the older report.
    pub then_hresult: Option<String>,
    /// The code that it would show by the newer one.
    pub now_hresult: Option<String>,
}

/// In which way a finding changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChangeKind {
    /// Still wrong, but less.
    Better,
    /// Right, or of no weight any more.
    Mended,
    /// It was right, or not there, and is wrong.
    New,
    /// It was wrong, and is not there any more.
    NotJudged,
    /// It was wrong, and is more so or in another way.
    Worse,
}

impl RouteResult {
    /// Where its findings were made.
    pub fn place(&self) -> Place<'_> {
        Place {
            proxy: self.proxy.as_deref(),
            proxy_name: self.names.proxy.as_deref(),
            target: &self.target,
            target_name: self.names.target.as_deref(),
            profile: self.profile,
        }
    }

    /// The required job that fares worst.
    pub fn job(&self) -> &Job {
        self.jobs.worst(self.require).1
    }

    /// Whether it is a warning that fails the whole, because the user is strict.
    pub fn is_lifted(&self) -> bool {
        self.is_strict && self.verdict == Verdict::Warn
    }

    /// Requests that were sent, those that had to be sent once anew counted twice, and bytes of body
    /// that came; of forgotten exchanges too.
    pub fn traffic(&self) -> Traffic {
        let mut traffic = self.forgotten;
        for exchange in &self.exchanges {
            let retries = usize::from(exchange.first_attempt.is_some());
            traffic.requests += 1 + retries;
            traffic.retries += retries;
            traffic.bytes += exchange.answer().map_or(0, |answer| answer.body.received);
        }
        traffic
    }
}

/// Sums of exchanges.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Traffic {
    /// Requests that were sent.
    pub requests: usize,
    /// Those of them that were sent once anew, because the first attempt failed.
    pub retries: usize,
    /// Bytes of body that came.
    pub bytes: u64,
}

impl Traffic {
    /// What remains when a part of it is taken away.
    pub(crate) fn without(self, part: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(part.requests),
            retries: self.retries.saturating_sub(part.retries),
            bytes: self.bytes.saturating_sub(part.bytes),
        }
    }
}

impl Sum for Traffic {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            requests: sum.requests + one.requests,
            retries: sum.retries + one.retries,
            bytes: sum.bytes + one.bytes,
        })
    }
}

impl Comparison {
    /// Whether anything is new or worse.
    pub fn is_worse(&self) -> bool {
        self.changes.iter().any(|change| change.kind.is_worse())
    }
}

impl ChangeKind {
    /// Whether it is a change to the worse.
    pub fn is_worse(self) -> bool {
        matches!(self, Self::New | Self::Worse)
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Mended => "fixed",
            Self::New => "new",
            Self::NotJudged => "not-judged",
            Self::Worse => "worse",
        }
    }
}

/// The result for one target over one route with the requests of one client.
#[derive(Clone, Debug)]
pub struct RouteResult {
    /// The target as the user named it.
    pub target: String,
    /// The proxy without credentials; none for the direct route.
    pub proxy: Option<String>,
    /// The names in the configuration.
    pub names: Names,
    /// Whether the proxy was given a user and a password.
    pub signs_in: bool,
    /// Whose requests were sent.
    pub profile: Profile,
    /// The verdict.
    pub verdict: Verdict,
    /// Why nothing could be concluded, when the target itself cannot be used.
    pub unusable: Option<String>,
    /// Whether a warning fails the whole.
    pub is_strict: bool,
    /// The kinds of jobs that must work.
    pub require: Require,
    /// What would become of jobs.
    pub jobs: Jobs,
    /// Who is to blame; none when nothing is wrong.
    pub blame: Option<Blame>,
    /// Who else is, for faults of another party that show beside the first.
    pub also_to_blame: Vec<Blame>,
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
    /// Whether the journal of the reference origin shows that the proxy fetched the whole file
    /// where ranges were asked of it.
    pub fetches_whole: bool,
    /// What exchanges there were besides, which a fleet has no room for.
    pub forgotten: Traffic,
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
