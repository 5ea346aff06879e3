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
        turn: 3,
        range_turn: 2,
        connection_range_turn: 2,
        head_turn: 1,
        several_turn: 1,
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
    let later_head = RequestFacts { head_turn: 2, ..facts("HEAD", None) };
    let later_several = RequestFacts { head_turn: 2, several_turn: 2, ..get("bytes=0-1,3-4") };
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
        ("place = 'past-end'", &get("bytes=1000-"), true),
        ("place = 'past-end'", &get("bytes=999-5000"), false),
        ("place = 'overlong'", &get("bytes=999-5000"), true),
        ("place = 'whole-file'", &get("bytes=0-999"), true),
        ("place = { behind = 1 }", &get("bytes=1-"), true),
        ("place = { behind = 1 }", &get("bytes=-1"), false),
        ("place = { wider-than = 10 }", &get("bytes=0-10"), true),
        ("place = { wider-than = 11 }", &get("bytes=0-10"), false),
        ("turn = { beyond-connections = 1 }", &one, true),
        ("turn = { beyond-connections = 2 }", &one, false),
        ("turn = { nth-request = 3 }", &one, true),
        ("turn = { nth-request = 2 }", &one, false),
        ("turn = { nth = 2 }", &one, true),
        ("turn = 'first-of-several'", &several, true),
        ("turn = 'first-of-several'", &later_several, false),
        ("turn = 'later-head'", &head, false),
        ("turn = 'later-head'", &later_head, true),
        ("turn = { from = 3 }", &one, true),
        ("turn = { from = 4 }", &one, false),
        ("turn = 'first'", &one, false),
        ("turn = 'after-range'", &head, true),
        ("turn = 'whole-underway'", &one, false),
        ("turn = { since-whole = 3 }", &one, true),
        ("turn = { since-whole = 4 }", &one, false),
        ("turn = { several-since-whole = 1 }", &several, true),
        ("turn = { several-since-whole = 2 }", &several, false),
        ("turn = { whole-asked = 2 }", &one, true),
        ("turn = { whole-asked = 3 }", &one, false),
        ("turn = { after-whole = 100 }", &one, true),
        ("turn = { after-whole = 101 }", &one, false),
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
