//! Which redirects are followed, and where they lead. Called by the legs of a check and by fetch.

use url::Url;

use crate::wire::head::ResponseHead;

/// Whether this status is a redirect that a client follows (RFC 9110 15.4).
pub fn is_redirect(status: u16) -> bool {
    matches!(status, 301..=303 | 307 | 308)
}

/// Where an answer redirects to, when BITS would follow: http or https, but never from https
/// down to http, which a job must allow explicitly (Microsoft: `IBackgroundCopyJobHttpOptions`,
/// `BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP`).
pub fn redirect_target(head: &ResponseHead, from: &Url) -> Option<Url> {
    if !is_redirect(head.status) {
        return None;
    }
    let mut url = from.join(head.fields.first("location")?).ok()?;
    url.set_fragment(None);
    // Credentials in a Location are nobody's business; both calls fail only without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let goes_down = from.scheme() == "https" && url.scheme() == "http";
    (matches!(url.scheme(), "http" | "https") && !goes_down).then_some(url)
}

/// Redirects that are followed for one request.
pub const MAX_REDIRECTS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::head::parse_response_head;

    fn led(status: u16, location: &str, from: &str) -> Option<String> {
        let text = format!("HTTP/1.1 {status} x\r\nLocation: {location}\r\n\r\n");
        let head = parse_response_head(text.as_bytes()).unwrap().unwrap();
        redirect_target(&head, &Url::parse(from).unwrap()).map(String::from)
    }

    #[test]
    fn redirects_lead_on_but_never_down_to_http() {
        let to = |location, from| led(302, location, from);
        assert_eq!(to("/b#c", "http://h/a").as_deref(), Some("http://h/b"));
        assert_eq!(to("https://u:p@h/b", "http://h/a").as_deref(), Some("https://h/b"));
        assert_eq!(to("http://h/b", "https://h/a"), None);
        assert_eq!(to("ftp://h/b", "http://h/a"), None);
        assert_eq!(led(304, "/b", "http://h/a"), None);
    }
}
