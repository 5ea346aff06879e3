use super::*;
use crate::checks::testing::Reply;
use crate::model::exchange::BodyEnd;
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::wire::byte_range::RangeSet;

/// All checks that judge one range by the shared rules, with their probe.
const CHECKS: &[(&str, Purpose)] = &[
    ("range-first", Purpose::RangeFirst),
    ("range-next", Purpose::RangeNext),
    ("range-middle", Purpose::RangeMiddle),
    ("range-large", Purpose::RangeLarge),
    ("range-last-byte", Purpose::RangeLastByte),
    ("range-clamped", Purpose::RangeClamped),
    ("range-2gib", Purpose::Range2Gib),
    ("range-2gib", Purpose::RangeFrom2Gib),
    ("range-4gib", Purpose::Range4Gib),
    ("range-4gib", Purpose::RangeFrom4Gib),
    ("range-whole", Purpose::RangeWhole),
    ("range-suffix", Purpose::RangeSuffix),
    ("range-open-end", Purpose::RangeOpenEnd),
];

const HUGE: u64 = 5 << 30;

fn first(change: impl Fn(&mut crate::checks::testing::Reply)) -> Scene {
    Scene::perfect().edit(Purpose::RangeFirst, change)
}

fn broken(kind: FailureKind) -> BodyEnd {
    BodyEnd::Broken(Failure::new(kind, Peer::Proxy))
}

#[test]
fn each_probe_is_judged_by_the_shared_rules() {
    for &(id, purpose) in CHECKS {
        let scene = Scene::of_size(HUGE).edit(purpose, |reply| reply.remove("Content-Range"));
        assert_eq!(scene.outcome(id), (Fail, Some(Defect::ContentRangeMissing)), "{id}");
        let scene = Scene::of_size(HUGE).edit(purpose, |reply| reply.remove("Content-Length"));
        assert_eq!(scene.outcome(id), (Fail, Some(Defect::RangeLengthMissing)), "{id}");
        let scene = Scene::of_size(HUGE)
            .edit(purpose, |reply| reply.answer("HTTP/1.1 416 No\r\nContent-Length: 0\r\n", b""));
        assert_eq!(scene.outcome(id), (Fail, Some(Defect::SatisfiableRefused)), "{id}");
        let scene = Scene::of_size(HUGE).without(&[purpose]);
        let expected = if id == "range-first" { Inconclusive } else { Skipped };
        assert_eq!(scene.outcome(id).0, expected, "{id}");
    }
}

#[test]
fn a_whole_file_for_a_part_ends_the_job() {
    let scene = Scene::perfect().edit_gets(|reply| reply.answer_whole(SIZE));
    assert_eq!(job(&scene), (JobState::Error, Some(0x8020_0013), Some("range-first")));
    assert_eq!(scene.outcome("range-whole"), (Pass, None), "it shows nothing of ranges");
    assert_eq!(scene.outcome("multi-two"), (Fail, Some(Defect::WholeFileForMulti)));
    assert_eq!(scene.outcome("multi-preamble").0, Skipped);
    let slice = first(|reply| reply.replace("206 Partial Content", "200 OK"));
    assert_eq!(slice.outcome("range-first"), (Fail, Some(Defect::UnexpectedStatus(200))));
    assert_eq!(job(&slice).1, Some(0x8020_0013));
}

