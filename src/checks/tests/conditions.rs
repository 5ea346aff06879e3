use super::*;
use crate::checks::testing::Reply;
use crate::model::evidence::{Comparison, Evidence, Whole};
use crate::model::failure::FailureKind;
use crate::model::probe::Method;

#[test]
fn a_condition_that_stops_a_range_is_the_culprit() {
    let refuse = |status: &'static str| {
        Scene::perfect().edit_gets(move |reply| {
            if reply.probe.conditional {
                reply.answer(&format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n"), b"");
            }
        })
    };
    let scene = refuse("412 Precondition Failed");
    assert_eq!(scene.outcome("if-unmodified-since"), (Fail, Some(Defect::ConditionRefused(412))));
    assert_eq!(job(&scene).1, Some(0x8019_019C));
    let scene = refuse("500 Oops");
    assert_eq!(scene.outcome("if-unmodified-since"), (Fail, Some(Defect::ConditionRefused(500))));
    let all = Scene::perfect().edit_gets(|reply| reply.answer("HTTP/1.1 403 No\r\n", b""));
    assert_eq!(all.outcome("if-unmodified-since").0, Skipped);
    let undated = Scene::perfect().edit_all(|reply| reply.remove("Last-Modified"));
    assert_eq!(undated.outcome("if-unmodified-since").0, Skipped);
    assert_eq!(undated.outcome("head-validators"), (Warn, Some(Defect::ValidatorsMissing)));
    assert_eq!(verdict(&undated), Verdict::Warn);
}

/// Changes every exchange from this purpose on.
fn from(purpose: Purpose, change: impl Fn(&mut Reply)) -> Scene {
    Scene::perfect().edit_all(|reply| {
        if reply.probe.purpose >= purpose {
            change(reply);
        }
    })
}

#[test]
fn a_size_that_changes_is_blamed_once() {
    let scene = from(Purpose::RangeLarge, |reply| {
        *reply = if reply.probe.method == Method::Head {
            let mut head = reply.clone();
            head.replace("100000", "100001");
            head
        } else {
            Reply::to(reply.probe.clone(), SIZE + 1)
        };
    });
    assert_eq!(scene.outcome("unchanged-size"), (Fail, Some(Defect::SizeChanged)));
    assert_eq!(job(&scene), (JobState::Error, Some(0x8020_0073), Some("unchanged-size")));
    assert_eq!(scene.outcome("range-large").0, Skipped);
}

#[test]
fn a_date_that_changes_is_blamed_once() {
    let later = |reply: &mut Reply| {
        reply.head = reply.head.replace(DATE, "Thu, 26 Nov 2020 16:46:48 GMT");
    };
    let scene = from(Purpose::RangeLarge, later);
    assert_eq!(scene.outcome("unchanged-validators"), (Fail, Some(Defect::ValidatorsChanged)));
    assert_eq!(job(&scene).1, Some(0x8020_0073));
    let honest = from(Purpose::RangeLarge, |reply| {
        later(reply);
        if reply.probe.conditional {
            reply.answer("HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n", b"");
        }
    });
    assert_eq!(honest.outcome("range-large").0, Skipped);
    assert_eq!(job(&honest).2, Some("unchanged-validators"));
    let etag = from(Purpose::RangeLarge, |reply| {
        reply.head = reply.head.replace("\"v1\"", "\"v2\"");
    });
    assert_eq!(etag.outcome("unchanged-validators").0, Warn, "BITS does not look at ETag");
}

#[test]
fn two_dates_in_one_answer_are_a_warning() {
    let twice = |line: &'static str| Scene::perfect().edit_all(move |reply| reply.add(line));
    for line in ["Last-Modified: Thu, 26 Nov 2020 16:46:48 GMT", "ETag: \"v2\""] {
        let scene = twice(line);
        let expected = (Warn, Some(Defect::ValidatorsDiffer));
        assert_eq!(scene.outcome("unchanged-validators"), expected, "{line}");
        assert!(scene.judge("unchanged-validators").breaks_rfc());
        assert_eq!(verdict(&scene), Verdict::Warn);
    }
    let once = Scene::perfect()
        .edit(Purpose::RangeLarge, |reply| reply.add("Last-Modified: Thu, 26 Nov 2020 00:00 GMT"));
    assert_eq!(once.outcome("unchanged-validators").0, Warn);
    let equal = twice("Last-Modified: Wed, 25 Nov 2020 16:46:48 GMT");
    assert_eq!(equal.outcome("unchanged-validators").0, Pass, "{DATE}");
    let blocks =
        Scene::of_blocks(1 << 20).edit(Purpose::DoRepeat, |reply| reply.add("ETag: \"v2\""));
    assert_eq!(blocks.outcome("unchanged-validators").0, Warn);
}

