//! What is under test, parsed once at the edge: targets, routes, proxies, credentials.

use std::fmt;

use url::{Host, Url};

/// A file under test.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// The built-in mock origin, misbehaving as named (`mock:`, `mock:NAME+NAME?size=5GiB`).
    Mock {
        /// Names of faults and quirks joined by `+`; empty for a right origin.
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

/// A proxy and how to speak to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProxySpec {
    /// Its protocol.
    pub scheme: ProxyScheme,
    /// Name or address.
    pub host: Host<String>,
    /// TCP port.
    pub port: u16,
    /// User and password, when given.
    pub credentials: Option<Credentials>,
}

/// The protocol spoken to a proxy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ProxyScheme {
    /// HTTP in the clear.
    Http,
    /// HTTP within TLS.
    Https,
    /// SOCKS version 5; the proxy resolves names.
    Socks5,
}

/// A user and a password. Neither is ever printed.
#[derive(Clone, Eq, PartialEq)]
pub struct Credentials {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
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

impl ProxySpec {
    /// Whether credentials with a password are known.
    pub fn has_password(&self) -> bool {
        self.credentials.as_ref().is_some_and(|one| !one.password.is_empty())
    }

    /// Reads a proxy URL; `HOST:PORT` alone means `http://`.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let with_scheme =
            if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let shown = &*without_secret(text);
        let url = Url::parse(&with_scheme).map_err(|error| bad(shown, error, HINT_PROXY))?;
        let scheme = match url.scheme() {
            "http" => ProxyScheme::Http,
            "https" => ProxyScheme::Https,
            "socks5" | "socks5h" => ProxyScheme::Socks5,
            other => {
                let reason = format!("{other} is no proxy protocol known here");
                return Err(bad(shown, reason, HINT_PROXY));
            }
        };
        let host = match url.host() {
            Some(Host::Domain("")) | None => {
                return Err(bad(shown, "there is no host", HINT_PROXY));
            }
            Some(host) => read_host(&host.to_owned()),
        };
        let port = url.port_or_known_default().unwrap_or(DEFAULT_SOCKS_PORT);
        if port == 0 {
            return Err(bad(shown, "port 0 cannot be connected to", HINT_PROXY));
        }
        let has_more = url.query().is_some() || url.fragment().is_some();
        if !matches!(url.path(), "" | "/") || has_more {
            return Err(bad(shown, "a proxy URL has no path", HINT_PROXY));
        }
        Ok(Self { scheme, host, port, credentials: read_credentials(&url) })
    }
}

impl fmt::Display for ProxySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme.as_str(), self.host, self.port)
    }
}

impl ProxyScheme {
    /// The scheme in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks5 => "socks5",
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

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(hidden)")
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

/// Sizes of the files of the reference origin: one that shows most, larger ones past the limits
/// of scanners, of 2 GiB and of 4 GiB, and small ones, which some proxies slice themselves.
pub const REFERENCE_SIZES: [u64; 5] = [1 << 20, 16 << 20, 5 << 30, 1 << 10, 1];

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

/// A message must not repeat a password: never what stands before an `@`, nor what follows a colon
/// and is no port, as where the rest of a proxy is missing or its `@` is encoded.
pub(crate) fn without_secret(text: &str) -> String {
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    let own = ["mock:", "reference:"].into_iter().find(|scheme| text.starts_with(scheme));
    let scheme = text.find("://").map(|begin| begin + "://".len());
    let authority = own.map(str::len).or(scheme).unwrap_or(0);
    let host = text[authority..].find(']').map_or(authority, |end| authority + end);
    let end = text[host..].find(['/', '?', '#', '\\']).map_or(text.len(), |end| host + end);
    let Some(colon) = text[host..end].find(':').map(|colon| host + colon) else {
        return text.to_owned();
    };
    let rest = text[colon + 1..].trim_start_matches(|char: char| char.is_ascii_digit());
    if rest.is_empty() || rest.starts_with('/') {
        return text.to_owned();
    }
    format!("{}:***", &text[..colon])
}

fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // Both can only fail on URLs without a host, which have no credentials to remove.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// Other schemes than http leave the host as it was written: an address is then still a name.
fn read_host(host: &Host<String>) -> Host<String> {
    match host {
        Host::Domain(name) => match name.parse() {
            Ok(address) => Host::Ipv4(address),
            Err(_) => Host::Domain(name.clone()),
        },
        address => address.clone(),
    }
}

fn read_credentials(url: &Url) -> Option<Credentials> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decode = |text: &str| percent_decode(text);
    Some(Credentials {
        user: decode(url.username()),
        password: decode(url.password().unwrap_or_default()),
    })
}

fn percent_decode(text: &str) -> String {
    // The form decoder of the url crate would turn `+` into a blank, so it is protected.
    let protected = format!("v={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(protected.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn bad(text: &str, reason: impl fmt::Display, hint: &'static str) -> TargetError {
    TargetError { message: format!("cannot use {text:?}: {reason}"), hint }
}

const DEFAULT_SOCKS_PORT: u16 = 1080;
const HINT_TARGET: &str = "a target is the URL of a file, such as \
                           http://wsus:8530/Content/8A/0123...CD.cab, or `mock:` for the built-in \
                           one";
const HINT_PROXY: &str = "a proxy is http://[USER:PASSWORD@]HOST:PORT, https://... or socks5://..., \
                          HOST:PORT, `direct`, or mock:NAME for the built-in one; in a password / # @ \
                          are written %2F %23 %40";
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

    #[test]
    fn proxies_are_read() {
        let proxy = |text| ProxySpec::parse(text).unwrap();
        assert_eq!(proxy("proxy:3128").to_string(), "http://proxy:3128");
        assert_eq!(proxy("10.0.0.1:3128").to_string(), "http://10.0.0.1:3128");
        assert_eq!(proxy("socks5://h").to_string(), "socks5://h:1080");
        assert_eq!(proxy("https://[::1]:8080").to_string(), "https://[::1]:8080");
        let credentials = proxy("http://us%40er:p%2Bw+x%3A@h:1").credentials.unwrap();
        assert_eq!((credentials.user.as_str(), credentials.password.as_str()), ("us@er", "p+w+x:"));
    }

    #[test]
    fn what_may_be_shown_of_a_bad_text_is_shown() {
        for text in [
            "http://h:99999/a:b",
            "http://[::1]:0/a",
            "h:0",
            "h/a",
            "quic://h",
            "mock:a+b?size=1GB",
        ] {
            assert_eq!(without_secret(text), text);
        }
    }

    #[test]
    fn credentials_are_never_shown() {
        let proxy = ProxySpec::parse("http://user:secret@h:1").unwrap();
        assert_eq!(proxy.to_string(), "http://h:1");
        assert!(!format!("{proxy:?}").contains("secret"));
        for bad in [
            "http://user:secret@h:0",
            "gopher://user:secret@h",
            "http://user:secret@h:1/path",
            "http://user:1#secret@h:1",
            "http://user:1/secret@h:1",
            "user:secret",
            "my-mock:secret",
            "http://user:secret",
            "http://user:secret/",
            "http://user:secret%40h:1",
            "http://user:1#secret",
            "http://user:1secret",
            "http://[::1]:secret",
            "http://[::secret",
        ] {
            let error = ProxySpec::parse(bad).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
