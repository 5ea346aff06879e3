use super::*;
use crate::model::failure::FailureKind;

fn head(change: impl Fn(&mut crate::checks::testing::Reply)) -> Scene {
    Scene::perfect().edit(Purpose::Head, &change).edit(Purpose::LastHead, &change)
}

#[test]
fn a_status_other_than_200_fails_and_its_length_is_no_size() {
    for (status, code) in
        [(403, 0x8019_0193), (404, 0x8019_0194), (405, 0x8019_0195), (501, 0x8019_01F5)]
    {
        let scene = head(|reply| {
            reply.answer(&format!("HTTP/1.1 {status} No\r\nContent-Length: 5\r\n"), b"");
        });
        assert_eq!(scene.outcome("head-status"), (Fail, Some(Defect::HttpStatus(status))));
        assert_eq!(scene.outcome("head-content-length").0, Skipped);
        assert_eq!(scene.outcome("range-first").0, Pass, "judged by the total of the ranges");
        assert_eq!(job(&scene), (JobState::Error, Some(code), Some("head-status")));
    }
    let busy = head(|reply| reply.answer("HTTP/1.1 503 Busy\r\n", b""));
    assert_eq!(job(&busy).0, JobState::TransientError);
    let partial = head(|reply| reply.answer("HTTP/1.1 206 P\r\nContent-Length: 1024\r\n", b""));
    assert_eq!(partial.outcome("head-status"), (Fail, Some(Defect::UnexpectedStatus(206))));
    assert_eq!(verdict(&partial), Verdict::Fail);
}

#[test]
fn a_head_that_fails_where_others_answer_is_a_finding() {
    let scene = head(|reply| reply.fail(FailureKind::Reset));
    assert_eq!(scene.outcome("head-status"), (Fail, Some(Defect::ConnectionLost)));
    assert_eq!(scene.outcome("reachable").0, Pass);
}

#[test]
fn a_missing_length_ends_the_job() {
    let scene = head(|reply| reply.remove("Content-Length"));
    let expected = (JobState::Error, Some(0x8020_0011), Some("head-content-length"));
    assert_eq!(job(&scene), expected);
    let chunked =
        head(|reply| reply.replace("Content-Length: 100000", "Transfer-Encoding: chunked"));
    assert_eq!(job(&chunked).2, Some("head-content-length"));
    assert_eq!(chunked.outcome("head-coding"), (Warn, Some(Defect::HeadCoding)));
    let coded = head(|reply| reply.add("Transfer-Encoding: gzip"));
    assert_eq!(coded.outcome("head-coding"), (Fail, Some(Defect::HeadCoding)));
}

#[test]
fn a_length_that_is_no_number_fails() {
    for value in ["12abc", "-1", "9223372036854775808"] {
        let scene = head(|reply| reply.replace("100000", value));
        assert_eq!(
            scene.outcome("head-length-valid"),
            (Fail, Some(Defect::HeadLengthInvalid)),
            "{value}"
        );
        assert_eq!(job(&scene).1, Some(0x8020_0011));
    }
    let two = head(|reply| reply.add("Content-Length: 99"));
    assert_eq!(two.outcome("head-length-valid").0, Fail);
    assert_eq!(two.outcome("framing-fields").0, Pass);
    let equal = head(|reply| reply.add("Content-Length: 100000"));
    assert_eq!(verdict(&equal), Verdict::Pass);
}

#[test]
fn a_zero_is_told_from_an_empty_file() {
    let scene = head(|reply| reply.replace("100000", "0"));
    assert_eq!(scene.outcome("head-length-not-zero"), (Fail, Some(Defect::HeadLengthZero)));
    assert_eq!(scene.outcome("range-first").0, Pass);
    let empty = head(|reply| reply.replace("100000", "0")).edit_gets(|reply| {
        reply.answer("HTTP/1.1 416 No\r\nContent-Range: bytes */0\r\nContent-Length: 0\r\n", b"");
    });
    assert_eq!(empty.outcome("range-first"), (Inconclusive, Some(Defect::EmptyFile)));
    assert_eq!(verdict(&empty), Verdict::Inconclusive);
    assert_eq!(job(&empty).0, JobState::Unknown);
}

