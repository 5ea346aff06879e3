use super::*;
use crate::checks::testing::Reply;
use crate::wire::byte_range::Span;

fn two(change: impl Fn(&mut Reply)) -> Scene {
    Scene::perfect().edit(Purpose::MultiTwo, change)
}

/// Answers with these parts instead.
fn parts(purpose: Purpose, spans: &'static [(u64, u64)]) -> Scene {
    Scene::perfect().edit(purpose, |reply| {
        let spans: Vec<_> = spans.iter().map(|&(a, b)| Span::new(a, b).unwrap()).collect();
        *reply = Reply::multipart(reply.probe.clone(), &spans, SIZE);
    })
}

fn body(reply: &mut Reply, change: impl Fn(&str) -> String) {
    // Latin-1 both ways, so that every byte survives.
    let text: String = reply.body.iter().map(|&byte| char::from(byte)).collect();
    reply.body = change(&text).chars().map(|char| char as u8).collect();
    let start = reply.head.find("Content-Length: ").unwrap();
    let end = start + reply.head[start..].find('\r').unwrap();
    reply.head.replace_range(start..end, &format!("Content-Length: {}", reply.body.len()));
}

#[test]
fn several_ranges_are_judged_on_order_and_number() {
    for (scene, id, defect) in [
        (parts(Purpose::MultiTwo, &[(1000, 1099), (0, 99)]), "multi-two", Defect::RangesReordered),
        (parts(Purpose::MultiTwo, &[(0, 99)]), "multi-two", Defect::RangesDropped),
        (parts(Purpose::MultiTwo, &[(0, 1099)]), "multi-two", Defect::RangesMerged),
        (
            parts(Purpose::MultiFive, &[(0, 9), (100, 109), (200, 209), (300, 309)]),
            "multi-five",
            Defect::RangesDropped,
        ),
        (
            parts(Purpose::MultiMany, &[(0, 9), (20, 29), (40, 49), (60, 69), (80, 89)]),
            "multi-many",
            Defect::RangesDropped,
        ),
        (
            parts(Purpose::MultiDescending, &[(0, 99), (500, 599), (900, 999)]),
            "multi-descending",
            Defect::RangesReordered,
        ),
        (
            parts(Purpose::MultiAdjacent, &[(0, 199)]),
            "multi-adjacent",
            Defect::AdjacentRangesMerged,
        ),
    ] {
        assert_eq!(scene.outcome(id), (Fail, Some(defect)), "{id}");
        assert_eq!(job(&scene).0, JobState::Transferred, "no ordinary job asks that");
        let only_warns = matches!(id, "multi-adjacent" | "multi-descending" | "multi-many");
        let expected = if only_warns { Verdict::Warn } else { Verdict::Fail };
        assert_eq!(verdict(&scene), expected, "{id}");
    }
}

#[test]
fn answers_without_parts_are_told_apart() {
    let with = |head: &'static str| two(move |reply| reply.answer(head, b""));
    for (head, defect) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n", Defect::WholeFileForMulti),
        ("HTTP/1.1 416 No\r\nContent-Range: bytes */100000\r\n", Defect::MultiRefused(416)),
        ("HTTP/1.1 403 No\r\n", Defect::MultiRefused(403)),
        ("HTTP/1.1 206 P\r\nContent-Range: bytes 0-99/100000\r\n", Defect::SinglePartForMulti),
        ("HTTP/1.1 206 P\r\nContent-Range: bytes 0-1099/100000\r\n", Defect::RangesMerged),
    ] {
        assert_eq!(with(head).outcome("multi-two"), (Fail, Some(defect)), "{head}");
    }
    let adjacent = Scene::perfect().edit(Purpose::MultiAdjacent, |reply| {
        reply.answer("HTTP/1.1 206 P\r\nContent-Range: bytes 0-199/100000\r\n", b"");
    });
    assert_eq!(adjacent.outcome("multi-adjacent"), (Fail, Some(Defect::AdjacentRangesMerged)));
    assert_eq!(verdict(&adjacent), Verdict::Warn);
}

#[test]
fn boundaries_are_read_bare_or_quoted() {
    let quoted = two(|reply| reply.replace("boundary=XX", "boundary=\"XX\""));
    assert_eq!(verdict(&quoted), Verdict::Pass);
    for (from, to) in [
        ("; boundary=XX", ""),
        ("boundary=XX", "boundary=YY"),
        ("multipart/byteranges; boundary=XX", "text/html"),
        ("multipart/byteranges", "multipart/mixed"),
    ] {
        let scene = two(|reply| reply.replace(from, to));
        let expected = (Fail, Some(Defect::BoundaryUnusable));
        assert_eq!(scene.outcome("multi-boundary"), expected, "{to}");
        assert_eq!(scene.outcome("multi-two").0, Skipped, "{to}");
        assert_eq!(scene.outcome("block-page").0, Pass, "{to}");
        assert_eq!(job(&scene).0, JobState::Transferred);
    }
}

