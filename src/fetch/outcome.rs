//! What came of a fetch: all that its report sees.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::court::Trouble;
use super::hash::Hash;

/// What came of a fetch.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// What ended it, or was the last reason to try again.
    pub trouble: Option<Trouble>,
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// Size of the file in bytes, when it became known.
    pub size: Option<u64>,
    /// Bytes from the beginning of the file on that have come, in this fetch or an earlier one.
    pub done: u64,
    /// Of these, bytes that an earlier fetch had left.
    pub resumed_from: u64,
    /// Ranges asked.
    pub ranges: u64,
    /// How often it was tried again after a transient error.
    pub retries: u32,
    /// What made it try again the last time.
    pub retried_for: Option<Trouble>,
    /// How long the job that is imitated would have waited for its retries.
    pub retry_wait: Duration,
    /// The hashes, when the file is whole.
    pub hashes: Vec<Hash>,
    /// The first byte that is not what it must be, where the tool knows the bytes.
    pub differs_at: Option<u64>,
    /// Where the file is, or the part of it that came; none when nothing is stored.
    pub stored: Option<PathBuf>,
}

/// How a fetch ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// As a job in the state ERROR: somebody must act.
    Error,
    /// Somebody stopped it.
    Suspended,
    /// A transient error lasted longer than the patience of this fetch.
    TransientError,
    /// Every byte came.
    Transferred,
    /// As a job in the state ERROR, but what was met says nothing about downloads over the route.
    Unjudged,
    /// What came has no code that is known.
    Unknown,
}

/// The states of a job on its way (Microsoft: `BG_JOB_STATE`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// The size is asked.
    Connecting,
    /// Ended; somebody must act.
    Error,
    /// Waits for its turn.
    Queued,
    /// Stopped by its owner.
    Suspended,
    /// Bytes come.
    Transferring,
    /// Every byte came.
    Transferred,
    /// Waits before it tries again.
    TransientError,
}

impl Outcome {
    /// Whether the file came whole, and is what it should be as far as anybody says.
    pub fn is_right(&self) -> bool {
        self.end == End::Transferred && !self.is_altered()
    }

    /// Whether every byte came, but not the right ones.
    pub fn is_altered(&self) -> bool {
        self.differs_at.is_some() || self.hashes.iter().any(|hash| hash.matches() == Some(false))
    }

    /// Whether the job that is imitated would wait longer for its retries than a rollout can: the
    /// file came, and still it does not arrive in practice.
    pub fn needs_too_many_retries(&self) -> bool {
        self.retry_wait > LONGEST_RETRY_WAIT
    }

    /// How many bytes came over the network in a second; none when too little time passed to tell.
    pub fn bytes_per_second(&self) -> Option<u64> {
        let per_second = u128::from(self.fetched()) * 1_000_000;
        u64::try_from(per_second.checked_div(self.duration.as_micros())?).ok()
    }

    /// Bytes of the file that this fetch brought.
    pub fn fetched(&self) -> u64 {
        self.done.saturating_sub(self.resumed_from)
    }
}

impl End {
    /// The word in reports: those of the job of a check, and one of its own.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error | Self::Unjudged => "error",
            Self::Suspended => "suspended",
            Self::TransientError => "transient-error",
            Self::Transferred => "transferred",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connecting => "CONNECTING",
            Self::Error => "ERROR",
            Self::Queued => "QUEUED",
            Self::Suspended => "SUSPENDED",
            Self::Transferring => "TRANSFERRING",
            Self::Transferred => "TRANSFERRED",
            Self::TransientError => "TRANSIENT_ERROR",
        })
    }
}

/// The longest time that a file may wait for retries.
pub const LONGEST_RETRY_WAIT: Duration = Duration::from_hours(1);