#[test]
fn bytes_that_change_are_found() {
    let scene = Scene::perfect()
        .edit(Purpose::LastRange, |reply| reply.body.iter_mut().for_each(|b| *b ^= 1));
    assert_eq!(scene.outcome("unchanged-bytes"), (Fail, Some(Defect::BytesDiffer)));
    assert_eq!(scene.outcome("range-bytes-agree").0, Pass);
    assert_eq!(verdict(&scene), Verdict::Fail);
}

#[test]
fn another_file_than_that_of_the_server_fails() {
    let judged = |through: &Scene, direct: &Scene| {
        let direct = Evidence { through_proxy: false, ..direct.evidence() };
        let evidence = Evidence { direct: Some(Box::new(direct)), ..through.evidence() };
        let judgement = table::find("same-as-direct").unwrap().judge(&evidence);
        (judgement.status, judgement.defect)
    };
    let other_bytes =
        |scene: Scene| scene.edit_gets(|reply| reply.body.iter_mut().for_each(|byte| *byte ^= 1));
    let other_file = Some(Defect::OtherFile);
    for (right, smaller) in [
        (Scene::perfect(), Scene::of_size(SIZE - 1)),
        (Scene::of_blocks(3_000_000), Scene::of_blocks(2_999_999)),
    ] {
        assert_eq!(judged(&right, &right), (Pass, None));
        assert_eq!(judged(&smaller, &right), (Fail, other_file));
        assert_eq!(judged(&other_bytes(right), &smaller), (Fail, other_file));
    }
    let right = Scene::perfect();
    assert_eq!(judged(&other_bytes(Scene::perfect()), &right), (Fail, other_file));
    // A HEAD that ranges contradict is wrong in itself, and no sign of another file.
    let wrong_head = Scene::perfect().edit(Purpose::Head, |reply| {
        reply.answer("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n", b"");
    });
    assert_eq!(judged(&wrong_head, &right), (Pass, None));
    // A page of a filter on the direct way is not the file, nor is one that changes meanwhile.
    let page = Scene::perfect().edit_all(|reply| reply.answer("HTTP/1.1 403 No\r\n", b"no"));
    let changing = other_bytes(Scene::perfect()).edit(Purpose::LastHead, |reply| {
        reply.answer("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n", b"");
    });
    for unsound in [page, changing] {
        assert_eq!(judged(&right, &unsound).0, Skipped);
    }
    let alone = Evidence { direct: None, ..right.evidence() };
    assert_eq!(table::find("same-as-direct").unwrap().judge(&alone).status, Skipped);
}

#[test]
fn an_answer_that_changes_its_kind_fails() {
    let scene = Scene::perfect().edit(Purpose::LastRange, |reply| reply.answer_whole(SIZE));
    assert_eq!(scene.outcome("stable-answers").0, Fail);
    assert_eq!(verdict(&scene), Verdict::Fail);
    assert_eq!(job(&scene).1, Some(0x8020_0013), "what BITS would meet later");
    let head = Scene::perfect().edit(Purpose::LastHead, |reply| reply.remove("Content-Length"));
    assert_eq!(head.outcome("stable-answers"), (Fail, Some(Defect::HeadLengthMissing)));
    for (line, defect) in [
        ("Content-Length: 12abc", Defect::HeadLengthInvalid),
        ("Content-Length: 100000\r\nContent-Length: 7", Defect::HeadLengthInvalid),
        ("Content-Length: 100000\r\nContent-Encoding: gzip", Defect::HeadCoding),
    ] {
        let break_head = |reply: &mut Reply| reply.replace("Content-Length: 100000", line);
        let late = Scene::perfect().edit(Purpose::LastHead, break_head);
        assert_eq!(late.outcome("stable-answers"), (Fail, Some(defect)), "{line}");
        assert_eq!(job(&late).2, Some("stable-answers"));
        // What HEAD says from the first is judged there, and once.
        let always = late.edit(Purpose::Head, break_head);
        assert_eq!(always.outcome("stable-answers").0, Pass, "{line}");
    }
    let late = Scene::perfect().edit(Purpose::LastRange, |reply| reply.remove("Content-Range"));
    assert_eq!(late.outcome("stable-answers"), (Fail, Some(Defect::ContentRangeMissing)));
    let better = Scene::perfect().edit(Purpose::Head, |reply| reply.remove("Content-Length"));
    assert_eq!(better.outcome("stable-answers"), (Fail, Some(Defect::Unstable)));
}

