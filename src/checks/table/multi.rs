//! Rows of the checks of several ranges in one request.

use crate::checks::multi::multi_boundary;
use crate::checks::multi::multi_closing_delimiter;
use crate::checks::multi::multi_no_top_content_range;
use crate::checks::multi::multi_part_bytes;
use crate::checks::multi::multi_part_fields;
use crate::checks::multi::multi_part_headers;
use crate::checks::multi::multi_preamble;
use crate::checks::rules::multi;
use crate::checks::rules::repeated;
use crate::checks::rules::sibling;
use crate::model::check::{Check, Group};
use crate::model::evidence::History;
use crate::model::finding::Level;
use crate::model::job_kind::JobKind;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

pub(crate) static MULTI_ADJACENT: Check = Check {
    id: "multi-adjacent",
    group: Group::Multi,
    level: Level::Recommended,
    jobs: &[JobKind::Ranges],
    order: 520,
    title: "two ranges that touch come as two parts",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "HTTP lets a server merge ranges that touch, and Apache 2.4 does. Microsoft \
                  documents an error for merged duplicates and overlaps only, so for ranges \
                  that merely touch it is likely, not certain. Only some jobs ask for several \
                  ranges in one request: those of AddFileWithRanges, such as express updates. \
                  An ordinary download does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiAdjacent],
    history: None,
    judge: |evidence| multi::judge(evidence, Purpose::MultiAdjacent),
};

pub(crate) static MULTI_BOUNDARY: Check = Check {
    id: "multi-boundary",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 530,
    title: "the multipart answer names a usable boundary",
    rfc: "RFC 9110 14.6; RFC 2046 5.1.1",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "Content-Type must be multipart/byteranges with a boundary of 1 to 70 allowed \
                  characters, bare or quoted, and the body must use it. Only some jobs ask for \
                  several ranges in one request: those of AddFileWithRanges, such as express \
                  updates. An ordinary download does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
    history: None,
    judge: multi_boundary::judge,
};

pub(crate) static MULTI_CLOSING_DELIMITER: Check = Check {
    id: "multi-closing-delimiter",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 570,
    title: "the multipart answer ends with its closing delimiter",
    rfc: "RFC 2046 5.1.1",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "The last part is followed by the boundary with two more dashes. Without it a \
                  reader cannot tell a complete answer from one that was cut. Only some jobs \
                  ask for several ranges in one request: those of AddFileWithRanges, such as \
                  express updates. An ordinary download does not, so this never decides its \
                  job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
    history: None,
    judge: multi_closing_delimiter::judge,
};

pub(crate) static MULTI_DESCENDING: Check = Check {
    id: "multi-descending",
    group: Group::Multi,
    level: Level::Recommended,
    jobs: &[JobKind::Ranges],
    order: 510,
    title: "ranges asked in descending order come in that order",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "The caller of AddFileWithRanges may name ranges in any order and BITS writes \
                  them as they come. HTTP lets a server sort or ignore them, and Squid answers \
                  200 from its cache. No capture shows Windows asking so, hence this only warns. \
                  Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiDescending],
    history: None,
    judge: |evidence| multi::judge(evidence, Purpose::MultiDescending),
};

pub(crate) static MULTI_FIRST_CONTACT: Check = Check {
    id: "multi-first-contact",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 470,
    title: "several ranges come right as the first request for a file",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Measured with nginx; Microsoft, AddFileWithRanges",
    explanation: "Some caches answer several ranges with the whole file as long as they do not \
                  hold it, and rightly from then on: who asks HEAD and single ranges before does \
                  not see it. Tried with a fresh file of the built-in origin, or with a new query on \
                  the URL where the server ignores it. Only some jobs ask \
                  for several ranges in one request: those of AddFileWithRanges, such as express \
                  updates. An ordinary download does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo],
    history: Some(History::SeveralFirst),
    judge: |evidence| {
        sibling::judge(
            evidence,
            History::SeveralFirst,
            "as the first request",
            &[multi::judge_any_time],
        )
    },
};

pub(crate) static MULTI_FIVE: Check = Check {
    id: "multi-five",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 490,
    title: "five ranges come as five parts in order",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "Some filters allow a few ranges and refuse more, as a guard against an old \
                  attack on Apache. Only some jobs ask for several ranges in one request: those \
                  of AddFileWithRanges, such as express updates. An ordinary download does not, \
                  so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiFive],
    history: None,
    judge: |evidence| multi::judge(evidence, Purpose::MultiFive),
};

pub(crate) static MULTI_MANY: Check = Check {
    id: "multi-many",
    group: Group::Multi,
    level: Level::Recommended,
    jobs: &[JobKind::Ranges],
    order: 500,
    title: "a dozen ranges come as a dozen parts in order",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "A file of a BITS job may have up to 500 ranges; how many of them go into one \
                  request is not documented, so this only warns. The official advice against an \
                  old attack on Apache answers more than five ranges with the whole file, \
                  ModSecurity refuses them, lighttpd answers the first ten. Only some jobs ask for \
                  several ranges in one request: those of AddFileWithRanges, such as express \
                  updates. An ordinary download does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiMany],
    history: None,
    judge: |evidence| multi::judge(evidence, Purpose::MultiMany),
};

pub(crate) static MULTI_NEAR: Check = Check {
    id: "multi-near",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 525,
    title: "two ranges with a gap of 40 bytes come as two parts",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, [MC-BUP] 3.5.5.1: ranges are neither merged nor reordered",
    explanation: "HTTP lets a server merge ranges whose gap is smaller than the overhead of a \
                  part, about 80 bytes, and lighttpd does. Microsoft requires that ranges are not \
                  merged: BITS answers consolidated ranges with BG_E_INVALID_SERVER_RESPONSE. Only \
                  some jobs ask for several ranges in one request: those of AddFileWithRanges, \
                  such as express updates. An ordinary download does not, so this never decides \
                  its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiNear],
    history: None,
    judge: |evidence| multi::judge(evidence, Purpose::MultiNear),
};

