use super::*;
use crate::check::testing::Reply;
use crate::probe::evidence::{Comparison, Whole};
use crate::probe::failure::FailureKind;
use crate::probe::probe::Method;

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
    assert_eq!(verdict(&undated), Verdict::Pass);
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
fn bytes_that_change_are_found() {
    let scene = Scene::perfect()
        .edit(Purpose::LastRange, |reply| reply.body.iter_mut().for_each(|b| *b ^= 1));
    assert_eq!(scene.outcome("unchanged-bytes"), (Fail, Some(Defect::BytesDiffer)));
    assert_eq!(scene.outcome("range-bytes-agree").0, Pass);
    assert_eq!(verdict(&scene), Verdict::Fail);
}

#[test]
fn an_answer_that_changes_its_kind_fails() {
    let scene = Scene::perfect().edit(Purpose::LastRange, |reply| reply.answer_whole(SIZE));
    assert_eq!(scene.outcome("stable-answers").0, Fail);
    assert_eq!(verdict(&scene), Verdict::Fail);
    assert_eq!(job(&scene).1, Some(0x8020_0013), "what BITS would meet later");
    let head = Scene::perfect().edit(Purpose::LastHead, |reply| reply.remove("Content-Length"));
    assert_eq!(head.outcome("stable-answers"), (Fail, Some(Defect::HeadLengthMissing)));
    let late = Scene::perfect().edit(Purpose::LastRange, |reply| reply.remove("Content-Range"));
    assert_eq!(late.outcome("stable-answers"), (Fail, Some(Defect::ContentRangeMissing)));
    let better = Scene::perfect().edit(Purpose::Head, |reply| reply.remove("Content-Length"));
    assert_eq!(better.outcome("stable-answers"), (Fail, Some(Defect::Unstable)));
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
        let judgement = registry::find("content-hash").unwrap().judge(&evidence);
        (judgement.status, judgement.defect)
    };
    let came = |compared, named: &str| {
        let named = Some(named.to_owned());
        Some(Whole::Came { bytes: SIZE, sha1: "aa".to_owned(), named, compared })
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
