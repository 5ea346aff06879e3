//! What can be known of WSUS without asking for an update: content names that carry their own
//! SHA-1, base URLs, and the paths by which a server shows that it is alive. Pure; the runner
//! asks, this module judges.

pub mod content;
pub mod liveness;

use url::Url;

/// The port of HTTP on a WSUS server of its own site.
pub const HTTP_PORT: u16 = 8530;

/// The port of HTTPS on a WSUS server of its own site. Content stays on HTTP, on the port below.
pub const HTTPS_PORT: u16 = 8531;

/// How an admin gets the URL of a content file, which alone can show how ranges fare.
pub const HOW_TO_FIND_CONTENT: &str = "\
A content file is needed to judge ranges; its URL stands in the client's BITS log \
(Microsoft-Windows-Bits-Client/Operational, events 59 to 61), in WSUS event 364, in \
WindowsUpdate.log (Get-WindowsUpdateLog) and in the IIS log of the WSUS server. Or take a file \
of 1 MiB or more under the server's WsusContent folder: WsusContent\\A5\\0123...A5.cab is \
http://wsus:8530/Content/A5/0123...A5.cab.";

/// Whether a URL is the bare base of a WSUS server: http or https, no path but `/`, no query,
/// and one of WSUS's ports, or `wsus` in the name of the host. Another site at port 80 cannot
/// be told from a WSUS server by its URL.
pub fn is_base_url(url: &Url) -> bool {
    let is_bare = matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    let names_wsus = || url.host_str().is_some_and(|host| host.contains("wsus"));
    is_bare && (is_wsus_port(url.port_or_known_default()) || names_wsus())
}

/// The base URL that a target names instead of a file: a bare base, or the check file, by which
/// a WSUS server at port 80 can be named too.
pub fn base_of(url: &Url) -> Option<Url> {
    let is_check_file =
        url.path().eq_ignore_ascii_case(liveness::Liveness::AnonymousCheckFile.path());
    if !is_check_file && !is_base_url(url) {
        return None;
    }
    let mut base = url.clone();
    base.set_path("/");
    base.set_query(None);
    Some(base)
}

/// Where the content of a WSUS server is: with TLS on, it stays on plain HTTP, on port 80 beside
/// 443 and else on the port below (MS-WUSP 2.1).
pub fn content_base(base: &Url) -> Url {
    let mut content = base.clone();
    if base.scheme() == "https" {
        let port = match base.port_or_known_default() {
            None | Some(443 | 0) => None,
            Some(port) => Some(port - 1),
        };
        // Both can only fail on URLs without a host, which are no base.
        let _ = content.set_scheme("http");
        let _ = content.set_port(port);
    }
    content
}

/// Whether a port is one of WSUS's own.
pub fn is_wsus_port(port: Option<u16>) -> bool {
    matches!(port, Some(HTTP_PORT | HTTPS_PORT))
}

/// What is likely wrong with the port of a base URL; none when it fits its scheme.
pub fn port_remark(url: &Url) -> Option<&'static str> {
    match (url.scheme(), url.port_or_known_default()?) {
        ("http", HTTPS_PORT) => Some("8531 is WSUS's port for HTTPS; content is on 8530"),
        ("https", HTTP_PORT) => Some("8530 is WSUS's port for plain HTTP; HTTPS is on 8531"),
        ("https", _) => Some("with TLS on, WSUS still serves content files over plain HTTP"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_base(url: &str) -> bool {
        is_base_url(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_bare_base_is_recognised_with_and_without_slash() {
        for base in [
            "http://wsus:8530",
            "http://wsus:8530/",
            "https://updates.corp.example:8531",
            "http://10.0.0.7:8530/",
            "http://wsus01.corp.example",
        ] {
            assert!(is_base(base), "{base}");
        }
    }

    #[test]
    fn files_and_other_sites_are_no_base() {
        for other in [
            "http://wsus:8530/Content/anonymousCheckFile.txt",
            "http://wsus:8530/?a=1",
            "http://example.com/",
            "http://example.com:8080/",
            "ftp://wsus/",
        ] {
            assert!(!is_base(other), "{other}");
        }
    }

    #[test]
    fn a_base_is_also_named_by_its_check_file() {
        let base = |url: &str| base_of(&Url::parse(url).unwrap()).map(String::from);
        let of = |base: &str| Some(base.to_owned());
        assert_eq!(base("http://wsus:8530"), of("http://wsus:8530/"));
        assert_eq!(
            base("http://updates.example/content/anonymouscheckfile.txt?x"),
            of("http://updates.example/")
        );
        assert_eq!(base("http://updates.example/"), None);
        assert_eq!(base("http://wsus:8530/Content/a.cab"), None);
    }

    #[test]
    fn content_is_in_the_clear() {
        let content = |url: &str| content_base(&Url::parse(url).unwrap()).to_string();
        assert_eq!(content("http://wsus:8530/"), "http://wsus:8530/");
        assert_eq!(content("https://wsus:8531/"), "http://wsus:8530/");
        assert_eq!(content("https://wsus/"), "http://wsus/");
        assert_eq!(content("https://wsus:81/"), "http://wsus/");
    }

    #[test]
    fn ports_that_do_not_fit_their_scheme_are_named() {
        let remark = |url: &str| port_remark(&Url::parse(url).unwrap());
        assert_eq!(remark("http://wsus:8530"), None);
        assert!(remark("http://wsus:8531").is_some_and(|text| text.contains("HTTPS")));
        assert!(remark("https://wsus:8530").is_some_and(|text| text.contains("plain HTTP")));
        assert!(remark("https://wsus:8531").is_some_and(|text| text.contains("content")));
    }
}
