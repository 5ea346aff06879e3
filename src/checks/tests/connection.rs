use super::*;
use crate::model::exchange::BodyEnd;
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::hresult::Certainty;
use crate::model::job_kind::JobKind;
use crate::wire::head::{HeadError, parse_response_head};

#[test]
fn unreachable_peers_are_inconclusive_each_with_its_code() {
    for (kind, code) in [
        (FailureKind::NameNotResolved, 0x8007_2EE7),
        (FailureKind::CannotConnect, 0x8007_2EFD),
        (FailureKind::ConnectTimeout, 0x8007_2EFD),
        (FailureKind::NoAnswer, 0x8007_2EE2),
        (FailureKind::TooSlow { received: 9 }, 0x8007_2EE2),
        (FailureKind::CertificateInvalid, 0x8007_2F8F),
        (FailureKind::TlsFailed, 0x8007_2F8F),
        (FailureKind::Reset, 0x8007_2EFE),
    ] {
        let scene = Scene::perfect().edit_all(|reply| reply.fail(kind.clone()));
        assert_eq!(scene.outcome("reachable").0, Inconclusive, "{kind:?}");
        assert_eq!(verdict(&scene), Verdict::Inconclusive);
        assert_eq!((job(&scene).1, job(&scene).2), (Some(code), Some("reachable")), "{kind:?}");
    }
}

#[test]
fn a_deadline_has_no_code() {
    let scene = Scene::perfect().edit_all(|reply| reply.fail(FailureKind::Deadline));
    assert_eq!(verdict(&scene), Verdict::Inconclusive);
    assert_eq!(job(&scene), (JobState::Unknown, None, Some("reachable")));
}

#[test]
fn garbage_instead_of_http_is_a_failure() {
    let garbage = || FailureKind::MalformedHead(HeadError::NotHttp("SSH-2.0".to_owned()));
    let scene = Scene::perfect().edit_all(|reply| reply.fail(garbage()));
    assert_eq!(scene.outcome("reachable"), (Fail, Some(Defect::MalformedResponse)));
    let expected = (JobState::TransientError, Some(0x8007_2F78), Some("reachable"));
    assert_eq!(job(&scene), expected);
}

#[test]
fn what_is_no_http_breaks_the_rfc() {
    for (kind, breaks_rfc) in [
        (FailureKind::MalformedHead(HeadError::NotHttp("SSH-2.0".to_owned())), true),
        (FailureKind::MalformedHead(HeadError::FieldLine("X-\u{e4}: y".to_owned())), true),
        (FailureKind::MalformedHead(HeadError::StatusLine("HTTP/1.1 2x".to_owned())), true),
        (FailureKind::MalformedHead(HeadError::TooLong), false),
        (FailureKind::TooManyInterim, false),
        (FailureKind::Closed, false),
    ] {
        let nothing_else = Scene::perfect().edit_all(|reply| reply.fail(kind.clone()));
        assert_eq!(nothing_else.judge("reachable").breaks_rfc(), breaks_rfc, "{kind:?}");
        let gets = Scene::perfect().edit_gets(|reply| reply.fail(kind.clone()));
        for check in ["range-first", "multi-two", "range-past-end"] {
            assert_eq!(gets.judge(check).breaks_rfc(), breaks_rfc, "{check}: {kind:?}");
        }
    }
}

#[test]
fn a_broken_chunk_and_a_body_that_is_cut_break_the_rfc() {
    for (kind, breaks_rfc) in [
        (FailureKind::MalformedChunk, true),
        (FailureKind::Closed, true),
        (FailureKind::NoAnswer, false),
    ] {
        let scene = Scene::perfect().edit_gets(|reply| {
            reply.body.pop();
            reply.end = BodyEnd::Broken(Failure::new(kind.clone(), Peer::Server));
        });
        for check in ["range-first", "multi-two"] {
            let judgement = scene.judge(check);
            let found = (judgement.status, judgement.breaks_rfc());
            assert_eq!(found, (Fail, breaks_rfc), "{check}: {judgement:?}");
        }
    }
}

