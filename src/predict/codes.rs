//! All codes that BITS can show, with name and meaning: for `explain` and for every report.
//!
//! Sources: Microsoft "BITS return values", "WinHTTP error messages", "WUA networking error
//! codes", "Delivery Optimization return values", and the table of the WSUS operations guide.

use super::{codes_bits, codes_services, codes_windows};
use crate::model::hresult::Hresult;

/// One code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Code {
    /// The number.
    pub hresult: Hresult,
    /// The symbolic name, such as `BG_E_MISSING_FILE_SIZE`.
    pub name: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
}

/// Every code, group by group.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [
        codes_bits::SUCCESS,
        codes_bits::ERRORS,
        HTTP_STATUSES,
        codes_windows::WINHTTP,
        codes_windows::WINDOWS,
        codes_windows::UPDATE_AGENT,
        codes_services::DELIVERY_OPTIMIZATION,
        codes_services::CONFIGURATION_MANAGER,
        HTTP_STATUSES_AS_WIN32,
    ]
    .into_iter()
    .flatten()
}

/// The code of this number.
pub fn by_hresult(hresult: Hresult) -> Option<&'static Code> {
    all().find(|code| code.hresult == hresult)
}

/// The code of this symbolic name, in any case. The aliases `ERROR_HTTP_*` and `ERROR_INTERNET_*`
/// of a WinHTTP name are known too.
pub fn by_name(name: &str) -> Option<&'static Code> {
    let named = |name: &str| all().find(|code| code.name.eq_ignore_ascii_case(name));
    named(name).or_else(|| {
        let upper = name.to_ascii_uppercase();
        let rest = upper.strip_prefix("ERROR_HTTP_").or(upper.strip_prefix("ERROR_INTERNET_"))?;
        named(&format!("ERROR_WINHTTP_{rest}"))
    })
}

/// The symbolic name of a number, when it is known.
pub fn name_of(hresult: Hresult) -> Option<&'static str> {
    by_hresult(hresult).map(|code| code.name)
}

pub(super) const fn code(number: u32, name: &'static str, meaning: &'static str) -> Code {
    Code { hresult: Hresult(number), name, meaning }
}

