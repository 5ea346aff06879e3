//! What a defect is called in a sentence, and which defects have one reason.

use crate::model::defect::Defect;
use crate::model::defect_name;
use crate::model::defect_name::status;

/// Defects that have one reason, by the name of the one that stands for all, and the status of the
/// response where that is what is wrong.
pub(super) type Family = (&'static str, Option<u16>);

/// The family of a defect.
pub(super) fn family(defect: Defect) -> Family {
    use Defect::{
        AdjacentRangesMerged, BytesDiffer, ConditionRefused, HttpStatus, MultiLengthMissing,
        MultiRefused, PartBytesWrong, PartHeadersAtLimit, PartHeadersTooLong, PreambleAtLimit,
        PreambleTooLong, ProxyAuthentication, ProxyChallengeMissing, RangeLengthMissing,
        RangesMerged, SatisfiableRefused, UnexpectedStatus, WholeFileForMulti, WholeFileForRange,
    };
    let head = match defect {
        AdjacentRangesMerged => RangesMerged,
        ConditionRefused(code) | MultiRefused(code) | UnexpectedStatus(code) => HttpStatus(code),
        MultiLengthMissing => RangeLengthMissing,
        PartBytesWrong => BytesDiffer,
        PartHeadersAtLimit => PartHeadersTooLong,
        PreambleAtLimit => PreambleTooLong,
        ProxyChallengeMissing => ProxyAuthentication,
        SatisfiableRefused => HttpStatus(416),
        WholeFileForMulti => WholeFileForRange,
        other => other,
    };
    (defect_name::name(head), status(head))
}

/// Whether a response with this defect is not the one that was requested at all, so that whatever
/// else is wrong with the same response has the same reason.
pub(super) fn replaces_response(defect: Defect) -> bool {
    matches!(
        defect,
        Defect::BlockPage
            | Defect::CannotConnect
            | Defect::ConnectionLost
            | Defect::HttpStatus(_)
            | Defect::MalformedResponse
            | Defect::NameNotResolved
            | Defect::ProxyAuthentication
            | Defect::TimedOut
            | Defect::WholeFileForRange
    )
}

/// What the party at fault does, as it follows `The proxy`; none where the summary of the finding
/// says it best.
pub(super) fn phrase(defect: Defect) -> Option<&'static str> {
    Some(match defect {
        Defect::ProxyAuthentication => "requires a user name and a password (407)",
        Defect::ProxyChallengeMissing => {
            "requires credentials (407) and names no authentication scheme"
        }
        Defect::RedirectUnusable => "redirects the request in a way that no client can follow",
        Defect::BlockPage => "sends an HTML page in place of the file",
        Defect::FramingConflict => "sends contradictory Content-Length or Transfer-Encoding fields",
        Defect::OddHead => "sends a header section that breaks the grammar of HTTP",
        Defect::StrayBytes => "sends bytes after the end of the body",
        Defect::KeepAliveLost => "closes kept connections without announcing it",
        Defect::OldVersion => "answers with an HTTP version older than 1.1",
        Defect::InterimAnswer => "sends more interim (1xx) responses than a client reads",
        Defect::Overloaded => "fails when more than one connection is open",
        Defect::MalformedResponse => "sends a response that is not readable as HTTP",
        Defect::HeadTooLong => "sends a header section that is longer than clients read",
        Defect::ConnectionLost => "closes the connection before the response is complete",
        Defect::TimedOut => "does not respond within the timeout",
        Defect::HeadLengthMissing => "sends no Content-Length in the response to HEAD",
        Defect::HeadLengthInvalid => "sends an invalid Content-Length in the response to HEAD",
        Defect::HeadLengthWrong => "sends a wrong Content-Length in the response to HEAD",
        Defect::HeadLengthZero => "sends Content-Length: 0 in the response to HEAD",
        Defect::HeadCoding => "sends Content-Encoding in the response to HEAD",
        Defect::HeadBody => "sends a body in the response to HEAD",
        Defect::ValidatorsDiffer => "sends other validators with GET than with HEAD",
        Defect::WholeFileForRange | Defect::WholeFileForMulti => "ignores Range",
        Defect::ContentRangeMissing => "sends 206 responses without Content-Range",
        Defect::ContentRangeInvalid => "sends an invalid Content-Range",
        Defect::ContentRangeWrong => "sends a Content-Range of other positions than requested",
        Defect::TotalWrong => "sends a wrong file size in Content-Range",
        Defect::TotalUnknown => "sends no file size in Content-Range",
        Defect::RangeLengthMissing => "sends 206 responses without Content-Length",
        Defect::RangeLengthWrong => "sends a Content-Length that is not the width of the range",
        Defect::BodyLengthWrong => "sends fewer or more bytes than the range has",
        Defect::Stalled => "stops sending in the middle of the body",
        Defect::Slow => "sends the body very slowly",
        Defect::RangeCoding => "compresses or recodes ranges",
        Defect::MultipartForSingle => "sends multipart/byteranges for a single range",
        Defect::SatisfiableRefused => "refuses a range that lies in the file (416)",
        Defect::UnsatisfiableAccepted => "does not refuse a range past the end of the file",
        Defect::BytesDiffer => "sends different bytes for the same positions of the file",
        Defect::SinglePartForMulti => "sends one range where several are requested",
        Defect::MultiLengthMissing => "sends multipart/byteranges without Content-Length",
        Defect::RangesMerged => "merges the requested ranges",
        Defect::AdjacentRangesMerged => "merges requested ranges that touch",
        Defect::RangesDropped => "leaves out or adds ranges",
        Defect::RangesReordered => "sends the ranges in another order",
        Defect::BoundaryUnusable => "sends several ranges without a usable boundary",
        Defect::PreambleAtLimit | Defect::PreambleTooLong => {
            "sends more bytes before the first boundary than BITS accepts"
        }
        Defect::PartHeadersAtLimit | Defect::PartHeadersTooLong => {
            "sends more header bytes in a part than BITS accepts"
        }
        Defect::PartFieldsInvalid => "sends parts without a valid Content-Range or Content-Type",
        Defect::ClosingDelimiterMissing => "sends several ranges without the closing delimiter",
        Defect::ContentRangeOnMultipart => "sends Content-Range in the head of several ranges",
        Defect::PartBytesWrong => "sends parts with wrong bytes",
        Defect::OtherFile => "sends another file than the server",
        Defect::SizeChanged => "states different sizes of the file",
        Defect::ValidatorsChanged => "sends validators that change between responses",
        Defect::Unstable => "answers the same request in different ways",
        _ => return None,
    })
}

