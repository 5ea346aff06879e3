//! Whether a gateway itself cuts what is asked out of a whole file, and what.

use crate::mock::cut::{Cut, Policy};
use crate::mock::emulation::table::{Table, When};
use crate::mock::message::Request;
use crate::wire::fields::Fields;

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
pub(super) fn cut(table: &Table, request: &Request, file: File<'_>) -> Cut {
    let rules = &table.cuts;
    let applies = match rules.when {
        When::Always => true,
        When::Hits => file.hit,
        When::AgainstZero | When::FirstPiece | When::Never => false,
    };
    let value = request.fields.first("range").filter(|_| {
        applies
            && (request.method == "GET" || rules.for_head)
            && (!rules.needs_accept_ranges || file.fields.has("accept-ranges"))
            && if_range_matches(request, file.fields)
    });
    let Some(value) = value else { return Cut::Whole };
    if let Some(answer) = rules.of_http_10.filter(|_| request.minor == 0) {
        return answer.cut();
    }
    match rules.several_on_miss.filter(|_| !file.hit) {
        Some(several) => Policy { several, ..table.ranges.clone() }.cut(value, file.size),
        None => table.ranges.cut(value, file.size),
    }
}

/// Whether the file is newer than If-Unmodified-Since.
pub(super) fn is_changed(request: &Request, fields: &Fields) -> bool {
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
    use crate::mock::emulation::find;
    use crate::wire::byte_range::Span;

    fn cut_of(name: &str, range: &str, size: Option<u64>, hit: bool) -> Cut {
        let fields: Fields = [("Range", range)].into_iter().collect();
        let request = Request {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            minor: 1,
            fields,
            body: bytes::Bytes::new(),
        };
        let fields = [("Accept-Ranges", "bytes")].into_iter().collect();
        cut(find(name).unwrap().table, &request, File { fields: &fields, size, hit })
    }

    #[test]
    fn hits_are_cut_only_when_the_table_says_so() {
        let one = || Cut::One(Span::new(0, 9).unwrap());
        assert_eq!(cut_of("squid-5.7", "bytes=0-9", Some(100), true), one());
        assert_eq!(cut_of("squid-5.7", "bytes=0-9", Some(100), false), Cut::Whole);
        assert_eq!(cut_of("squid-5.7", "bytes=0-9", None, true), Cut::Whole);
        assert_eq!(cut_of("haproxy-2.6-cache", "bytes=0-9", Some(100), true), Cut::Whole);
        assert_eq!(cut_of("nginx-1.22-cache", "bytes=0-9", Some(100), false), one());
    }

    #[test]
    fn several_ranges_may_be_cut_out_of_hits_alone() {
        let cut_of = |hit| cut_of("nginx-1.22-cache", "bytes=0-9,20-29", Some(100), hit);
        assert_eq!(cut_of(false), Cut::Whole);
        assert!(matches!(cut_of(true), Cut::Several(spans) if spans.len() == 2));
    }

    #[test]
    fn what_a_gateway_cannot_cut_it_may_forward() {
        let cut_of = |range, size| cut_of("trafficserver-9.2", range, Some(size), true);
        for forwarded in ["bytes=5-2", "bytes=20-29,0-9", "bytes=0-9,9-19"] {
            assert_eq!(cut_of(forwarded, 100), Cut::Forwarded, "{forwarded}");
        }
        assert_eq!(cut_of("bytes=0-9", 0), Cut::Forwarded);
        assert_eq!(cut_of("bytes=0-9,20-29", 100), Cut::Whole);
        assert_eq!(cut_of("bytes=100-", 100), Cut::Refused);
    }
}
