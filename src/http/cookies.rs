//! Cookies that a redirect sets and wants back. `WinHTTP` keeps cookies within a session by
//! default (Microsoft: `WINHTTP_OPTION_DISABLE_FEATURE`, `WINHTTP_DISABLE_COOKIES`); whether BITS
//! does is not documented. So they are sent back, and the check `redirects` says that they were.

use std::sync::{Mutex, PoisonError};

use url::Url;

use crate::model::exchange::Request;
use crate::wire::head::ResponseHead;

/// The cookies of one client, each sent back to the host that set it.
#[derive(Debug, Default)]
pub struct Cookies(Mutex<Vec<Cookie>>);

#[derive(Debug, Eq, PartialEq)]
struct Cookie {
    host: String,
    name: String,
    value: String,
}

impl Cookies {
    /// Keeps the cookies that a response to a request for `url` sets. Whether one of them is new,
    /// so that the same request may now have another answer.
    pub fn keep(&self, head: &ResponseHead, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_new = false;
        for (name, value) in head.fields.all("set-cookie").filter_map(pair) {
            let cookie = Cookie { host: host.to_owned(), name, value };
            if kept.contains(&cookie) || kept.len() >= MOST {
                continue;
            }
            kept.retain(|other| other.host != cookie.host || other.name != cookie.name);
            kept.push(cookie);
            is_new = true;
        }
        is_new
    }

    /// Adds the cookies for the host of `url` to a request.
    pub fn add_to(&self, request: &mut Request, url: &Url) {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_host = kept.iter().filter(|cookie| Some(cookie.host.as_str()) == url.host_str());
        let pairs: Vec<_> =
            of_host.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        if !pairs.is_empty() {
            request.fields.push("Cookie", pairs.join("; "));
        }
    }
}

/// Name and value of a `Set-Cookie` (RFC 6265 5.2); attributes are not needed within one run.
fn pair(field: &str) -> Option<(String, String)> {
    let (name, value) = field.split(';').next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is_usable = !name.is_empty() && field.len() <= LONGEST;
    is_usable.then(|| (name.to_owned(), value.to_owned()))
}

/// Cookies that are kept at the same time.
const MOST: usize = 50;

/// Bytes of a `Set-Cookie` that is kept (RFC 6265 6.1).
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::fields::Fields;
    use crate::wire::head::parse_response_head;

    fn kept(cookies: &Cookies, field: &str, url: &str) -> bool {
        let text = format!("HTTP/1.1 302 x\r\nSet-Cookie: {field}\r\n\r\n");
        let head = parse_response_head(text.as_bytes()).unwrap().unwrap();
        cookies.keep(&head, &Url::parse(url).unwrap())
    }

    fn sent(cookies: &Cookies, url: &str) -> Option<String> {
        let fields = Fields::default();
        let mut request =
            Request { method: "GET", url: url.to_owned(), target: "/".to_owned(), fields };
        cookies.add_to(&mut request, &Url::parse(url).unwrap());
        request.fields.first("cookie").map(str::to_owned)
    }

    #[test]
    fn cookies_go_back_to_the_host_that_set_them() {
        let cookies = Cookies::default();
        assert_eq!(sent(&cookies, "http://a/f"), None);
        assert!(kept(&cookies, "s=1; Path=/; HttpOnly", "http://a/f"));
        assert!(!kept(&cookies, "s=1", "http://a/f"), "nothing new");
        assert!(kept(&cookies, "t=x=y", "http://a/f"));
        assert!(kept(&cookies, "s=2", "http://a/f"), "another value");
        assert_eq!(sent(&cookies, "http://a:81/g").as_deref(), Some("t=x=y; s=2"));
        assert_eq!(sent(&cookies, "http://b/f"), None);
    }

    #[test]
    fn what_is_no_cookie_is_not_kept() {
        let cookies = Cookies::default();
        let long = format!("s={}", "x".repeat(LONGEST));
        for field in ["", "novalue", "=x", "; a=b", &long] {
            assert!(!kept(&cookies, field, "http://a/f"), "{field:.20}");
        }
        let many = (0..200).filter(|one| kept(&cookies, &format!("c{one}=1"), "http://a/f"));
        assert_eq!(many.count(), MOST);
    }
}
