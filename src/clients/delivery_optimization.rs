//! The exact requests of Delivery Optimization: fields, order and case as a capture of Windows 11
//! 25H2 at a WSUS server shows them. Through a proxy `Connection` gives way to `Proxy-Connection`,
//! which a capture of January 2020 shows; that WinHTTP sends it last is taken from BITS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use url::Url;

use crate::clients::bits::finish;
use crate::model::exchange::Request;
use crate::model::probe::{Method, Probe, Purpose};
use crate::model::profile::Profile;
use crate::wire::fields::Fields;

/// The base of the `MS-CV` fields of a run: a correlation vector, by which Microsoft finds the
/// requests of one download in its logs. Its form never varies, whatever the random bytes are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CorrelationVector {
    base: String,
}

impl CorrelationVector {
    /// From random bytes: version 1 has 96 bits, which are 16 characters of Base64.
    pub fn new(random: [u8; 12]) -> Self {
        Self { base: BASE64.encode(random) }
    }

    /// The value for the requests of a purpose.
    fn value(&self, purpose: Purpose) -> String {
        let number = (purpose as u8).saturating_sub(Purpose::DoFirstBytes as u8);
        format!("{}.1.{number}", self.base)
    }
}

/// The request that Delivery Optimization would send for a probe.
///
/// `to_proxy`: as for [`crate::clients::bits::request`].
///
/// The `Content-Length: 0` of a GET is its own; only [`Purpose::DoWithoutLength`] leaves it out. No
/// capture shows a HEAD; it is taken to be the same request without Range and without that field.
pub fn request(
    probe: &Probe,
    url: &Url,
    to_proxy: bool,
    correlation: &CorrelationVector,
) -> Request {
    let mut fields = Fields::default();
    if !to_proxy {
        fields.push("Connection", "Keep-Alive");
    }
    fields.push("Accept", "*/*");
    if let Some(ranges) = &probe.ranges {
        fields.push("Range", ranges.to_string());
    }
    fields.push("User-Agent", Profile::Do.user_agent());
    fields.push("MS-CV", correlation.value(probe.purpose));
    if probe.method == Method::Get && probe.purpose != Purpose::DoWithoutLength {
        fields.push("Content-Length", "0");
    }
    finish(probe, url, to_proxy, fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::byte_range::RangeSet;

    fn names(purpose: Purpose, to_proxy: bool) -> Vec<String> {
        let url = Url::parse("http://wsus:8530/Content/a.cab").unwrap();
        let probe = Probe::unconditional(purpose, RangeSet::parse("bytes=0-1").unwrap());
        let request = request(&probe, &url, to_proxy, &CorrelationVector::new([0; 12]));
        request.fields.iter().map(|field| field.name.clone()).collect()
    }

    #[test]
    fn the_fields_are_those_of_the_captures() {
        let direct =
            ["Connection", "Accept", "Range", "User-Agent", "MS-CV", "Content-Length", "Host"];
        assert_eq!(names(Purpose::DoFirstBytes, false), direct);
        let proxied = [
            "Accept",
            "Range",
            "User-Agent",
            "MS-CV",
            "Content-Length",
            "Host",
            "Proxy-Connection",
        ];
        assert_eq!(names(Purpose::DoFirstBytes, true), proxied);
        let without: Vec<_> = direct.into_iter().filter(|name| *name != "Content-Length").collect();
        assert_eq!(names(Purpose::DoWithoutLength, false), without);
    }

    #[test]
    fn correlation_vectors_have_one_form() {
        for random in [[0; 12], [255; 12], *b"bitsgate 1.0"] {
            let value = CorrelationVector::new(random).value(Purpose::DoFirstBlock);
            let (base, rest) = value.split_once('.').unwrap();
            assert_eq!((base.len(), rest), (16, "1.2"));
        }
    }
}
