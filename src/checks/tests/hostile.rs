use proptest::prelude::*;

use super::*;
use crate::wire::head::parse_response_head;

/// Header lines of values that a hostile peer might send, valid ones among them.
fn line() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "[ -~]{0,40}",
        "[\\x01-\\x08\\x0b\\x1b-\\x7fé]{0,90}",
        "bytes [0-9]{1,20}-[0-9]{1,20}/[0-9*]{1,20}",
        "[0-9]{1,20}",
        Just("multipart/byteranges; boundary=XX".to_owned()),
        Just("text/html".to_owned()),
        Just("chunked".to_owned()),
        Just(DATE.to_owned()),
    ];
    let name = prop_oneof![
        Just("Content-Range"),
        Just("Content-Length"),
        Just("Content-Type"),
        Just("Transfer-Encoding"),
        Just("Content-Encoding"),
        Just("Last-Modified"),
        Just("ETag"),
        Just("Location"),
        Just("Proxy-Authenticate"),
        Just("Connection"),
    ];
    (name, value).prop_map(|(name, value)| format!("{name}: {value}\r\n"))
}

fn head() -> impl Strategy<Value = String> {
    let status =
        prop_oneof![Just(200_u16), Just(206), Just(416), Just(407), Just(302), 100_u16..999];
    (status, proptest::collection::vec(line(), 0..6))
        .prop_map(|(status, lines)| format!("HTTP/1.1 {status} Any\r\n{}", lines.concat()))
        .prop_filter("readable", |head| {
            parse_response_head(format!("{head}\r\n").as_bytes()).is_ok_and(|head| head.is_some())
        })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "(\r\n|--XX|--XX--|Content-Range: bytes 0-9/100|\r\n\r\n|[a-z]{1,9}){0,12}"
            .prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_answer_makes_a_judge_panic(
        replies in proptest::collection::vec((head(), body(), any::<bool>()), 1..8),
        size in prop_oneof![Just(1_u64), Just(100_000), Just(u64::MAX / 4)],
    ) {
        let mut scene = Scene::of_size(size);
        for (index, reply) in scene.replies.iter_mut().enumerate() {
            let (head, body, is_spared) = &replies[index % replies.len()];
            if !is_spared {
                reply.answer(head, body);
                reply.stray = body.iter().take(3).copied().collect();
            }
        }
        for finding in scene.findings() {
            let judgement = &finding.judgement;
            prop_assert!(judgement.summary.chars().count() <= 90, "{judgement:?}");
            prop_assert!(judgement.reason.chars().count() <= 900, "{judgement:?}");
            prop_assert!(!judgement.summary.chars().any(char::is_control), "{judgement:?}");
            prop_assert!(!judgement.reason.chars().any(char::is_control), "{judgement:?}");
            let needs_defect = matches!(judgement.status, Fail | Warn | Inconclusive);
            prop_assert_eq!(needs_defect, judgement.defect.is_some());
        }
        let _ = (verdict(&scene), job(&scene));
    }
}

#[test]
fn nothing_at_all_is_inconclusive() {
    let mut scene = Scene::perfect();
    scene.replies.clear();
    assert_eq!(verdict(&scene), Verdict::Inconclusive);
    assert_eq!(job(&scene).0, JobState::Unknown);
}
