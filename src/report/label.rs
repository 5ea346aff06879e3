//! What proxies and targets are called: the one place that puts the names of the configuration
//! beside the URLs. Every format calls it. Nothing here is escaped yet.

use std::fmt;

use crate::model::outcome::{Missing, Party, RouteResult};
use crate::model::place::PairKey;

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
    /// Whether no proxy is in the way.
    pub(super) is_direct: bool,
    /// Whether the tool itself serves the file, behind a reverse proxy that the target names.
    is_reverse: bool,
}

impl<'a> Label<'a> {
    /// The name alone, for where there is no room for the URL; the URL where there is no name.
    pub(super) fn short(&self) -> &'a str {
        self.name.unwrap_or(self.url)
    }
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
    /// `content (http://wsus/a.cab) via berlin (http://proxy:3128)`.
    pub(super) fn title(&self) -> String {
        let Self { proxy, target, is_direct, .. } = self;
        if self.is_reverse {
            return format!("{target} via the reverse proxy");
        }
        match (is_direct, proxy.name) {
            (false, _) => format!("{target} via {proxy}"),
            (true, None) => format!("{target} direct"),
            (true, Some(name)) => format!("{target} direct ({name})"),
        }
    }

    /// `via proxy berlin (http://proxy:3128)`.
    pub(super) fn route(&self) -> String {
        match (self.is_direct, self.proxy.name) {
            _ if self.is_reverse => String::from("via the reverse proxy that the target names"),
            (false, _) => format!("via proxy {}", self.proxy),
            (true, None) => String::from("without a proxy"),
            (true, Some(name)) => format!("without a proxy ({name})"),
        }
    }
}

/// `content (http://wsus/a.cab) via proxy berlin (http://proxy:3128)`, as part of a sentence.
impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.target, self.route())
    }
}

impl<'a> From<&'a RouteResult> for Labels<'a> {
    fn from(result: &'a RouteResult) -> Self {
        let names = &result.names;
        // The file is one of our own origin then, so that what the URL names is a proxy.
        let is_reverse = result.proxy.is_none()
            && result.blame.as_ref().is_some_and(|blame| blame.party == Party::Proxy);
        let labels = Self::of(
            (result.proxy.as_deref(), names.proxy.as_deref()),
            (&result.target, names.target.as_deref()),
        );
        Self { is_reverse, ..labels }
    }
}

impl<'a> From<&'a Missing> for Labels<'a> {
    fn from(missing: &'a Missing) -> Self {
        let names = &missing.names;
        Self::of(
            (missing.proxy.as_deref(), names.proxy.as_deref()),
            (&missing.target, names.target.as_deref()),
        )
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
            is_reverse: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;
    use crate::model::outcome::Names;
    use crate::report::text::TextOptions;
    use crate::report::{Format, sample, write};

    /// A result with names: of the proxy, and `patches` for the target.
    fn named(proxy: &str, result: &RouteResult) -> RouteResult {
        let names = Names {
            proxy: Some(proxy.to_owned()),
            target: Some(String::from("patches")),
            ..Names::default()
        };
        RouteResult { names, ..result.clone() }
    }

    #[test]
    fn names_stand_before_urls() {
        let result = sample::named("fail").results.remove(0);
        let (file, proxy) =
            ("http://wsus.example.com/Content/update.cab", "http://proxy.example.com:3128");
        assert_eq!(Labels::from(&result).title(), format!("{file} via {proxy}"));
        let mut result = named("site-a", &result);
        let title = format!("patches ({file}) via site-a ({proxy})");
        assert_eq!(Labels::from(&result).title(), title);
        let sentence = format!("patches ({file}) via proxy site-a ({proxy})");
        assert_eq!(Labels::from(&result).to_string(), sentence);
        assert_eq!(Labels::from(&result).proxy.short(), "site-a");
        result.proxy = None;
        result.blame = None;
        assert_eq!(Labels::from(&result).title(), format!("patches ({file}) direct (site-a)"));
        assert_eq!(Labels::from(&result).route(), "without a proxy (site-a)");
    }

    #[test]
    fn every_format_tells_two_accounts_of_one_proxy_apart() {
        let mut outcome = sample::named("fail");
        let result = outcome.results.remove(0);
        outcome.results = vec![named("site-a", &result), named("site-b", &result)];
        for &format in Format::value_variants() {
            let options = TextOptions::default();
            let bytes = sample::written(|out| write(format, &outcome, &options, out));
            let report = String::from_utf8(bytes).unwrap();
            for name in ["site-a", "site-b", "patches"] {
                assert!(report.contains(name), "{format:?}, {name}: {report}");
            }
        }
    }
}