#[test]
fn the_code_of_too_many_interim_answers_is_only_likely() {
    let scene = Scene::perfect().edit_all(|reply| reply.fail(FailureKind::TooManyInterim));
    assert_eq!(scene.outcome("reachable"), (Fail, Some(Defect::InterimAnswer)));
    let job = predict(&scene.findings(), JobKind::Download);
    assert_eq!(job.hresult.map(|code| code.0), Some(0x8007_2F78));
    assert_eq!(job.certainty, Certainty::Likely);
}

#[test]
fn a_refused_tunnel_is_a_failure_unless_it_wants_credentials() {
    let refused = |status: &str| {
        let head = format!("HTTP/1.1 {status}\r\nProxy-Authenticate: NTLM\r\n\r\n");
        let head = parse_response_head(head.as_bytes()).unwrap().unwrap();
        let kind = FailureKind::TunnelRefused(Box::new(head));
        Scene::perfect().edit_all(|reply| reply.fail(kind.clone()))
    };
    assert_eq!(refused("403 No").outcome("reachable"), (Fail, Some(Defect::TunnelRefused(403))));
    assert_eq!(verdict(&refused("407 No")), Verdict::Inconclusive);
    assert_eq!(job(&refused("407 No")).1, Some(0x8019_0197));
}

#[test]
fn a_407_lists_the_schemes() {
    let asks = |fields: &str| {
        let head = format!("HTTP/1.1 407 Auth\r\nContent-Length: 3291\r\n{fields}");
        Scene::perfect().edit_all(|reply| reply.answer(&head, b""))
    };
    let scene =
        asks("Proxy-Authenticate: Negotiate, NTLM\r\nProxy-Authenticate: Basic realm=x\r\n");
    let judgement = scene.judge("proxy-authentication");
    assert_eq!(judgement.status, Inconclusive);
    assert!(judgement.reason.starts_with("Offered: Negotiate, NTLM, Basic."), "{judgement:?}");
    assert_eq!(verdict(&scene), Verdict::Inconclusive);
    assert_eq!(job(&scene), (JobState::Error, Some(0x8019_0197), Some("proxy-authentication")));
    assert_eq!(scene.outcome("range-first").0, Skipped);
    let bearer = asks("Proxy-Authenticate: Bearer\r\n").judge("proxy-authentication");
    assert!(bearer.reason.contains("supports none"), "{bearer:?}");
    let silent = asks("");
    assert_eq!(silent.outcome("proxy-authentication"), (Fail, Some(Defect::ProxyChallengeMissing)));
    assert!(silent.judge("proxy-authentication").breaks_rfc());
}

#[test]
fn a_401_that_the_account_may_answer_is_not_judged() {
    let refused = |fields: &str| {
        let head = format!("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n{fields}");
        Scene::perfect().edit_all(|reply| reply.answer(&head, b""))
    };
    let ntlm = refused("WWW-Authenticate: NTLM\r\n");
    for check in ["head-status", "range-first"] {
        assert_eq!(ntlm.outcome(check), (Inconclusive, Some(Defect::HttpStatus(401))), "{check}");
    }
    assert_eq!(job(&ntlm).1, Some(0x8019_0191));
    let reason = ntlm.judge("head-status").reason;
    assert!(reason.starts_with("Offered: NTLM."), "{reason}");
    for fields in ["", "WWW-Authenticate: Basic realm=x\r\n", "WWW-Authenticate: Bearer\r\n"] {
        assert_eq!(refused(fields).outcome("head-status").0, Fail, "{fields}");
    }
}

#[test]
fn a_407_to_get_alone_fails_the_ranges() {
    let scene = Scene::perfect().edit_gets(|reply| {
        reply.answer("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic realm=x\r\n", b"");
    });
    assert_eq!(scene.outcome("range-first"), (Fail, Some(Defect::ProxyAuthentication)));
    assert_eq!(scene.outcome("proxy-authentication").0, Warn);
    assert_eq!(job(&scene).1, Some(0x8019_0197));
}

