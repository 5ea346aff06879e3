//! Policies, and what they make of lists of ranges.

use super::*;

fn span(first: u64, last: u64) -> Span {
    Span::new(first, last).unwrap()
}

fn of_1000(policy: &Policy, list: &str) -> Cut {
    policy.cut(&format!("bytes={list}"), Some(1000))
}

#[test]
fn the_default_is_what_rfc_9110_wants() {
    let cut = |list| of_1000(&Policy::default(), list);
    assert_eq!(cut("0-99"), Cut::One(span(0, 99)));
    assert_eq!(cut("20-29, 0-9"), Cut::Several(vec![span(20, 29), span(0, 9)]));
    assert_eq!(cut("0-9,2000-"), Cut::One(span(0, 9)));
    assert_eq!((cut("x"), cut("5-2")), (Cut::Whole, Cut::Whole));
    assert_eq!((cut("1000-"), cut("-0")), (Cut::Refused, Cut::Refused));
    assert_eq!(Policy::default().cut("items=0-1", Some(9)), Cut::Whole);
    assert_eq!(Policy::default().cut("bytes=0-1", Some(0)), Cut::Refused);
    assert_eq!(Policy::default().cut("bytes=0-1", None), Cut::Whole);
}

#[test]
fn the_old_reading_is_that_of_atol() {
    let policy = Policy { reading: Reading::Atol, ..Policy::default() };
    let cut = |list| of_1000(&policy, list);
    assert_eq!(cut("0-99"), Cut::One(span(0, 99)));
    assert_eq!(cut("990-2000"), Cut::One(span(990, 999)));
    assert_eq!(cut("-10"), Cut::One(span(990, 999)));
    assert_eq!(cut("-5000"), Cut::One(span(0, 999)));
    assert_eq!(cut("990-"), Cut::One(span(990, 999)));
    assert_eq!(cut("x-9"), Cut::One(span(0, 9)));
    assert_eq!(cut("99999999999999999999-"), Cut::Refused);
    for nothing in ["abc", "99-0", "2000-3000"] {
        assert_eq!(cut(nothing), Cut::Refused, "{nothing}");
    }
    assert_eq!(cut("0-9,2000-3000"), Cut::Several(vec![span(0, 9)]));
    assert_eq!(cut("0-9,abc,20-29"), Cut::Several(vec![span(0, 9)]));
    assert_eq!(cut("0-9,5-14"), Cut::Several(vec![span(0, 9), span(5, 14)]));
    assert_eq!(cut("0-9,,20-29,"), Cut::Several(vec![span(0, 9), span(20, 29)]));
    assert_eq!(cut(",0-9"), Cut::Refused);
}

#[test]
fn the_reading_of_strtol_takes_a_suffix_for_a_start() {
    let policy = Policy { reading: Reading::Strtol, ..Policy::default() };
    let cut = |list| of_1000(&policy, list);
    assert_eq!(cut("0-99"), Cut::One(span(0, 99)));
    assert_eq!(cut("-10"), Cut::One(span(0, 10)));
    assert_eq!((cut("-0"), cut("990-")), (Cut::One(span(0, 0)), Cut::One(span(990, 999))));
    assert_eq!(cut("0-9, 20-29"), Cut::Several(vec![span(0, 9), span(20, 29)]));
    assert_eq!(cut("0-9,,20-29"), Cut::Several(vec![span(0, 9), span(20, 29)]));
    for first in ["0-9,", "0-9,2000-,20-29", "0-9,x,20-29", "0-9,1-2x,20-29", "0-9,+-1"] {
        assert_eq!(cut(first), Cut::One(span(0, 9)), "{first}");
    }
    for nothing in ["abc", "x-9", "99-0", "2000-3000", "--5", "99999999999999999999-", " -9"] {
        assert_eq!(cut(nothing), Cut::Refused, "{nothing}");
    }
}

#[test]
fn what_is_too_much_is_ignored() {
    let policy = Policy {
        reading: Reading::StrictWithoutEmptySuffix,
        ignored_when_sum: Sum::AboveSize,
        limit: 2,
        ..Policy::default()
    };
    for list in ["-0", "0-999,0-0", "0-1,3-4,6-7"] {
        assert_eq!(of_1000(&policy, list), Cut::Whole, "{list}");
    }
    assert_eq!(of_1000(&policy, "0-999"), Cut::One(span(0, 999)));
    assert_eq!(of_1000(&policy, "0-1,3-4"), Cut::Several(vec![span(0, 1), span(3, 4)]));
    let policy = Policy { ignored_when_sum: Sum::ReachesSize, ..Policy::default() };
    for whole in ["0-999", "0-", "-1000", "0-499,500-999"] {
        assert_eq!(of_1000(&policy, whole), Cut::Whole, "{whole}");
    }
    assert_eq!(of_1000(&policy, "1-999"), Cut::One(span(1, 999)));
}

#[test]
fn several_ranges_are_edited_and_answered_as_the_policy_says() {
    let policy = Policy { edits: vec![ListEdit::MergeTouching], ..Policy::default() };
    assert_eq!(of_1000(&policy, "0-99,50-149"), Cut::One(span(0, 149)));
    let merged = Cut::Several(vec![span(0, 19), span(30, 39)]);
    assert_eq!(of_1000(&policy, "0-9,10-19,30-39"), merged);
    let cut = |several, list| of_1000(&Policy { several, ..Policy::default() }, list);
    let parts = || Cut::Several(vec![span(0, 9), span(20, 29)]);
    for (otherwise, answer) in
        [(Otherwise::Whole, Cut::Whole), (Otherwise::Forwarded, Cut::Forwarded)]
    {
        let policy = Policy { out_of_order: Some(otherwise), ..Policy::default() };
        assert_eq!(of_1000(&policy, "0-9,20-29"), parts());
        assert_eq!(of_1000(&policy, "20-29,0-9"), answer);
        assert_eq!(of_1000(&policy, "0-9,9-29"), answer);
    }
    assert_eq!(cut(Several::Whole, "0-9,20-29"), Cut::Whole);
    assert_eq!(cut(Several::Whole, "0-9,2000-"), Cut::One(span(0, 9)));
    assert_eq!(cut(Several::Refused, "0-9,2000-"), Cut::Refused);
}

#[test]
fn what_cannot_be_served_is_refused_or_whole() {
    let policy = Policy {
        unreadable: Otherwise::Refused,
        past_end: Otherwise::Whole,
        of_empty: Otherwise::Whole,
        ..Policy::default()
    };
    assert_eq!(of_1000(&policy, "5-2"), Cut::Refused);
    assert_eq!(of_1000(&policy, "1000-"), Cut::Whole);
    assert_eq!(policy.cut("bytes=0-", Some(0)), Cut::Whole);
    let refuses = Policy { several: Several::Refused, ..Policy::default() };
    assert_eq!(refuses.cut("bytes=0-1,4-5", None), Cut::Refused);
}