pub(crate) static MULTI_NO_TOP_CONTENT_RANGE: Check = Check {
    id: "multi-no-top-content-range",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 580,
    title: "no Content-Range in the header section of a multipart answer",
    rfc: "RFC 9110 15.3.7.2",
    source: "RFC 9110",
    explanation: "In a multipart answer each part has its own Content-Range; one in the header \
                  section makes readers take the whole body for one range. HTTP forbids it. \
                  Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
    history: None,
    judge: multi_no_top_content_range::judge,
};

pub(crate) static MULTI_PART_BYTES: Check = Check {
    id: "multi-part-bytes",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 590,
    title: "each part holds the bytes that its Content-Range names",
    rfc: "RFC 9110 15.3.7.2",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "The length of each part must be the width of its Content-Range, and its bytes \
                  those that other answers have at the same place. Only some jobs ask for \
                  several ranges in one request: those of AddFileWithRanges, such as express \
                  updates. An ordinary download does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
    history: None,
    judge: multi_part_bytes::judge,
};

pub(crate) static MULTI_PART_FIELDS: Check = Check {
    id: "multi-part-fields",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 560,
    title: "each part has a valid Content-Range and a Content-Type",
    rfc: "RFC 9110 15.3.7.2",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "Each part needs one valid Content-Range with the size of the file, which says \
                  where its bytes belong. Content-Type should be there where a whole answer \
                  would have it. Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
    history: None,
    judge: multi_part_fields::judge,
};

pub(crate) static MULTI_PART_HEADERS: Check = Check {
    id: "multi-part-headers",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 550,
    title: "each part has at most 180 bytes of other header fields",
    rfc: "RFC 9110 14.6",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "Besides Content-Range and Content-Type, a part may hold at most 180 bytes of \
                  header fields. Whether names and line ends count is not documented: the \
                  strict count has both. Only some jobs ask for several ranges in one request: \
                  those of AddFileWithRanges, such as express updates. An ordinary download \
                  does not, so this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
    history: None,
    judge: multi_part_headers::judge,
};

pub(crate) static MULTI_PREAMBLE: Check = Check {
    id: "multi-preamble",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 540,
    title: "at most two CRLF come before the first boundary",
    rfc: "RFC 9110 14.6",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "Microsoft allows at most two CR/LF between the HTTP headers and the first \
                  boundary, but does not say how to count. Here the line ends in the body are \
                  counted: none or one is right by every reading, two by one reading only, \
                  three by none. Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo, Purpose::MultiFive],
    history: None,
    judge: multi_preamble::judge,
};

pub(crate) static MULTI_REPEATED: Check = Check {
    id: "multi-repeated",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 485,
    title: "several ranges come right a second and a third time, and after a pause",
    rfc: "RFC 9111 3.4; RFC 9110 15.3.7.2",
    source: "Measured with HAProxy and Traffic Server; Microsoft, AddFileWithRanges",
    explanation: "Some caches store a file only when it was asked for several times, or need a \
                  moment until they answer from it, and then ignore several ranges. The same two \
                  ranges are asked three times. In the warm phase they are asked once more, 300 ms \
                  after the whole file was fetched for the third time; with several targets behind \
                  one proxy, for the first target only. Only jobs that ask for several ranges in \
                  one request meet this.",
    profiles: &[Profile::Bits],
    probes: &[
        Purpose::Head,
        Purpose::MultiTwo,
        Purpose::MultiSecond,
        Purpose::MultiThird,
        Purpose::MultiDelayed,
    ],
    history: None,
    judge: |evidence| repeated::judge(evidence, Purpose::MultiTwo, multi::judge_exchange),
};

pub(crate) static MULTI_TWO: Check = Check {
    id: "multi-two",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 460,
    title: "two ranges come as two parts in order",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Microsoft, IBackgroundCopyJob3::AddFileWithRanges",
    explanation: "The commonest real defect: one range works, several do not. Caches answer 200 \
                  with the whole file, Varnish answers 416, others send the first part alone. \
                  Only some jobs ask for several ranges in one request: those of \
                  AddFileWithRanges, such as express updates. An ordinary download does not, so \
                  this never decides its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo],
    history: None,
    judge: |evidence| multi::judge(evidence, Purpose::MultiTwo),
};

pub(crate) static MULTI_WHILE_FILLING: Check = Check {
    id: "multi-while-filling",
    group: Group::Multi,
    level: Level::Required,
    jobs: &[JobKind::Ranges],
    order: 480,
    title: "several ranges come right while a cache is still filling",
    rfc: "RFC 9110 14.2, 15.3.7.2",
    source: "Measured with nginx; Microsoft, AddFileWithRanges",
    explanation: "A cache that stores the file for somebody else may answer several ranges with \
                  the whole file until it has all of it, for large files for minutes. Tried with a \
                  fresh file of which the built-in origin holds back the end for a moment, or with a \
                  new query on the URL where the server ignores it. Only \
                  some jobs ask for several ranges in one request: those of AddFileWithRanges, \
                  such as express updates. An ordinary download does not, so this never decides \
                  its job.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::MultiTwo],
    history: Some(History::Filling),
    judge: |evidence| {
        sibling::judge(
            evidence,
            History::Filling,
            "while the file is being stored",
            &[multi::judge_any_time],
        )
    },
};