#[test]
fn redirects_are_followed_to_ten() {
    let hops = |count: u32| {
        let mut scene = Scene::perfect();
        for index in 0..count {
            let mut hop = scene.replies[0].clone();
            hop.probe.purpose = Purpose::Redirect;
            hop.answer("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 5\r\n", b"");
            hop.url = format!("http://origin.test/{index}");
            scene.replies.insert(0, hop);
        }
        scene
    };
    assert_eq!(hops(10).outcome("redirects").0, Pass);
    assert_eq!(verdict(&hops(10)), Verdict::Pass);
    assert_eq!(hops(11).outcome("redirects"), (Fail, Some(Defect::RedirectUnusable)));
    for head in [
        "HTTP/1.1 302 F\r\n",
        "HTTP/1.1 302 F\r\nLocation: ftp://x/\r\n",
        "HTTP/1.1 301 F\r\nLocation: /\r\n",
    ] {
        let scene = Scene::perfect().edit(Purpose::Head, |reply| reply.answer(head, b""));
        assert_eq!(scene.outcome("redirects"), (Fail, Some(Defect::RedirectUnusable)), "{head}");
        assert_eq!(scene.outcome("head-status").0, Skipped);
    }
    let mut downgrade = Scene::perfect().edit(Purpose::Head, |reply| {
        reply.answer("HTTP/1.1 302 F\r\nLocation: http://origin.test/\r\n", b"");
    });
    downgrade.replies[0].url = "https://origin.test/".to_owned();
    assert!(downgrade.judge("redirects").summary.contains("https to http"));
}

#[test]
fn http_1_0_is_fine_when_the_rest_holds() {
    let old = |scene: Scene| scene.edit_all(|reply| reply.replace("HTTP/1.1", "HTTP/1.0"));
    let scene = old(Scene::perfect());
    assert!(scene.judge("http-version").summary.contains("HTTP/1.0"));
    assert_eq!(verdict(&scene), Verdict::Pass);
    let scene = old(Scene::perfect().edit_gets(|reply| reply.answer_whole(SIZE)));
    assert_eq!(scene.outcome("http-version"), (Warn, Some(Defect::OldVersion)));
    assert_eq!(job(&scene).1, Some(0x8020_0013));
    let two = Scene::perfect().edit_all(|reply| reply.replace("HTTP/1.1", "HTTP/2.0"));
    assert_eq!(two.outcome("http-version"), (Fail, Some(Defect::OldVersion)));
}

#[test]
fn framing_conflicts_fail_and_oddities_warn() {
    let with = |line: &'static str| {
        Scene::perfect().edit(Purpose::RangeFirst, move |reply| reply.add(line))
    };
    for line in ["Content-Length: 7", "Transfer-Encoding: chunked"] {
        let scene = with(line);
        assert_eq!(
            scene.outcome("framing-fields"),
            (Fail, Some(Defect::FramingConflict)),
            "{line}"
        );
        assert_eq!(job(&scene).1, Some(0x8007_2F78));
    }
    for line in ["X : 1", "X: a\r\n b", "X: a\nY: b", "X: a\0b"] {
        assert_eq!(with(line).outcome("framing-fields"), (Warn, Some(Defect::OddHead)), "{line:?}");
        assert_eq!(verdict(&with(line)), Verdict::Warn);
    }
    let equal = with("Content-Length: 1024");
    assert!(equal.judge("framing-fields").summary.contains("repeated"));
    assert_eq!(verdict(&equal), Verdict::Pass);
}

#[test]
fn interim_answers_do_not_confuse() {
    let scene = Scene::perfect().edit_all(|reply| reply.interim = vec!["HTTP/1.1 103 Hints\r\n"]);
    assert_eq!(verdict(&scene), Verdict::Pass);
    assert!(scene.judge("framing-fields").summary.contains("interim"));
}

#[test]
fn a_connection_closed_without_announcement_changes_no_verdict() {
    let scene = Scene::perfect().edit(Purpose::RangeFirst, |reply| {
        reply.first_attempt = Some(Failure::new(FailureKind::Closed, Peer::Proxy));
        reply.reused = false;
        reply.connection = 5;
    });
    assert_eq!(scene.outcome("keep-alive"), (Fail, Some(Defect::KeepAliveLost)));
    assert_eq!(verdict(&scene), Verdict::Pass);
    let announced = Scene::perfect()
        .edit(Purpose::Head, |reply| reply.add("Connection: close"))
        .edit(Purpose::RangeFirst, |reply| {
            reply.reused = false;
            reply.connection = 5;
        });
    assert_eq!(verdict(&announced), Verdict::Pass);
}

