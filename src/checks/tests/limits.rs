//! Limits that clients have, and answers beyond them.

use super::super::testing::{Reply, Scene};
use super::{JobState, job, verdict};
use crate::model::defect::Defect;
use crate::model::evidence::{Evidence, may_be_dated_by_time};
use crate::model::exchange::BodyEnd;
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::finding::Status::{Fail, Pass, Skipped, Warn};
use crate::model::probe::Purpose;
use crate::model::verdict::Verdict;

/// A large range of which so many bytes came before this happened.
fn large(bytes: usize, end: BodyEnd) -> Scene {
    Scene::perfect().edit(Purpose::RangeLarge, move |reply| {
        reply.body.truncate(bytes);
        reply.end = end.clone();
    })
}

fn broken(kind: FailureKind) -> BodyEnd {
    BodyEnd::Broken(Failure::new(kind, Peer::Server))
}

#[test]
fn a_long_answer_that_breaks_fails_by_its_end_alone() {
    for (kind, defect, code) in [
        (FailureKind::Closed, Defect::ConnectionLost, 0x8007_2EFE),
        (FailureKind::Reset, Defect::ConnectionLost, 0x8007_2EFE),
        (FailureKind::TooSlow { received: 15_000 }, Defect::Stalled, 0x8020_0024),
    ] {
        let scene = large(15_000, broken(kind));
        assert_eq!(scene.outcome("range-complete"), (Fail, Some(defect)));
        assert_eq!(scene.outcome("range-large").0, Pass, "its first 14336 bytes came");
        assert_eq!((verdict(&scene), job(&scene).1), (Verdict::Fail, Some(code)));
    }
    let early = large(14_000, broken(FailureKind::Closed));
    assert_eq!(early.outcome("range-large").0, Fail);
    let slow = large(15_000, BodyEnd::Slow);
    assert_eq!(slow.outcome("range-complete"), (Warn, Some(Defect::Slow)));
    assert_eq!((verdict(&slow), job(&slow).0), (Verdict::Warn, JobState::Transferred));
    let refused = Scene::perfect().edit(Purpose::RangeLarge, |reply| reply.answer_whole(100_000));
    assert_eq!(refused.outcome("range-complete").0, Skipped);
    assert_eq!(Scene::of_size(5000).outcome("range-complete").0, Skipped);
}

#[test]
fn what_was_read_of_the_whole_file_is_what_is_claimed() {
    let judgement = Scene::perfect().judge("range-whole");
    assert_eq!(judgement.status, Pass);
    assert_eq!(judgement.reason, "20000 of its 100000 bytes were read.");
    let judgement = Scene::of_size(5000).judge("range-whole");
    assert_eq!(judgement.reason, "5000 bytes came.");
}

#[test]
fn a_header_section_beyond_64_kb_fails() {
    let filled = |purpose: Purpose, to: usize| {
        Scene::perfect().edit(purpose, move |reply| {
            let name = "X-Filler: ";
            let rest = to - reply.head.len() - name.len() - 4;
            reply.add(&format!("{name}{}", "f".repeat(rest)));
        })
    };
    let limit = 64 * 1024;
    assert_eq!(filled(Purpose::RangeFirst, limit).outcome("header-size").0, Pass);
    let scene = filled(Purpose::RangeFirst, limit + 1);
    assert_eq!(scene.outcome("header-size"), (Fail, Some(Defect::HeadTooLong)));
    assert_eq!(job(&scene).1, Some(0x8007_2F96));
    // BITS does not ask for suffixes.
    assert_eq!(filled(Purpose::RangeSuffix, limit + 1).outcome("header-size").0, Warn);
    // Only a job of several ranges meets it.
    let several = filled(Purpose::MultiTwo, limit + 1);
    assert_eq!(several.outcome("header-size").0, Warn);
    assert_eq!(several.outcome("multi-two"), (Fail, Some(Defect::HeadTooLong)));
    let silent = Scene::perfect().edit_all(|reply| reply.fail(FailureKind::NoAnswer));
    assert_eq!(silent.outcome("header-size").0, Skipped);
}

#[test]
fn near_ranges_must_not_be_merged() {
    let merged = Scene::perfect().edit(Purpose::MultiNear, |reply| {
        reply.answer(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 200-439/100000\r\n\
             Content-Length: 240\r\n",
            &[b'x'; 240],
        );
    });
    let judgement = merged.judge("multi-near");
    assert_eq!((judgement.status, judgement.defect), (Fail, Some(Defect::RangesMerged)));
    assert!(judgement.reason.contains("smaller than the overhead"), "{}", judgement.reason);
    assert_eq!(merged.outcome("multi-adjacent").0, Pass);
    assert_eq!(job(&merged).0, JobState::Transferred);
}

#[test]
fn a_206_without_last_modified_is_a_warning() {
    for purpose in [Purpose::RangeFirst, Purpose::RangeLastByte] {
        let undated = Scene::perfect().edit(purpose, |reply| reply.remove("Last-Modified"));
        let expected = (Warn, Some(Defect::ValidatorsMissing));
        assert_eq!(undated.outcome("head-validators"), expected, "{purpose:?}");
    }
    let undated = Scene::perfect().edit(Purpose::Head, |reply| reply.remove("Last-Modified"));
    assert_eq!(undated.outcome("head-validators").0, Warn, "an ETag is no date");
    let suffix = Scene::perfect().edit(Purpose::RangeSuffix, |reply| reply.remove("Last-Modified"));
    assert_eq!(suffix.outcome("head-validators").0, Pass, "BITS does not ask for it");
}

