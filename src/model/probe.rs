//! One request to send: what for, which method, which ranges.

use crate::wire::byte_range::RangeSet;

/// What a probe is for. The order is that in which BITS would come to it; reports and the plan
/// keep it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Purpose {
    /// A HEAD that was answered with a redirect which the run then followed.
    Redirect,
    /// A plain GET of the whole file, after which whatever stores objects may have stored it.
    WarmUp,
    /// The HEAD that tells the size.
    Head,
    /// The first chunk, on the connection of the HEAD.
    RangeFirst,
    /// The chunk that follows it, on the same connection.
    RangeNext,
    /// A chunk from the middle.
    RangeMiddle,
    /// A long chunk, read to its end.
    RangeLarge,
    /// The last byte alone.
    RangeLastByte,
    /// `-500`: the last bytes.
    RangeSuffix,
    /// `n-`: to the end.
    RangeOpenEnd,
    /// A last position far past the end, which must be clamped.
    RangeClamped,
    /// Begins past the end: 416 expected.
    RangePastEnd,
    /// Across the offset of 2 GiB.
    Range2Gib,
    /// From 2 GiB on: what the range across it holds too.
    RangeFrom2Gib,
    /// Across the offset of 4 GiB.
    Range4Gib,
    /// From 4 GiB on: what the range across it holds too.
    RangeFrom4Gib,
    /// The whole file, as a range.
    RangeWhole,
    /// The first chunk once more without If-Unmodified-Since.
    RangeUnconditional,
    /// The chunk from the middle a second time.
    RangeSecond,
    /// The same a third time.
    RangeThird,
    /// The same some time after the whole file was fetched.
    RangeDelayed,
    /// Two ranges.
    MultiTwo,
    /// Five ranges.
    MultiFive,
    /// A dozen ranges.
    MultiMany,
    /// Three ranges, the last positions first.
    MultiDescending,
    /// Two ranges that touch.
    MultiAdjacent,
    /// Two ranges with a small gap between them.
    MultiNear,
    /// The two ranges a second time.
    MultiSecond,
    /// The same a third time.
    MultiThird,
    /// A second plain GET of the whole file.
    WarmUpSecond,
    /// A third one.
    WarmUpThird,
    /// The two ranges some time after the whole file was fetched.
    MultiDelayed,
    /// HEAD once more at the end, by the independent client.
    LastHead,
    /// The first chunk once more at the end, by the independent client.
    LastRange,
    /// The empty file by which a WSUS server shows that its content directory answers.
    WsusAlive,
    /// The web service that clients of a WSUS server ask for updates.
    WsusClientService,
    /// The self-update file of a WSUS server.
    WsusSelfUpdate,
    /// HEAD with another `User-Agent`, after a refusal. Never judged.
    OtherAgent,
    /// A URL that no server has, so that the proxy must answer itself. Never judged.
    FingerprintNoSuchHost,
    /// OPTIONS with `Max-Forwards: 0`, which the first proxy should answer. Never judged.
    FingerprintOptions,
    /// TRACE with `Max-Forwards: 0`, which the first proxy should answer. Never judged.
    FingerprintTrace,
    /// `0-1`, with which Delivery Optimization begins.
    DoFirstBytes,
    /// The same without `Content-Length: 0`, when it was not answered with a part.
    DoWithoutLength,
    /// The first block of Delivery Optimization, read whole.
    DoFirstBlock,
    /// The last bytes of the file, from a position that is no multiple of the block size.
    DoTailBlock,
    /// A piece of the first block that does not begin with it.
    DoOverlap,
    /// That piece a second time.
    DoSecond,
    /// The same a third time.
    DoThird,
    /// The same some time after the whole file was fetched.
    DoDelayed,
    /// A block from the middle.
    DoMiddleBlock,
    /// The last block, which is short in most files.
    DoLastBlock,
    /// The block that begins at 2 GiB.
    Do2Gib,
    /// The block that begins at 4 GiB.
    Do4Gib,
    /// A HEAD, with which Delivery Optimization learns the size where its caller does not know it.
    DoHead,
    /// The first block once more at the end, by the independent client.
    DoRepeat,
}

/// The method of a probe.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// OPTIONS, to learn who answers.
    Options,
    /// TRACE, to learn who answers.
    Trace,
}

/// One request to send.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Probe {
    /// What it is for.
    pub purpose: Purpose,
    /// The method.
    pub method: Method,
    /// The ranges asked; none for a HEAD.
    pub ranges: Option<RangeSet>,
    /// Sends `If-Unmodified-Since` with the `Last-Modified` of the HEAD, when that had one.
    pub conditional: bool,
}

impl Probe {
    /// A HEAD.
    pub fn head(purpose: Purpose) -> Self {
        Self { purpose, method: Method::Head, ranges: None, conditional: false }
    }

    /// A request without ranges and without a condition.
    pub fn plain(purpose: Purpose, method: Method) -> Self {
        Self { purpose, method, ranges: None, conditional: false }
    }

