//! The checks of Delivery Optimization, and how the others judge without a HEAD.

use super::*;
use crate::checks::testing::Reply;
use crate::model::exchange::BodyEnd;
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::probe::Probe;
use crate::wire::byte_range::RangeSet;

const THREE_BLOCKS: u64 = 2_323_765;

fn scene() -> Scene {
    Scene::of_blocks(THREE_BLOCKS)
}

#[test]
fn each_block_is_judged_by_the_rules_for_one_range() {
    let large = || Scene::of_blocks(5 << 30);
    for (id, purpose) in [
        ("do-first-bytes", Purpose::DoFirstBytes),
        ("do-first-block", Purpose::DoFirstBlock),
        ("do-middle-block", Purpose::DoMiddleBlock),
        ("do-last-block", Purpose::DoLastBlock),
        ("do-2gib", Purpose::Do2Gib),
        ("do-4gib", Purpose::Do4Gib),
    ] {
        let whole = large().edit(purpose, |reply| reply.answer_whole(5 << 30));
        assert_eq!(whole.outcome(id), (Fail, Some(Defect::WholeFileForRange)), "{id}");
        let expected = (JobState::Error, Some(0x80D0_5011));
        assert_eq!((job(&whole).0, job(&whole).1), expected, "{id}");
        assert_eq!(verdict(&whole), Verdict::Fail);
        let lost = large().edit(purpose, |reply| reply.remove("Content-Range"));
        assert_eq!(lost.outcome(id), (Fail, Some(Defect::ContentRangeMissing)), "{id}");
        let refused = large().edit(purpose, |reply| {
            reply.answer("HTTP/1.1 416 No\r\nContent-Length: 0\r\n", b"");
        });
        assert_eq!(job(&refused).1, Some(0x8019_01A0), "{id}");
    }
}

#[test]
fn a_second_block_is_judged_where_nothing_tells_the_size() {
    let middle = |change: fn(&mut Reply)| {
        Scene::of_blocks(3 << 20)
            .without(&[Purpose::DoLastBlock, Purpose::DoOverlap, Purpose::DoRepeat])
            .without(&[Purpose::DoTailBlock, Purpose::DoHead])
            .edit_gets(|reply| reply.replace("/3145728", "/*"))
            .edit(Purpose::DoMiddleBlock, change)
    };
    assert_eq!(middle(|_| {}).outcome("do-middle-block").0, Warn);
    assert_eq!(verdict(&middle(|_| {})), Verdict::Warn);
    let whole = middle(|reply| reply.answer_whole(3 << 20));
    assert_eq!(whole.outcome("do-middle-block"), (Fail, Some(Defect::WholeFileForRange)));
    let refused = |value: &'static str| {
        let mut scene = middle(|_| {});
        let head = format!("HTTP/1.1 416 No\r\n{value}Content-Length: 0\r\n");
        scene = scene.edit(Purpose::DoMiddleBlock, |reply| reply.answer(&head, b""));
        scene.outcome("do-middle-block").0
    };
    assert_eq!(refused(""), Inconclusive);
    assert_eq!(refused("Content-Range: bytes */0\r\n"), Inconclusive);
    assert_eq!(refused("Content-Range: bytes */1048576\r\n"), Skipped);
    assert_eq!(refused("Content-Range: bytes */3145728\r\n"), Fail);
}

#[test]
fn what_the_file_has_not_is_skipped() {
    for id in ["do-middle-block", "do-last-block", "do-2gib", "do-4gib"] {
        assert_eq!(Scene::of_blocks(1000).outcome(id).0, Skipped, "{id}");
    }
    assert_eq!(job(&Scene::of_blocks(1000)).0, JobState::Transferred);
}

#[test]
fn a_block_of_another_size_is_a_mismatch() {
    let short = scene().edit(Purpose::DoFirstBlock, |reply| {
        reply.body.truncate(1000);
        reply.end = BodyEnd::Complete;
    });
    let (status, defect) = short.outcome("do-first-block");
    assert_eq!((status, defect), (Fail, Some(Defect::BodyLengthWrong)));
    assert_eq!(job(&short).1, Some(0x80D0_5001));
}

#[test]
fn a_slice_that_says_200_is_no_whole_file() {
    let scene = scene().edit_gets(|reply| {
        reply.replace("206 Partial Content", "200 OK");
        reply.remove("Content-Range");
    });
    assert_eq!(scene.outcome("do-first-bytes"), (Fail, Some(Defect::UnexpectedStatus(200))));
    assert_eq!(job(&scene).1, Some(0x80D0_5011));
}

#[test]
fn a_block_whose_chunks_never_end_has_come_in_vain() {
    let endless = scene().edit(Purpose::DoFirstBlock, |reply| {
        reply.remove("Content-Length");
        reply.add("Transfer-Encoding: chunked");
        let kind = FailureKind::TooSlow { received: reply.body.len() as u64 };
        reply.end = BodyEnd::Broken(Failure::new(kind, Peer::Server));
    });
    assert_eq!(endless.outcome("do-first-block"), (Fail, Some(Defect::Stalled)));
}

#[test]
fn bytes_that_depend_on_the_beginning_of_a_range_are_found() {
    let shifted = scene().edit(Purpose::DoOverlap, |reply| reply.body.rotate_left(1));
    assert_eq!(shifted.outcome("range-bytes-agree"), (Fail, Some(Defect::BytesDiffer)));
}

