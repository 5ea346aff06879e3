//! Acts as a BITS job or a Delivery Optimization download: fetches a whole file over a route, range
//! by range, and proves that it arrived. Called by `bitsgate fetch` and by the check `content-hash`.
//!
//! `job` leads: it asks for the size, then for the ranges that `plan` names, over `link`s.
//! What comes goes to the `sink`, which orders, hashes and stores it. What an answer means is
//! never decided here but by the judges of [`crate::checks`], asked through `court`.

mod asker;
mod body;
mod court;
pub mod hash;
mod job;
mod link;
pub mod outcome;
mod plan;
mod record;
pub mod report;
mod sink;
mod store;
mod transfer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

pub use court::Trouble;
pub use job::fetch;
pub use plan::Cut;
pub use record::{part_of, record_of};
pub use store::StoreError;

use crate::http::tls::Tls;
use crate::model::evidence::Truth;
use crate::model::profile::Profile;
use crate::model::target::ProxySpec;
use hash::Expected;
use outcome::State;

/// What to fetch, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The target as the user named it: a fetch goes on only with the same one.
    pub target: String,
    /// The URL to ask.
    pub url: Url,
    /// The proxy to go through.
    pub proxy: Option<ProxySpec>,
    /// What TLS trusts.
    pub tls: Arc<Tls>,
    /// Whose requests to imitate.
    pub profile: Profile,
    /// How the file is cut into ranges.
    pub cut: Cut,
    /// Connections used at the same time; BITS has one.
    pub connections: usize,
    /// The longest time without a byte.
    pub timeout: Duration,
    /// The pause after a transient error.
    pub retry_delay: Duration,
    /// What the job that is imitated waits before it tries again.
    pub job_retry_delay: Duration,
    /// How long to go on without any progress; zero makes each error fatal.
    pub no_progress_timeout: Duration,
    /// Where the file goes; none: it is hashed and forgotten.
    pub output: Option<PathBuf>,
    /// What its hashes must be.
    pub expected: Vec<Expected>,
    /// What its bytes must be, where the tool itself serves them.
    pub truth: Option<Truth>,
    /// Larger files are not fetched, in bytes.
    pub largest: Option<u64>,
    /// What chance decides: the order of blocks and the `MS-CV` of Delivery Optimization.
    pub seed: u64,
}

/// Told of what happens, where that matters to it; called from several threads.
pub trait Observer: Send + Sync {
    /// The job is in this state now; why, where there is a reason.
    fn state(&self, _state: State, _why: &str) {}

    /// The size of the file is known.
    fn size(&self, _bytes: u64) {}

    /// So many bytes from the beginning on have come.
    fn progress(&self, _bytes: u64) {}

    /// Something worth knowing, in a sentence.
    fn remark(&self, _text: &str) {}
}
