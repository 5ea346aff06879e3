//! The trigger map of Delivery Optimization. Called by [`super::trigger`].
//!
//! Microsoft documents the names of its codes, but hardly what triggers them: all here is likely,
//! and nothing more. KB3175743 names 0x80D05001 for proxies that do not let Range through.

use super::hresult::Hresult;
use super::trigger::{self, BitsView, Certainty};
use crate::check::defect::Defect;

/// What Delivery Optimization makes of a defect; nothing when it shows no code for it, or none is
/// known. What comes from WinHTTP, and every refusal by status, is as with BITS.
pub(super) fn view(defect: Defect) -> Option<BitsView> {
    let (number, transient) = match defect {
        Defect::WholeFileForRange
        | Defect::UnexpectedStatus(200)
        | Defect::ContentRangeMissing
        | Defect::MultipartForSingle => (INSUFFICIENT_RANGE_SUPPORT, false),

        Defect::BlockPage
        | Defect::BodyLengthWrong
        | Defect::ContentRangeWrong
        | Defect::RangeCoding
        | Defect::RangeLengthMissing
        | Defect::RangeLengthWrong
        | Defect::SizeChanged
        | Defect::TotalWrong => (BLOCKSIZE_MISMATCH, false),

        Defect::ContentRangeInvalid => (INVALID_RANGE, false),
        Defect::Stalled => (NO_PROGRESS, true),

        Defect::CannotConnect
        | Defect::CertificateInvalid
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
            return Some(BitsView { certainty: Certainty::Likely, ..view });
        }

        // What only BITS asks for, and what no download fails for.
        _ => return None,
    };
    Some(BitsView { hresult: Hresult(number), certainty: Certainty::Likely, transient })
}

const BLOCKSIZE_MISMATCH: u32 = 0x80D0_5001;
const INSUFFICIENT_RANGE_SUPPORT: u32 = 0x80D0_5011;
const INVALID_RANGE: u32 = 0x80D0_5010;
const NO_PROGRESS: u32 = 0x80D0_2002;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::codes;

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
            (Defect::ConnectionLost, 0x8007_2EFE),
            (Defect::NameNotResolved, 0x8007_2EE7),
        ] {
            let view = view(defect).unwrap();
            assert_eq!((view.hresult.0, view.certainty), (expected, Certainty::Likely));
            assert!(codes::by_hresult(view.hresult).is_some(), "{defect:?}");
        }
        assert_eq!(view(Defect::HeadLengthMissing), None);
        assert_eq!(view(Defect::ValidatorsChanged), None);
    }
}
