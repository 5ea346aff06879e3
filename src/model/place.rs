//! What tells results apart when two reports are beside each other. Called by the baseline and by
//! [`crate::gate::compare`].

use super::profile::Profile;

/// What tells results apart.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct CellKey {
    /// The route and the target.
    pub pair: PairKey,
    /// The word for the profile.
    pub profile: String,
}

/// What tells pairs of proxy and target apart. Names count: two accounts of one proxy have the
/// same URL, as credentials are in no report.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct PairKey {
    /// The proxy without credentials; none for the direct route.
    pub proxy: Option<String>,
    /// The name that the configuration has for the proxy.
    pub proxy_name: Option<String>,
    /// The target as reports show it.
    pub target: String,
    /// The name that the configuration has for the target.
    pub target_name: Option<String>,
}

impl CellKey {
    /// The key of a result.
    pub fn of(place: Place<'_>) -> Self {
        let pair = PairKey {
            proxy: place.proxy.map(str::to_owned),
            proxy_name: place.proxy_name.map(str::to_owned),
            target: place.target.to_owned(),
            target_name: place.target_name.map(str::to_owned),
        };
        Self { pair, profile: place.profile.as_str().to_owned() }
    }

    /// Whether both may be of the same result: see [`PairKey::fits`].
    pub fn fits(&self, other: &Self) -> bool {
        self.profile == other.profile && self.pair.fits(&other.pair)
    }
}

impl PairKey {
    /// Whether both may be the same pair: of the same URLs, and not of two names. What one report
    /// has no name for goes by its URL alone.
    pub fn fits(&self, other: &Self) -> bool {
        let agree = |one: &Option<String>, other: &Option<String>| {
            one.is_none() || other.is_none() || one == other
        };
        let has_same_urls = self.proxy == other.proxy && self.target == other.target;
        has_same_urls
            && agree(&self.proxy_name, &other.proxy_name)
            && agree(&self.target_name, &other.target_name)
    }
}

/// Where findings were made: a cell of the matrix, by the words that users have for it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The URL of the proxy without credentials; none for the direct route.
    pub proxy: Option<&'a str>,
    /// The name of the proxy.
    pub proxy_name: Option<&'a str>,
    /// The target as reports show it.
    pub target: &'a str,
    /// The name of the target.
    pub target_name: Option<&'a str>,
    /// Whose requests were sent.
    pub profile: Profile,
}

/// A pair of proxy and target that has no result, though one was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NotTried {
    /// Which one.
    pub pair: PairKey,
    /// Why not.
    pub why: String,
}
