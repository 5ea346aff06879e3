//! Conditions of a request (RFC 9110 section 13), in the order of section 13.2.2.

use std::time::SystemTime;

use super::message::Request;

/// The validators of the selected object.
#[derive(Clone, Debug)]
pub(crate) struct Validators {
    pub(crate) etag: String,
    pub(crate) modified: SystemTime,
}

/// What the conditions ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// 412.
    Failed,
    /// 304.
    NotModified,
    /// The method is carried out; `range` says whether Range still counts.
    Proceed {
        /// False when If-Range does not match.
        range: bool,
    },
}

/// Evaluates the conditions of a GET or HEAD.
pub(crate) fn evaluate(request: &Request, validators: &Validators) -> Outcome {
    let fields = &request.fields;
    let date = |name| httpdate::parse_http_date(fields.first(name)?).ok();
    if fields.has("if-match") {
        if !fields.all("if-match").any(|list| lists(list, &validators.etag, true)) {
            return Outcome::Failed;
        }
    } else if date("if-unmodified-since").is_some_and(|limit| validators.modified > limit) {
        return Outcome::Failed;
    }
    if fields.has("if-none-match") {
        if fields.all("if-none-match").any(|list| lists(list, &validators.etag, false)) {
            return Outcome::NotModified;
        }
    } else if date("if-modified-since").is_some_and(|limit| validators.modified <= limit) {
        return Outcome::NotModified;
    }
    let range = fields.first("if-range").is_none_or(|value| {
        // RFC 9110 13.1.5: an exact match of a strong validator.
        value == validators.etag
            || httpdate::parse_http_date(value).is_ok_and(|date| date == validators.modified)
    });
    Outcome::Proceed { range }
}

/// Whether a list of entity tags holds `etag`, which is strong.
fn lists(list: &str, etag: &str, strong: bool) -> bool {
    list.trim() == "*"
        || list.split(',').map(str::trim).any(|member| match member.strip_prefix("W/") {
            Some(weak) => !strong && weak == etag,
            None => member == etag,
        })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn conditions_are_evaluated_as_rfc_9110_says() {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let validators = Validators { etag: "\"a\"".to_owned(), modified };
        let outcome = |fields: &[(&str, &str)]| {
            let request = Request {
                method: "GET".to_owned(),
                target: "/".to_owned(),
                minor: 1,
                fields: fields.iter().copied().collect(),
                body: bytes::Bytes::new(),
            };
            evaluate(&request, &validators)
        };
        let (same, earlier) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:36 GMT");
        let (go, whole) = (Outcome::Proceed { range: true }, Outcome::Proceed { range: false });
        for (fields, expected) in [
            (&[][..], go),
            (&[("If-Unmodified-Since", same)], go),
            (&[("If-Unmodified-Since", earlier)], Outcome::Failed),
            (&[("If-Unmodified-Since", "never")], go),
            (&[("If-Match", "\"b\", \"a\"")], go),
            (&[("If-Match", "W/\"a\"")], Outcome::Failed),
            (&[("If-Match", "*"), ("If-Unmodified-Since", earlier)], go),
            (&[("If-None-Match", "W/\"a\"")], Outcome::NotModified),
            (&[("If-None-Match", "\"b\""), ("If-Modified-Since", same)], go),
            (&[("If-Modified-Since", same)], Outcome::NotModified),
            (&[("If-Modified-Since", earlier)], go),
            (&[("If-Range", "\"a\"")], go),
            (&[("If-Range", same)], go),
            (&[("If-Range", "W/\"a\"")], whole),
            (&[("If-Range", earlier)], whole),
        ] {
            assert_eq!(outcome(fields), expected, "{fields:?}");
        }
    }
}