#[test]
fn boundary_that_is_too_long_or_doubled_warns() {
    let long = "X".repeat(71);
    let scene = two(|reply| {
        reply.replace("boundary=XX", &format!("boundary={long}"));
        body(reply, |body| body.replace("--XX", &format!("--{long}")));
    });
    assert_eq!(scene.outcome("multi-boundary"), (Warn, Some(Defect::BoundaryUnusable)));
    assert_eq!(scene.outcome("multi-two").0, Pass);
    for again in ["boundary=XX; boundary=XX", "boundary=XX; boundary=\"YY\""] {
        let scene = two(|reply| reply.replace("boundary=XX", again));
        assert_eq!(scene.outcome("multi-boundary").0, Warn, "{again}");
    }
}

#[test]
fn merged_is_said_only_where_ranges_were_merged() {
    let whole = two(|reply| {
        reply.answer("HTTP/1.1 206 P\r\nContent-Range: bytes 0-99999/100000\r\n", b"");
    });
    assert_eq!(whole.outcome("multi-two"), (Fail, Some(Defect::SinglePartForMulti)));
    let twice = parts(Purpose::MultiTwo, &[(0, 99), (0, 99), (1000, 1099)]);
    assert_eq!(twice.outcome("multi-two"), (Fail, Some(Defect::RangesDropped)));
    assert!(twice.judge("multi-two").summary.contains("more than once"));
}

#[test]
fn several_ranges_are_ignored_only_where_the_whole_file_comes() {
    let kept = two(|reply| reply.replace("206 Partial Content", "200 OK"));
    assert_eq!(kept.outcome("multi-two"), (Fail, Some(Defect::UnexpectedStatus(200))));
}

#[test]
fn length_of_several_ranges_is_needed() {
    let scene = two(|reply| reply.remove("Content-Length"));
    assert_eq!(scene.outcome("multi-two"), (Fail, Some(Defect::MultiLengthMissing)));
    let findings = scene.findings();
    let ranges = predict(&findings, JobKind::Ranges);
    assert_eq!(ranges.hresult.map(|code| code.0), Some(0x8020_0013));
    assert_eq!(ranges.certainty, crate::model::hresult::Certainty::Likely);
}

#[test]
fn part_at_which_the_body_was_cut_fails_no_check_of_fields() {
    for cut_at in [
        "Content-Type: application/octet-stream\r\nContent-Range: bytes 1000",
        "--XX\r\nContent-Type",
    ] {
        let scene = two(|reply| {
            body(reply, |body| {
                let at = body.rfind(cut_at).unwrap();
                body[..at + 4].to_owned()
            });
        });
        assert_ne!(scene.outcome("multi-part-fields").0, Fail, "{cut_at}");
        assert_eq!(scene.outcome("multi-closing-delimiter").0, Fail, "{cut_at}");
    }
}

#[test]
fn the_preamble_is_counted() {
    let with = |text: &'static str| {
        two(move |reply| body(reply, |body| format!("{text}{}", body.trim_start())))
    };
    for (text, status) in [
        ("", Pass),
        ("\r\n", Pass),
        ("\r\n\r\n", Warn),
        ("\r\n\r\n\r\n", Fail),
        ("hi\r\n", Fail),
        ("\r\r\n", Warn),
        ("\r\r\r\r\r\n", Fail),
    ] {
        assert_eq!(with(text).outcome("multi-preamble").0, status, "{text:?}");
    }
    assert!(with("\r\n\r\n\r\n").judge("multi-preamble").summary.starts_with("3 CR/LF"));
}

#[test]
fn other_part_headers_are_counted() {
    let with = |count: usize| {
        two(move |reply| {
            let line = format!("X: {}\r\nContent-Range", "a".repeat(count - 5));
            body(reply, |body| body.replacen("Content-Range", &line, 1));
        })
    };
    for (count, status) in [(180, Pass), (181, Warn), (182, Warn), (183, Fail)] {
        assert_eq!(with(count).outcome("multi-part-headers").0, status, "{count}");
    }
    assert!(with(183).judge("multi-part-headers").summary.starts_with("183 bytes"));
}