#[test]
fn a_length_that_ranges_contradict_fails() {
    let scene = head(|reply| reply.replace("100000", "100001"));
    let expected = (JobState::Error, Some(0x8020_001B), Some("head-length-matches-ranges"));
    assert_eq!(job(&scene), expected);
    let stale = head(|reply| reply.replace("100000", "70000")).edit_gets(|reply| {
        reply.answer_whole(SIZE);
    });
    assert_eq!(stale.outcome("head-length-matches-ranges").0, Fail);
}

#[test]
fn a_content_coding_fails() {
    let scene = head(|reply| reply.add("Content-Encoding: gzip"));
    assert_eq!(scene.outcome("head-coding"), (Fail, Some(Defect::HeadCoding)));
    assert_eq!(verdict(&head(|reply| reply.add("Content-Encoding: identity"))), Verdict::Warn);
}

#[test]
fn validators_are_compared_with_the_range() {
    let none = Scene::perfect().edit_all(|reply| {
        reply.remove("Last-Modified");
        reply.remove("ETag");
    });
    assert_eq!(none.outcome("head-validators"), (Warn, Some(Defect::ValidatorsMissing)));
    assert_eq!(verdict(&none), Verdict::Warn);
    assert_eq!(verdict(&Scene::perfect().edit_all(|reply| reply.remove("ETag"))), Verdict::Pass);
    let other = head(|reply| reply.replace("25 Nov", "24 Nov"));
    assert_eq!(other.outcome("head-validators"), (Fail, Some(Defect::ValidatorsDiffer)));
    assert_eq!(verdict(&other), Verdict::Fail, "BITS compares the timestamp");
    let etag = head(|reply| reply.replace("\"v1\"", "\"v2\""));
    assert_eq!(verdict(&etag), Verdict::Warn);
    let weak = head(|reply| reply.replace("\"v1\"", "W/\"v1\""));
    assert_eq!(verdict(&weak), Verdict::Pass);
}

#[test]
fn a_body_on_head_fails() {
    let scene = head(|reply| reply.stray = b"<html>".to_vec());
    assert_eq!(scene.outcome("head-no-body"), (Fail, Some(Defect::HeadBody)));
    assert_eq!(job(&scene).1, Some(0x8007_2F78));
    assert!(scene.judge("head-no-body").breaks_rfc());
}

#[test]
fn a_status_is_named_only_where_microsoft_names_it() {
    let reason = |status: u16| {
        let scene = head(|reply| reply.answer(&format!("HTTP/1.1 {status} No\r\n"), b""));
        (scene.judge("head-status").reason, job(&scene).0)
    };
    let (busy, state) = reason(503);
    assert!(busy.contains("BG_E_HTTP_ERROR_503 and tries again"), "{busy}");
    assert_eq!(state, JobState::TransientError);
    for status in [506, 511, 520] {
        let (reason, state) = reason(status);
        assert!(!reason.contains("BG_E") && reason.contains("0x80190"), "{reason}");
        assert_eq!(state, JobState::Error);
    }
    assert!(reason(511).0.contains("captive portal"));
    for status in [408, 429] {
        assert_eq!(reason(status).1, JobState::Error, "the text says that the job ends");
    }
    for status in [300, 305] {
        let (reason, _) = reason(status);
        assert!(reason.contains("none of the redirects"), "{reason}");
    }
}

#[test]
fn a_refusal_with_a_total_of_zero_is_no_proof_against_head() {
    let refuse = |reply: &mut crate::checks::testing::Reply| {
        reply.answer("HTTP/1.1 416 No\r\nContent-Range: bytes */0\r\nContent-Length: 0\r\n", b"");
    };
    let scene = Scene::perfect().edit_gets(refuse);
    assert_eq!(scene.outcome("range-first"), (Fail, Some(Defect::SatisfiableRefused)));
    assert_eq!(job(&scene), (JobState::Error, Some(0x8019_01A0), Some("range-first")));
    let mut zero = head(|reply| reply.replace("100000", "0")).edit_gets(refuse);
    zero.known_size = Some(SIZE);
    assert_eq!(zero.outcome("head-length-not-zero"), (Fail, Some(Defect::HeadLengthZero)));
    assert_eq!(zero.outcome("range-first"), (Fail, Some(Defect::SatisfiableRefused)));
}
