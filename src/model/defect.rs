//! What can be wrong, named once: checks find defects, [`crate::predict::trigger`] says which code
//! Windows would show for each, reports group by them.

use crate::wire::status::is_temporary;

/// A defect. Grouped by the step of a download at which it is met.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Defect {
    // Reaching the peer.
    /// The name of proxy or server is not in DNS.
    NameNotResolved,
    /// Refused or filtered.
    CannotConnect,
    /// No answer, or not complete, within the timeout, on the way to any answer at all.
    TimedOut,
    /// A TLS certificate is not accepted.
    CertificateInvalid,
    /// TLS failed otherwise.
    TlsFailed,
    /// The connection was closed or reset before the answer was complete.
    ConnectionLost,
    /// The answer is not readable as HTTP.
    MalformedResponse,
    /// The header section is longer than any client reads.
    HeadTooLong,
    /// The proxy wants credentials.
    ProxyAuthentication,
    /// The proxy wants credentials but names no scheme.
    ProxyChallengeMissing,
    /// The proxy refused the tunnel with this status.
    TunnelRefused(u16),
    /// The SOCKS proxy refused.
    SocksRefused,

    // Any answer.
    /// A 4xx or 5xx where the file was asked.
    HttpStatus(u16),
    /// Another status that cannot be used here.
    UnexpectedStatus(u16),
    /// More than ten redirects, or a circle, or one without a usable Location.
    RedirectUnusable,
    /// An HTML page in place of the file.
    BlockPage,
    /// Two framing fields that disagree, or one repeated with other values.
    FramingConflict,
    /// The head breaks the grammar in a way that lenient readers accept.
    OddHead,
    /// Bytes after the end of the body.
    StrayBytes,
    /// The kept connection could not be used for the next request.
    KeepAliveLost,
    /// HTTP/1.0 or another version than 1.1.
    OldVersion,
    /// More unasked interim answers than a client may read.
    InterimAnswer,
    /// A request failed, and succeeded when it was sent again with no other connection open.
    Overloaded,

    // HEAD.
    /// No Content-Length on HEAD.
    HeadLengthMissing,
    /// Content-Length on HEAD that is no number.
    HeadLengthInvalid,
    /// Content-Length on HEAD that is not the file's size.
    HeadLengthWrong,
    /// Content-Length 0 on HEAD of a file that is not empty.
    HeadLengthZero,
    /// HEAD says that the file is coded.
    HeadCoding,
    /// A body came after a HEAD.
    HeadBody,
    /// No Last-Modified and no ETag.
    ValidatorsMissing,
    /// Validators of HEAD and GET differ.
    ValidatorsDiffer,

    // One range.
    /// 200 and the whole file came for a part.
    WholeFileForRange,
    /// 206 without Content-Range.
    ContentRangeMissing,
    /// Content-Range that breaks the grammar, or several.
    ContentRangeInvalid,
    /// Content-Range of other positions than asked.
    ContentRangeWrong,
    /// The total of Content-Range is not the size of the file.
    TotalWrong,
    /// The total of Content-Range is `*`.
    TotalUnknown,
    /// 206 without Content-Length.
    RangeLengthMissing,
    /// Content-Length is not the width of the range.
    RangeLengthWrong,
    /// Fewer or more bytes came than the range has.
    BodyLengthWrong,
    /// The body did not end or did not come within the timeout.
    Stalled,
    /// The body kept coming, but so slowly that its end was not waited for.
    Slow,
    /// A content coding or transfer coding on a part.
    RangeCoding,
    /// multipart/byteranges for one range.
    MultipartForSingle,
    /// 416 though the range is satisfiable.
    SatisfiableRefused,
    /// 200 or 206 though the range begins past the end.
    UnsatisfiableAccepted,
    /// Bytes differ from those of another answer that covers them.
    BytesDiffer,

    // Several ranges.
    /// 200 and the whole file for several ranges.
    WholeFileForMulti,
    /// One part only came for several ranges.
    SinglePartForMulti,
    /// 416 or another refusal for satisfiable several ranges.
    MultiRefused(u16),
    /// multipart/byteranges without Content-Length.
    MultiLengthMissing,
    /// Ranges were merged.
    RangesMerged,
    /// Ranges that touch were merged into one.
    AdjacentRangesMerged,
    /// Ranges were left out or added.
    RangesDropped,
    /// The parts are not in the order asked.
    RangesReordered,
    /// No usable boundary parameter, or another media type.
    BoundaryUnusable,
    /// Two CRLF before the first boundary: right by one way of counting only.
    PreambleAtLimit,
    /// More bytes before the first boundary than BITS accepts.
    PreambleTooLong,
    /// More than 180 bytes of other part headers.
    PartHeadersTooLong,
    /// More than 180 bytes only by the strict way of counting.
    PartHeadersAtLimit,
    /// A part without Content-Range or Content-Type, or one that is invalid.
    PartFieldsInvalid,
    /// The closing delimiter is missing, or bytes follow it.
    ClosingDelimiterMissing,
    /// Content-Range in the header section of a multipart answer.
    ContentRangeOnMultipart,
    /// A part holds other bytes than its Content-Range says.
    PartBytesWrong,

    // Conditions and constancy.
    /// A matching If-Unmodified-Since was answered with another status than 206.
    ConditionRefused(u16),
    /// Through the proxy comes another file, or other bytes, than from the server itself.
    OtherFile,
    /// The size changed between exchanges.
    SizeChanged,
    /// Last-Modified or ETag changed between exchanges.
    ValidatorsChanged,
    /// The same request got other answers at another time or from another client.
    Unstable,

    // What stands in the way of a judgement without being a fault of the peer.
    /// The file is empty: it has no byte that a range could name.
    EmptyFile,
    /// The probe was not sent, or the run ended before its answer did.
    NotJudged,
}

impl Defect {
    /// Whether it is the status of a request that failed for now.
    pub fn passes_for_now(self) -> bool {
        match self {
            Self::HttpStatus(status) | Self::MultiRefused(status) | Self::TunnelRefused(status) => {
                is_temporary(status)
            }
            _ => false,
        }
    }

    /// Whether it may occur now and then: at one time it says nothing of another.
    pub fn comes_by_chance(self) -> bool {
        self.passes_for_now()
            || matches!(self, Self::ConnectionLost | Self::Stalled | Self::TimedOut)
    }

    /// Whether it is the status of a request that failed for now, and no document says that a client
    /// sends the request again after it.
    pub fn may_end_a_job(self) -> bool {
        let is_retried = matches!(self, Self::HttpStatus(500 | 502..=504));
        self.passes_for_now() && !is_retried
    }
}
