//! `block-page`: no HTML page comes in place of the file.

use crate::checks::Check;
use crate::checks::rules::{client_sends, page, shown};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `block-page`.
pub(crate) struct BlockPage;

impl Check for BlockPage {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
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
        let what = answer
            .head
            .media_type()
            .map_or_else(|| "no Content-Type".to_owned(), |what| shown(&what));
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
                warn("the type of the ranges is HTML, their bytes and sizes are not").because(
                    format!(
                        "Content-Type is {what}, but the total is the size of the file and no page \
                         begins in the bytes. No fact says that {client} looks at the type; \
                         filters may."
                    ),
                )
            } else {
                warn("an HTML page came for a range that no ordinary download asks").because(
                    format!(
                        "The answers that {client} needs are no pages, so its download does not \
                         meet this one."
                    ),
                )
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
}

static META: Meta = Meta {
    id: "block-page",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 130,
    title: "no HTML page comes in place of the file",
    rfc: "RFC 9110 8.3",
    source: "Observed with captive portals, filters and relabelling proxies",
    explanation: "A captive portal, a filter or a login form answers with a page and status 200, \
                  or a proxy relabels such a page as 206. BITS and Delivery Optimization would \
                  take the page for the file, or stop because the sizes disagree. A target that \
                  really is an HTML file is only a warning, and so are a type of HTML on the \
                  right bytes and a page for a range that no ordinary download asks. Where the \
                  URL names a program or a package, bytes that begin as HTML are a page, \
                  whatever the sizes say.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::DoFirstBytes, Purpose::DoFirstBlock],
};
