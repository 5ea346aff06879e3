//! Scopes held against requests and answers.

use std::time::Duration;

use super::*;
use crate::wire::byte_range::RangeSet;
use crate::wire::fields::Fields;

fn asked(method: &str, range: Option<&str>) -> Asked {
    Asked {
        method: method.to_owned(),
        path_and_query: "/a".to_owned(),
        fields: Fields::default(),
        has_range: range.is_some(),
        ranges: range.and_then(RangeSet::parse),
        turn: 3,
        range_turn: 2,
        several_turn: 1,
        wholes: 2,
        since_whole: 3,
        several_since_whole: 1,
        after_whole: Some(Duration::from_millis(100)),
        begins_with_range: true,
        whole_underway: false,
        total: Some(1000),
        answer: None,
    }
}

#[test]
fn scopes_mean_what_they_say() {
    let get = |range| asked("GET", Some(range));
    assert!(ANY.holds(&asked("CONNECT", None)));
    assert!(HEAD.holds(&asked("HEAD", None)) && !GET.holds(&asked("HEAD", None)));
    assert!(SINGLE.holds(&get("bytes=0-1")) && !SINGLE.holds(&get("bytes=0-1,3-4")));
    assert!(SEVERAL.holds(&get("bytes=0-1,3-4")) && !RANGED.holds(&asked("GET", None)));
    assert!(INVALID_RANGE.holds(&get("bytes=x")) && !INVALID_RANGE.holds(&get("bytes=1-2")));
    assert!(SINGLE.past_end().holds(&get("bytes=1000-")));
    assert!(!SINGLE.past_end().holds(&get("bytes=999-5000")));
    assert!(SINGLE.overlong().holds(&get("bytes=999-5000")));
    assert!(SINGLE.whole_file().holds(&get("bytes=0-999")));
    assert!(SINGLE.behind(1).holds(&get("bytes=1-")) && !SINGLE.behind(1).holds(&get("bytes=-1")));
    assert!(SINGLE.wider_than(10).holds(&get("bytes=0-10")));
    assert!(GET.since_request(3).holds(&get("bytes=0-1")));
    assert!(!GET.since_request(4).holds(&get("bytes=0-1")));
    assert!(!ANY.first_request().holds(&get("bytes=0-1")));
    assert!(HEAD.once_begun_with_range().holds(&asked("HEAD", None)));
    assert!(!SINGLE.while_whole_underway().holds(&get("bytes=0-1")));
    assert!(GET.more_than(1).holds(&get("bytes=0-1,3-4")));
    assert!(!GET.more_than(2).holds(&get("bytes=0-1,3-4")));
    assert!(PLAIN.holds(&asked("GET", None)) && !PLAIN.holds(&get("bytes=0-1")));
    assert!(!PLAIN.holds(&get("bytes=x")) && !PLAIN.holds(&asked("HEAD", None)));
    assert!(SEVERAL.first_of_several().holds(&get("bytes=0-1,3-4")));
    assert!(GET.since_whole(3).holds(&get("bytes=0-1")));
    assert!(!GET.since_whole(4).holds(&get("bytes=0-1")));
    assert!(SEVERAL.several_since_whole(1).holds(&get("bytes=0-1,3-4")));
    assert!(!SEVERAL.several_since_whole(2).holds(&get("bytes=0-1,3-4")));
    assert!(GET.once_whole_asked(2).holds(&get("bytes=0-1")));
    assert!(!GET.once_whole_asked(3).holds(&get("bytes=0-1")));
    let after = |millis| GET.after_whole(Duration::from_millis(millis));
    assert!(after(100).holds(&get("bytes=0-1")) && !after(101).holds(&get("bytes=0-1")));
    assert!(RANGED.every_nth_range(2).holds(&get("bytes=0-1")));
}

#[test]
fn a_scope_may_see_the_answer() {
    let read = |text| toml::from_str::<Scope>(text).unwrap();
    let before = asked("HEAD", None);
    let fields = [("ETag", "\"a\"")].into_iter().collect();
    let answer = Some(Answered { status: 206, is_hit: false, fields });
    let after = Asked { answer, ..asked("HEAD", None) };
    for holds in ["status = 206", "hit = false", "lacks = \"Age\"\nmethod = \"head\""] {
        assert!(read(holds).needs_answer() && !read(holds).holds(&before), "{holds}");
        assert!(read(holds).holds(&after), "{holds}");
    }
    for not in ["status = 200", "hit = true", "lacks = \"etag\"", "method = \"get\""] {
        assert!(!read(not).holds(&after), "{not}");
    }
    assert_eq!(read("method = \"get\"\nranges = \"several\""), SEVERAL);
    let behind = "method = \"get\"\nranges = \"one\"\nplace = { behind = 1 }";
    assert_eq!(read(behind), SINGLE.behind(1));
    assert!(toml::from_str::<Scope>("typo = 1").is_err());
}
