//! Hides credentials that a peer sends back, before anybody can see or report them: answers to
//! TRACE and the error pages of some proxies repeat the request. Called by both clients
//! for each answer, and for what comes after one.

use bytes::Bytes;
use memchr::memmem;

use crate::probe::dial::basic_authorization;
use crate::probe::exchange::Answer;
use crate::target::Credentials;
use crate::wire::head::ResponseHead;

/// Puts asterisks in place of the credentials, as `Proxy-Authorization` has them, byte for byte
/// wherever the answer repeats them: lengths and positions stay as they came.
pub(super) fn hide(credentials: Option<&Credentials>, answer: &mut Answer) {
    let Some(credentials) = credentials else { return };
    let authorization = basic_authorization(credentials);
    let (_, secret) = authorization.split_once(' ').unwrap_or(("", &authorization));
    for head in answer.interim.iter_mut().chain([&mut answer.head]) {
        hide_in_head(secret, head);
    }
    for bytes in [&mut answer.body.data, &mut answer.body.stray] {
        if let Some(hidden) = hidden(secret, bytes) {
            *bytes = hidden;
        }
    }
}

fn hide_in_head(secret: &str, head: &mut ResponseHead) {
    let asterisks = "*".repeat(secret.len());
    if head.reason.contains(secret) {
        head.reason = head.reason.replace(secret, &asterisks);
    }
    if head.fields.iter().any(|field| field.value.contains(secret)) {
        let fields = head.fields.iter();
        let hidden =
            fields.map(|field| (field.name.clone(), field.value.replace(secret, &asterisks)));
        head.fields = hidden.collect();
    }
    if let Some(raw) = hidden(secret, &head.raw) {
        head.raw = raw;
    }
}

/// The bytes without the secret; none when they do not hold it.
fn hidden(secret: &str, bytes: &Bytes) -> Option<Bytes> {
    let secret = secret.as_bytes();
    let first = memmem::find(bytes, secret)?;
    let mut out = bytes.to_vec();
    let mut next = Some(first);
    while let Some(begin) = next {
        out[begin..begin + secret.len()].fill(b'*');
        next = memmem::find(&out[begin..], secret).map(|found| begin + found);
    }
    Some(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::exchange::{Body, BodyEnd};
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
        let credentials = Credentials { user: "user".to_owned(), password: "p".to_owned() };
        hide(Some(&credentials), &mut answer);
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
    fn other_bytes_are_left_alone() {
        assert_eq!(hidden("dXNlcjpw", &Bytes::from("dXNlcjp")), None);
    }
}