#[test]
fn each_defect_of_a_206_is_named() {
    type Change = fn(&mut crate::checks::testing::Reply);
    let cases: &[(Change, Defect, u32)] = &[
        (|r| r.remove("Content-Range"), Defect::ContentRangeMissing, 0x8020_0013),
        (|r| r.add("Content-Range: bytes 1-2/100000"), Defect::ContentRangeInvalid, 0x8020_001B),
        (|r| r.replace("bytes 0-1023", "bytes=0-1023"), Defect::ContentRangeInvalid, 0x8020_001B),
        (|r| r.replace("bytes 0-1023", "bytes *"), Defect::ContentRangeInvalid, 0x8020_001B),
        (|r| r.replace("0-1023/", "1-1024/"), Defect::ContentRangeWrong, 0x8020_001B),
        (|r| r.replace("/100000", "/100001"), Defect::TotalWrong, 0x8020_001B),
        (|r| r.replace("Length: 1024", "Length: 1025"), Defect::RangeLengthWrong, 0x8020_001B),
        (|r| r.replace("Length: 1024", "Length: 1k"), Defect::RangeLengthWrong, 0x8020_001B),
        (|r| r.remove("Content-Length"), Defect::RangeLengthMissing, 0x8020_0013),
        (|r| r.add("Content-Encoding: gzip"), Defect::RangeCoding, 0x8020_001B),
        (|r| r.body.truncate(1000), Defect::BodyLengthWrong, 0x8020_001B),
        (|r| r.end = broken(FailureKind::Closed), Defect::ConnectionLost, 0x8007_2EFE),
        (|r| r.end = broken(FailureKind::NoAnswer), Defect::Stalled, 0x8020_0024),
        (|r| r.fail(FailureKind::Reset), Defect::ConnectionLost, 0x8007_2EFE),
        (|r| r.fail(FailureKind::NoAnswer), Defect::Stalled, 0x8020_0024),
        (|r| r.answer("HTTP/1.1 403 No\r\n", b""), Defect::HttpStatus(403), 0x8019_0193),
        (|r| r.answer("HTTP/1.1 302 F\r\n", b""), Defect::RedirectUnusable, 0x8007_2F7C),
        (|r| r.answer("HTTP/1.1 304 F\r\n", b""), Defect::UnexpectedStatus(304), 0x8019_0130),
        (|r| r.answer("HTTP/1.1 412 F\r\n", b""), Defect::ConditionRefused(412), 0x8019_019C),
    ];
    for (index, (change, defect, code)) in cases.iter().enumerate() {
        let scene = first(change);
        assert_eq!(scene.outcome("range-first"), (Fail, Some(*defect)), "case {index}");
        assert_eq!(job(&scene).1, Some(*code), "case {index}");
        assert_eq!(verdict(&scene), Verdict::Fail);
    }
}

#[test]
fn multipart_for_one_range_breaks_the_rfc() {
    let scene = first(|reply| reply.replace("application/octet-stream", "multipart/byteranges"));
    assert_eq!(scene.outcome("range-first"), (Fail, Some(Defect::MultipartForSingle)));
    assert!(scene.judge("range-first").breaks_rfc());
}

#[test]
fn a_chunked_206_without_end_is_named() {
    let scene = first(|reply| {
        reply.replace("Content-Length: 1024", "Transfer-Encoding: chunked");
        reply.end = broken(FailureKind::TooSlow { received: 1300 });
    });
    let judgement = scene.judge("range-first");
    assert_eq!(judgement.defect, Some(Defect::RangeLengthMissing));
    assert!(judgement.reason.contains("chunked body never ends"), "{judgement:?}");
}

#[test]
fn wrong_totals_everywhere_are_told_from_a_wrong_head() {
    let scene = Scene::perfect().edit_gets(|reply| {
        reply.head = reply.head.replace("/100000", "/100001");
    });
    assert_eq!(scene.outcome("range-first"), (Fail, Some(Defect::TotalWrong)));
    assert_eq!(scene.outcome("head-length-matches-ranges").0, Skipped);
    assert_eq!(job(&scene).1, Some(0x8020_001B));
}

#[test]
fn legal_oddities_do_not_fail() {
    for (from, to) in [
        ("Content-Range: bytes", "content-range: Bytes"),
        ("Accept-Ranges: bytes\r\n", ""),
        ("Content-Type: application/octet-stream\r\n", ""),
        ("ETag: \"v1\"\r\n", ""),
    ] {
        assert_eq!(verdict(&first(|reply| reply.replace(from, to))), Verdict::Pass, "{to}");
    }
    let unknown = first(|reply| reply.replace("/100000", "/*"));
    assert_eq!(unknown.outcome("range-first"), (Warn, Some(Defect::TotalUnknown)));
}

