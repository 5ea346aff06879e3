//! The trigger map: which code Windows would show for a defect, and how certain that is.

use super::trigger_do;
use crate::model::defect::Defect;
use crate::model::hresult::BitsView;
use crate::model::hresult::Certainty;
use crate::model::hresult::Hresult;
use crate::model::hresult::is_defined_status;
use crate::model::profile::Profile;
use crate::wire::redirect::is_redirect;

/// What the client of a profile makes of a defect; nothing when it shows no code for it, or none
/// is known.
pub fn view(defect: Defect, profile: Profile) -> Option<BitsView> {
    match profile {
        Profile::Bits => bits_view(defect),
        Profile::Do => trigger_do::view(defect),
    }
}

/// What BITS makes of a defect.
///
/// Documented are only the triggers that Microsoft names: the WSUS operations guide ("Issues with
/// BITS"), "BITS return values" and the page of `AddFileWithRanges`. All else is inference.
pub(super) fn bits_view(defect: Defect) -> Option<BitsView> {
    use Certainty::{Documented, Likely};
    let (number, certainty, transient) = match defect {
        Defect::HttpStatus(status) => return status_view(status),
        // A client takes a 2xx that it does not know for a 200 (RFC 9110 15).
        Defect::UnexpectedStatus(status) if is_taken_for_200(status) => {
            (INSUFFICIENT_RANGE_SUPPORT, Likely, false)
        }
        Defect::ConditionRefused(200 | 206)
        | Defect::BlockPage
        | Defect::MultiLengthMissing
        | Defect::MultipartForSingle
        | Defect::WholeFileForMulti
        | Defect::SinglePartForMulti
        | Defect::BoundaryUnusable
        | Defect::PreambleAtLimit
        | Defect::PreambleTooLong
        | Defect::PartHeadersAtLimit
        | Defect::PartHeadersTooLong => (INSUFFICIENT_RANGE_SUPPORT, Likely, false),
        // A client follows these; their status is a code only where a job forbids that.
        Defect::UnexpectedStatus(status)
        | Defect::MultiRefused(status)
        | Defect::ConditionRefused(status)
            if is_redirect(status) =>
        {
            return None;
        }
        Defect::TunnelRefused(status)
        | Defect::UnexpectedStatus(status)
        | Defect::MultiRefused(status)
        | Defect::ConditionRefused(status) => {
            return Some(BitsView { certainty: Likely, ..status_view(status)? });
        }

        Defect::NameNotResolved => (NAME_NOT_RESOLVED, Documented, true),
        Defect::CannotConnect | Defect::SocksRefused => (CANNOT_CONNECT, Likely, true),
        Defect::TimedOut => (TIMEOUT, Likely, true),
        Defect::CertificateInvalid | Defect::TlsFailed => (SECURE_FAILURE, Likely, false),
        Defect::ConnectionLost => (CONNECTION_ERROR, Likely, true),
        Defect::MalformedResponse => (UNREADABLE_RESPONSE, Documented, true),
        Defect::HeadTooLong => (HEADER_SIZE_OVERFLOW, Likely, false),
        Defect::ProxyAuthentication => (PROXY_AUTHENTICATION, Documented, false),
        Defect::ProxyChallengeMissing => (PROXY_AUTHENTICATION, Likely, false),
        // The code is documented for an answer that cannot be read; these can be, by some.
        Defect::FramingConflict | Defect::HeadBody | Defect::InterimAnswer | Defect::StrayBytes => {
            (UNREADABLE_RESPONSE, Likely, true)
        }
        Defect::RedirectUnusable => (REDIRECT_FAILED, Likely, false),
        Defect::OldVersion => (INSUFFICIENT_HTTP_SUPPORT, Likely, false),
        Defect::Stalled => (NO_PROGRESS, Likely, true),

        Defect::HeadLengthMissing => (MISSING_FILE_SIZE, Documented, false),
        Defect::HeadLengthInvalid => (MISSING_FILE_SIZE, Likely, false),

        Defect::WholeFileForRange | Defect::ContentRangeMissing | Defect::RangeLengthMissing => {
            (INSUFFICIENT_RANGE_SUPPORT, Documented, false)
        }
        Defect::SatisfiableRefused => {
            return Some(BitsView { certainty: Likely, ..status_view(416)? });
        }

        // Microsoft documents the code for duplicate and overlapping ranges, which are never asked.
        Defect::RangesMerged
        | Defect::AdjacentRangesMerged
        | Defect::BodyLengthWrong
        | Defect::ClosingDelimiterMissing
        | Defect::ContentRangeInvalid
        | Defect::ContentRangeOnMultipart
        | Defect::ContentRangeWrong
        | Defect::HeadCoding
        | Defect::HeadLengthWrong
        | Defect::PartBytesWrong
        | Defect::PartFieldsInvalid
        | Defect::RangeCoding
        | Defect::RangeLengthWrong
        | Defect::RangesDropped
        | Defect::RangesReordered
        | Defect::TotalWrong => (INVALID_SERVER_RESPONSE, Likely, false),

        Defect::SizeChanged | Defect::ValidatorsChanged | Defect::ValidatorsDiffer => {
            (REMOTE_FILE_CHANGED, Likely, false)
        }

        Defect::BytesDiffer
        | Defect::EmptyFile
        | Defect::HeadLengthZero
        | Defect::KeepAliveLost
        | Defect::NotJudged
        | Defect::OddHead
        | Defect::OtherFile
        | Defect::Slow
        | Defect::Overloaded
        | Defect::TotalUnknown
        | Defect::UnsatisfiableAccepted
        | Defect::Unstable
        | Defect::ValidatorsMissing => return None,
    };
    Some(BitsView { hresult: Hresult(number), certainty, transient, extended: None })
}

