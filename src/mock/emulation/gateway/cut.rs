//! Decides what of a whole file is sent for a request, as the table says.

use super::table::{Cuts, Otherwise, Several, When};
use crate::mock::message::Request;
use crate::wire::byte_range::{RangeSet, Span};
use crate::wire::fields::Fields;

/// What is to be sent of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Cut {
    /// An own 412.
    Changed,
    /// The next server's answer, as if nothing were kept.
    Forwarded,
    /// All of it, as 200.
    Nothing,
    One(Span),
    Parts(Vec<Span>),
    /// An own 416.
    Refused,
}

/// The file that ranges are cut out of.
#[derive(Clone, Copy, Debug)]
pub(super) struct File<'a> {
    pub(super) fields: &'a Fields,
    /// Its size in bytes, when it is known by now.
    pub(super) size: Option<u64>,
    /// Whether it was kept.
    pub(super) hit: bool,
}

/// What of the file answers `request`.
pub(super) fn cut(rules: &Cuts, request: &Request, file: File<'_>) -> Cut {
    if rules.conditions && is_changed(request, file.fields) {
        return Cut::Changed;
    }
    let applies = match rules.when {
        When::Always => true,
        When::Hits => file.hit,
        When::Never => false,
    };
    let value = request.fields.first("range").filter(|_| {
        applies
            && (request.method == "GET" || rules.for_head)
            && (!rules.needs_accept_ranges || file.fields.has("accept-ranges"))
            && if_range_matches(request, file.fields)
    });
    let Some(value) = value else { return Cut::Nothing };
    if let Some(answer) = rules.of_http_10.filter(|_| request.minor == 0) {
        return otherwise(answer);
    }
    if file.size == Some(0) {
        return otherwise(rules.of_empty);
    }
    let Some(set) = RangeSet::parse(value) else { return otherwise(rules.unreadable) };
    // Whoever does not read lists refuses them before it looks at the file.
    if set.is_multiple() && rules.several == Several::Refused {
        return Cut::Refused;
    }
    let Some(size) = file.size else { return Cut::Nothing };
    let spans = set.resolve(size);
    match spans.as_slice() {
        [] => otherwise(rules.past_end),
        [span] => Cut::One(*span),
        _ => several(rules, spans, size, file.hit),
    }
}

fn several(rules: &Cuts, spans: Vec<Span>, size: u64, hit: bool) -> Cut {
    let sum = spans.iter().fold(0_u64, |sum, span| sum.saturating_add(span.width()));
    if rules.sum_limited && sum > size {
        return Cut::Nothing;
    }
    let is_in_order = spans.is_sorted_by(|one, two| one.last() < two.first());
    if let Some(answer) = rules.out_of_order.filter(|_| !is_in_order) {
        return otherwise(answer);
    }
    match rules.several_on_miss.filter(|_| !hit).unwrap_or(rules.several) {
        Several::Parts => Cut::Parts(spans),
        Several::Whole => Cut::Nothing,
        Several::Refused => Cut::Refused,
    }
}

fn otherwise(answer: Otherwise) -> Cut {
    match answer {
        Otherwise::Forwarded => Cut::Forwarded,
        Otherwise::Refused => Cut::Refused,
        Otherwise::Whole => Cut::Nothing,
    }
}

/// Whether the file is newer than If-Unmodified-Since.
fn is_changed(request: &Request, fields: &Fields) -> bool {
    let date = |value: Option<&str>| httpdate::parse_http_date(value?).ok();
    let limit = date(request.fields.first("if-unmodified-since"));
    limit.zip(date(fields.first("last-modified"))).is_some_and(|(limit, date)| date > limit)
}

/// Whether If-Range, when there is one, names this file (RFC 9110 13.1.5).
fn if_range_matches(request: &Request, fields: &Fields) -> bool {
    request.fields.first("if-range").is_none_or(|value| {
        [fields.first("etag"), fields.first("last-modified")].contains(&Some(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_of(rules: &Cuts, range: &str, size: Option<u64>, hit: bool) -> Cut {
        let fields: Fields = [("Range", range)].into_iter().collect();
        let request = Request {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            minor: 1,
            fields,
            body: bytes::Bytes::new(),
        };
        let fields = [("Accept-Ranges", "bytes")].into_iter().collect();
        cut(rules, &request, File { fields: &fields, size, hit })
    }

    fn span(first: u64, last: u64) -> Span {
        Span::new(first, last).unwrap()
    }

    #[test]
    fn hits_are_cut_only_when_the_table_says_so() {
        let rules = Cuts { when: When::Hits, ..Cuts::default() };
        assert_eq!(cut_of(&rules, "bytes=0-9", Some(100), true), Cut::One(span(0, 9)));
        assert_eq!(cut_of(&rules, "bytes=0-9", Some(100), false), Cut::Nothing);
        assert_eq!(cut_of(&rules, "bytes=0-9", None, true), Cut::Nothing);
        assert_eq!(cut_of(&Cuts::default(), "bytes=0-9", Some(100), true), Cut::Nothing);
    }

    #[test]
    fn several_ranges_are_answered_as_the_table_says() {
        let cut_of = |several, range| {
            let rules = Cuts { when: When::Always, several, ..Cuts::default() };
            cut_of(&rules, range, Some(100), false)
        };
        let parts = || Cut::Parts(vec![span(0, 9), span(20, 29)]);
        assert_eq!(cut_of(Several::Parts, "bytes=0-9,20-29"), parts());
        assert_eq!(cut_of(Several::Whole, "bytes=0-9,20-29"), Cut::Nothing);
        assert_eq!(cut_of(Several::Whole, "bytes=0-9,200-"), Cut::One(span(0, 9)));
        assert_eq!(cut_of(Several::Refused, "bytes=0-9,200-"), Cut::Refused);
    }

    #[test]
    fn ranges_out_of_order_may_be_answered_otherwise() {
        let cut_of = |otherwise, range| {
            let rules = Cuts {
                when: When::Hits,
                several: Several::Parts,
                out_of_order: Some(otherwise),
                ..Cuts::default()
            };
            cut_of(&rules, range, Some(100), true)
        };
        let parts = || Cut::Parts(vec![span(0, 9), span(20, 29)]);
        assert_eq!(cut_of(Otherwise::Whole, "bytes=0-9,20-29"), parts());
        for range in ["bytes=20-29,0-9", "bytes=0-9,9-29"] {
            assert_eq!(cut_of(Otherwise::Whole, range), Cut::Nothing);
            assert_eq!(cut_of(Otherwise::Forwarded, range), Cut::Forwarded);
        }
    }

    #[test]
    fn what_cannot_be_served_is_refused_or_whole() {
        let refuses = Cuts {
            when: When::Always,
            unreadable: Otherwise::Refused,
            past_end: Otherwise::Refused,
            ..Cuts::default()
        };
        assert_eq!(cut_of(&refuses, "bytes=5-2", Some(100), false), Cut::Refused);
        assert_eq!(cut_of(&refuses, "bytes=100-", Some(100), false), Cut::Refused);
        assert_eq!(cut_of(&refuses, "bytes=0-", Some(0), false), Cut::Nothing);
        let ignores = Cuts { when: When::Always, ..Cuts::default() };
        assert_eq!(cut_of(&ignores, "bytes=5-2", Some(100), false), Cut::Nothing);
        assert_eq!(cut_of(&ignores, "bytes=100-", Some(100), false), Cut::Nothing);
    }
}
