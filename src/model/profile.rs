//! Whose requests are imitated: the two clients that download updates on Windows. Everything that
//! differs between them and is not an exchange hangs on this type.

use std::fmt;

/// A client of Windows.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Profile {
    /// Microsoft BITS/7.8: HEAD, then ranges.
    Bits,
    /// Delivery Optimization: ranges only, in blocks of 1 MiB.
    Do,
}

impl Profile {
    /// Both, in the order of results.
    pub const ALL: &[Self] = &[Self::Bits, Self::Do];

    /// The word on the command line and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bits => "bits",
            Self::Do => "do",
        }
    }

    /// What the client is called in sentences.
    pub fn client(self) -> &'static str {
        match self {
            Self::Bits => "BITS",
            Self::Do => "Delivery Optimization",
        }
    }

    /// What carries a file, at the beginning of a sentence.
    pub fn job(self) -> &'static str {
        match self {
            Self::Bits => "A BITS job",
            Self::Do => "A Delivery Optimization download",
        }
    }

    /// What the client of Windows 10 and 11 calls itself in requests.
    pub fn user_agent(self) -> &'static str {
        match self {
            Self::Bits => "Microsoft BITS/7.8",
            Self::Do => "Microsoft-Delivery-Optimization/10.1",
        }
    }

    /// Who downloads so, for an administrator who does not know which profile matters.
    pub fn users(self) -> &'static str {
        match self {
            Self::Bits => {
                "WSUS servers, Windows up to 8.1 and Server 2012 R2, Configuration Manager"
            }
            Self::Do => "Windows 10, 11 and Server 2016 or later, as clients of updates",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