/// Whether the summary of the finding says more than the phrase.
pub(super) fn needs_detail(defect: Defect) -> bool {
    matches!(
        defect,
        Defect::BodyLengthWrong
            | Defect::BytesDiffer
            | Defect::ContentRangeInvalid
            | Defect::ContentRangeWrong
            | Defect::FramingConflict
            | Defect::HeadLengthInvalid
            | Defect::HeadLengthWrong
            | Defect::HeadTooLong
            | Defect::MalformedResponse
            | Defect::OddHead
            | Defect::OtherFile
            | Defect::RangeLengthWrong
            | Defect::RangesDropped
            | Defect::RedirectUnusable
            | Defect::SizeChanged
            | Defect::TotalWrong
            | Defect::Unstable
            | Defect::ValidatorsChanged
            | Defect::ValidatorsDiffer
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn family_of_ignored_ranges_is_one() {
        assert_eq!(family(Defect::WholeFileForRange), family(Defect::WholeFileForMulti));
        assert_ne!(family(Defect::HttpStatus(403)), family(Defect::HttpStatus(404)));
        assert_eq!(family(Defect::MultiRefused(416)), family(Defect::SatisfiableRefused));
        assert_ne!(family(Defect::HeadLengthMissing), family(Defect::RangeLengthMissing));
    }

    #[test]
    fn phrase_of_every_defect_follows_a_subject() {
        let all = defect_name::ALL.iter().filter_map(|name| defect_name::defect(name, 403));
        for phrase in all.filter_map(phrase) {
            let verb = phrase.split(' ').next().unwrap();
            assert!(verb.ends_with('s') && verb.chars().all(char::is_lowercase), "{phrase}");
            assert!(!phrase.ends_with('.') && phrase.len() < 70, "{phrase}");
        }
    }
}