#[test]
fn part_fields_are_needed() {
    type Change = fn(&str) -> String;
    let cases: &[Change] = &[
        |body| body.replacen("Content-Range: bytes 0-99/100000\r\n", "", 1),
        |body| body.replacen("bytes 0-99/100000", "bytes 0-99", 1),
        |body| body.replacen("/100000", "/44", 1),
        |body| body.replacen("--XX\r\n", "--XX\r\n\r\n", 1),
        |body| body.replacen("Content-Range: bytes 0-99/100000", "Content-Range: ", 1),
        |body| body.replacen("Content-Range", "Content-Length: 99\r\nContent-Range", 1),
    ];
    for (index, change) in cases.iter().enumerate() {
        let scene = two(|reply| body(reply, change));
        assert_eq!(scene.outcome("multi-part-fields").0, Fail, "case {index}");
    }
    let odd: &[(Change, Defect)] = &[
        (
            |body| body.replacen("Content-Type: application/octet-stream\r\n", "", 1),
            Defect::PartFieldsInvalid,
        ),
        (
            |body| body.replace("Content-Type: application/octet-stream\r\n", ""),
            Defect::PartFieldsInvalid,
        ),
        (|body| body.replacen("0-99/100000", "0-99/*", 1), Defect::TotalUnknown),
        (
            |body| {
                let line = "Content-Range: bytes 0-99/100000\r\n";
                body.replacen(line, &line.repeat(2), 1)
            },
            Defect::ContentRangeInvalid,
        ),
    ];
    for (index, (change, defect)) in odd.iter().enumerate() {
        let scene = two(|reply| body(reply, change));
        assert_eq!(scene.outcome("multi-part-fields"), (Warn, Some(*defect)), "case {index}");
    }
    let untyped = Scene::perfect().edit_all(|reply| {
        if reply.head.contains("multipart") {
            body(reply, |body| body.replace("Content-Type: application/octet-stream\r\n", ""));
        } else {
            reply.remove("Content-Type");
        }
    });
    assert_eq!(verdict(&untyped), Verdict::Pass, "as Apache does for a file without a type");
}

#[test]
fn the_end_and_the_bytes_are_judged() {
    let open = two(|reply| body(reply, |body| body.replace("\r\n--XX--\r\n", "\r\n")));
    assert_eq!(
        open.outcome("multi-closing-delimiter"),
        (Fail, Some(Defect::ClosingDelimiterMissing))
    );
    let trailing = two(|reply| body(reply, |body| format!("{body}more")));
    assert_eq!(trailing.outcome("multi-closing-delimiter").0, Warn);
    let top = two(|reply| reply.add("Content-Range: bytes 0-99/100000"));
    assert_eq!(
        top.outcome("multi-no-top-content-range"),
        (Fail, Some(Defect::ContentRangeOnMultipart))
    );
    let expected = (Fail, Some(Defect::PartBytesWrong));
    let wrong = two(|reply| {
        let at = reply.body.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
        reply.body[at + 7] ^= 1;
    });
    assert_eq!(wrong.outcome("multi-part-bytes"), expected);
    assert_eq!(wrong.outcome("range-bytes-agree").0, Pass, "blamed once");
    let short = two(|reply| body(reply, |body| body.replacen("bytes 0-99/", "bytes 0-98/", 1)));
    assert_eq!(short.outcome("multi-part-bytes"), expected);
}

#[test]
fn what_mime_allows_in_a_part_is_a_warning() {
    let with = |line: &'static str| {
        two(move |reply| {
            body(reply, |body| body.replacen("Content-Type: application/octet-stream", line, 1));
        })
    };
    for line in ["Content-Type: application/octet-stream;\r\n x=y", "Content-Type : a/b"] {
        let judgement = with(line).judge("multi-part-fields");
        assert_eq!((judgement.status, judgement.breaks_rfc()), (Warn, false), "{line:?}");
        assert!(judgement.reason.contains("MIME"), "{judgement:?}");
        assert_eq!(verdict(&with(line)), Verdict::Warn);
    }
    for line in ["Content Type: a/b", "nothing"] {
        let judgement = with(line).judge("multi-part-fields");
        assert_eq!((judgement.status, judgement.breaks_rfc()), (Fail, true), "{line:?}");
        assert!(judgement.reason.contains("no header field"), "{judgement:?}");
    }
    let untyped = two(|reply| {
        body(reply, |body| body.replace("Content-Type: application/octet-stream\r\n", ""));
    });
    assert!(untyped.judge("multi-part-fields").reason.contains("a part should have the type"));
}

#[test]
fn a_multipart_body_with_a_content_coding_is_named_so() {
    let scene = Scene::perfect().edit(Purpose::MultiTwo, |reply| {
        reply.replace("Content-Type:", "Content-Encoding: gzip\r\nContent-Type:");
        body(reply, |_| "\u{1f}\u{8b}\u{8}a stream in which no boundary is".to_owned());
    });
    assert_eq!(scene.outcome("multi-two"), (Fail, Some(Defect::RangeCoding)));
    for id in ["multi-boundary", "multi-closing-delimiter"] {
        assert_ne!(scene.outcome(id).0, Fail, "{id}");
    }
    // Without a coding the boundary is what is wrong.
    let plain = two(|reply| body(reply, |_| "no boundary is in this".to_owned()));
    assert_eq!(plain.outcome("multi-two").0, Skipped);
    assert_eq!(plain.outcome("multi-boundary"), (Fail, Some(Defect::BoundaryUnusable)));
}
