//! Rows of the checks of one range.

use crate::checks::range::plain_get;
use crate::checks::range::range_before_head;
use crate::checks::range::range_bytes_agree;
use crate::checks::range::range_complete;
use crate::checks::range::range_first;
use crate::checks::range::range_large;
use crate::checks::range::range_past_end;
use crate::checks::range::range_repeated;
use crate::checks::range::range_while_filling;
use crate::checks::rules::single_range;
use crate::model::check::{Check, Group};
use crate::model::evidence::History;
use crate::model::finding::Level;
use crate::model::job_kind::JobKind;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

pub(crate) static PLAIN_GET: Check = Check {
    id: "plain-get",
    group: Group::Range,
    level: Level::Recommended,
    jobs: &[JobKind::Download],
    order: 456,
    title: "the whole file arrives for a GET without Range",
    rfc: "RFC 9110 9.3.1, 15.3.1",
    source: "Microsoft, KB 922330; [MC-BUP] 3.5.5; a capture of an Edge update",
    explanation: "Some BITS jobs, such as those with foreground priority, send no Range and fetch \
                  the file in one answer. The warm phase begins with such a request, because it \
                  also fills caches. Its answer must be 200 with the whole file, a Content-Length \
                  and the right bytes: they are compared with those of the built-in origin, else \
                  with the ranges that were received and with the SHA-1 that the name of an \
                  update file states. An ordinary update asks for ranges, so that a failure is a \
                  warning. --warm-limit is the largest file that is fetched.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::WarmUp],
    history: None,
    judge: plain_get::judge,
};

pub(crate) static RANGE_2GIB: Check = Check {
    id: "range-2gib",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 260,
    title: "a range across 2 GiB comes as exactly that range",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "Software that keeps positions in 32 signed bits breaks at 2 GiB. A second range \
                  begins at that offset; its bytes must be those of the first. Judged only on \
                  files that are large enough.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::Range2Gib, Purpose::RangeFrom2Gib],
    history: None,
    judge: |evidence| {
        single_range::judge_both(evidence, Purpose::Range2Gib, Purpose::RangeFrom2Gib)
    },
};

pub(crate) static RANGE_4GIB: Check = Check {
    id: "range-4gib",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 270,
    title: "a range across 4 GiB comes as exactly that range",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "Software that keeps positions in 32 bits breaks at 4 GiB. A second range \
                  begins at that offset; its bytes must be those of the first. Judged only on \
                  files that are large enough.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::Range4Gib, Purpose::RangeFrom4Gib],
    history: None,
    judge: |evidence| {
        single_range::judge_both(evidence, Purpose::Range4Gib, Purpose::RangeFrom4Gib)
    },
};

pub(crate) static RANGE_BEFORE_HEAD: Check = Check {
    id: "range-before-head",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 440,
    title: "a range that comes before HEAD spoils nothing",
    rfc: "RFC 9111 3.4; RFC 9110 15.3.7",
    source: "Measured with nginx and Traffic Server",
    explanation: "Behind one proxy Delivery Optimization and other jobs request ranges of a file \
                  before any client sends HEAD. A cache that takes the first range for the whole \
                  file serves that piece to every client from then on, and a client that always \
                  sends HEAD first does not show it. Tried with fresh files of the built-in origin, \
                  or with a new query on the URL where the server ignores it: a range, HEAD, \
                  another range. A cache whose key leaves the query out answers a new query from \
                  what it holds, so that a URL cannot show the fault: check the proxy without a URL.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::RangeMiddle],
    history: Some(History::RangeFirst),
    judge: range_before_head::judge,
};

