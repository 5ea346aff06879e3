//! The finished result of a run: all that a report sees.

use std::time::{Duration, SystemTime};

use crate::bits::job::Job;
use crate::check::finding::Finding;
pub use crate::check::verdict::Verdict;
use crate::probe::exchange::Exchange;

/// The result of a whole run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// The worst verdict of all results.
    pub verdict: Verdict,
    /// One for each route and target, in the order asked.
    pub results: Vec<RouteResult>,
}

/// The result for one target over one route.
#[derive(Clone, Debug)]
pub struct RouteResult {
    /// The target as the user named it.
    pub target: String,
    /// The proxy without credentials; none for the direct route.
    pub proxy: Option<String>,
    /// The name of the profile: `bits`.
    pub profile: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// What would become of an ordinary job.
    pub job: Job,
    /// Every check on every leg, in the order of the registry.
    pub findings: Vec<Finding>,
    /// Every exchange.
    pub exchanges: Vec<Exchange>,
    /// Remarks about the run itself, such as a deadline that passed.
    pub notes: Vec<String>,
}