#[test]
fn small_files_show_what_does_not_begin_at_their_start() {
    let tail = |change: fn(&mut Reply)| Scene::of_blocks(1000).edit(Purpose::DoTailBlock, change);
    let refused = tail(|reply| reply.answer("HTTP/1.1 416 No\r\nContent-Length: 0\r\n", b""));
    assert_eq!(refused.outcome("do-tail-block"), (Fail, Some(Defect::SatisfiableRefused)));
    assert_eq!(job(&refused).1, Some(0x8019_01A0));
    let whole = tail(|reply| reply.answer_whole(1000));
    assert_eq!(whole.outcome("do-tail-block"), (Fail, Some(Defect::WholeFileForRange)));
    assert_eq!(job(&whole).1, Some(0x80D0_5011));
    let inner = Scene::of_blocks(1000).edit(Purpose::DoOverlap, |reply| reply.answer_whole(1000));
    assert_eq!(inner.outcome("do-overlap"), (Fail, Some(Defect::WholeFileForRange)));
    assert_eq!(Scene::of_blocks(1).outcome("do-tail-block").0, Skipped);
}

#[test]
fn head_of_delivery_optimization_states_the_size() {
    let head = |change: fn(&mut Reply)| Scene::of_blocks(5000).edit(Purpose::DoHead, change);
    let missing = head(|reply| reply.remove("Content-Length"));
    assert_eq!(missing.outcome("do-head-length"), (Fail, Some(Defect::HeadLengthMissing)));
    let reason = missing.judge("do-head-length").reason;
    assert!(reason.contains("0x80072F76"), "{reason}");
    assert_eq!((verdict(&missing), job(&missing).0), (Verdict::Warn, JobState::Transferred));
    let other = head(|reply| reply.replace("5000", "4999"));
    assert_eq!(other.outcome("do-head-length"), (Fail, Some(Defect::HeadLengthWrong)));
    let refused = head(|reply| reply.answer("HTTP/1.1 405 No\r\nContent-Length: 0\r\n", b""));
    assert_eq!(refused.outcome("do-head-length"), (Fail, Some(Defect::HttpStatus(405))));
    assert_eq!(verdict(&refused), Verdict::Warn);
    let odd = head(|reply| reply.replace("200 OK", "204 No Content"));
    assert_eq!(odd.outcome("do-head-length"), (Fail, Some(Defect::UnexpectedStatus(204))));
    // Where no answer states the size, the code says which one did not.
    let none = missing.edit_gets(|reply| reply.head = reply.head.replace("/5000", "/*"));
    let reason = none.judge("do-head-length").reason;
    assert!(reason.contains("0x80D0201C"), "{reason}");
}

#[test]
fn the_size_of_a_delivery_optimization_download_is_that_of_the_direct_phase() {
    // The proxy says one byte more; what it is asked for beyond the file is rightly refused.
    let size = 1 << 20;
    let right = Scene::of_blocks(size);
    let through = Scene::of_blocks(size + 1)
        .edit(Purpose::DoHead, |reply| reply.replace("1048577", "1048576"))
        .edit(Purpose::DoTailBlock, |reply| {
            reply.answer("HTTP/1.1 416 No\r\nContent-Length: 0\r\n", b"");
        })
        .edit(Purpose::DoLastBlock, |reply| {
            reply.answer("HTTP/1.1 416 No\r\nContent-Length: 0\r\n", b"");
        });
    let direct = Evidence { through_proxy: false, direct: None, ..right.evidence() };
    let evidence = Evidence { direct: Some(Box::new(direct)), ..through.evidence() };
    let judge = |id| crate::checks::table::find(id).unwrap().judge(&evidence);
    let first = judge("do-first-bytes");
    assert_eq!((first.status, first.defect), (Fail, Some(Defect::TotalWrong)));
    assert_eq!(judge("do-last-block").status, Skipped, "the file has no such block");
    assert_eq!(judge("do-head-length").status, Pass);
}

#[test]
fn a_date_is_suspect_when_it_may_follow_the_clock() {
    let suspect = |date: &'static str| {
        let scene =
            Scene::perfect().edit(Purpose::Head, |reply| reply.add(&format!("Date: {date}")));
        let evidence = scene.evidence();
        may_be_dated_by_time(evidence.exchange(Purpose::Head).unwrap())
    };
    // Last-Modified is Wed, 25 Nov 2020 16:46:48 GMT.
    for (date, expected) in [
        ("Wed, 25 Nov 2020 16:46:48 GMT", true),
        ("Wed, 25 Nov 2020 16:46:50 GMT", true),
        ("Wed, 25 Nov 2020 16:46:51 GMT", false),
        ("Wed, 25 Nov 2020 16:46:00 GMT", true),
        ("Wed, 25 Nov 2020 18:46:48 GMT", true),
        ("Mon, 30 Nov 2026 22:10:00 GMT", false),
    ] {
        assert_eq!(suspect(date), expected, "{date}");
    }
    let undated = Scene::perfect().edit(Purpose::Head, |reply| reply.remove("Last-Modified"));
    assert!(!may_be_dated_by_time(undated.evidence().exchange(Purpose::Head).unwrap()));
}