/// `BG_E_HTTP_ERROR_nnn`: 0x80190000 plus the status, for each status that Microsoft defines.
const HTTP_STATUSES: &[Code] = &[
    code(0x8019_0064, "BG_E_HTTP_ERROR_100", "HTTP status 100 Continue"),
    code(0x8019_0065, "BG_E_HTTP_ERROR_101", "HTTP status 101 Switching Protocols"),
    code(0x8019_00C8, "BG_E_HTTP_ERROR_200", "HTTP status 200 OK, where another status was needed"),
    code(0x8019_00C9, "BG_E_HTTP_ERROR_201", "HTTP status 201 Created"),
    code(0x8019_00CA, "BG_E_HTTP_ERROR_202", "HTTP status 202 Accepted"),
    code(0x8019_00CB, "BG_E_HTTP_ERROR_203", "HTTP status 203 Non-Authoritative Information"),
    code(0x8019_00CC, "BG_E_HTTP_ERROR_204", "HTTP status 204 No Content"),
    code(0x8019_00CD, "BG_E_HTTP_ERROR_205", "HTTP status 205 Reset Content"),
    code(
        0x8019_00CE,
        "BG_E_HTTP_ERROR_206",
        "HTTP status 206 Partial Content, where another status was needed",
    ),
    code(0x8019_012C, "BG_E_HTTP_ERROR_300", "HTTP status 300 Multiple Choices"),
    code(0x8019_012D, "BG_E_HTTP_ERROR_301", "HTTP status 301 Moved Permanently"),
    code(0x8019_012E, "BG_E_HTTP_ERROR_302", "HTTP status 302 Found"),
    code(0x8019_012F, "BG_E_HTTP_ERROR_303", "HTTP status 303 See Other"),
    code(0x8019_0130, "BG_E_HTTP_ERROR_304", "HTTP status 304 Not Modified"),
    code(0x8019_0131, "BG_E_HTTP_ERROR_305", "HTTP status 305 Use Proxy"),
    code(0x8019_0133, "BG_E_HTTP_ERROR_307", "HTTP status 307 Temporary Redirect"),
    code(0x8019_0190, "BG_E_HTTP_ERROR_400", "HTTP status 400 Bad Request"),
    code(0x8019_0191, "BG_E_HTTP_ERROR_401", "HTTP status 401 Unauthorized"),
    code(0x8019_0192, "BG_E_HTTP_ERROR_402", "HTTP status 402 Payment Required"),
    code(
        0x8019_0193,
        "BG_E_HTTP_ERROR_403",
        "HTTP status 403 Forbidden: check the access rights of the job's account",
    ),
    code(0x8019_0194, "BG_E_HTTP_ERROR_404", "HTTP status 404 Not Found"),
    code(0x8019_0195, "BG_E_HTTP_ERROR_405", "HTTP status 405 Method Not Allowed"),
    code(0x8019_0196, "BG_E_HTTP_ERROR_406", "HTTP status 406 Not Acceptable"),
    code(0x8019_0197, "BG_E_HTTP_ERROR_407", "HTTP status 407 Proxy Authentication Required"),
    code(0x8019_0198, "BG_E_HTTP_ERROR_408", "HTTP status 408 Request Timeout"),
    code(0x8019_0199, "BG_E_HTTP_ERROR_409", "HTTP status 409 Conflict"),
    code(0x8019_019A, "BG_E_HTTP_ERROR_410", "HTTP status 410 Gone"),
    code(0x8019_019B, "BG_E_HTTP_ERROR_411", "HTTP status 411 Length Required"),
    code(0x8019_019C, "BG_E_HTTP_ERROR_412", "HTTP status 412 Precondition Failed"),
    code(0x8019_019D, "BG_E_HTTP_ERROR_413", "HTTP status 413 Content Too Large"),
    code(0x8019_019E, "BG_E_HTTP_ERROR_414", "HTTP status 414 URI Too Long"),
    code(0x8019_019F, "BG_E_HTTP_ERROR_415", "HTTP status 415 Unsupported Media Type"),
    code(0x8019_01A0, "BG_E_HTTP_ERROR_416", "HTTP status 416 Range Not Satisfiable"),
    code(0x8019_01A1, "BG_E_HTTP_ERROR_417", "HTTP status 417 Expectation Failed"),
    code(0x8019_01C1, "BG_E_HTTP_ERROR_449", "HTTP status 449 Retry With"),
    code(0x8019_01F4, "BG_E_HTTP_ERROR_500", "HTTP status 500 Internal Server Error"),
    code(0x8019_01F5, "BG_E_HTTP_ERROR_501", "HTTP status 501 Not Implemented"),
    code(0x8019_01F6, "BG_E_HTTP_ERROR_502", "HTTP status 502 Bad Gateway"),
    code(0x8019_01F7, "BG_E_HTTP_ERROR_503", "HTTP status 503 Service Unavailable"),
    code(0x8019_01F8, "BG_E_HTTP_ERROR_504", "HTTP status 504 Gateway Timeout"),
    code(0x8019_01F9, "BG_E_HTTP_ERROR_505", "HTTP status 505 HTTP Version Not Supported"),
];

