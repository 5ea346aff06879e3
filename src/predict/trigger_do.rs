//! The trigger map of Delivery Optimization. Called by [`super::trigger`].
//!
//! Microsoft documents the names of its codes, but hardly what triggers them: all here is likely,
//! and nothing more. KB3175743 names 0x80D05001 for proxies that do not let Range through.

use super::codes;
use super::trigger;
use crate::model::defect::Defect;
use crate::model::hresult::Hresult;
use crate::model::hresult::{BitsView, Certainty};

/// What Delivery Optimization makes of a defect; nothing when it shows no code for it, or none is
/// known. What comes from WinHTTP, and every refusal by status, is as with BITS.
///
/// A cause that it tries again becomes `DO_E_DOWNLOAD_NO_PROGRESS` in the end, with the cause as the
/// extended code.
pub(super) fn view(defect: Defect) -> Option<BitsView> {
    let (number, transient) = match defect {
        Defect::WholeFileForRange
        | Defect::UnexpectedStatus(200)
        | Defect::ContentRangeMissing
        | Defect::MultipartForSingle => (INSUFFICIENT_RANGE_SUPPORT, false),

        Defect::BlockPage
        | Defect::BodyLengthWrong
        | Defect::ContentRangeWrong
        | Defect::HeadLengthWrong
        | Defect::HeadLengthZero
        | Defect::RangeCoding
        | Defect::RangeLengthMissing
        | Defect::RangeLengthWrong
        | Defect::SizeChanged
        | Defect::TotalWrong => (BLOCKSIZE_MISMATCH, false),

        Defect::HeadLengthMissing | Defect::HeadLengthInvalid => (HEADER_NOT_FOUND, false),
        Defect::TotalUnknown => (FILE_SIZE_UNKNOWN_206, false),

        Defect::ContentRangeInvalid => (INVALID_RANGE, false),
        Defect::Stalled => (NO_PROGRESS, true),
        Defect::UnexpectedStatus(201..=299) => (UNEXPECTED_2XX, true),
        Defect::CertificateInvalid => (CERTIFICATE, false),

        Defect::CannotConnect
        | Defect::ConnectionLost
        | Defect::FramingConflict
        | Defect::HeadTooLong
        | Defect::HttpStatus(_)
        | Defect::InterimAnswer
        | Defect::MalformedResponse
        | Defect::NameNotResolved
        | Defect::ProxyAuthentication
        | Defect::ProxyChallengeMissing
        | Defect::RedirectUnusable
        | Defect::SatisfiableRefused
        | Defect::SocksRefused
        | Defect::StrayBytes
        | Defect::TimedOut
        | Defect::TlsFailed
        | Defect::TunnelRefused(_)
        | Defect::UnexpectedStatus(_) => {
            let view = trigger::bits_view(defect)?;
            let view = BitsView { certainty: Certainty::Likely, ..view };
            return Some(if view.transient {
                BitsView { hresult: Hresult(NO_PROGRESS), extended: Some(view.hresult), ..view }
            } else {
                view
            });
        }

        // What only BITS asks for, and what no download fails for.
        _ => return None,
    };
    let hresult = Hresult(number);
    Some(BitsView { hresult, certainty: Certainty::Likely, transient, extended: None })
}

/// How a download ends whose cause is tried again, in a sentence: both codes.
pub(crate) fn retried(view: &BitsView) -> Option<String> {
    let cause = view.extended?;
    let name = codes::name_of(cause).map_or_else(String::new, |name| format!(" ({name})"));
    Some(format!(
        "Delivery Optimization tries again and ends with {} (DO_E_DOWNLOAD_NO_PROGRESS) and the \
         extended code {cause}{name}, likely.",
        view.hresult
    ))
}

const BLOCKSIZE_MISMATCH: u32 = 0x80D0_5001;
const CERTIFICATE: u32 = 0x80D0_5002;
const FILE_SIZE_UNKNOWN_206: u32 = 0x80D0_201C;
const HEADER_NOT_FOUND: u32 = 0x8007_2F76;
const INSUFFICIENT_RANGE_SUPPORT: u32 = 0x80D0_5011;
const INVALID_RANGE: u32 = 0x80D0_5010;
const NO_PROGRESS: u32 = 0x80D0_2002;
const UNEXPECTED_2XX: u32 = 0x80D0_380D;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_table_and_likely() {
        for (defect, expected) in [
            (Defect::WholeFileForRange, 0x80D0_5011),
            (Defect::UnexpectedStatus(200), 0x80D0_5011),
            (Defect::BodyLengthWrong, 0x80D0_5001),
            (Defect::ContentRangeWrong, 0x80D0_5001),
            (Defect::ContentRangeInvalid, 0x80D0_5010),
            (Defect::Stalled, 0x80D0_2002),
            (Defect::SatisfiableRefused, 0x8019_01A0),
            (Defect::HttpStatus(403), 0x8019_0193),
            (Defect::ProxyAuthentication, 0x8019_0197),
            (Defect::CertificateInvalid, 0x80D0_5002),
            (Defect::TotalUnknown, 0x80D0_201C),
            (Defect::UnexpectedStatus(204), 0x80D0_380D),
            (Defect::HeadLengthMissing, 0x8007_2F76),
            (Defect::ConnectionLost, 0x80D0_2002),
            (Defect::NameNotResolved, 0x80D0_2002),
        ] {
            let view = view(defect).unwrap();
            assert_eq!((view.hresult.0, view.certainty), (expected, Certainty::Likely));
            assert!(codes::by_hresult(view.hresult).is_some(), "{defect:?}");
        }
        assert_eq!(view(Defect::ValidatorsChanged), None);
        for unknown in [0x80D0_201A, 0x80D0_201D] {
            assert!(codes::by_hresult(Hresult(unknown)).is_some());
        }
    }

    #[test]
    fn a_cause_that_is_tried_again_is_the_extended_code() {
        for (defect, cause) in [
            (Defect::ConnectionLost, 0x8007_2EFE),
            (Defect::NameNotResolved, 0x8007_2EE7),
            (Defect::HttpStatus(503), 0x8019_01F7),
        ] {
            let view = view(defect).unwrap();
            assert_eq!((view.hresult.0, view.transient), (NO_PROGRESS, true), "{defect:?}");
            assert_eq!(view.extended, Some(Hresult(cause)), "{defect:?}");
            let said = retried(&view).unwrap();
            assert!(said.contains("0x80D02002") && said.contains(&Hresult(cause).to_string()));
        }
        for defect in [Defect::HttpStatus(403), Defect::WholeFileForRange, Defect::Stalled] {
            assert_eq!(view(defect).and_then(|view| retried(&view)), None, "{defect:?}");
        }
    }
}
