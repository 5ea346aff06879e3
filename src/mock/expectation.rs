//! What a check of a mock must conclude, and the run in which it shows. Faults, variations,
//! emulations and scenarios state it in the same form:
//!
//! ```toml
//! expect = { verdict = "fail", job = 0x80200013, fails = ["range-first"] }
//! run = { profile = "do", size = 3150728 }
//! ```

use std::fmt;

use serde::{Deserialize, Deserializer, de};

use crate::model::hresult::Hresult;
use crate::model::job::JobState;
use crate::model::profile::Profile;
use crate::model::verdict::Verdict;

/// What a run must conclude.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expectation {
    /// The verdict of the run.
    #[serde(deserialize_with = "verdict")]
    pub verdict: Verdict,
    /// How an ordinary download would end.
    #[serde(default)]
    pub job: JobEnd,
    /// The code that a job of several ranges would show, where an ordinary download is not affected.
    #[serde(default, deserialize_with = "code")]
    pub ranges: Option<Hresult>,
    /// Ids of checks that must fail, or be inconclusive where the verdict is. The first is the one
    /// that shows the cause.
    #[serde(default)]
    pub fails: Vec<String>,
    /// Ids of checks that must warn.
    #[serde(default)]
    pub warns: Vec<String>,
}

/// The run in which an expectation shows; by default a check with the requests of BITS, over the
/// mock alone, that ends with a download of the whole file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunConditions {
    /// The client whose requests show it; BITS passes what only Delivery Optimization meets.
    #[serde(deserialize_with = "profile")]
    pub profile: Profile,
    /// Size of the file in bytes; none: that of every mock target.
    pub size: Option<u64>,
    /// The direct phase is run too.
    pub direct: bool,
    /// The warm phase is run too: it shows only once the whole file was requested.
    pub warm: bool,
    /// The whole file is not downloaded at the end: what a short check repeats ends a job.
    pub short: bool,
}

/// How an ordinary download would end.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum JobEnd {
    /// With this code.
    Code(Hresult),
    /// As a complete transfer of wrong bytes.
    Damaged,
    /// As a transfer.
    #[default]
    Transferred,
    /// It cannot be predicted.
    Unknown,
}

impl Expectation {
    /// What every right server gets.
    pub fn pass() -> Self {
        Self {
            verdict: Verdict::Pass,
            job: JobEnd::default(),
            ranges: None,
            fails: Vec::new(),
            warns: Vec::new(),
        }
    }

    /// Id of the check that shows the cause; none where all checks pass.
    pub fn check(&self) -> Option<&str> {
        self.fails.first().or(self.warns.first()).map(String::as_str)
    }

    /// How the jobs end, in words: the code or the state, and that of a job of several ranges where
    /// it differs.
    pub fn jobs(&self) -> String {
        match self.ranges {
            Some(code) => format!("{}; ranges {code}", self.job),
            None => self.job.to_string(),
        }
    }
}

impl Default for RunConditions {
    fn default() -> Self {
        Self { profile: Profile::Bits, size: None, direct: false, warm: false, short: false }
    }
}

impl JobEnd {
    /// The code that the job shows.
    pub fn hresult(self) -> Option<Hresult> {
        match self {
            Self::Code(hresult) => Some(hresult),
            Self::Damaged | Self::Transferred | Self::Unknown => None,
        }
    }

    /// Whether a job with this state and code ends so.
    pub fn is(self, state: JobState, hresult: Option<Hresult>) -> bool {
        let has_state = match self {
            // The code may be that of a job that cannot be predicted.
            Self::Code(_) => true,
            Self::Damaged => state == JobState::Damaged,
            Self::Transferred => state == JobState::Transferred,
            Self::Unknown => state == JobState::Unknown,
        };
        has_state && hresult == self.hresult()
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Damaged, Self::Transferred, Self::Unknown]
            .into_iter()
            .find(|end| end.to_string() == word)
    }
}

impl fmt::Display for JobEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(hresult) => hresult.fmt(f),
            Self::Damaged => f.write_str(JobState::Damaged.as_str()),
            Self::Transferred => f.write_str(JobState::Transferred.as_str()),
            Self::Unknown => f.write_str(JobState::Unknown.as_str()),
        }
    }
}

impl<'de> Deserialize<'de> for JobEnd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a code, or a word for how the job ends")]
        enum Written {
            Code(u32),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Code(code) => Ok(Self::Code(Hresult(code))),
            Written::Word(word) => Self::of_word(&word).ok_or_else(|| unknown("job", &word)),
        }
    }
}

fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hresult>, D::Error> {
    u32::deserialize(deserializer).map(|code| Some(Hresult(code)))
}

fn verdict<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Verdict, D::Error> {
    let all = [Verdict::Fail, Verdict::Inconclusive, Verdict::Pass, Verdict::Warn];
    let word = String::deserialize(deserializer)?;
    let found = all.into_iter().find(|verdict| verdict.as_str() == word);
    found.ok_or_else(|| unknown("verdict", &word))
}

fn profile<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Profile, D::Error> {
    let word = String::deserialize(deserializer)?;
    let found = Profile::ALL.iter().copied().find(|profile| profile.as_str() == word);
    found.ok_or_else(|| unknown("profile", &word))
}

fn unknown<E: de::Error>(what: &str, word: &str) -> E {
    E::custom(format_args!("unknown {what} {word:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectation_is_read_as_tables_write_it() {
        let read = |text: &str| toml::from_str::<Expectation>(text);
        let fails = read("verdict = 'fail'\njob = 0x80200013\nfails = ['a', 'b']").unwrap();
        assert_eq!(fails.verdict, Verdict::Fail);
        assert_eq!(fails.job, JobEnd::Code(Hresult(0x8020_0013)));
        assert_eq!((fails.check(), fails.jobs().as_str()), (Some("a"), "0x80200013"));
        let ranges = read("verdict = 'warn'\nranges = 0x8020001B").unwrap();
        assert_eq!(ranges.jobs(), "transferred; ranges 0x8020001B");
        assert_eq!(read("verdict = 'fail'\njob = 'damaged'").unwrap().job, JobEnd::Damaged);
        assert_eq!(read("verdict = 'pass'").unwrap(), Expectation::pass());
        for wrong in
            ["", "verdict = 'good'", "verdict = 'fail'\njob = 'gone'", "verdict = 'fail'\nx = 1"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn run_is_one_of_bits_unless_a_table_says_otherwise() {
        let read = |text: &str| toml::from_str::<RunConditions>(text);
        assert_eq!(read("").unwrap(), RunConditions::default());
        let other = read("profile = 'do'\nsize = 9\nwarm = true").unwrap();
        assert_eq!((other.profile, other.size, other.warm), (Profile::Do, Some(9), true));
        assert!(read("profile = 'curl'").is_err() && read("hot = true").is_err());
    }

    #[test]
    fn job_ends_as_expected_only_with_the_same_code() {
        let code = Some(Hresult(1));
        assert!(JobEnd::Code(Hresult(1)).is(JobState::Unknown, code));
        assert!(!JobEnd::Code(Hresult(1)).is(JobState::Error, None));
        assert!(JobEnd::Transferred.is(JobState::Transferred, None));
        assert!(!JobEnd::Transferred.is(JobState::Transferred, code));
        assert!(!JobEnd::Transferred.is(JobState::Damaged, None));
    }
}
