//! Scopes held against requests and answers.

use std::time::Duration;

use super::*;
use crate::wire::byte_range::RangeSet;
use crate::wire::fields::Fields;

fn facts(method: &str, range: Option<&str>) -> RequestFacts {
    RequestFacts {
        method: method.to_owned(),
        path_and_query: "/a".to_owned(),
        fields: Fields::default(),
        has_range: range.is_some(),
        ranges: range.and_then(RangeSet::parse),
        request_number: 3,
        range_number: 2,
        connection_range_number: 2,
        head_number: 1,
        several_number: 1,
        wholes: 2,
        since_whole: 3,
        several_since_whole: 1,
        after_whole: Some(Duration::from_millis(100)),
        connections: 2,
        begins_with_range: true,
        whole_underway: false,
        total: Some(1000),
        answer: None,
    }
}

/// A scope as the catalogue writes it.
fn scope(text: &str) -> Scope {
    let table: toml::Table = toml::from_str(&format!("scope = {{ {text} }}")).unwrap();
    table["scope"].clone().try_into().unwrap()
}

#[test]
fn scopes_mean_what_they_say() {
    let get = |range| facts("GET", Some(range));
    let (head, plain, one, several) =
        (facts("HEAD", None), facts("GET", None), get("bytes=0-1"), get("bytes=0-1,3-4"));
    let later_head = RequestFacts { head_number: 2, ..facts("HEAD", None) };
    let later_several = RequestFacts { head_number: 2, several_number: 2, ..get("bytes=0-1,3-4") };
    for (text, request, holds) in [
        ("", &facts("CONNECT", None), true),
        ("method = 'head'", &head, true),
        ("method = 'get'", &head, false),
        ("ranges = 'one'", &one, true),
        ("ranges = 'one'", &several, false),
        ("ranges = 'several'", &several, true),
        ("ranges = 'present'", &plain, false),
        ("ranges = 'invalid'", &get("bytes=x"), true),
        ("ranges = 'invalid'", &get("bytes=1-2"), false),
        ("ranges = { more-than = 1 }", &several, true),
        ("ranges = { more-than = 2 }", &several, false),
        ("method = 'get', ranges = 'none'", &plain, true),
        ("method = 'get', ranges = 'none'", &one, false),
        ("method = 'get', ranges = 'none'", &get("bytes=x"), false),
        ("method = 'get', ranges = 'none'", &head, false),
        ("position = 'past-end'", &get("bytes=1000-"), true),
        ("position = 'past-end'", &get("bytes=999-5000"), false),
        ("position = 'overlong'", &get("bytes=999-5000"), true),
        ("position = 'whole-file'", &get("bytes=0-999"), true),
        ("position = { behind = 1 }", &get("bytes=1-"), true),
        ("position = { behind = 1 }", &get("bytes=-1"), false),
        ("position = { wider-than = 10 }", &get("bytes=0-10"), true),
        ("position = { wider-than = 11 }", &get("bytes=0-10"), false),
        ("history = { beyond-connections = 1 }", &one, true),
        ("history = { beyond-connections = 2 }", &one, false),
        ("history = { every-nth-request = 3 }", &one, true),
        ("history = { every-nth-request = 2 }", &one, false),
        ("history = { every-nth-range = 2 }", &one, true),
        ("history = 'first-of-several'", &several, true),
        ("history = 'first-of-several'", &later_several, false),
        ("history = 'later-head'", &head, false),
        ("history = 'later-head'", &later_head, true),
        ("history = { since-request = 3 }", &one, true),
        ("history = { since-request = 4 }", &one, false),
        ("history = 'first'", &one, false),
        ("history = 'after-range'", &head, true),
        ("history = 'whole-underway'", &one, false),
        ("history = { since-whole = 3 }", &one, true),
        ("history = { since-whole = 4 }", &one, false),
        ("history = { several-since-whole = 1 }", &several, true),
        ("history = { several-since-whole = 2 }", &several, false),
        ("history = { whole-requested = 2 }", &one, true),
        ("history = { whole-requested = 3 }", &one, false),
        ("history = { after-whole = 100 }", &one, true),
        ("history = { after-whole = 101 }", &one, false),
        ("path = { ends-in = 'a' }", &one, true),
        ("path = { not-ending-in = 'a' }", &one, false),
    ] {
        assert_eq!(scope(text).holds(request), holds, "{text}: {request:?}");
    }
}

#[test]
fn scope_may_depend_on_the_response() {
    let read = |text| toml::from_str::<Scope>(text).unwrap();
    let before = facts("HEAD", None);
    let fields = [("ETag", "\"a\"")].into_iter().collect();
    let answer = Some(ResponseFacts { status: 206, is_hit: false, fields });
    let after = RequestFacts { answer, ..facts("HEAD", None) };
    for holds in ["status = 206", "hit = false", "lacks = \"Age\"\nmethod = \"head\""] {
        assert!(read(holds).needs_answer() && !read(holds).holds(&before), "{holds}");
        assert!(read(holds).holds(&after), "{holds}");
    }
    for not in ["status = 200", "hit = true", "lacks = \"etag\"", "method = \"get\""] {
        assert!(!read(not).holds(&after), "{not}");
    }
    assert!(toml::from_str::<Scope>("typo = 1").is_err());
}
