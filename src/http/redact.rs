//! Hides credentials that a peer sends back, before anybody can see or report them: answers to
//! TRACE and the error pages of some proxies repeat the request. Called by both clients and by
//! fetch for what comes of each request, and for what comes after an answer.

use bytes::Bytes;
use memchr::memmem;

use crate::http::dial::basic_authorization;
use crate::model::exchange::Answer;
use crate::model::failure::{Failure, FailureKind};
use crate::model::target::Credentials;
use crate::wire::head::{HeadError, ResponseHead};

/// Puts asterisks in place of the credentials, as `Proxy-Authorization` has them, byte for byte
/// wherever an answer repeats them, or a failure that quotes what was no answer: lengths and
/// positions stay as they were.
pub(crate) fn hide(credentials: Option<&Credentials>, came: Result<&mut Answer, &mut Failure>) {
    let Some(secret) = credentials.and_then(Secret::of) else { return };
    match came {
        Ok(answer) => secret.hide_in_answer(answer),
        Err(failure) => secret.hide_in_failure(failure),
    }
}

/// Credentials in the Basic scheme, as they are sent.
struct Secret(String);

impl Secret {
    fn of(credentials: &Credentials) -> Option<Self> {
        let authorization = basic_authorization(credentials);
        Some(Self(authorization.split_once(' ')?.1.to_owned()))
    }

    fn hide_in_answer(&self, Answer { interim, head, body }: &mut Answer) {
        for head in interim.iter_mut().chain([head]) {
            self.hide_in_head(head);
        }
        self.hide_in_bytes(&mut body.data);
        self.hide_in_bytes(&mut body.stray);
    }

    fn hide_in_failure(&self, failure: &mut Failure) {
        match &mut failure.kind {
            FailureKind::TunnelRefused(head) => self.hide_in_head(head),
            FailureKind::MalformedHead(
                HeadError::FieldLine(text) | HeadError::NotHttp(text) | HeadError::StatusLine(text),
            ) => self.hide_in_text(text),
            _ => {}
        }
    }

    fn hide_in_head(&self, head: &mut ResponseHead) {
        self.hide_in_text(&mut head.reason);
        let hidden = head.fields.iter().map(|field| {
            let mut value = field.value.clone();
            self.hide_in_text(&mut value);
            (field.name.clone(), value)
        });
        head.fields = hidden.collect();
        self.hide_in_bytes(&mut head.raw);
    }

    fn hide_in_text(&self, text: &mut String) {
        // Asterisks take the place of whole ASCII letters, so no text becomes another.
        if let Some(hidden) = self.hidden(text.as_bytes()) {
            *text = String::from_utf8_lossy(&hidden).into_owned();
        }
    }

    fn hide_in_bytes(&self, bytes: &mut Bytes) {
        if let Some(hidden) = self.hidden(bytes) {
            *bytes = hidden.into();
        }
    }

    /// The bytes without the secret, also where it is cut off; none when they do not hold it.
    fn hidden(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let secret = self.0.as_bytes();
        let finder = memmem::Finder::new(&secret[..secret.len().min(TELLING)]);
        let mut next = finder.find(bytes);
        next?;
        let mut out = bytes.to_vec();
        while let Some(begin) = next {
            let alike = out[begin..].iter().zip(secret).take_while(|(one, two)| one == two).count();
            out[begin..begin + alike].fill(b'*');
            next = finder.find(&out[begin..]).map(|found| begin + found);
        }
        Some(out)
    }
}

/// How much of a secret that is cut off is hidden: fewer letters are found in any text, and tell
/// less than the user's name.
const TELLING: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::exchange::{Body, BodyEnd};
    use crate::model::failure::Peer;
    use crate::wire::head::parse_response_head;

    #[test]
    fn what_a_peer_sends_back_is_hidden_and_keeps_its_length() {
        let text = "HTTP/1.1 200 dXNlcjpw\r\nX-Seen: Basic dXNlcjpw dXNlcjpw\r\nA: b\r\n\r\n";
        let head = parse_response_head(text.as_bytes()).unwrap().unwrap();
        let body = Body {
            data: Bytes::from("TRACE / HTTP/1.1\r\nProxy-Authorization: Basic dXNlcjpw\r\n"),
            received: 55,
            end: BodyEnd::Complete,
            stray: Bytes::from("dXNlcjpw"),
        };
        let mut answer = Answer { interim: vec![head.clone()], head, body };
        hide(Some(&credentials("p")), Ok(&mut answer));
        for head in answer.interim.iter().chain([&answer.head]) {
            assert_eq!(head.fields.first("x-seen"), Some("Basic ******** ********"));
            assert_eq!(head.fields.first("a"), Some("b"));
            assert_eq!(head.reason, "********");
            assert_eq!(head.raw, text.replace("dXNlcjpw", "********"));
        }
        let expected = "TRACE / HTTP/1.1\r\nProxy-Authorization: Basic ********\r\n";
        assert_eq!(answer.body.data, expected);
        assert_eq!(answer.body.stray, "********");
    }

    #[test]
    fn what_a_failure_quotes_is_hidden_also_where_it_is_cut_off() {
        // dXNlcjpwYXNzd29yZA==
        let credentials = credentials("password");
        let quoted = |text: &str| {
            [HeadError::FieldLine, HeadError::NotHttp, HeadError::StatusLine]
                .map(|error| FailureKind::MalformedHead(error(text.to_owned())))
        };
        let head = |text: &str| {
            let text = format!("HTTP/1.1 407 {text}\r\nX-Seen: {text}\r\n\r\n");
            FailureKind::TunnelRefused(Box::new(
                parse_response_head(text.as_bytes()).unwrap().unwrap(),
            ))
        };
        for (text, hidden) in [
            ("a dXNlcjpwYXNzd29yZA== b", "a ******************** b"),
            ("a dXNlcjpwYXNz...", "a ************..."),
            ("a dXNlcjpwdXNlcjpw", "a ****************"),
            ("a dXNlcjp", "a dXNlcjp"),
        ] {
            let kinds = quoted(text).into_iter().chain([head(text)]);
            for (kind, expected) in kinds.zip(quoted(hidden).into_iter().chain([head(hidden)])) {
                let mut failure = Failure::new(kind, Peer::Proxy);
                hide(Some(&credentials), Err(&mut failure));
                assert_eq!(failure.kind, expected);
            }
        }
    }

    fn credentials(password: &str) -> Credentials {
        Credentials { user: "user".to_owned(), password: password.to_owned() }
    }
}
