//! Signing in to an HTTP proxy: credentials are sent only in answer to a challenge that offers
//! their scheme (RFC 9110 11.7.1). Basic is the only scheme that the tool can answer.

use std::sync::atomic::{AtomicBool, Ordering};

use super::dial::basic_authorization;
use crate::model::target::{Credentials, ProxySpec};
use crate::wire::auth::parse_challenges;
use crate::wire::head::ResponseHead;

/// The credentials for one proxy, and whether that proxy has offered Basic.
#[derive(Debug, Default)]
pub struct Login {
    credentials: Option<Credentials>,
    is_offered: AtomicBool,
}

impl Login {
    /// For a proxy that has sent no challenge yet.
    pub fn new(proxy: Option<&ProxySpec>) -> Self {
        let credentials = proxy.and_then(|proxy| proxy.credentials.clone());
        Self { credentials, is_offered: AtomicBool::new(false) }
    }

    /// The credentials, whether or not they may be sent.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// The value of `Proxy-Authorization`, as soon as the proxy has offered the scheme.
    pub fn authorization(&self) -> Option<String> {
        let credentials = self.credentials.as_ref()?;
        self.is_offered.load(Ordering::Relaxed).then(|| basic_authorization(credentials))
    }

    /// Reads the answer of the proxy to a request that carried credentials or not. Whether the
    /// request is to be sent again, with them.
    pub fn is_challenged(&self, head: &ResponseHead, was_signed: bool) -> bool {
        if head.status != 407 || self.credentials.is_none() {
            return false;
        }
        let is_offered = offers_basic(head);
        self.is_offered.store(is_offered, Ordering::Relaxed);
        is_offered && !was_signed
    }
}

/// Whether one of the challenges of the proxy is for Basic.
fn offers_basic(head: &ResponseHead) -> bool {
    let challenges =
        head.fields.all("proxy-authenticate").filter_map(|value| parse_challenges(value).ok());
    challenges.flatten().any(|challenge| challenge.scheme.eq_ignore_ascii_case("basic"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::head::parse_response_head;

    fn login(user: Option<&str>) -> Login {
        let user = user.map(|user| format!("{user}:secret@")).unwrap_or_default();
        Login::new(Some(&ProxySpec::parse(&format!("http://{user}proxy:3128")).unwrap()))
    }

    fn answer(status: u16, challenges: &[&str]) -> ResponseHead {
        let fields: String = challenges
            .iter()
            .fold(String::new(), |text, one| text + "Proxy-Authenticate: " + one + "\r\n");
        let text = format!("HTTP/1.1 {status} x\r\n{fields}\r\n");
        parse_response_head(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn credentials_before_a_challenge_are_not_sent() {
        assert_eq!(login(Some("user")).authorization(), None);
    }

    #[test]
    fn credentials_after_an_offer_of_basic_are_sent_once_for_each_request() {
        let login = login(Some("user"));
        assert!(login.is_challenged(&answer(407, &["NTLM", "bAsIc realm=\"x\""]), false));
        assert_eq!(login.authorization().as_deref(), Some("Basic dXNlcjpzZWNyZXQ="));
        assert!(!login.is_challenged(&answer(407, &["Basic realm=\"x\""]), true));
        assert!(login.authorization().is_some());
    }

    #[test]
    fn credentials_for_other_schemes_or_statuses_are_not_sent() {
        for head in [
            answer(407, &["NTLM"]),
            answer(407, &["Negotiate", "Digest realm=\"Basic\", nonce=\"x\""]),
            answer(407, &[]),
            answer(407, &["<Basic>"]),
            answer(401, &["Basic"]),
            answer(200, &["Basic"]),
        ] {
            let login = login(Some("user"));
            assert!(!login.is_challenged(&head, false), "{head:?}");
            assert_eq!(login.authorization(), None, "{head:?}");
        }
    }

    #[test]
    fn an_offer_that_is_withdrawn_ends_the_sending() {
        let login = login(Some("user"));
        assert!(login.is_challenged(&answer(407, &["Basic"]), false));
        assert!(!login.is_challenged(&answer(407, &["NTLM"]), true));
        assert_eq!(login.authorization(), None);
    }

    #[test]
    fn a_challenge_without_credentials_changes_nothing() {
        let login = login(None);
        assert!(!login.is_challenged(&answer(407, &["Basic"]), false));
        assert_eq!(login.authorization(), None);
    }
}
