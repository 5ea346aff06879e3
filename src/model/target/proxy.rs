//! A proxy as it is written, with credentials or without. Called by [`Route`](super::Route), by the
//! command line and by the configuration.

use std::fmt;

use url::{Host, Url};

use super::{TargetError, bad, without_secret};

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

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(hidden)")
    }
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

const DEFAULT_SOCKS_PORT: u16 = 1080;
const HINT_PROXY: &str = "a proxy is http://[USER:PASSWORD@]HOST:PORT, https://... or socks5://..., \
                          HOST:PORT, `direct`, or mock:NAME for the built-in one; in a password / # @ \
                          are written %2F %23 %40";

#[cfg(test)]
mod tests {
    use super::*;

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