pub(crate) static RANGE_BYTES_AGREE: Check = Check {
    id: "range-bytes-agree",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 320,
    title: "answers that cover the same bytes agree on them",
    rfc: "RFC 9110 15.3.7.3",
    source: "RFC 9110",
    explanation: "Each byte that two answers cover must be the same in both, also where a body \
                  was cut off early. BITS does not look at the content: a proxy that mixes up \
                  bytes gives a job that is transferred and a file that is damaged, which only \
                  the installer notices. The pieces of a Delivery Optimization download must fit \
                  together as well. Parts of multipart answers are compared by \
                  multi-part-bytes, repeated requests by unchanged-bytes.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeMiddle,
        Purpose::RangeWhole,
        Purpose::RangeClamped,
        Purpose::RangeLastByte,
        Purpose::RangeSuffix,
        Purpose::RangeOpenEnd,
        Purpose::DoFirstBytes,
        Purpose::DoFirstBlock,
        Purpose::DoOverlap,
    ],
    history: None,
    judge: range_bytes_agree::judge,
};

pub(crate) static RANGE_CLAMPED: Check = Check {
    id: "range-clamped",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 250,
    title: "a last position far past the end is read as the end of the file",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Public capture of BITS/7.8; RFC 9110",
    explanation: "A capture of BITS/7.8 shows a range up to 2147483646 for a small file. A last \
                  position past the end means the end of the file; a peer that answers 416 or \
                  200 does not follow HTTP.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeClamped],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::RangeClamped),
};

pub(crate) static RANGE_COMPLETE: Check = Check {
    id: "range-complete",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 235,
    title: "an answer of 128 KiB and more comes to its end",
    rfc: "RFC 9112 8",
    source: "Observed: BITS asked for 71,745 bytes in one request on a LAN",
    explanation: "The range of range-large has 192 KiB where the file has so many bytes, and is \
                  read to its end. Virus scanners, gateways with a memory limit and broken proxies \
                  end, reset or stall every answer beyond 24, 48 or 64 KiB, and pass shorter ones. \
                  A slow body that keeps coming is only a warning: what ends a transfer is \
                  silence.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeLarge],
    history: None,
    judge: range_complete::judge,
};

pub(crate) static RANGE_FIRST: Check = Check {
    id: "range-first",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 140,
    title: "the first chunk comes as exactly that chunk",
    rfc: "RFC 9110 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "The first ranged GET that BITS sends after HEAD. It needs 206 with exactly \
                  one Content-Range that echoes the request, the size that HEAD stated, a \
                  Content-Length equal to the width, no coding, not multipart. A 200 with the \
                  whole file ends the job with 0x80200013: look for a proxy or filter that \
                  removes Range, or that insists on seeing whole files.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst],
    history: None,
    judge: range_first::judge,
};

pub(crate) static RANGE_LARGE: Check = Check {
    id: "range-large",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 230,
    title: "a range of more than 14336 bytes comes as exactly that range",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "On a fast line BITS asks for large ranges. Some proxies slice small answers \
                  by themselves out of a whole file and so look right with a small range, but \
                  pass a large file on as 200. Whether such an answer comes to its end is judged by \
                  range-complete.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeLarge],
    history: None,
    judge: range_large::judge,
};

pub(crate) static RANGE_LAST_BYTE: Check = Check {
    id: "range-last-byte",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 240,
    title: "the last byte of the file comes as a range of one byte",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "The end of a file is where wrong arithmetic on lengths shows. The answer must \
                  be one byte, with the total that HEAD stated.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeLastByte],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::RangeLastByte),
};

pub(crate) static RANGE_MIDDLE: Check = Check {
    id: "range-middle",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 220,
    title: "a range from the middle of the file comes as exactly that range",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "A download that was interrupted goes on in the middle of the file. A peer \
                  that honours only ranges at the beginning fails here, or a cache that first \
                  loads all before the range and lets the client wait.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeMiddle],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::RangeMiddle),
};

pub(crate) static RANGE_NEXT: Check = Check {
    id: "range-next",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 210,
    title: "the chunk after the first comes as exactly that chunk",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "A background download of BITS is a row of small contiguous ranges on a kept \
                  connection. A cache that stores the first range and serves it for every later \
                  request breaks here. The answer must be 206 with the positions asked, the \
                  size that HEAD stated, and a Content-Length equal to the width.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::RangeNext],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::RangeNext),
};

