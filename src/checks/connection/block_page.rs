//! `block-page`: no HTML page comes in place of the file.

use crate::checks::rules::{client_sends, page, shown};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let labelled: Vec<_> = page::labelled(evidence).collect();
    let (asked, unasked): (Vec<_>, Vec<_>) =
        page::pages(evidence).partition(|(exchange, _)| client_sends(exchange.probe.purpose));
    let suspects = || asked.iter().chain(&unasked).chain(&labelled);
    let Some((first, answer)) = suspects().next() else {
        return if evidence.anything_answered() {
            Judgement::pass("no answer looks like a page")
        } else {
            Judgement::skipped("nobody answered; see reachable")
        };
    };
    let ids = suspects().map(|(exchange, _)| exchange.id);
    let warn = |summary: &str| Judgement::warn(Defect::BlockPage, summary).proved_by(ids);
    let what =
        answer.head.media_type().map_or_else(|| "no Content-Type".to_owned(), |what| shown(&what));
    let method = first.probe.method.as_str();
    if page::is_target_html(evidence) {
        return warn("the target is an HTML page on every answer").because(format!(
            "{method} says {what} and the sizes agree, so the file itself may be HTML. Should it \
             be a program or a package, a portal answers in its place."
        ));
    }
    if asked.is_empty() {
        let client = evidence.profile.client();
        return if unasked.is_empty() {
            warn("the type of the ranges is HTML, their bytes and sizes are not").because(format!(
                "Content-Type is {what}, but the total is the size of the file and no page \
                     begins in the bytes. No fact says that {client} looks at the type; \
                     filters may."
            ))
        } else {
            warn("an HTML page came for a range that no ordinary download asks").because(format!(
                "The answers that {client} needs are no pages, so its download does not \
                     meet this one."
            ))
        };
    }
    let only_head = asked.iter().all(|(exchange, _)| exchange.probe.ranges.is_none());
    let ranges_work = evidence.answers().any(|(exchange, answer)| {
        exchange.probe.ranges.is_some()
            && answer.head.status == 206
            && !page::is_page(evidence, answer)
    });
    if only_head && ranges_work {
        return warn("HEAD says text/html, the ranges do not");
    }
    let ids = asked.iter().map(|(exchange, _)| exchange.id);
    Judgement::fail(Defect::BlockPage, "an HTML page came in place of the file")
        .because(format!(
            "{method} was answered with {} and {what}. A captive portal, a filter or a login form \
             answers in place of the server.",
            answer.head.status
        ))
        .proved_by(ids)
}
