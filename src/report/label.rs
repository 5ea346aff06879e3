//! What proxies and targets are called: the one place that puts the names of the configuration
//! beside the URLs. Every format calls it. Nothing here is escaped yet.

use std::fmt;

use crate::policy::PairKey;

/// A proxy or a target.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Label<'a> {
    /// The name that the configuration has for it.
    pub(super) name: Option<&'a str>,
    /// The URL without credentials, or `direct`.
    pub(super) url: &'a str,
}

/// A proxy and a target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Labels<'a> {
    /// The way to the target.
    pub(super) proxy: Label<'a>,
    /// The file under test.
    pub(super) target: Label<'a>,
    is_direct: bool,
}

/// `berlin (http://proxy:3128)`, or the URL alone.
impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => write!(f, "{name} ({})", self.url),
            None => f.write_str(self.url),
        }
    }
}

impl Labels<'_> {
    /// `via proxy berlin (http://proxy:3128)`.
    pub(super) fn route(&self) -> String {
        match (self.is_direct, self.proxy.name) {
            (false, _) => format!("via proxy {}", self.proxy),
            (true, None) => String::from("without a proxy"),
            (true, Some(name)) => format!("without a proxy ({name})"),
        }
    }
}

impl<'a> From<&'a PairKey> for Labels<'a> {
    fn from(key: &'a PairKey) -> Self {
        Self::of(
            (key.proxy.as_deref(), key.proxy_name.as_deref()),
            (&key.target, key.target_name.as_deref()),
        )
    }
}

impl<'a> Labels<'a> {
    /// Each with its URL and its name.
    fn of(proxy: (Option<&'a str>, Option<&'a str>), target: (&'a str, Option<&'a str>)) -> Self {
        Self {
            proxy: Label { name: proxy.1, url: proxy.0.unwrap_or("direct") },
            target: Label { name: target.1, url: target.0 },
            is_direct: proxy.0.is_none(),
        }
    }
}
