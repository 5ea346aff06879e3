//! HTML pages in place of the file: captive portals, block pages.

use super::size;
use crate::probe::evidence::Evidence;
use crate::probe::exchange::{Answer, Exchange};
use crate::probe::probe::{Method, Purpose};
use crate::wire::byte_range::RangeSet;
use crate::wire::content_range::ContentRange;

/// Whether this answer looks like a page although the target is no page.
pub(in crate::check) fn is_suspect(evidence: &Evidence, answer: &Answer) -> bool {
    is_page(answer) && !is_target_html(evidence)
}

/// Whether a 200 or 206 says or shows that it is an HTML page.
pub(in crate::check) fn is_page(answer: &Answer) -> bool {
    matches!(answer.head.status, 200 | 206) && (says_html(answer) || shows_html(answer))
}

/// The exchanges whose answer looks like a page; those for several ranges are left to their group.
pub(in crate::check) fn pages(evidence: &Evidence) -> impl Iterator<Item = (&Exchange, &Answer)> {
    evidence.answers().filter(|(exchange, answer)| {
        let is_multiple = exchange.probe.ranges.as_ref().is_some_and(RangeSet::is_multiple);
        !is_multiple && is_page(answer)
    })
}

/// Whether the target may well be an HTML file of its own: HEAD says HTML too, and either some
/// 206 has the total that HEAD states, or the URL names an HTML file.
pub(in crate::check) fn is_target_html(evidence: &Evidence) -> bool {
    let Some(head) = evidence.exchange(Purpose::Head).and_then(Exchange::answer) else {
        return names_html(&evidence.url) && pages(evidence).all(|(_, answer)| says_html(answer));
    };
    says_html(head) && (names_html(&evidence.url) || has_right_part(evidence))
}

/// A 206 with the total that HEAD states, and a HEAD that states one.
fn has_right_part(evidence: &Evidence) -> bool {
    let Some(size) = evidence.head_size() else { return false };
    evidence.answers().any(|(exchange, answer)| {
        exchange.probe.method == Method::Get
            && answer.head.status == 206
            && size::content_range(answer).and_then(ContentRange::total) == Some(size)
    })
}

fn names_html(url: &str) -> bool {
    let path = url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned());
    let path = path.to_ascii_lowercase();
    [".htm", ".html", ".xhtml"].iter().any(|ending| path.ends_with(ending))
}

fn says_html(answer: &Answer) -> bool {
    let media_type = answer.head.media_type();
    matches!(media_type.as_deref(), Some("text/html" | "application/xhtml+xml"))
}

/// Looks at the beginning only, and only where the body begins at the file's first byte.
fn shows_html(answer: &Answer) -> bool {
    let begins_elsewhere = matches!(
        size::content_range(answer),
        Some(ContentRange::Part { span, .. }) if span.first() > 0
    );
    if begins_elsewhere {
        return false;
    }
    let data = answer.body.data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&answer.body.data);
    let data = data.trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| data.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
}
