//! A fault: a named, permanent way in which the mock misbehaves, and what must come of it.

use std::fmt;

use super::faults;
use super::mechanism::Rule;
use crate::model::hresult::Hresult;
use crate::model::job::JobState;
use crate::model::profile::Profile;

/// One fault. Its tables are in `faults/`, by group.
#[derive(Debug)]
pub struct Fault {
    /// Permanent, kebab-case.
    pub name: &'static str,
    /// What goes wrong on the wire, in one line.
    pub summary: &'static str,
    /// What must come of it.
    pub promise: Promise,
    pub(crate) rules: &'static [Rule],
}

/// What a run against a fault must conclude.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Promise {
    /// Whose requests show it; BITS passes what only Delivery Optimization meets.
    pub profile: Profile,
    /// The verdict of the run.
    pub verdict: Expected,
    /// How an ordinary download would end.
    pub end: End,
    /// The code that a job of several ranges would show, where an ordinary download is not affected.
    pub ranges: Option<Hresult>,
    /// Id of a check that must not pass.
    pub check: &'static str,
    /// Whether it shows only once the whole file was asked for, as the warm phase does.
    pub needs_whole: bool,
}

impl Promise {
    /// It shows only once the whole file was asked for.
    pub(crate) const fn once_whole(self) -> Self {
        Self { needs_whole: true, ..self }
    }
}

/// How an ordinary download would end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// With this code.
    Code(Hresult),
    /// As a complete transfer of wrong bytes.
    Damaged,
    /// As a transfer.
    Transferred,
    /// It cannot be predicted.
    Unknown,
}

/// The verdict that a fault promises.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected {
    /// A required check fails.
    Fail,
    /// Nothing could be concluded.
    Inconclusive,
    /// What fails affects no job, or none that is required by default.
    Pass,
    /// Only a recommended check fails, or a job that is not required by default.
    Warn,
}

impl Expected {
    /// The word in reports and scenarios.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Pass => "pass",
            Self::Warn => "warn",
        }
    }
}

/// All faults, group by group.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    faults::GROUPS.iter().flat_map(|group| group.iter())
}

/// The fault of this name.
pub fn find(name: &str) -> Option<&'static Fault> {
    all().find(|fault| fault.name == name)
}

impl End {
    /// The code.
    pub fn hresult(self) -> Option<Hresult> {
        match self {
            Self::Code(hresult) => Some(hresult),
            Self::Damaged | Self::Transferred | Self::Unknown => None,
        }
    }

    /// Whether a job in this state ends so.
    pub fn is(self, state: JobState) -> bool {
        match self {
            // A code is compared by itself, and may be that of a job that cannot be predicted.
            Self::Code(_) => true,
            Self::Damaged => state == JobState::Damaged,
            Self::Transferred => state == JobState::Transferred,
            Self::Unknown => state == JobState::Unknown,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(hresult) => hresult.fmt(f),
            Self::Damaged => f.write_str(JobState::Damaged.as_str()),
            Self::Transferred => f.write_str(JobState::Transferred.as_str()),
            Self::Unknown => f.write_str(JobState::Unknown.as_str()),
        }
    }
}

/// The job ends with this code.
pub(crate) const fn fails(check: &'static str, hresult: u32) -> Promise {
    Promise { end: End::Code(Hresult(hresult)), ..ends(Expected::Fail, check) }
}

/// Delivery Optimization ends with this code; BITS passes.
pub(crate) const fn fails_do(check: &'static str, hresult: u32) -> Promise {
    Promise { profile: Profile::Do, ..fails(check, hresult) }
}

/// The job transfers wrong bytes.
pub(crate) const fn damages(check: &'static str) -> Promise {
    Promise { end: End::Damaged, ..ends(Expected::Fail, check) }
}

/// A required check fails, and how an ordinary job ends cannot be predicted.
pub(crate) const fn fails_unpredictably(check: &'static str) -> Promise {
    Promise { end: End::Unknown, ..ends(Expected::Fail, check) }
}

/// A job of several ranges ends with this code; an ordinary job transfers.
pub(crate) const fn fails_ranges(check: &'static str, hresult: u32) -> Promise {
    Promise { ranges: Some(Hresult(hresult)), ..ends(Expected::Warn, check) }
}

/// A warning; the job transfers.
pub(crate) const fn warns(check: &'static str) -> Promise {
    ends(Expected::Warn, check)
}

/// A remark on what only a job of several ranges meets, and what does not end it.
pub(crate) const fn notes(check: &'static str) -> Promise {
    ends(Expected::Pass, check)
}

/// Nothing can be concluded, and the job shows this code.
pub(crate) const fn concludes_nothing(check: &'static str, hresult: u32) -> Promise {
    Promise { end: End::Code(Hresult(hresult)), ..ends(Expected::Inconclusive, check) }
}

const fn ends(verdict: Expected, check: &'static str) -> Promise {
    Promise {
        profile: Profile::Bits,
        verdict,
        end: End::Transferred,
        ranges: None,
        check,
        needs_whole: false,
    }
}