#[test]
fn a_warning_on_the_first_range_hides_no_later_defect() {
    let unknown = |reply: &mut Reply| {
        if reply.head.contains("Content-Range") {
            reply.replace("/100000", "/*");
        }
    };
    let scene = || Scene::perfect().edit_gets(unknown);
    assert_eq!(scene().outcome("stable-answers").0, Pass, "warned of by the range itself");
    for (name, defect, code) in [
        ("Content-Range", Defect::ContentRangeMissing, 0x8020_0013),
        ("Content-Length", Defect::RangeLengthMissing, 0x8020_0013),
    ] {
        for purpose in [Purpose::LastRange, Purpose::RangeUnconditional] {
            let late = scene().edit(purpose, |reply| reply.remove(name));
            assert_eq!(late.outcome("stable-answers"), (Fail, Some(defect)), "{purpose:?}");
            assert_eq!(job(&late).1, Some(code));
        }
    }
    let coded = scene().edit(Purpose::LastRange, |reply| reply.add("Content-Encoding: gzip"));
    assert_eq!(coded.outcome("stable-answers"), (Fail, Some(Defect::RangeCoding)));
    let odd = Scene::perfect().edit(Purpose::LastRange, unknown);
    assert_eq!(odd.outcome("stable-answers"), (Warn, Some(Defect::TotalUnknown)));
    let blocks = Scene::of_blocks(3 << 20)
        .edit_gets(|reply| reply.replace("/3145728", "/*"))
        .edit(Purpose::DoRepeat, |reply| reply.remove("Content-Range"));
    assert_eq!(blocks.outcome("stable-answers"), (Fail, Some(Defect::ContentRangeMissing)));
}

#[test]
fn a_witness_that_gets_no_answer_is_a_warning() {
    let scene = Scene::perfect().edit(Purpose::LastRange, |reply| reply.fail(FailureKind::Reset));
    assert_eq!(scene.outcome("stable-answers"), (Warn, Some(Defect::Unstable)));
    assert_eq!(verdict(&scene), Verdict::Warn);
    let busy = Scene::perfect()
        .edit(Purpose::LastRange, |reply| reply.answer("HTTP/1.1 503 Busy\r\n", b""));
    assert_eq!(verdict(&busy), Verdict::Warn);
}

#[test]
fn a_whole_file_is_judged_where_it_was_fetched() {
    let judged = |whole: Option<Whole>| {
        let mut evidence = Scene::perfect().evidence();
        evidence.whole = whole;
        let judgement = table::find("content-hash").unwrap().judge(&evidence);
        (judgement.status, judgement.defect)
    };
    let came = |compared, named: &str| {
        let named = Some(named.to_owned());
        Some(Whole::Came { bytes: SIZE, sha1: "aa".to_owned(), named, compared, retried: None })
    };
    let differs = Some(Comparison::DifferAt(7));
    assert_eq!(judged(came(differs, "aa")), (Fail, Some(Defect::BytesDiffer)));
    assert_eq!(judged(came(None, "ab")), (Fail, Some(Defect::BytesDiffer)));
    let broken = |defect| Some(Whole::Broken { defect, summary: String::new(), done: 5 });
    let late = Defect::SatisfiableRefused;
    assert_eq!(judged(broken(Some(late))), (Fail, Some(late)));
    assert_eq!(judged(broken(None)), (Inconclusive, Some(Defect::NotJudged)));
    assert_eq!(judged(Some(Whole::NotFetched("large".to_owned()))).0, Skipped);
    assert_eq!(judged(None).0, Skipped);
}

#[test]
fn a_date_that_bits_never_sees_ends_no_job() {
    for purpose in [Purpose::RangeSuffix, Purpose::MultiTwo] {
        let scene = Scene::perfect().edit(purpose, |reply| {
            reply.replace(DATE, "Thu, 26 Nov 2020 16:46:48 GMT");
        });
        let expected = (Warn, Some(Defect::ValidatorsChanged));
        assert_eq!(scene.outcome("unchanged-validators"), expected, "{purpose:?}");
        assert_eq!((verdict(&scene), job(&scene).0), (Verdict::Warn, JobState::Transferred));
    }
}
