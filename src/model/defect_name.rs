//! The permanent kebab-case names of defects, as the cures and the list of the uncured use them.

use crate::model::defect::Defect;

/// Builds the name of each defect and the list of all names from one table.
macro_rules! defect_names {
    ($($variant:ident $(($status:ident))? => $name:literal,)+) => {
        /// The permanent name of a defect. A status it carries is not part of the name.
        pub fn name(defect: Defect) -> &'static str {
            match defect {
                $(Defect::$variant $(($status))? => {
                    $(let _ = $status;)?
                    $name
                })+
            }
        }

        /// The defect of a name, with this status where it carries one.
        pub fn defect(name: &str, given: u16) -> Option<Defect> {
            match name {
                $($name => {
                    $(let $status = given;)?
                    Some(Defect::$variant $(($status))?)
                })+
                _ => None,
            }
        }

        /// Every name, in the order of [`Defect`].
        pub const ALL: &[&str] = &[$($name),+];
    };
}

/// The status that a defect carries, when it carries one.
pub fn status(defect: Defect) -> Option<u16> {
    match defect {
        Defect::TunnelRefused(status)
        | Defect::HttpStatus(status)
        | Defect::UnexpectedStatus(status)
        | Defect::MultiRefused(status)
        | Defect::ConditionRefused(status) => Some(status),
        _ => None,
    }
}

defect_names! {
    NameNotResolved => "name-not-resolved",
    CannotConnect => "cannot-connect",
    TimedOut => "timed-out",
    CertificateInvalid => "certificate-invalid",
    TlsFailed => "tls-failed",
    ConnectionLost => "connection-lost",
    MalformedResponse => "malformed-response",
    HeadTooLong => "head-too-long",
    ProxyAuthentication => "proxy-authentication",
    ProxyChallengeMissing => "proxy-challenge-missing",
    TunnelRefused(status) => "tunnel-refused",
    SocksRefused => "socks-refused",
    HttpStatus(status) => "http-status",
    UnexpectedStatus(status) => "unexpected-status",
    RedirectUnusable => "redirect-unusable",
    BlockPage => "block-page",
    FramingConflict => "framing-conflict",
    OddHead => "odd-head",
    StrayBytes => "stray-bytes",
    KeepAliveLost => "keep-alive-lost",
    OldVersion => "old-version",
    InterimAnswer => "interim-answer",
    Overloaded => "overloaded",
    HeadLengthMissing => "head-length-missing",
    HeadLengthInvalid => "head-length-invalid",
    HeadLengthWrong => "head-length-wrong",
    HeadLengthZero => "head-length-zero",
    HeadCoding => "head-coding",
    HeadBody => "head-body",
    ValidatorsMissing => "validators-missing",
    ValidatorsDiffer => "validators-differ",
    WholeFileForRange => "whole-file-for-range",
    ContentRangeMissing => "content-range-missing",
    ContentRangeInvalid => "content-range-invalid",
    ContentRangeWrong => "content-range-wrong",
    TotalWrong => "total-wrong",
    TotalUnknown => "total-unknown",
    RangeLengthMissing => "range-length-missing",
    RangeLengthWrong => "range-length-wrong",
    BodyLengthWrong => "body-length-wrong",
    Stalled => "stalled",
    Slow => "slow",
    RangeCoding => "range-coding",
    MultipartForSingle => "multipart-for-single",
    SatisfiableRefused => "satisfiable-refused",
    UnsatisfiableAccepted => "unsatisfiable-accepted",
    BytesDiffer => "bytes-differ",
    WholeFileForMulti => "whole-file-for-multi",
    SinglePartForMulti => "single-part-for-multi",
    MultiRefused(status) => "multi-refused",
    MultiLengthMissing => "multi-length-missing",
    RangesMerged => "ranges-merged",
    AdjacentRangesMerged => "adjacent-ranges-merged",
    RangesDropped => "ranges-dropped",
    RangesReordered => "ranges-reordered",
    BoundaryUnusable => "boundary-unusable",
    PreambleAtLimit => "preamble-at-limit",
    PreambleTooLong => "preamble-too-long",
    PartHeadersTooLong => "part-headers-too-long",
    PartHeadersAtLimit => "part-headers-at-limit",
    PartFieldsInvalid => "part-fields-invalid",
    ClosingDelimiterMissing => "closing-delimiter-missing",
    ContentRangeOnMultipart => "content-range-on-multipart",
    PartBytesWrong => "part-bytes-wrong",
    ConditionRefused(status) => "condition-refused",
    OtherFile => "other-file",
    SizeChanged => "size-changed",
    ValidatorsChanged => "validators-changed",
    Unstable => "unstable",
    EmptyFile => "empty-file",
    NotJudged => "not-judged",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let unique: BTreeSet<_> = ALL.iter().collect();
        assert_eq!(unique.len(), ALL.len());
        for name in ALL {
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{name} is not kebab-case"
            );
        }
    }

    #[test]
    fn a_name_follows_the_variant() {
        assert_eq!(name(Defect::WholeFileForRange), "whole-file-for-range");
        assert_eq!(name(Defect::MultiRefused(416)), "multi-refused");
        assert_eq!(status(Defect::MultiRefused(416)), Some(416));
        assert_eq!(status(Defect::Stalled), None);
    }
}
