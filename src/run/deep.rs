//! Fetches the file whole over the route of a leg, for the check `content-hash`. Called by
//! [`super::route`] when `--deep` is given and the leg is over.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep_until;
use url::Url;

use super::Context;
use crate::checks::table;
use crate::fetch::hash::{Algorithm, Expected};
use crate::fetch::outcome::{End, Outcome};
use crate::fetch::{self, Cut, Observer, Settings};
use crate::mock::content::Content;
use crate::model::evidence::{Comparison, Evidence, Retried, Truth, Whole};
use crate::model::exchange::Exchange;
use crate::model::job::JobState;
use crate::model::job_kind::JobKind;
use crate::model::profile::Profile;
use crate::model::target::ProxySpec;
use crate::model::wsus::content::content_hash;
use crate::predict::findings;
use crate::predict::job;

/// One download to make.
pub(super) struct Fetch<'r> {
    pub(super) context: &'r Context<'r>,
    pub(super) profile: Profile,
    pub(super) proxy: Option<&'r ProxySpec>,
    pub(super) url: &'r Url,
    /// The largest file to fetch, in bytes.
    pub(super) limit: u64,
    /// The true bytes, where they are known.
    pub(super) truth: Option<Truth>,
}

/// The bytes of the object that a mock target names.
pub(super) fn truth_of_mock() -> Truth {
    Truth(Arc::new(|offset, buffer| Content::default().fill(offset, buffer)))
}

impl Fetch<'_> {
    /// Makes it, unless the leg shows that it would come to nothing.
    pub(super) async fn whole(self, evidence: &Evidence) -> Whole {
        // Every check counts here, also those that were not chosen.
        let before = Evidence { whole: None, ..evidence.clone() };
        let job = job::predict(&findings::judge_all(&before, table::all()), JobKind::Download);
        if !matches!(job.state, JobState::Transferred | JobState::Damaged) {
            let why = "no download would come to its end here; see the other checks";
            return Whole::NotFetched(why.to_owned());
        }
        if evidence.exchanges.iter().any(Exchange::is_slow) {
            return Whole::NotFetched("the answers come too slowly for it".to_owned());
        }
        // Without HEAD a total is all that states the size.
        let states_size = self.profile == Profile::Bits || evidence.states_total();
        let Some(size) = evidence.size().filter(|_| states_size) else {
            return Whole::NotFetched("no answer tells the size of the file".to_owned());
        };
        let limit = self.limit;
        if size > limit {
            return Whole::NotFetched(format!(
                "the file has {size} bytes, --deep-limit is {limit}"
            ));
        }
        let is_compared = self.truth.is_some();
        let deadline = self.context.deadline;
        let fetched = fetch::fetch(&self.settings(), Arc::new(Nobody), sleep_until(deadline)).await;
        match fetched {
            Ok(outcome) => what_came(outcome, is_compared),
            // Nothing is stored, so that nothing can fail.
            Err(error) => Whole::Broken { defect: None, summary: error.to_string(), done: 0 },
        }
    }

    fn settings(self) -> Settings {
        let settings = self.context.settings;
        let expected = content_hash(self.url)
            .and_then(|name| Expected::parse(Algorithm::Sha1, &name.hex(), "the URL"));
        let (cut, connections) = match self.profile {
            Profile::Bits => (Cut::Background, 1),
            Profile::Do => (Cut::Blocks, self.context.lanes()),
        };
        Settings {
            target: self.url.to_string(),
            url: self.url.clone(),
            proxy: self.proxy.cloned(),
            tls: Arc::clone(self.context.tls),
            profile: self.profile,
            cut,
            connections,
            timeout: settings.timeout,
            retry_delay: RETRY_DELAY,
            job_retry_delay: JOB_RETRY_DELAY,
            no_progress_timeout: settings.timeout,
            output: None,
            expected: expected.into_iter().collect(),
            truth: self.truth,
            largest: Some(self.limit),
            seed: settings.seed,
        }
    }
}

fn what_came(outcome: Outcome, is_compared: bool) -> Whole {
    let done = outcome.done;
    let retried = (outcome.retries > 0).then(|| Retried {
        times: outcome.retries,
        wait: outcome.retry_wait,
        is_too_long: outcome.needs_too_many_retries(),
        defect: outcome.retried_for.as_ref().and_then(|trouble| trouble.defect),
        summary: outcome
            .retried_for
            .as_ref()
            .map(|trouble| trouble.summary.clone())
            .unwrap_or_default(),
    });
    match (outcome.end, outcome.hashes.into_iter().next()) {
        (End::Transferred, Some(hash)) => Whole::Came {
            bytes: done,
            sha1: hash.value,
            // Nothing else is expected here than what the URL states.
            named: hash.expected.map(|expected| expected.value),
            compared: is_compared
                .then(|| outcome.differs_at.map_or(Comparison::Same, Comparison::DifferAt)),
            retried,
        },
        (End::Suspended, _) => {
            let summary = "the deadline of the run passed".to_owned();
            Whole::Broken { defect: None, summary, done }
        }
        _ => {
            let (defect, summary) =
                outcome.trouble.map_or((None, String::from("it did not end")), |trouble| {
                    (trouble.defect, trouble.summary)
                });
            Whole::Broken { defect, summary, done }
        }
    }
}

/// Nobody watches: the run has a progress of its own.
struct Nobody;

impl Observer for Nobody {}

/// What a job waits before it tries again, where no one sets another time (Microsoft:
/// `SetMinimumRetryDelay`).
pub(super) const JOB_RETRY_DELAY: Duration = Duration::from_mins(10);

/// The pause after a transient error: a check is to end soon.
const RETRY_DELAY: Duration = Duration::from_millis(500);
