//! Files asked for in another order: what only the order breaks is found, and told once.

use super::*;
use crate::checks::testing::Reply;
use crate::model::evidence::History;

fn sibling(history: History, purpose: Purpose, change: impl Fn(&mut Reply)) -> Scene {
    Scene::perfect().edit_sibling(history, purpose, change)
}

#[test]
fn a_range_before_head_must_spoil_nothing() {
    let of = |purpose, change: fn(&mut Reply)| sibling(History::RangeFirst, purpose, change);
    let poisoned = of(Purpose::Head, |reply| reply.replace("200 OK", "206 Partial Content"));
    let expected = ("range-before-head", Fail);
    assert_eq!(poisoned.found(), [expected]);
    let judgement = poisoned.judge("range-before-head");
    assert_eq!(judgement.defect, Some(Defect::UnexpectedStatus(206)));
    assert_eq!(judgement.summary, "after a range: HEAD was answered with 206");
    let short = of(Purpose::Head, |reply| reply.replace("Length: 100000", "Length: 1024"));
    assert_eq!(short.found(), [expected]);
    let unsized_head = of(Purpose::Head, |reply| reply.remove("Content-Length"));
    assert_eq!(unsized_head.found(), [expected]);
    for purpose in [Purpose::RangeFirst, Purpose::RangeMiddle] {
        assert_eq!(of(purpose, |reply| reply.answer_whole(SIZE)).found(), [expected]);
    }
}

#[test]
fn what_fails_in_the_usual_order_is_told_once() {
    let scene = sibling(History::RangeFirst, Purpose::RangeMiddle, |reply| {
        reply.answer_whole(SIZE);
    });
    let scene = scene.edit(Purpose::RangeMiddle, |reply| reply.answer_whole(SIZE));
    assert_eq!(scene.found(), [("range-middle", Fail)]);
    let scene = sibling(History::SeveralFirst, Purpose::MultiTwo, |reply| {
        reply.answer_whole(SIZE);
    });
    let scene = scene.edit(Purpose::MultiTwo, |reply| reply.answer_whole(SIZE));
    assert_eq!(scene.found(), [("multi-two", Fail)]);
    assert_eq!(scene.outcome("multi-first-contact"), (Skipped, None));
}

#[test]
fn several_ranges_must_come_right_at_first_and_while_a_cache_fills() {
    for (history, check) in
        [(History::SeveralFirst, "multi-first-contact"), (History::Filling, "multi-while-filling")]
    {
        let scene = sibling(history, Purpose::MultiTwo, |reply| reply.answer_whole(SIZE));
        assert_eq!(scene.found(), [(check, Fail)]);
        assert_eq!(scene.outcome(check), (Fail, Some(Defect::WholeFileForMulti)));
    }
}

#[test]
fn a_range_must_come_right_while_a_cache_fills() {
    let check = "range-while-filling";
    let whole = |reply: &mut Reply| reply.answer_whole(SIZE);
    let scene = sibling(History::Filling, Purpose::RangeMiddle, whole);
    assert_eq!(scene.found(), [(check, Fail)]);
    let blocks = Scene::of_blocks(3_000_000);
    let scene = blocks.edit_sibling(History::Filling, Purpose::DoOverlap, |reply| {
        reply.answer_whole(3_000_000);
    });
    assert_eq!(scene.found(), [(check, Fail)]);
}

#[test]
fn without_siblings_nothing_is_judged() {
    let alone = Scene { siblings: Vec::new(), ..Scene::perfect() };
    for check in
        ["range-before-head", "range-while-filling", "multi-first-contact", "multi-while-filling"]
    {
        assert_eq!(alone.outcome(check), (Skipped, None), "{check}");
    }
    assert_eq!(alone.found(), []);
}

#[test]
fn a_known_size_is_not_overruled_by_a_piece_taken_for_the_file() {
    // As Traffic Server with `cache_range_requests` for everything: HEAD and the ranges agree.
    let piece = Scene::of_size(5691);
    assert_eq!(piece.found(), []);
    let known = Scene { known_size: Some(SIZE), ..piece };
    let of = |id| known.outcome(id);
    assert_eq!(of("head-length-matches-ranges"), (Fail, Some(Defect::HeadLengthWrong)));
    assert_eq!(of("range-first"), (Fail, Some(Defect::TotalWrong)));
}

#[test]
fn the_first_request_for_several_ranges_is_told_from_later_ones() {
    let whole = |reply: &mut Reply| reply.answer_whole(SIZE);
    let scene = Scene::perfect().warmed(SIZE).edit(Purpose::MultiTwo, whole);
    let scene = scene.edit_sibling(History::SeveralFirst, Purpose::MultiTwo, whole);
    assert_eq!(scene.found(), [("multi-two", Fail), ("multi-first-contact", Fail)]);
}
