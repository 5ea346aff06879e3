//! Kinds of download jobs, and which of them a user requires to work.

/// A kind of job.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JobKind {
    /// One range in each request: every ordinary download.
    Download,
    /// Several ranges in one request: jobs made with `AddFileWithRanges` or `SetFileRanges`.
    Ranges,
}

/// The kinds of jobs that must work; what only affects another kind never fails a run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Require {
    /// Both kinds.
    All,
    /// [`JobKind::Download`].
    #[default]
    Download,
    /// [`JobKind::Ranges`].
    Ranges,
}

impl JobKind {
    /// Both kinds, in the order of reports.
    pub const ALL: &[Self] = &[Self::Download, Self::Ranges];

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Ranges => "ranges",
        }
    }
}

impl Require {
    /// The kinds that are required.
    pub fn kinds(self) -> &'static [JobKind] {
        match self {
            Self::All => JobKind::ALL,
            Self::Download => &[JobKind::Download],
            Self::Ranges => &[JobKind::Ranges],
        }
    }

    /// Whether one of these kinds is required.
    pub fn covers(self, kinds: &[JobKind]) -> bool {
        kinds.iter().any(|kind| self.kinds().contains(kind))
    }
}

/// The word in reports for the kinds that a check is about.
pub fn kinds_word(kinds: &[JobKind]) -> &'static str {
    match kinds {
        [kind] => kind.as_str(),
        _ => "both",
    }
}