#[test]
fn stray_bytes_spoil_the_connection() {
    let with = |purpose, bytes: &'static [u8]| {
        Scene::perfect().edit(purpose, move |reply| reply.stray = bytes.to_vec())
    };
    let scene = with(Purpose::RangeFirst, b"xx");
    assert_eq!(scene.outcome("stray-bytes"), (Fail, Some(Defect::StrayBytes)));
    assert_eq!(job(&scene).1, Some(0x8007_2F78));
    assert_eq!(with(Purpose::RangeFirst, b"\r\n").outcome("stray-bytes").0, Warn);
    assert_eq!(with(Purpose::RangeSuffix, b"xx").outcome("stray-bytes").0, Warn);
}

#[test]
fn a_captive_portal_fails() {
    let page = b"<!DOCTYPE html><p>log in";
    let scene = Scene::perfect().edit_all(|reply| {
        reply.answer("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 24\r\n", page);
    });
    assert_eq!(scene.outcome("block-page"), (Fail, Some(Defect::BlockPage)));
    assert_eq!(scene.outcome("range-first"), (Fail, Some(Defect::BlockPage)));
    assert_eq!(job(&scene), (JobState::Error, Some(0x8020_0013), Some("block-page")));
}

#[test]
fn a_block_page_relabelled_206_is_betrayed_by_its_total() {
    let scene = Scene::perfect().edit(Purpose::RangeFirst, |reply| {
        let head = "HTTP/1.1 206 P\r\nContent-Range: bytes 0-15/44\r\nContent-Length: 16\r\n";
        reply.answer(head, b"<html>blocked by");
    });
    let judgement = scene.judge("range-first");
    assert_eq!(judgement.defect, Some(Defect::BlockPage));
    assert!(judgement.reason.contains("44") && judgement.reason.contains("100000"));
    let plain = Scene::perfect().edit(Purpose::RangeMiddle, |reply| {
        let head = "HTTP/1.1 206 P\r\nContent-Range: bytes 10-19/44\r\nContent-Length: 10\r\n";
        reply.answer(head, b"blocked by");
    });
    assert_eq!(plain.outcome("range-middle").0, Fail);
    assert_eq!(plain.outcome("range-first").0, Pass);
}

#[test]
fn a_target_that_is_html_is_no_failure() {
    let scene = Scene::perfect().edit_all(|reply| {
        let multipart = reply.head.contains("multipart");
        if !multipart && !reply.head.contains(" 416 ") {
            reply.remove("Content-Type");
            reply.add("Content-Type: text/html");
        }
    });
    assert_eq!(scene.outcome("block-page").0, Warn);
    assert_eq!(verdict(&scene), Verdict::Warn);
    assert_eq!(scene.outcome("range-first").0, Pass);
}

#[test]
fn a_page_that_only_unasked_ranges_get_is_a_warning() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n";
    for purpose in [Purpose::RangePastEnd, Purpose::RangeSuffix, Purpose::RangeOpenEnd] {
        let scene =
            Scene::perfect().edit(purpose, |reply| reply.answer(head, b"<html>416 sorry</htm"));
        assert_eq!(scene.outcome("block-page"), (Warn, Some(Defect::BlockPage)), "{purpose:?}");
        assert_eq!(verdict(&scene), Verdict::Warn, "{purpose:?}");
        assert_eq!(job(&scene).0, JobState::Transferred, "{purpose:?}");
    }
}

fn label_as_html(reply: &mut crate::checks::testing::Reply) {
    if !reply.head.contains("multipart") && !reply.head.contains(" 416 ") {
        reply.remove("Content-Type");
        reply.add("Content-Type: text/html");
    }
}

#[test]
fn a_type_of_html_on_the_right_bytes_is_a_warning() {
    let scene = Scene::perfect().edit_gets(label_as_html);
    assert_eq!(scene.outcome("block-page"), (Warn, Some(Defect::BlockPage)));
    assert_eq!(scene.outcome("range-first").0, Pass);
    assert_eq!((verdict(&scene), job(&scene).0), (Verdict::Warn, JobState::Transferred));
    let blocks = Scene::of_blocks(3_000_000).edit_gets(label_as_html);
    assert_eq!(verdict(&blocks), Verdict::Warn);
    let other_file = scene.edit(Purpose::RangeMiddle, |reply| reply.replace("/100000", "/99"));
    assert_eq!(other_file.outcome("range-middle"), (Fail, Some(Defect::BlockPage)));
}

