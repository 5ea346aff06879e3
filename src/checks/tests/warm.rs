//! The whole file for a GET without Range, and requests that are sent again.

use super::*;
use crate::checks::testing::Reply;
use crate::model::exchange::BodyEnd;
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::file_bytes::{ByteDifference, FileBytes};
use crate::model::finding::Status;

fn warm() -> Scene {
    Scene::perfect().warmed(SIZE)
}

/// What is found when the answer to the plain GET is changed.
fn plain(change: impl Fn(&mut Reply)) -> (Vec<(&'static str, Status)>, Option<Defect>) {
    let scene = warm().edit(Purpose::WarmUp, change);
    let defect = scene.judge("plain-get").defect;
    (scene.found(), defect)
}

fn broken(reply: &mut Reply, kind: FailureKind, received: u64) {
    reply.received = Some(received);
    reply.end = BodyEnd::Broken(Failure::new(kind, Peer::Server));
}

#[test]
fn a_whole_file_that_is_right_passes() {
    assert_eq!(warm().found(), []);
    assert_eq!(warm().outcome("plain-get"), (Pass, None));
    assert_eq!(Scene::perfect().outcome("plain-get"), (Skipped, None));
}

#[test]
fn a_whole_file_that_does_not_come_is_found_by_plain_get_alone() {
    let refused = |reply: &mut Reply| reply.replace("200 OK", "403 Forbidden");
    let found = vec![("plain-get", Fail)];
    assert_eq!(plain(refused), (found.clone(), Some(Defect::HttpStatus(403))));
    let partial = |reply: &mut Reply| reply.replace("200 OK", "206 Partial Content");
    assert_eq!(plain(partial), (found.clone(), Some(Defect::UnexpectedStatus(206))));
    let closed = |reply: &mut Reply| broken(reply, FailureKind::Closed, SIZE - 10);
    assert_eq!(plain(closed), (found.clone(), Some(Defect::ConnectionLost)));
    let late = |reply: &mut Reply| broken(reply, FailureKind::TooSlow { received: 1 }, 1);
    assert_eq!(plain(late), (found.clone(), Some(Defect::Stalled)));
    let piece = |reply: &mut Reply| {
        reply.replace("Content-Length: 100000", "Content-Length: 5691");
        reply.received = Some(5691);
    };
    assert_eq!(plain(piece), (found.clone(), Some(Defect::RangeLengthWrong)));
    let long = |reply: &mut Reply| {
        reply.remove("Content-Length");
        reply.received = Some(SIZE + 5000);
        reply.end = BodyEnd::CutOff;
    };
    assert_eq!(plain(long), (found.clone(), Some(Defect::BodyLengthWrong)));
    let page = |reply: &mut Reply| {
        reply.body = b"<!DOCTYPE html><html></html>".to_vec();
        reply.received = None;
        reply.replace("Content-Length: 100000", "Content-Length: 28");
    };
    assert_eq!(plain(page), (found, Some(Defect::BlockPage)));
}

#[test]
fn a_whole_file_without_content_length_is_a_warning() {
    let chunked = |reply: &mut Reply| reply.remove("Content-Length");
    assert_eq!(plain(chunked), (vec![("plain-get", Warn)], Some(Defect::RangeLengthMissing)));
}

#[test]
fn wrong_bytes_of_a_whole_file_are_found_by_every_comparison() {
    let found = vec![("plain-get", Fail)];
    let wrong = |reply: &mut Reply| reply.body[700] ^= 1;
    assert_eq!(plain(wrong), (found.clone(), Some(Defect::BytesDiffer)));
    let file = FileBytes {
        purpose: Purpose::WarmUp,
        difference: Some(ByteDifference { position: 90_000, received: 1, expected: 2 }),
        compared: SIZE,
        sha1: None,
        named: None,
    };
    let with = |file: FileBytes| Scene { files: vec![file], ..warm() };
    assert_eq!(with(file.clone()).found(), found);
    let hashed = |sha1: &str| FileBytes {
        difference: None,
        sha1: Some(sha1.to_owned()),
        named: Some("aa".to_owned()),
        ..file.clone()
    };
    assert_eq!(with(hashed("ab")).found(), found);
    assert_eq!(with(hashed("aa")).found(), []);
    // The hash of a part is not that of the file.
    let cut = with(hashed("ab")).edit(Purpose::WarmUp, |reply| {
        broken(reply, FailureKind::Closed, 5);
    });
    assert_eq!(cut.judge("plain-get").defect, Some(Defect::ConnectionLost));
}

#[test]
fn a_whole_file_with_the_hash_of_its_name_proves_a_range_wrong() {
    let file = |purpose| FileBytes {
        purpose,
        difference: Some(ByteDifference { position: 700, received: 1, expected: 2 }),
        compared: SIZE,
        sha1: Some("aa".to_owned()),
        named: Some("aa".to_owned()),
    };
    let fetched = [Purpose::WarmUp, Purpose::WarmUpSecond, Purpose::WarmUpThird];
    let scene = Scene { files: fetched.map(file).into(), ..warm() };
    // The range that has the other byte.
    let scene = scene.edit(Purpose::RangeFirst, |reply| reply.body[700] = 2);
    assert_eq!(scene.outcome("range-bytes-agree"), (Fail, Some(Defect::BytesDiffer)));
    assert_eq!(scene.outcome("plain-get").0, Pass);
    let reason = scene.judge("range-bytes-agree").reason;
    assert!(reason.contains("Byte 700 is 0x01 in the whole file"), "{reason}");
}

/// What a check says of a warm phase after the phase of a right server.
fn after_a_right_phase(scene: &Scene, check: &str) -> (Status, Option<Defect>) {
    let mut evidence = scene.evidence();
    evidence.earlier = Some(Box::new(Scene::perfect().evidence()));
    let judgement = table::find(check).unwrap().judge(&evidence);
    (judgement.status, judgement.defect)
}

#[test]
fn what_changes_once_the_whole_file_was_fetched_is_found() {
    for check in ["unchanged-bytes", "unchanged-validators"] {
        assert_eq!(after_a_right_phase(&warm(), check).0, Pass, "{check}");
    }
    // All responses of the phase agree with each other.
    let shifted = warm().edit_gets(|reply| reply.body.iter_mut().for_each(|byte| *byte ^= 1));
    let found = after_a_right_phase(&shifted, "unchanged-bytes");
    assert_eq!(found, (Fail, Some(Defect::BytesDiffer)));
    let dated = warm().edit_all(|reply| {
        reply.head = reply.head.replace(DATE, "Thu, 26 Nov 2020 16:46:48 GMT");
    });
    let found = after_a_right_phase(&dated, "unchanged-validators");
    assert_eq!(found, (Warn, Some(Defect::ValidatorsDiffer)));
}

#[test]
fn every_plain_get_counts() {
    let scene = warm().edit(Purpose::WarmUpThird, |reply| reply.replace("200 OK", "502 Bad"));
    assert_eq!(scene.found(), [("plain-get", Fail)]);
}

#[test]
fn a_request_that_is_answered_otherwise_later_fails() {
    for (check, purposes) in [
        ("range-repeated", [Purpose::RangeSecond, Purpose::RangeThird, Purpose::RangeDelayed]),
        ("multi-repeated", [Purpose::MultiSecond, Purpose::MultiThird, Purpose::MultiDelayed]),
    ] {
        for purpose in purposes {
            let scene = warm().edit(purpose, |reply| reply.answer_whole(SIZE));
            assert_eq!(scene.found(), [(check, Fail)], "{purpose:?}");
        }
    }
    let summary = |purpose| {
        warm().edit(purpose, |reply| reply.answer_whole(SIZE)).judge("range-repeated").summary
    };
    assert!(summary(Purpose::RangeThird).starts_with("the third time: "));
    assert!(summary(Purpose::RangeDelayed).starts_with("some time after "));
    let blocks = Scene::of_blocks(3_000_000).warmed(3_000_000);
    let scene = blocks.edit(Purpose::DoSecond, |reply| reply.answer_whole(3_000_000));
    assert_eq!(scene.found(), [("range-repeated", Fail)]);
}

#[test]
fn a_request_that_was_not_repeated_is_not_judged() {
    for check in ["range-repeated", "multi-repeated"] {
        assert_eq!(Scene::perfect().outcome(check), (Skipped, None), "{check}");
    }
    let pass = |scene: Scene| scene.judge("range-repeated").summary;
    assert_eq!(pass(warm()), "right a second and a third time, and after a pause");
    let without = warm().without(&[Purpose::RangeDelayed]);
    assert_eq!(pass(without), "right a second and a third time");
}
