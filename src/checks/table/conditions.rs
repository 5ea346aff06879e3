//! Rows of the checks of conditions and of what must not change.

use crate::checks::conditions::content_hash;
use crate::checks::conditions::if_unmodified_since;
use crate::checks::conditions::same_as_direct;
use crate::checks::conditions::stable_answers;
use crate::checks::conditions::unchanged_bytes;
use crate::checks::conditions::unchanged_size;
use crate::checks::conditions::unchanged_validators;
use crate::model::check::{Check, Group};
use crate::model::finding::Level;
use crate::model::job_kind::JobKind;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

pub(crate) static CONTENT_HASH: Check = Check {
    id: "content-hash",
    group: Group::Conditions,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 420,
    title: "the file arrives whole and is the right one (only with --deep)",
    rfc: "RFC 9110 15.3.7.3",
    source: "Microsoft, WSUS: content files are named by their SHA-1",
    explanation: "With --deep the file is fetched whole over the route, as `bitsgate fetch` does, \
                  when nothing else stands in the way. Its bytes are compared with those of the \
                  reference origin, or its SHA-1 with the one that the name of an update file \
                  states. The other checks see a few pieces only: what alters a byte far in the \
                  file, or breaks a download late, shows here alone.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::DoFirstBytes],
    history: None,
    judge: content_hash::judge,
};

pub(crate) static IF_UNMODIFIED_SINCE: Check = Check {
    id: "if-unmodified-since",
    group: Group::Conditions,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 330,
    title: "a condition that holds does not stop a range",
    rfc: "RFC 9110 13.1.4",
    source: "Public captures of BITS/7.8",
    explanation: "BITS sends If-Unmodified-Since with the Last-Modified of the HEAD. The file \
                  has not changed, so the answer must be 206. A cache may ignore the condition, \
                  but a 412 ends the job. The same range is asked once without the condition to \
                  tell whether the condition is the cause.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::RangeUnconditional],
    history: None,
    judge: if_unmodified_since::judge,
};

pub(crate) static SAME_AS_DIRECT: Check = Check {
    id: "same-as-direct",
    group: Group::Conditions,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 410,
    title: "the file through the proxy is the one that the server sends",
    rfc: "RFC 9111 4",
    source: "Microsoft, File transfer consistency",
    explanation: "BITS knows a file by its size and its timestamp, and does not look at its \
                  content: a proxy that gives an old copy, a page cut into pieces or other bytes \
                  gives a job that is transferred and a file that is damaged, which only the \
                  installer notices. Where the direct leg ran, each size and each byte that came \
                  both ways is compared.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeNext,
        Purpose::RangeMiddle,
        Purpose::RangeLarge,
        Purpose::RangeLastByte,
        Purpose::DoFirstBytes,
        Purpose::DoFirstBlock,
        Purpose::DoMiddleBlock,
        Purpose::DoLastBlock,
    ],
    history: None,
    judge: same_as_direct::judge,
};

pub(crate) static STABLE_ANSWERS: Check = Check {
    id: "stable-answers",
    group: Group::Conditions,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 430,
    title: "the same request gets the same kind of answer at the end",
    rfc: "RFC 9110 15.3.7",
    source: "Measured with caching proxies",
    explanation: "BITS and Delivery Optimization send many ranges, over hours. A proxy that \
                  answers the first one right and a later one with the whole file ends the \
                  download then: caches do so once the object is stored, or until it is. The \
                  last requests come from an independent client on new connections.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeUnconditional,
        Purpose::LastHead,
        Purpose::LastRange,
        Purpose::DoFirstBlock,
        Purpose::DoRepeat,
    ],
    history: None,
    judge: stable_answers::judge,
};

pub(crate) static UNCHANGED_BYTES: Check = Check {
    id: "unchanged-bytes",
    group: Group::Conditions,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 400,
    title: "the same range gives the same bytes at the end",
    rfc: "RFC 9110 15.3.7.3",
    source: "Microsoft, File transfer consistency",
    explanation: "The first piece is asked again at the end, on a new connection and by another \
                  client. Other bytes under the same size and time mean that two copies of the \
                  file are behind one name; a file put together out of both is damaged.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeUnconditional,
        Purpose::LastRange,
        Purpose::DoFirstBlock,
        Purpose::DoRepeat,
    ],
    history: None,
    judge: unchanged_bytes::judge,
};

pub(crate) static UNCHANGED_SIZE: Check = Check {
    id: "unchanged-size",
    group: Group::Conditions,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 380,
    title: "the size is the same from first to last exchange",
    rfc: "RFC 9110 8.6",
    source: "Microsoft, File transfer consistency",
    explanation: "A file whose size changes during the download is another file. BITS tells \
                  versions apart by size and timestamp: it begins anew, and newer versions show \
                  0x80200073. The pieces that Delivery Optimization has no longer fit either. \
                  Behind one name several servers with different copies look the same.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::LastHead,
        Purpose::LastRange,
        Purpose::DoFirstBytes,
        Purpose::DoFirstBlock,
        Purpose::DoRepeat,
    ],
    history: None,
    judge: unchanged_size::judge,
};

pub(crate) static UNCHANGED_VALIDATORS: Check = Check {
    id: "unchanged-validators",
    group: Group::Conditions,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 390,
    title: "Last-Modified is the same from first to last exchange",
    rfc: "RFC 9110 8.8",
    source: "Microsoft, File transfer consistency",
    explanation: "The timestamp that BITS compares is Last-Modified, of HEAD and of each range. \
                  When it changes, BITS begins the file anew; for Delivery Optimization it is a \
                  sign that the pieces may be of two files. Another date on an answer that no \
                  ordinary download asks for is only a warning. ETag is compared as well, but only \
                  warned of, since no capture shows that either looks at it. Where Last-Modified \
                  may be the time of each answer, the last requests wait for another second.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::LastHead,
        Purpose::LastRange,
        Purpose::DoFirstBlock,
        Purpose::DoRepeat,
    ],
    history: None,
    judge: unchanged_validators::judge,
};
