//! HTML pages in place of the file: captive portals, block pages.

use super::{client_sends, size};
use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, Exchange};
use crate::model::probe::{Method, Purpose};
use crate::wire::byte_range::RangeSet;
use crate::wire::content_range::ContentRange;

/// Whether this answer looks like a page although the target is no page.
pub(in crate::checks) fn is_suspect(evidence: &Evidence, answer: &Answer) -> bool {
    is_page(evidence, answer) && !is_target_html(evidence)
}

/// Whether a 200 or 206 is an HTML page: its bytes show it, or its type says so and the sizes do
/// not speak for the file.
pub(in crate::checks) fn is_page(evidence: &Evidence, answer: &Answer) -> bool {
    let says_so = || says_html(answer) && !is_labelled(evidence, answer);
    is_content(answer) && (shows_html(answer) || says_so())
}

/// Whether a part of the file is only labelled HTML: its total is the size of the file, and its
/// bytes do not begin as a page does. No fact says that BITS looks at Content-Type.
pub(in crate::checks) fn is_labelled(evidence: &Evidence, answer: &Answer) -> bool {
    let total = size::content_range(answer).and_then(ContentRange::total);
    answer.head.status == 206
        && says_html(answer)
        && !shows_html(answer)
        && total.is_some()
        && total == evidence.size()
        && !is_page_for_package(evidence)
}

/// The exchanges whose answer looks like a page; those for several ranges are left to their group.
pub(in crate::checks) fn pages(evidence: &Evidence) -> impl Iterator<Item = (&Exchange, &Answer)> {
    answers_to_one(evidence).filter(|(_, answer)| is_page(evidence, answer))
}

/// The exchanges whose answer is only labelled HTML.
pub(in crate::checks) fn labelled(
    evidence: &Evidence,
) -> impl Iterator<Item = (&Exchange, &Answer)> {
    answers_to_one(evidence).filter(|(_, answer)| is_labelled(evidence, answer))
}

/// Whether the target may well be an HTML file of its own: HEAD says HTML too, and either some
/// 206 has the total that HEAD states, or the URL names an HTML file. A package never begins as a
/// page does, however well the sizes agree.
pub(in crate::checks) fn is_target_html(evidence: &Evidence) -> bool {
    if is_page_for_package(evidence) {
        return false;
    }
    let Some(head) = evidence.exchange(Purpose::Head).and_then(Exchange::answer) else {
        return names(evidence, HTML) && pages(evidence).all(|(_, answer)| says_html(answer));
    };
    says_html(head) && (names(evidence, HTML) || has_right_part(evidence))
}

/// Whether bytes that begin as a page came where the URL names a program or a package.
fn is_page_for_package(evidence: &Evidence) -> bool {
    let shown = |(exchange, answer): (&Exchange, &Answer)| {
        client_sends(exchange.probe.purpose) && is_content(answer) && shows_html(answer)
    };
    names(evidence, PACKAGES) && answers_to_one(evidence).any(shown)
}

fn answers_to_one(evidence: &Evidence) -> impl Iterator<Item = (&Exchange, &Answer)> {
    evidence
        .answers()
        .filter(|(exchange, _)| !exchange.probe.ranges.as_ref().is_some_and(RangeSet::is_multiple))
        // They have a check of their own.
        .filter(|(exchange, _)| !exchange.probe.purpose.is_whole_file())
}

fn is_content(answer: &Answer) -> bool {
    matches!(answer.head.status, 200 | 206)
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

/// Whether the path of the URL ends so.
fn names(evidence: &Evidence, endings: &[&str]) -> bool {
    let url = &evidence.url;
    let path = url::Url::parse(url).map_or_else(|_| url.clone(), |url| url.path().to_owned());
    let path = path.to_ascii_lowercase();
    endings.iter().any(|ending| path.ends_with(ending))
}

fn says_html(answer: &Answer) -> bool {
    let media_type = answer.head.media_type();
    matches!(media_type.as_deref(), Some("text/html" | "application/xhtml+xml"))
}

/// Looks at the beginning only, and only where the body begins at the file's first byte.
pub(in crate::checks) fn shows_html(answer: &Answer) -> bool {
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

/// Endings of HTML files.
const HTML: &[&str] = &[".htm", ".html", ".xhtml"];

/// Endings of programs and packages, as update servers offer them: all are binary.
const PACKAGES: &[&str] = &[".cab", ".dll", ".esd", ".exe", ".msi", ".msp", ".msu", ".psf", ".zip"];
