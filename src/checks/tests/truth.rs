//! What a finding says must be true: defects with their names, RFC views, reasons of skipping.

use super::*;
use crate::checks::testing::Reply;
use crate::model::exchange::BodyEnd;
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::finding::RfcView;

fn first(change: impl Fn(&mut Reply)) -> Scene {
    Scene::perfect().edit(Purpose::RangeFirst, change)
}

fn replace(from: &'static str, to: &'static str) -> impl Fn(&mut Reply) {
    move |reply| {
        assert!(reply.head.contains(from), "{}", reply.head);
        reply.head = reply.head.replace(from, to);
    }
}

fn insert(line: &'static str) -> impl Fn(&mut Reply) {
    move |reply| reply.head.extend([line, "\r\n"])
}

#[test]
fn range_is_called_ignored_only_where_the_whole_file_came() {
    let status = "206 Partial Content";
    let slice = first(replace(status, "200 OK"));
    assert_eq!(slice.outcome("range-first"), (Fail, Some(Defect::UnexpectedStatus(200))));
    let labelled = slice.judge("range-first");
    assert!(labelled.summary.contains("Content-Range"), "{labelled:?}");
    assert_eq!(labelled.rfc, RfcView::Breaks);
    let whole = first(|reply| {
        reply.head = format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n");
        reply.received = Some(20_000);
        reply.end = BodyEnd::CutOff;
    });
    let judgement = whole.judge("range-first");
    assert_eq!(judgement.defect, Some(Defect::WholeFileForRange));
    assert_eq!(judgement.rfc, RfcView::Conforms, "HTTP allows that");
    let other = first(|reply| {
        reply.head = String::from("HTTP/1.1 200 OK\r\nContent-Length: 777\r\n");
        reply.body = vec![0; 777];
    });
    assert_eq!(other.outcome("range-first"), (Fail, Some(Defect::UnexpectedStatus(200))));
}

#[test]
fn rules_of_an_rfc_that_are_broken_are_named() {
    let wrong_length = first(replace("Content-Length: 1024", "Content-Length: 1000"));
    let cut = first(|reply| {
        reply.body.truncate(100);
        reply.end = BodyEnd::Broken(Failure::new(FailureKind::Closed, Peer::Server));
    });
    let elsewhere = first(replace("bytes 0-1023/", "bytes 1-1024/"));
    for scene in [wrong_length, cut, elsewhere] {
        let judgement = scene.judge("range-first");
        assert_eq!((judgement.status, judgement.rfc), (Fail, RfcView::Breaks), "{judgement:?}");
    }
    let silent = first(|reply| reply.failure = Some(FailureKind::NoAnswer));
    assert_eq!(silent.judge("range-first").rfc, RfcView::NotJudged);
}

#[test]
fn empty_content_range_is_judged_as_none() {
    let empty = first(|reply| {
        let start = reply.head.find("Content-Range:").unwrap();
        let end = start + reply.head[start..].find("\r\n").unwrap();
        reply.head.replace_range(start..end, "Content-Range: ");
    });
    assert_eq!(empty.outcome("range-first"), (Fail, Some(Defect::ContentRangeMissing)));
}

#[test]
fn coding_that_is_none_only_warns() {
    for line in ["Content-Encoding: none", "Content-Encoding: binary", "Content-Encoding: identity"]
    {
        let scene = first(insert(line));
        assert_eq!(scene.outcome("range-first"), (Warn, Some(Defect::RangeCoding)), "{line}");
        let head = Scene::perfect().edit(Purpose::Head, insert(line));
        assert_eq!(head.outcome("head-coding"), (Warn, Some(Defect::HeadCoding)), "{line}");
        let two = Scene::perfect().edit(Purpose::MultiTwo, insert(line));
        assert_eq!(two.outcome("multi-two"), (Warn, Some(Defect::RangeCoding)), "{line}");
    }
    let coded = first(insert("Content-Encoding: gzip"));
    assert_eq!(coded.outcome("range-first"), (Fail, Some(Defect::RangeCoding)));
}

#[test]
fn head_of_zero_is_refuted_by_a_file_that_comes() {
    let scene = Scene::perfect()
        .edit(Purpose::Head, replace("Content-Length: 100000", "Content-Length: 0"));
    assert_eq!(scene.outcome("head-length-not-zero").0, Fail);
    let skipped = scene.findings().into_iter().filter(|one| one.judgement.status == Skipped);
    let reasons: Vec<_> = skipped.map(|one| one.judgement.summary).collect();
    assert!(!reasons.iter().any(|reason| reason.contains("empty")), "{reasons:?}");
    // No total states the size: the length of the 200 does.
    let ignored = |reply: &mut Reply| {
        reply.head = format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n");
        reply.received = Some(20_000);
        reply.end = BodyEnd::CutOff;
    };
    let scene = scene.edit_gets(ignored).without(&[Purpose::RangeMiddle]);
    assert_eq!(scene.outcome("range-first"), (Fail, Some(Defect::WholeFileForRange)));
    let reason = scene.judge("range-middle").summary;
    assert!(!reason.contains("empty") && !reason.contains("not known"), "{reason}");
}

