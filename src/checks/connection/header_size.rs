//! `header-size`: the header section of each answer has at most 64 KB.

use crate::checks::rules::{client_sends, worst};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::wire::head::CLIENT_HEAD_LIMIT;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    // What the independent client received has no bytes to count.
    let counted = evidence.answers().filter(|(_, answer)| !answer.head.raw.is_empty());
    let mut longest = 0;
    let too_long: Vec<_> = counted
        .filter_map(|(exchange, answer)| {
            let heads = answer.interim.iter().chain([&answer.head]);
            let length = heads.map(|head| head.raw.len()).max().unwrap_or_default();
            longest = longest.max(length);
            (length > CLIENT_HEAD_LIMIT).then_some((exchange, length))
        })
        .collect();
    let judged = too_long.into_iter().map(|(exchange, length)| {
        let weigh =
            if client_sends(exchange.probe.purpose) { Judgement::fail } else { Judgement::warn };
        weigh(Defect::HeadTooLong, "a header section of more than 64 KB".to_owned())
            .because(format!(
                "It has {length} bytes. WinHTTP reads at most {CLIENT_HEAD_LIMIT} bytes by \
                 default and then fails with ERROR_WINHTTP_HEADER_SIZE_OVERFLOW; {} runs on it.",
                evidence.profile.client()
            ))
            .proved_by([exchange.id])
    });
    worst(judged).unwrap_or_else(|| match longest {
        0 => Judgement::skipped("no response was received; see reachable"),
        _ => Judgement::pass(format!("the longest header section has {longest} bytes")),
    })
}
