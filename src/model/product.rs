//! A product that answers of a proxy or a server give away.

use serde::Deserialize;

/// A member of the chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recognised {
    /// Id of the product; none for one that names itself but is not known here.
    pub product: Option<&'static str>,
    /// Name of the product, or the name by which an unknown one calls itself. Off the network
    /// then: escape it.
    pub name: String,
    /// The version, when told.
    pub version: Option<String>,
    /// How certain the recognition is.
    pub certainty: Certainty,
    /// Where it stands.
    pub place: Place,
    /// The texts that show it. Off the network: escape them.
    pub evidence: Vec<String>,
}

/// Where a member of the chain stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// Between client and server: the direct leg does not show it.
    Proxy,
    /// On the server's side: the direct leg shows it too, or no proxy is in the route.
    Server,
    /// One of both: there was no direct leg to compare with.
    Unknown,
}

/// How certain a recognition is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Something hints at it; others look alike.
    Guess,
    /// It fits, and little else would.
    Likely,
    /// It says so itself.
    Certain,
}

impl Place {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proxy => "proxy",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }
}

impl Certainty {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Guess => "guess",
            Self::Likely => "likely",
        }
    }
}