pub(crate) static RANGE_OPEN_END: Check = Check {
    id: "range-open-end",
    group: Group::Range,
    level: Level::Recommended,
    jobs: &[JobKind::Download],
    order: 300,
    title: "a range without a last position comes up to the end",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "RFC 9110",
    explanation: "BITS always names the last position, other downloaders do not. A peer that \
                  answers 200 here treats ranges in its own way.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeOpenEnd],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::RangeOpenEnd),
};

pub(crate) static RANGE_PAST_END: Check = Check {
    id: "range-past-end",
    group: Group::Range,
    level: Level::Informational,
    jobs: &[JobKind::Download],
    order: 310,
    title: "a range that begins past the end is answered with 416",
    rfc: "RFC 9110 15.5.17",
    source: "RFC 9110",
    explanation: "BITS never asks past the end of a file, but the answer shows how a peer reads \
                  ranges. 416 is right, with or without Content-Range. 200 with the whole file \
                  is legal and done by some caches. 206 is wrong: it claims bytes that do not \
                  exist.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::RangePastEnd],
    history: None,
    judge: range_past_end::judge,
};

pub(crate) static RANGE_REPEATED: Check = Check {
    id: "range-repeated",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 452,
    title: "a range comes right a second and a third time, and after a pause",
    rfc: "RFC 9111 3.4; RFC 9110 15.3.7",
    source: "Measured with HAProxy and Traffic Server",
    explanation: "Some caches store a file only when it was asked for several times, or need a \
                  moment until they answer from it, and then ignore Range. The same range is asked \
                  three times. In the warm phase it is asked once more, 300 ms after the whole \
                  file was fetched for the third time; with several targets behind one proxy, \
                  for the first target only.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeMiddle,
        Purpose::RangeSecond,
        Purpose::RangeThird,
        Purpose::RangeDelayed,
        Purpose::DoOverlap,
        Purpose::DoSecond,
        Purpose::DoThird,
        Purpose::DoDelayed,
    ],
    history: None,
    judge: range_repeated::judge,
};

pub(crate) static RANGE_SUFFIX: Check = Check {
    id: "range-suffix",
    group: Group::Range,
    level: Level::Recommended,
    jobs: &[JobKind::Download],
    order: 290,
    title: "the last 500 bytes asked as a suffix come as exactly those",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "RFC 9110",
    explanation: "BITS never asks for a suffix range, other downloaders do. A peer that reads \
                  -500 as 0 to 500 shows that its Range parser is wrong.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeSuffix],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::RangeSuffix),
};

pub(crate) static RANGE_WHILE_FILLING: Check = Check {
    id: "range-while-filling",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 450,
    title: "a range comes right while a cache is still filling",
    rfc: "RFC 9111 3.4; RFC 9110 15.3.7",
    source: "Measured with caching proxies",
    explanation: "The first client that fetches a file fills the cache; others come meanwhile. \
                  Some caches let them wait until their range is there, which is right. Others \
                  answer with the whole file. Tried with a fresh file of which the built-in origin \
                  holds back the end for a moment while it is fetched whole, or with a new query \
                  on the URL where the server ignores it.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::RangeMiddle, Purpose::DoOverlap],
    history: Some(History::Filling),
    judge: range_while_filling::judge,
};

pub(crate) static RANGE_WHOLE: Check = Check {
    id: "range-whole",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 280,
    title: "the whole file asked as a range is answered with 206",
    rfc: "RFC 9110 14.1.2, 15.3.7.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "A small file is asked whole, as 0 to its last position. An answer of 200 is \
                  tolerated in practice and is a warning only; only part of a strict range \
                  shows whether ranges work. A file of more than 256 KiB is not read to its end: \
                  range-complete reads a long range whole.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeWhole],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::RangeWhole),
};