/// `BG_E_HTTP_ERROR_nnn`; none for what is no status of HTTP. Documented for the statuses that
/// Microsoft's pages on errors list, a pattern for all others.
fn status_view(status: u16) -> Option<BitsView> {
    let hresult = Hresult::http_status(status);
    hresult.status()?;
    let documented = matches!(status, 400 | 401 | 403 | 404 | 407 | 414 | 501 | 503 | 504 | 505);
    Some(BitsView {
        hresult,
        certainty: if documented { Certainty::Documented } else { Certainty::Likely },
        transient: matches!(status, 500 | 502..=504),
        extended: None,
    })
}

/// Whether a status is a 200, or a 2xx without a meaning of its own.
fn is_taken_for_200(status: u16) -> bool {
    status == 200 || matches!(status, 201..=299) && !is_defined_status(status)
}

const CANNOT_CONNECT: u32 = 0x8007_2EFD;
const CONNECTION_ERROR: u32 = 0x8007_2EFE;
const HEADER_SIZE_OVERFLOW: u32 = 0x8007_2F96;
const INSUFFICIENT_HTTP_SUPPORT: u32 = 0x8020_0012;
const INSUFFICIENT_RANGE_SUPPORT: u32 = 0x8020_0013;
const INVALID_SERVER_RESPONSE: u32 = 0x8020_001B;
const MISSING_FILE_SIZE: u32 = 0x8020_0011;
const NAME_NOT_RESOLVED: u32 = 0x8007_2EE7;
const NO_PROGRESS: u32 = 0x8020_0024;
const PROXY_AUTHENTICATION: u32 = 0x8019_0197;
const REDIRECT_FAILED: u32 = 0x8007_2F7C;
const REMOTE_FILE_CHANGED: u32 = 0x8020_0073;
const SECURE_FAILURE: u32 = 0x8007_2F8F;
const TIMEOUT: u32 = 0x8007_2EE2;
const UNREADABLE_RESPONSE: u32 = 0x8007_2F78;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(defect: Defect) -> Option<(u32, Certainty, bool)> {
        bits_view(defect).map(|view| (view.hresult.0, view.certainty, view.transient))
    }

    #[test]
    fn the_map_keeps_its_certainty() {
        use Certainty::{Documented, Likely};
        for (defect, expected) in [
            (Defect::HeadLengthMissing, (0x8020_0011, Documented, false)),
            (Defect::WholeFileForRange, (0x8020_0013, Documented, false)),
            (Defect::ContentRangeMissing, (0x8020_0013, Documented, false)),
            (Defect::RangeLengthMissing, (0x8020_0013, Documented, false)),
            (Defect::HttpStatus(403), (0x8019_0193, Documented, false)),
            (Defect::HttpStatus(503), (0x8019_01F7, Documented, true)),
            (Defect::HttpStatus(405), (0x8019_0195, Likely, false)),
            (Defect::HttpStatus(418), (0x8019_01A2, Likely, false)),
            (Defect::ProxyAuthentication, (0x8019_0197, Documented, false)),
            (Defect::SatisfiableRefused, (0x8019_01A0, Likely, false)),
            (Defect::RangesMerged, (0x8020_001B, Likely, false)),
            (Defect::MultiLengthMissing, (0x8020_0013, Likely, false)),
            (Defect::UnexpectedStatus(299), (0x8020_0013, Likely, false)),
            (Defect::UnexpectedStatus(204), (0x8019_00CC, Likely, false)),
            (Defect::AdjacentRangesMerged, (0x8020_001B, Likely, false)),
            (Defect::WholeFileForMulti, (0x8020_0013, Likely, false)),
            (Defect::ContentRangeWrong, (0x8020_001B, Likely, false)),
            (Defect::Stalled, (0x8020_0024, Likely, true)),
            (Defect::ConnectionLost, (0x8007_2EFE, Likely, true)),
            (Defect::MalformedResponse, (0x8007_2F78, Documented, true)),
            (Defect::InterimAnswer, (0x8007_2F78, Likely, true)),
            (Defect::SizeChanged, (0x8020_0073, Likely, false)),
            (Defect::ConditionRefused(412), (0x8019_019C, Likely, false)),
        ] {
            assert_eq!(shown(defect), Some(expected), "{defect:?}");
        }
        for status in [400, 401, 403, 404, 407, 414, 501, 503, 504, 505] {
            assert_eq!(shown(Defect::HttpStatus(status)).unwrap().1, Documented, "{status}");
        }
        for status in [402, 405, 406, 408, 410, 416, 418, 429, 500, 502, 511] {
            assert_eq!(shown(Defect::HttpStatus(status)).unwrap().1, Likely, "{status}");
        }
        assert_eq!(shown(Defect::UnexpectedStatus(666)), None, "no status of HTTP");
        assert_eq!(shown(Defect::MultiRefused(666)), None);
        assert_eq!(shown(Defect::KeepAliveLost), None);
        assert_eq!(shown(Defect::UnexpectedStatus(302)), None, "followed by default");
        for status in [408, 429] {
            let (_, _, transient) = shown(Defect::HttpStatus(status)).unwrap();
            assert!(!transient, "nothing says that {status} is tried again");
        }
    }

    #[test]
    fn every_fixed_code_is_in_the_table() {
        for number in [
            CANNOT_CONNECT,
            CONNECTION_ERROR,
            HEADER_SIZE_OVERFLOW,
            INSUFFICIENT_HTTP_SUPPORT,
            INSUFFICIENT_RANGE_SUPPORT,
            INVALID_SERVER_RESPONSE,
            MISSING_FILE_SIZE,
            NAME_NOT_RESOLVED,
            NO_PROGRESS,
            PROXY_AUTHENTICATION,
            REDIRECT_FAILED,
            REMOTE_FILE_CHANGED,
            SECURE_FAILURE,
            TIMEOUT,
            UNREADABLE_RESPONSE,
        ] {
            assert!(super::super::codes::by_hresult(Hresult(number)).is_some(), "{number:#X}");
        }
    }
}