#[test]
fn skipped_check_names_the_real_reason() {
    let late = |reply: &mut Reply| reply.failure = Some(FailureKind::NoAnswer);
    let scene = Scene::perfect().edit(Purpose::RangeFirst, late).edit(Purpose::RangeNext, late);
    let scene = scene.without(&[Purpose::RangeMiddle]);
    let reason = scene.judge("range-middle").summary;
    assert!(reason.contains("no answer in time"), "{reason}");
}

#[test]
fn recommended_check_never_says_that_the_job_ends() {
    for (purpose, id) in [
        (Purpose::RangeSuffix, "range-suffix"),
        (Purpose::RangeOpenEnd, "range-open-end"),
        (Purpose::MultiMany, "multi-many"),
        (Purpose::MultiAdjacent, "multi-adjacent"),
    ] {
        for status in ["200 OK", "403 Forbidden", "503 Busy"] {
            let scene = Scene::perfect().edit(purpose, |reply| {
                reply.head = format!("HTTP/1.1 {status}\r\nContent-Length: {SIZE}\r\n");
                reply.received = Some(20_000);
                reply.end = BodyEnd::CutOff;
            });
            let finding = scene.findings().into_iter().find(|one| one.check == id).unwrap();
            assert_eq!(finding.judgement.status, Fail, "{id} {status}");
            assert_eq!(finding.bits, None, "{id} {status}");
            let reason = &finding.judgement.reason;
            assert!(!reason.contains("ends the job") && !reason.contains("go on"), "{reason}");
        }
    }
}

#[test]
fn challenge_of_windows_on_some_requests_is_judged_as_on_all() {
    let refused = |scheme: &'static str| {
        move |reply: &mut Reply| {
            reply.head = format!("HTTP/1.1 407 Who\r\nProxy-Authenticate: {scheme}\r\n");
            reply.body.clear();
        }
    };
    let scene = Scene::perfect().edit_gets(refused("Negotiate"));
    assert_eq!(scene.outcome("range-first").0, Inconclusive);
    assert_eq!(scene.outcome("proxy-authentication").0, Inconclusive);
    let basic = Scene::perfect().edit_gets(refused("Basic realm=\"x\""));
    assert_eq!(basic.outcome("range-first").0, Fail);
}

#[test]
fn refusal_with_a_false_length_is_named() {
    let scene = Scene::perfect().edit(Purpose::RangePastEnd, |reply| {
        reply.head = reply.head.replace("Content-Length: 0", "Content-Length: 100000");
        reply.end = BodyEnd::Broken(Failure::new(FailureKind::Closed, Peer::Server));
    });
    let judgement = scene.judge("framing-fields");
    assert_eq!((judgement.status, judgement.defect), (Warn, Some(Defect::FramingConflict)));
    assert!(judgement.summary.contains("100000"), "{judgement:?}");
}

#[test]
fn what_a_phase_that_broke_off_did_not_ask_is_not_called_too_small() {
    use Purpose::{Head, LastHead, LastRange, RangeFirst, RangeNext};
    let rest: Vec<Purpose> = Scene::perfect()
        .evidence()
        .exchanges
        .iter()
        .map(|exchange| exchange.probe.purpose)
        .filter(|purpose| ![Head, RangeFirst, RangeNext, LastHead, LastRange].contains(purpose))
        .collect();
    let broken_off = Scene::perfect().without(&rest);
    let judgement = broken_off.judge("range-middle");
    assert_eq!(judgement.status, Skipped);
    assert!(judgement.summary.contains("the phase ended before it"), "{judgement:?}");
    let several = broken_off.judge("multi-two");
    assert!(several.summary.contains("the phase ended before it"), "{several:?}");
    let refused = broken_off.edit(Head, |reply| reply.fail(FailureKind::Closed));
    let judgement = refused.judge("range-middle");
    assert!(judgement.summary.contains("the first request failed"), "{judgement:?}");
    let tiny = Scene::of_size(1).without(&rest).judge("range-middle");
    assert!(tiny.summary.contains("1 bytes, which is too few"), "{tiny:?}");
}

#[test]
fn order_that_was_not_tried_is_not_called_a_lack_of_files() {
    let alone = |scene: Scene| {
        let mut evidence = scene.evidence();
        evidence.siblings.clear();
        table::find("range-before-head").unwrap().judge(&evidence).summary
    };
    let ignored = Scene::perfect().edit_gets(|reply| reply.answer_whole(SIZE));
    assert!(alone(ignored).contains("the first range fails already"));
    let silent = Scene::perfect().edit_all(|reply| reply.fail(FailureKind::NoAnswer));
    assert!(alone(silent).contains("no one answered"));
    assert!(alone(Scene::perfect()).contains("no file is at hand"));
}
