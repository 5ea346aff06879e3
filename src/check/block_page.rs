//! `block-page`: no HTML page comes in place of the file.

use crate::bits::profile::Profile;
use crate::check::defect::Defect;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::{page, shown};
use crate::check::{Check, Group, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;

/// The check `block-page`.
pub(super) struct BlockPage;

impl Check for BlockPage {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let pages: Vec<_> = page::pages(evidence).collect();
        let Some((first, answer)) = pages.first() else {
            return if evidence.anything_answered() {
                Judgement::pass("no answer looks like a page")
            } else {
                Judgement::skipped("nobody answered; see reachable")
            };
        };
        let ids = pages.iter().map(|(exchange, _)| exchange.id);
        let what = answer
            .head
            .media_type()
            .map_or_else(|| "no Content-Type".to_owned(), |what| shown(&what));
        let asked = first.probe.method.as_str();
        if page::is_target_html(evidence) {
            return Judgement::warn(Defect::BlockPage, "the target is an HTML page on every answer")
                .because(format!(
                    "{asked} says {what} and the sizes agree, so the file itself may be HTML. Should it \
                     be a program or a package, a portal answers in its place."
                ))
                .proved_by(ids);
        }
        let only_head = pages.iter().all(|(exchange, _)| exchange.probe.ranges.is_none());
        let ranges_work = evidence.answers().any(|(exchange, answer)| {
            exchange.probe.ranges.is_some() && answer.head.status == 206 && !page::is_page(answer)
        });
        if only_head && ranges_work {
            return Judgement::warn(Defect::BlockPage, "HEAD says text/html, the ranges do not")
                .proved_by(ids);
        }
        Judgement::fail(Defect::BlockPage, "an HTML page came in place of the file")
            .because(format!(
                "{asked} was answered with {} and {what}. A captive portal, a filter or a login form \
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
    title: "no HTML page comes in place of the file",
    rfc: "RFC 9110 8.3",
    source: "Observed with captive portals, filters and relabelling proxies",
    explanation: "A captive portal, a filter or a login form answers with a page and status 200, \
                  or a proxy relabels such a page as 206. BITS and Delivery Optimization would \
                  take the page for the file, or stop because the sizes disagree. A target that \
                  really is an HTML file is only a warning.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::DoFirstBytes, Purpose::DoFirstBlock],
    decides_job: true,
};