#[test]
fn a_package_never_begins_as_a_page_does() {
    let mut scene = Scene::perfect().edit_all(|reply| {
        label_as_html(reply);
        if reply.head.contains("Content-Range: bytes 0-") {
            reply.body[..6].copy_from_slice(b"<html>");
        }
    });
    assert_eq!(scene.outcome("block-page"), (Fail, Some(Defect::BlockPage)));
    assert_eq!(scene.outcome("range-first"), (Fail, Some(Defect::BlockPage)));
    assert_eq!(job(&scene), (JobState::Error, Some(0x8020_0013), Some("block-page")));
    scene.url = "http://origin.test/get?name=file.cab";
    assert_eq!(scene.outcome("block-page").0, Warn, "what this URL names is not known");
}

#[test]
fn framing_that_only_head_contradicts_is_a_warning() {
    let scene = Scene::perfect()
        .edit(Purpose::Head, |reply| reply.add("Transfer-Encoding: chunked"))
        .edit(Purpose::LastHead, |reply| reply.add("Transfer-Encoding: chunked"));
    assert_eq!(scene.outcome("framing-fields"), (Warn, Some(Defect::FramingConflict)));
    assert!(scene.judge("framing-fields").reason.contains("no body"));
    assert_eq!((verdict(&scene), job(&scene).0), (Verdict::Warn, JobState::Transferred));
}

#[test]
fn a_redirect_of_a_range_ends_as_the_place_does_that_it_leads_to() {
    let to = |location: &str| {
        let head = format!("HTTP/1.1 302 F\r\nLocation: {location}\r\nContent-Length: 0\r\n");
        Scene::perfect().edit_gets(move |reply| reply.answer(&head, b""))
    };
    let circle = to("/file.cab");
    assert_eq!(circle.outcome("range-first"), (Fail, Some(Defect::RedirectUnusable)));
    assert_eq!(job(&circle), (JobState::Error, Some(0x8007_2F7C), Some("range-first")));
    let login = to("/login");
    assert_eq!(login.outcome("range-first"), (Fail, Some(Defect::UnexpectedStatus(302))));
    assert_eq!(job(&login), (JobState::Unknown, None, Some("range-first")));
    assert_eq!(verdict(&login), Verdict::Fail);
}

#[test]
fn a_request_that_succeeds_when_it_is_alone_is_a_warning() {
    let scene = Scene::perfect();
    let judge = |evidence: &crate::model::evidence::Evidence| {
        table::find("parallel-requests").unwrap().judge(evidence)
    };
    let mut evidence = scene.evidence();
    assert_eq!(judge(&evidence).status, Pass);
    let mut refused = evidence.exchange(Purpose::RangeMiddle).unwrap().clone();
    refused.result = Err(Failure::new(FailureKind::Reset, Peer::Server));
    evidence.again.replaced.push(refused.clone());
    let judgement = judge(&evidence);
    assert_eq!((judgement.status, judgement.defect), (Warn, Some(Defect::Overloaded)));
    assert_eq!(judgement.exchanges, [refused.id]);
    assert!(judgement.reason.contains("1 x the connection was reset"), "{}", judgement.reason);
}

#[test]
fn loop_of_redirects_that_sets_a_cookie_names_it() {
    let circle = |cookie: &'static str| {
        let location = "HTTP/1.1 302 F\r\nLocation: http://origin.test/file.cab\r\n";
        let head = format!("{location}{cookie}Content-Length: 0\r\n");
        Scene::perfect().edit_all(move |reply| reply.answer(&head, b""))
    };
    let with = circle("Set-Cookie: session=17; Path=/\r\n");
    for check in ["redirects", "range-first"] {
        let judgement = with.judge(check);
        assert_eq!((judgement.status, judgement.defect), (Fail, Some(Defect::RedirectUnusable)));
        assert!(judgement.reason.contains("the cookie \"session\""), "{check}: {judgement:?}");
        assert!(!judgement.reason.contains("17"), "a cookie may be a secret: {judgement:?}");
        assert!(!circle("").judge(check).reason.contains("cookie"), "{check}");
    }
}