/// 0x80070000 plus the status, as some logs of Windows Update write an HTTP status.
const HTTP_STATUSES_AS_WIN32: &[Code] = &[
    code(
        0x8007_0190,
        "HTTP_STATUS_400_AS_WIN32",
        "HTTP status 400 Bad Request, written as a code of Windows",
    ),
    code(
        0x8007_0191,
        "HTTP_STATUS_401_AS_WIN32",
        "HTTP status 401 Unauthorized, written as a code of Windows",
    ),
    code(
        0x8007_0192,
        "HTTP_STATUS_402_AS_WIN32",
        "HTTP status 402 Payment Required, written as a code of Windows",
    ),
    code(
        0x8007_0193,
        "HTTP_STATUS_403_AS_WIN32",
        "HTTP status 403 Forbidden, written as a code of Windows",
    ),
    code(
        0x8007_0194,
        "HTTP_STATUS_404_AS_WIN32",
        "HTTP status 404 Not Found, written as a code of Windows",
    ),
    code(
        0x8007_0195,
        "HTTP_STATUS_405_AS_WIN32",
        "HTTP status 405 Method Not Allowed, written as a code of Windows",
    ),
    code(
        0x8007_0196,
        "HTTP_STATUS_406_AS_WIN32",
        "HTTP status 406 Not Acceptable, written as a code of Windows",
    ),
    code(
        0x8007_0197,
        "HTTP_STATUS_407_AS_WIN32",
        "HTTP status 407 Proxy Authentication Required, written as a code of Windows",
    ),
    code(
        0x8007_0198,
        "HTTP_STATUS_408_AS_WIN32",
        "HTTP status 408 Request Timeout, written as a code of Windows",
    ),
    code(
        0x8007_0199,
        "HTTP_STATUS_409_AS_WIN32",
        "HTTP status 409 Conflict, written as a code of Windows",
    ),
    code(
        0x8007_019A,
        "HTTP_STATUS_410_AS_WIN32",
        "HTTP status 410 Gone, written as a code of Windows",
    ),
    code(
        0x8007_019B,
        "HTTP_STATUS_411_AS_WIN32",
        "HTTP status 411 Length Required, written as a code of Windows",
    ),
    code(
        0x8007_019C,
        "HTTP_STATUS_412_AS_WIN32",
        "HTTP status 412 Precondition Failed, written as a code of Windows",
    ),
    code(
        0x8007_019D,
        "HTTP_STATUS_413_AS_WIN32",
        "HTTP status 413 Content Too Large, written as a code of Windows",
    ),
    code(
        0x8007_019E,
        "HTTP_STATUS_414_AS_WIN32",
        "HTTP status 414 URI Too Long, written as a code of Windows",
    ),
    code(
        0x8007_019F,
        "HTTP_STATUS_415_AS_WIN32",
        "HTTP status 415 Unsupported Media Type, written as a code of Windows",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::hresult::is_defined_status;

    #[test]
    fn numbers_and_names_are_unique_and_complete() {
        let numbers: HashSet<_> = all().map(|code| code.hresult).collect();
        let names: HashSet<_> = all().map(|code| code.name).collect();
        assert_eq!((numbers.len(), names.len()), (all().count(), all().count()));
        assert_eq!(codes_bits::SUCCESS.len(), 5);
        assert_eq!(codes_bits::ERRORS.len(), BITS_ERRORS);
        assert_eq!(HTTP_STATUSES.len(), 2 + 7 + 7 + 18 + 1 + 6);
        assert_eq!(codes_windows::WINHTTP.len(), 54);
        assert_eq!(codes_windows::UPDATE_AGENT.len(), 19);
        assert_eq!(codes_services::DELIVERY_OPTIMIZATION.len(), 82);
        assert!(all().all(|code| !code.meaning.is_empty() && code.meaning.len() <= 120));
    }

    #[test]
    fn the_status_codes_follow_the_pattern() {
        for code in HTTP_STATUSES {
            let status: u16 = code.name.rsplit('_').next().unwrap().parse().unwrap();
            assert_eq!(code.hresult, Hresult::http_status(status));
        }
        let is_listed =
            |status| HTTP_STATUSES.iter().any(|code| code.hresult == Hresult::http_status(status));
        for status in 100..=599 {
            assert_eq!(is_defined_status(status), is_listed(status), "{status}");
        }
        assert!(is_defined_status(449) && !is_defined_status(429) && !is_defined_status(308));
    }

    #[test]
    fn codes_are_found_by_number_and_by_name() {
        assert_eq!(name_of(Hresult(0x8020_0013)), Some("BG_E_INSUFFICIENT_RANGE_SUPPORT"));
        assert_eq!(name_of(Hresult(0x8007_2EE7)), Some("ERROR_WINHTTP_NAME_NOT_RESOLVED"));
        assert_eq!(name_of(Hresult(0x8019_01A0)), Some("BG_E_HTTP_ERROR_416"));
        assert_eq!(name_of(Hresult(1)), None);
        let number = |name| by_name(name).map(|code| code.hresult.0);
        assert_eq!(number("bg_e_missing_file_size"), Some(0x8020_0011));
        assert_eq!(number("ERROR_HTTP_INVALID_SERVER_RESPONSE"), Some(0x8007_2F78));
        assert_eq!(number("ERROR_INTERNET_CONNECTION_RESET"), Some(0x8007_2EFF));
        assert_eq!(number("nonsense"), None);
    }

    /// From 0x80200001 to 0x80200076, without the numbers that Microsoft left out.
    const BITS_ERRORS: usize = 86;
}
