//! A fault: a named, permanent way in which the mock misbehaves, and what must come of it.

use super::faults;
use super::mechanism::Rule;
use crate::bits::hresult::Hresult;
use crate::bits::profile::Profile;

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
    /// The code that an ordinary download would show; none when it still transfers, or when its
    /// end cannot be told.
    pub hresult: Option<Hresult>,
    /// Whether it can be told how an ordinary download ends.
    pub tells_end: bool,
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

/// The verdict that a fault promises.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected {
    /// A required check fails.
    Fail,
    /// Nothing could be concluded.
    Inconclusive,
    /// Only a recommended or informational check fails.
    Warn,
}

impl Expected {
    /// The word in reports and scenarios.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
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

/// The job ends with this code.
pub(crate) const fn fails(check: &'static str, hresult: u32) -> Promise {
    Promise {
        profile: Profile::Bits,
        verdict: Expected::Fail,
        hresult: Some(Hresult(hresult)),
        tells_end: true,
        check,
        needs_whole: false,
    }
}

/// Delivery Optimization ends with this code; BITS passes.
pub(crate) const fn fails_do(check: &'static str, hresult: u32) -> Promise {
    Promise { profile: Profile::Do, ..fails(check, hresult) }
}

/// The gate fails, yet an ordinary job transfers.
pub(crate) const fn fails_gate(check: &'static str) -> Promise {
    Promise {
        profile: Profile::Bits,
        verdict: Expected::Fail,
        hresult: None,
        tells_end: true,
        check,
        needs_whole: false,
    }
}

/// The gate fails, and nobody can tell how an ordinary job ends.
pub(crate) const fn fails_gate_only(check: &'static str) -> Promise {
    Promise { tells_end: false, ..fails_gate(check) }
}

/// A warning; the job transfers.
pub(crate) const fn warns(check: &'static str) -> Promise {
    Promise {
        profile: Profile::Bits,
        verdict: Expected::Warn,
        hresult: None,
        tells_end: true,
        check,
        needs_whole: false,
    }
}

/// Nothing can be concluded, and the job shows this code.
pub(crate) const fn concludes_nothing(check: &'static str, hresult: u32) -> Promise {
    Promise {
        profile: Profile::Bits,
        verdict: Expected::Inconclusive,
        hresult: Some(Hresult(hresult)),
        tells_end: true,
        check,
        needs_whole: false,
    }
}