    /// A GET for ranges with BITS's condition.
    pub fn get(purpose: Purpose, ranges: RangeSet) -> Self {
        Self { purpose, method: Method::Get, ranges: Some(ranges), conditional: true }
    }

    /// A GET for ranges without any condition.
    pub fn unconditional(purpose: Purpose, ranges: RangeSet) -> Self {
        Self { conditional: false, ..Self::get(purpose, ranges) }
    }
}

impl Method {
    /// The token on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
        }
    }
}

impl Purpose {
    /// Whether Delivery Optimization asks so, and not BITS.
    pub fn is_of_delivery_optimization(self) -> bool {
        self >= Self::DoFirstBytes
    }

    /// Whether it asks once more at the end, by the independent client, what was asked before.
    pub fn is_last_look(self) -> bool {
        matches!(self, Self::LastHead | Self::LastRange | Self::DoRepeat)
    }

    /// Whether it is a plain GET of the whole file, which is read to its end and not kept.
    pub fn is_whole_file(self) -> bool {
        matches!(self, Self::WarmUp | Self::WarmUpSecond | Self::WarmUpThird)
    }

    /// The probe that this one repeats, for the requests that ask the same again.
    pub fn repeats(self) -> Option<Self> {
        match self {
            Self::RangeSecond | Self::RangeThird | Self::RangeDelayed => Some(Self::RangeMiddle),
            Self::MultiSecond | Self::MultiThird | Self::MultiDelayed => Some(Self::MultiTwo),
            Self::DoSecond | Self::DoThird | Self::DoDelayed => Some(Self::DoOverlap),
            _ => None,
        }
    }

    /// Whether it repeats a request some time after the whole file was fetched.
    pub fn is_delayed(self) -> bool {
        matches!(self, Self::RangeDelayed | Self::MultiDelayed | Self::DoDelayed)
    }

    /// Whether a right answer is read to its end, however long it is: these show whether long
    /// answers arrive whole.
    pub fn is_read_whole(self) -> bool {
        matches!(self, Self::RangeLarge | Self::DoFirstBlock)
    }

    /// Whether it follows the first requests on their connection, so that a peer that answers only
    /// so many requests on one connection is detected.
    pub fn follows_on_first_connection(self) -> bool {
        matches!(self, Self::DoTailBlock | Self::DoOverlap)
    }

    /// The kebab-case name in the JSON report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::WarmUp => "warm-up",
            Self::Head => "head",
            Self::RangeFirst => "range-first",
            Self::RangeNext => "range-next",
            Self::RangeMiddle => "range-middle",
            Self::RangeLarge => "range-large",
            Self::RangeLastByte => "range-last-byte",
            Self::RangeSuffix => "range-suffix",
            Self::RangeOpenEnd => "range-open-end",
            Self::RangeClamped => "range-clamped",
            Self::RangePastEnd => "range-past-end",
            Self::Range2Gib => "range-2gib",
            Self::RangeFrom2Gib => "range-from-2gib",
            Self::Range4Gib => "range-4gib",
            Self::RangeFrom4Gib => "range-from-4gib",
            Self::RangeWhole => "range-whole",
            Self::RangeUnconditional => "range-unconditional",
            Self::RangeSecond => "range-second",
            Self::RangeThird => "range-third",
            Self::RangeDelayed => "range-delayed",
            Self::MultiTwo => "multi-two",
            Self::MultiFive => "multi-five",
            Self::MultiMany => "multi-many",
            Self::MultiDescending => "multi-descending",
            Self::MultiAdjacent => "multi-adjacent",
            Self::MultiNear => "multi-near",
            Self::MultiSecond => "multi-second",
            Self::MultiThird => "multi-third",
            Self::WarmUpSecond => "warm-up-second",
            Self::WarmUpThird => "warm-up-third",
            Self::MultiDelayed => "multi-delayed",
            Self::LastHead => "last-head",
            Self::LastRange => "last-range",
            Self::WsusAlive => "wsus-alive",
            Self::WsusClientService => "wsus-client-service",
            Self::WsusSelfUpdate => "wsus-self-update",
            Self::OtherAgent => "other-agent",
            Self::FingerprintNoSuchHost => "fingerprint-no-such-host",
            Self::FingerprintOptions => "fingerprint-options",
            Self::FingerprintTrace => "fingerprint-trace",
            Self::DoFirstBytes => "do-first-bytes",
            Self::DoWithoutLength => "do-without-length",
            Self::DoFirstBlock => "do-first-block",
            Self::DoTailBlock => "do-tail-block",
            Self::DoOverlap => "do-overlap",
            Self::DoSecond => "do-second",
            Self::DoThird => "do-third",
            Self::DoDelayed => "do-delayed",
            Self::DoMiddleBlock => "do-middle-block",
            Self::DoLastBlock => "do-last-block",
            Self::Do2Gib => "do-2gib",
            Self::Do4Gib => "do-4gib",
            Self::DoHead => "do-head",
            Self::DoRepeat => "do-repeat",
        }
    }
}
