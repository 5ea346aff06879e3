//! Whether two responses are the same message: for [`crate::run::confirm`], which takes a defect that
//! comes in the same message without the proxy for the server's.

use crate::attribution::first_contact::is_same_answer;
use crate::model::exchange::Answer;
use crate::wire::head::CLIENT_HEAD_LIMIT;

/// Whether two answers are the same in all that a proxy could be blamed for: what they say of the
/// file, and how they came. Fields that differ from one answer to the next may differ.
pub(crate) fn is_same_message(one: &Answer, other: &Answer) -> bool {
    let fields = |answer: &Answer| {
        let fields = answer.head.fields.iter().filter(|field| !is_volatile(&field.name));
        let mut fields: Vec<_> =
            fields.map(|field| (field.name.to_ascii_lowercase(), field.value.clone())).collect();
        fields.sort();
        fields
    };
    let is_long = |answer: &Answer| {
        let mut heads = answer.interim.iter().chain([&answer.head]);
        heads.any(|head| head.raw.len() > CLIENT_HEAD_LIMIT)
    };
    is_same_answer(one, other)
        && one.head.version == other.head.version
        && one.interim.len() == other.interim.len()
        && one.body.stray.is_empty() == other.body.stray.is_empty()
        && is_long(one) == is_long(other)
        && fields(one) == fields(other)
}

/// Fields that are of one connection or one moment, or that say nothing of the file.
fn is_volatile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("x-") || VOLATILE.contains(&name.as_str())
}

const VOLATILE: [&str; 14] = [
    "age",
    "alt-svc",
    "cache-control",
    "cache-status",
    "connection",
    "date",
    "expires",
    "keep-alive",
    "proxy-connection",
    "report-to",
    "server",
    "set-cookie",
    "vary",
    "via",
];

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::exchange::{Body, BodyEnd};
    use crate::wire::head::parse_response_head;

    fn answer(fields: &str) -> Answer {
        let text = format!("HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n{fields}\r\n");
        let head = parse_response_head(text.as_bytes()).unwrap().unwrap();
        let data = Bytes::from_static(b"x");
        let body = Body { data, received: 1, end: BodyEnd::Complete, stray: Bytes::new() };
        Answer { interim: Vec::new(), head, body }
    }

    #[test]
    fn what_changes_from_one_response_to_the_next_does_not_count() {
        let one = answer("Date: a\r\nVia: 1.1 a\r\nETag: \"1\"\r\n");
        assert!(is_same_message(
            &one,
            &answer("ETag: \"1\"\r\ndate: b\r\nX-Cache: HIT\r\nAge: 1\r\n")
        ));
    }

    #[test]
    fn what_a_proxy_adds_to_a_response_counts() {
        let plain = answer("");
        let long = format!("X-Pad: {}\r\n", "x".repeat(CLIENT_HEAD_LIMIT));
        for fields in [&long, "Content-Encoding: none\r\n", "Transfer-Encoding: chunked\r\n"] {
            assert!(!is_same_message(&answer(fields), &plain), "{fields:.40}");
        }
        let mut stray = answer("");
        stray.body.stray = Bytes::from_static(b"x");
        assert!(!is_same_message(&stray, &plain));
        let mut interim = answer("");
        interim.interim.push(plain.head.clone());
        assert!(!is_same_message(&interim, &plain));
        let mut version = answer("");
        version.head.version =
            parse_response_head(b"HTTP/1.0 206 x\r\n\r\n").unwrap().unwrap().version;
        assert!(!is_same_message(&version, &plain));
    }
}
