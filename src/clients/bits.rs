//! The exact requests of BITS/7.8: method, target form, fields, their order and case, as public
//! captures of Windows Update traffic show them.

use url::Url;

use crate::model::exchange::Request;
use crate::model::probe::{Method, Probe};
use crate::model::profile::Profile;
use crate::wire::fields::Fields;

/// The request that BITS would send for a probe.
///
/// `to_proxy`: the request goes to an HTTP proxy in the clear, so it has the absolute form and
/// `Proxy-Connection`; through a tunnel or SOCKS it looks as if it were direct.
/// `last_modified`: the `Last-Modified` of the HEAD, for `If-Unmodified-Since`.
pub fn request(probe: &Probe, url: &Url, to_proxy: bool, last_modified: Option<&str>) -> Request {
    let mut fields = Fields::default();
    if !to_proxy {
        fields.push("Connection", "Keep-Alive");
    }
    fields.push("Accept", "*/*");
    fields.push("Accept-Encoding", "identity");
    if let (Method::Get, true, Some(date)) = (probe.method, probe.conditional, last_modified) {
        fields.push("If-Unmodified-Since", date);
    }
    if let Some(ranges) = &probe.ranges {
        fields.push("Range", ranges.to_string());
    }
    fields.push("User-Agent", Profile::Bits.user_agent());
    finish(probe, url, to_proxy, fields)
}

/// Ends a request as both clients do: `Host`, then `Proxy-Connection` to a proxy, which is asked
/// in absolute form.
pub(crate) fn finish(probe: &Probe, url: &Url, to_proxy: bool, mut fields: Fields) -> Request {
    fields.push("Host", host_field(url));
    if to_proxy {
        fields.push("Proxy-Connection", "Keep-Alive");
    }
    let target = if to_proxy { url.as_str() } else { &url[url::Position::BeforePath..] };
    Request {
        method: probe.method.as_str(),
        url: url.to_string(),
        target: target.to_owned(),
        fields,
    }
}

/// Host and, unless it is the default one, port (RFC 9110 section 7.2).
pub fn host_field(url: &Url) -> &str {
    &url[url::Position::BeforeHost..url::Position::AfterPort]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::probe::Purpose;
    use crate::wire::byte_range::RangeSet;

    fn lines(request: &Request) -> Vec<String> {
        let first = format!("{} {}", request.method, request.target);
        let fields = request.fields.iter().map(|field| format!("{}: {}", field.name, field.value));
        std::iter::once(first).chain(fields).collect()
    }

    #[test]
    fn a_direct_get_is_that_of_the_captures() {
        let url = Url::parse("http://wsus:8530/Content/a.cab?x=1").unwrap();
        let ranges = RangeSet::parse("bytes=0-71744").unwrap();
        let date = Some("Wed, 25 Nov 2020 16:46:48 GMT");
        let request = request(&Probe::get(Purpose::RangeFirst, ranges), &url, false, date);
        assert_eq!(
            lines(&request),
            [
                "GET /Content/a.cab?x=1",
                "Connection: Keep-Alive",
                "Accept: */*",
                "Accept-Encoding: identity",
                "If-Unmodified-Since: Wed, 25 Nov 2020 16:46:48 GMT",
                "Range: bytes=0-71744",
                "User-Agent: Microsoft BITS/7.8",
                "Host: wsus:8530",
            ]
        );
    }

    #[test]
    fn a_head_to_a_proxy_is_absolute_and_has_no_range() {
        let url = Url::parse("http://wsus/a.cab").unwrap();
        let request = request(&Probe::head(Purpose::Head), &url, true, Some("ignored"));
        assert_eq!(
            lines(&request),
            [
                "HEAD http://wsus/a.cab",
                "Accept: */*",
                "Accept-Encoding: identity",
                "User-Agent: Microsoft BITS/7.8",
                "Host: wsus",
                "Proxy-Connection: Keep-Alive",
            ]
        );
    }
}
