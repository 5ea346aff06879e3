//! What is under test, parsed once at the edge: targets, routes, proxies, credentials.

mod proxy;
mod secret;

use std::fmt;

use url::Url;

pub use proxy::{Credentials, ProxyScheme, ProxySpec};
use secret::without_credentials;
pub(crate) use secret::without_secret;

/// A file under test.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// The built-in mock origin, misbehaving as named (`mock:`, `mock:NAME+NAME?size=5GiB`).
    Mock {
        /// Names of faults and variations joined by `+`; empty for a right origin.
        behaviour: String,
        /// Size of the file in bytes.
        size: u64,
    },
    /// A file of the tool's own reference origin.
    Reference {
        /// Size of the file in bytes.
        size: u64,
        /// The reverse proxy under which it is asked for; none: under the origin's own address.
        base: Option<Url>,
    },
    /// An `http` or `https` URL.
    Url(Url),
}

/// A target or route with what the configuration calls it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Named<T> {
    /// What it is.
    pub value: T,
    /// Its name.
    pub name: Option<String>,
    /// The groups that it belongs to.
    pub labels: Vec<String>,
}

impl<T> From<T> for Named<T> {
    fn from(value: T) -> Self {
        Self { value, name: None, labels: Vec::new() }
    }
}

/// How a target is reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Route {
    /// Without a proxy.
    Direct,
    /// Through the built-in mock proxy, misbehaving as named (`mock:NAME+NAME`).
    Mock(String),
    /// Through a proxy.
    Proxy(ProxySpec),
}

/// Why a target or proxy cannot be used, with a hint for the person who wrote it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct TargetError {
    message: String,
    /// What to write instead.
    pub hint: &'static str,
}

/// Size of the file of a mock target, when none is named: 1 MiB.
pub const MOCK_SIZE: u64 = 1024 * 1024;

/// Largest file of a mock target: 8 GiB.
pub const MOCK_SIZE_MAX: u64 = 8 * 1024 * 1024 * 1024;

/// Sizes of the files of the reference origin: one that shows most, larger ones past the limits
/// of scanners, of 2 GiB and of 4 GiB, and small ones, which some proxies slice themselves.
pub const REFERENCE_SIZES: [u64; 5] = [1 << 20, 16 << 20, 5 << 30, 1 << 10, 1];

impl Target {
    /// Reads a target as it is written on the command line.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        if let Some(rest) = text.strip_prefix("mock:") {
            return parse_mock_target(rest);
        }
        let shown = &*without_secret(text);
        let url = Url::parse(text).map_err(|error| bad(shown, error, HINT_TARGET))?;
        if !matches!(url.scheme(), "http" | "https") {
            let reason = format!("BITS downloads by http and https here, not by {}", url.scheme());
            return Err(bad(shown, reason, HINT_TARGET));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(bad(shown, "there is no host", HINT_TARGET));
        }
        if url.port() == Some(0) {
            return Err(bad(shown, "port 0 cannot be connected to", HINT_TARGET));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let shown = without_credentials(&url);
            let hint = "name a file that needs no sign-in: BITS sends no credentials unless a \
                        program gives it some";
            return Err(bad(shown.as_str(), "a target URL cannot carry credentials", hint));
        }
        let mut url = url;
        url.set_fragment(None);
        Ok(Self::Url(url))
    }
}

impl Route {
    /// Reads a proxy as it is written on the command line: a URL, `HOST:PORT`, `direct` or
    /// `mock:NAME`.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        if text.eq_ignore_ascii_case("direct") {
            return Ok(Self::Direct);
        }
        if let Some(behaviour) = text.strip_prefix("mock:") {
            return Ok(Self::Mock(behaviour.to_owned()));
        }
        ProxySpec::parse(text).map(Self::Proxy)
    }

    /// The proxy as reports name it, without credentials; none for the direct route.
    pub fn label(&self) -> Option<String> {
        match self {
            Self::Direct => None,
            Self::Mock(behaviour) => Some(format!("mock:{behaviour}")),
            Self::Proxy(proxy) => Some(proxy.to_string()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mock { behaviour, size: MOCK_SIZE } => write!(f, "mock:{behaviour}"),
            Self::Mock { behaviour, size } => write!(f, "mock:{behaviour}?size={size}"),
            Self::Reference { size, base: None } => write!(f, "reference:{}", size_words(*size)),
            Self::Reference { size, base: Some(base) } => {
                write!(f, "reference:{} under {base}", size_words(*size))
            }
            Self::Url(url) => write!(f, "{url}"),
        }
    }
}

fn parse_mock_target(rest: &str) -> Result<Target, TargetError> {
    let shown = without_secret(rest);
    let (behaviour, query) = rest.split_once('?').unwrap_or((rest, ""));
    let size = match query.strip_prefix("size=") {
        Some(text) => parse_size(text)
            .filter(|&size| size <= MOCK_SIZE_MAX)
            .ok_or_else(|| bad(&shown, "the size cannot be read or is over 8 GiB", HINT_MOCK))?,
        None if query.is_empty() => MOCK_SIZE,
        None => return Err(bad(&shown, "only `size=` may follow the question mark", HINT_MOCK)),
    };
    Ok(Target::Mock { behaviour: behaviour.to_owned(), size })
}

/// A size in the largest unit that divides it, such as `5GiB`.
fn size_words(size: u64) -> String {
    match size {
        size if size > 0 && size % (1 << 30) == 0 => format!("{}GiB", size >> 30),
        size if size > 0 && size % (1 << 20) == 0 => format!("{}MiB", size >> 20),
        size if size > 0 && size % (1 << 10) == 0 => format!("{}KiB", size >> 10),
        size => format!("{size}B"),
    }
}

/// Reads a size in bytes: a number, or one with `KiB`, `MiB` or `GiB`.
pub fn parse_size(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 4] =
        [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)];
    let (digits, factor) = UNITS
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))
        .unwrap_or((text, 1));
    digits.trim().parse::<u64>().ok()?.checked_mul(factor)
}

fn bad(text: &str, reason: impl fmt::Display, hint: &'static str) -> TargetError {
    TargetError { message: format!("cannot use {text:?}: {reason}"), hint }
}

const HINT_TARGET: &str = "a target is the URL of a file, such as \
                           http://wsus:8530/Content/8A/0123...CD.cab, or `mock:` for the built-in \
                           one";
const HINT_MOCK: &str = "write mock:[FAULT[+FAULT...]][?size=5GiB]; `bitsgate list faults` names \
                         the faults";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read() {
        assert!(
            matches!(Target::parse("http://h/a#b"), Ok(Target::Url(u)) if u.as_str() == "http://h/a")
        );
        assert_eq!(
            Target::parse("mock:no-length-head?size=5GiB"),
            Ok(Target::Mock { behaviour: "no-length-head".into(), size: 5 << 30 })
        );
        for bad in [
            "",
            "h/a",
            "ftp://h/a",
            "http://",
            "http://h:0/",
            "http://h:99999/",
            "mock:?size=x",
            "mock:?size=9GiB",
            "mock:u:secret@h?size=x",
            "http://u:secret@h/a",
            "http://u:secret@h:0/a",
            "http://u:secret@h:99999/a",
            "ftp://u:secret@h/a",
            "http://u:secret%40h/a",
            "http://u:secret/a",
        ] {
            let error = Target::parse(bad).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