#[test]
fn a_deadline_in_a_body_is_inconclusive() {
    let scene = first(|reply| reply.end = broken(FailureKind::Deadline));
    assert_eq!(scene.outcome("range-first"), (Inconclusive, Some(Defect::NotJudged)));
    assert_eq!(verdict(&scene), Verdict::Inconclusive);
    assert_eq!(job(&scene).0, JobState::Unknown);
}

#[test]
fn ranges_past_the_end_are_told_apart() {
    let past = |head: &'static str| {
        Scene::perfect().edit(Purpose::RangePastEnd, move |reply| reply.answer(head, b""))
    };
    for (head, status) in [
        ("HTTP/1.1 416 No\r\n", Pass),
        ("HTTP/1.1 416 No\r\nContent-Range: bytes */100000\r\n", Pass),
        ("HTTP/1.1 416 No\r\nContent-Range: bytes */44\r\n", Warn),
        ("HTTP/1.1 416 No\r\nContent-Range: bytes 0-1/2\r\n", Warn),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n", Warn),
        ("HTTP/1.1 206 OK\r\nContent-Range: bytes 0-99/100000\r\n", Fail),
        ("HTTP/1.1 502 Bad\r\n", Warn),
    ] {
        assert_eq!(past(head).outcome("range-past-end").0, status, "{head}");
        assert_ne!(verdict(&past(head)), Verdict::Fail, "BITS never asks that");
    }
}

#[test]
fn bytes_that_differ_are_found() {
    let scene = Scene::perfect().edit(Purpose::RangeLarge, |reply| reply.body[700] ^= 1);
    let judgement = scene.judge("range-bytes-agree");
    assert_eq!((judgement.status, judgement.defect), (Fail, Some(Defect::BytesDiffer)));
    assert!(judgement.reason.starts_with("Byte 700 is"), "{judgement:?}");
    assert_eq!(verdict(&scene), Verdict::Fail);
    assert_eq!(job(&scene).0, JobState::Damaged, "BITS does not look at the bytes");
    // Squid's trap: a 200 that begins with bytes from elsewhere.
    let squid = Scene::perfect().edit(Purpose::RangeWhole, |reply| {
        reply.answer_whole(SIZE);
        reply.body[..100].fill(7);
    });
    assert_eq!(squid.outcome("range-bytes-agree").0, Fail);
}

#[test]
fn a_tiny_file_sent_whole_is_no_defect() {
    let scene = Scene::of_size(100).edit(Purpose::RangeFirst, |reply| reply.answer_whole(100));
    assert_eq!(scene.outcome("range-first"), (Pass, None));
}

#[test]
fn a_range_past_a_stale_end_is_not_judged() {
    let scene = Scene::perfect()
        .edit(Purpose::Head, |reply| reply.replace("100000", "99990"))
        .edit(Purpose::LastHead, |reply| reply.replace("100000", "99990"))
        .edit(Purpose::RangePastEnd, |reply| {
            reply.probe.ranges = RangeSet::parse("bytes=99990-100089");
            *reply = Reply::to(reply.probe.clone(), SIZE);
        });
    assert_eq!(scene.outcome("range-past-end").0, Skipped);
    assert_eq!(scene.outcome("head-length-matches-ranges").0, Fail);
}

#[test]
fn a_chunked_200_is_the_whole_file_by_what_came() {
    let with = |end: BodyEnd, received: u64| {
        let scene = Scene { known_size: Some(SIZE), ..Scene::perfect() };
        scene.edit(Purpose::RangeLarge, move |reply| {
            let fields = "Transfer-Encoding: chunked\r\nLast-Modified: ";
            reply.answer(&format!("HTTP/1.1 200 OK\r\n{fields}{DATE}\r\n"), b"x");
            reply.received = Some(received);
            reply.end = end.clone();
        })
    };
    let of = |end, received| with(end, received).outcome("range-large");
    let ignored = (Fail, Some(Defect::WholeFileForRange));
    assert_eq!(of(BodyEnd::Complete, SIZE), ignored, "all of it came");
    assert_eq!(of(BodyEnd::CutOff, 20_000), ignored, "it was longer than the range");
    let other = (Fail, Some(Defect::UnexpectedStatus(200)));
    assert_eq!(of(BodyEnd::Complete, 200), other, "neither part nor whole file");
}