#[test]
fn silence_within_a_block_is_a_failure_and_slowness_is_none() {
    let ends = |bytes: usize, end: BodyEnd| {
        scene().edit(Purpose::DoFirstBlock, move |reply| {
            reply.body.truncate(bytes);
            reply.end = end.clone();
        })
    };
    let silent = |bytes: usize| {
        let kind = FailureKind::TooSlow { received: bytes as u64 };
        ends(bytes, BodyEnd::Broken(Failure::new(kind, Peer::Server)))
    };
    for bytes in [100, 500_000] {
        let scene = silent(bytes);
        assert_eq!(scene.outcome("do-first-block"), (Fail, Some(Defect::Stalled)), "{bytes}");
        assert_eq!(job(&scene).1, Some(0x80D0_2002));
        let slow = ends(bytes, BodyEnd::Slow);
        assert_eq!(slow.outcome("do-first-block"), (Warn, Some(Defect::Slow)), "{bytes}");
        assert_eq!((verdict(&slow), job(&slow).0), (Verdict::Warn, JobState::Transferred));
    }
}

#[test]
fn a_missing_length_is_only_doubtful() {
    let chunked = scene().edit_gets(|reply| {
        reply.remove("Content-Length");
        reply.add("Transfer-Encoding: chunked");
    });
    assert_eq!(chunked.outcome("do-first-block"), (Warn, Some(Defect::RangeLengthMissing)));
    assert_eq!(verdict(&chunked), Verdict::Warn);
}

fn refused_with_length(others: bool) -> Scene {
    let bad = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n";
    let range = RangeSet::parse("bytes=0-1").unwrap();
    let probe = Probe::unconditional(Purpose::DoWithoutLength, range);
    let mut scene = scene().edit(Purpose::DoFirstBytes, |reply| reply.answer(bad, b""));
    if others {
        scene = scene.edit_gets(|reply| reply.answer(bad, b""));
    }
    scene.replies.insert(1, crate::checks::testing::Reply::to(probe, THREE_BLOCKS));
    scene
}

#[test]
fn a_refused_content_length_is_told_from_a_refused_range() {
    let scene = refused_with_length(true);
    assert_eq!(scene.outcome("do-empty-body-field"), (Fail, Some(Defect::HttpStatus(400))));
    assert_eq!(job(&scene), (JobState::Error, Some(0x8019_0190), Some("do-empty-body-field")));
    let one = refused_with_length(false);
    assert_eq!(one.outcome("do-empty-body-field").0, Pass, "other GETs with it work");
    let both = refused_with_length(true)
        .edit(Purpose::DoWithoutLength, |reply| reply.answer_whole(THREE_BLOCKS));
    assert_eq!(both.outcome("do-empty-body-field").0, Pass);
    assert_eq!(both.outcome("do-first-bytes").0, Fail);
}

#[test]
fn constancy_is_judged_without_a_head() {
    let size = scene().edit(Purpose::DoRepeat, |reply| reply.replace("/2323765", "/2323766"));
    assert_eq!(size.outcome("unchanged-size"), (Fail, Some(Defect::SizeChanged)));
    let date = scene().edit(Purpose::DoRepeat, |reply| {
        reply.replace(DATE, "Thu, 26 Nov 2020 16:46:48 GMT");
    });
    assert_eq!(date.outcome("unchanged-validators"), (Warn, Some(Defect::ValidatorsChanged)));
    let bytes = scene().edit(Purpose::DoRepeat, |reply| reply.body[7] ^= 1);
    assert_eq!(bytes.outcome("unchanged-bytes"), (Fail, Some(Defect::BytesDiffer)));
    let whole = scene().edit(Purpose::DoRepeat, |reply| reply.answer_whole(THREE_BLOCKS));
    assert_eq!(whole.outcome("stable-answers"), (Fail, Some(Defect::WholeFileForRange)));
}

#[test]
fn the_connection_is_judged_without_a_head() {
    let closed = scene().edit(Purpose::DoFirstBlock, |reply| {
        reply.reused = false;
        reply.connection = 2;
    });
    assert_eq!(closed.outcome("keep-alive"), (Fail, Some(Defect::KeepAliveLost)));
    let cut = scene().edit(Purpose::DoFirstBytes, |reply| reply.answer_whole(THREE_BLOCKS));
    assert_eq!(cut.outcome("keep-alive").0, Skipped, "the prober itself gave it up");
    let page = scene().edit_gets(|reply| {
        reply.answer(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n",
            b"<html>",
        );
    });
    assert_eq!(page.outcome("block-page"), (Fail, Some(Defect::BlockPage)));
    let silent = scene().edit_all(|reply| reply.fail(FailureKind::CannotConnect));
    assert_eq!(verdict(&silent), Verdict::Inconclusive);
    assert_eq!(job(&silent).1, Some(0x80D0_2002));
    let reason = silent.finding("reachable").judgement.reason;
    assert!(reason.contains("0x80D02002") && reason.contains("0x80072EFD"), "{reason}");
}

#[test]
fn an_empty_file_cannot_be_judged() {
    let empty = scene().edit(Purpose::DoHead, |reply| reply.replace("2323765", "0"));
    let empty = empty.edit_gets(|reply| {
        reply.answer("HTTP/1.1 416 No\r\nContent-Range: bytes */0\r\nContent-Length: 0\r\n", b"");
    });
    assert_eq!(empty.outcome("do-first-bytes"), (Inconclusive, Some(Defect::EmptyFile)));
}
