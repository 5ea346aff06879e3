//! Rows of the checks of the ranges of Delivery Optimization.

use crate::checks::head::do_head_length;
use crate::checks::range::do_empty_body_field;
use crate::checks::range::do_first_bytes;
use crate::checks::rules::single_range;
use crate::model::check::{Check, Group};
use crate::model::finding::Level;
use crate::model::job_kind::JobKind;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

pub(crate) static DO_HEAD_LENGTH: Check = Check {
    id: "do-head-length",
    group: Group::Head,
    level: Level::Recommended,
    jobs: &[JobKind::Download],
    order: 172,
    title: "HEAD states the size, for callers that do not know it",
    rfc: "RFC 9110 8.6, 9.3.2",
    source: "Observed: logs of winget and MSIX with 0x80072F76",
    explanation: "Where the caller does not know the size of a file, Delivery Optimization asks \
                  HEAD for it and fails without a Content-Length. WSUS and Windows Update know the \
                  size from the metadata of the update, so this only warns.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoHead],
    history: None,
    judge: do_head_length::judge,
};

pub(crate) static DO_2GIB: Check = Check {
    id: "do-2gib",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 360,
    title: "the block that begins at 2 GiB comes as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Software that keeps positions in 32 signed bits breaks at 2 GiB. Blocks begin \
                  at multiples of 1 MiB, so that none lies across it; the one that begins there \
                  is asked. Judged only on files that are large enough.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::Do2Gib],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::Do2Gib),
};

pub(crate) static DO_4GIB: Check = Check {
    id: "do-4gib",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 370,
    title: "the block that begins at 4 GiB comes as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Software that keeps positions in 32 bits breaks at 4 GiB. Blocks begin at \
                  multiples of 1 MiB, so that none lies across it; the one that begins there is \
                  asked. Judged only on files that are large enough.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::Do4Gib],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::Do4Gib),
};

pub(crate) static DO_EMPTY_BODY_FIELD: Check = Check {
    id: "do-empty-body-field",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 150,
    title: "a GET with Content-Length: 0 is not mistaken for one with a body",
    rfc: "RFC 9110 8.6, 9.3.1",
    source: "Observed with Windows 11 at a WSUS server",
    explanation: "Delivery Optimization sends Content-Length: 0 on every GET. That is legal, but \
                  a strict proxy or filter may take it for a request with a body and refuse it or \
                  wait for more. When the first request fails, the same is asked once more \
                  without the field: if that works, the field is what must be let through.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoWithoutLength],
    history: None,
    judge: do_empty_body_field::judge,
};

pub(crate) static DO_FIRST_BLOCK: Check = Check {
    id: "do-first-block",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 170,
    title: "the first block of 1 MiB comes whole, as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Delivery Optimization fetches a file in blocks of 1 MiB, of which only the last \
                  may be shorter; a smaller file is one block. It compares the size of each \
                  answer with that of the block, so this one is read to its end. Other blocks are \
                  cut off once their heads and beginnings are seen.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoFirstBlock],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::DoFirstBlock),
};

pub(crate) static DO_FIRST_BYTES: Check = Check {
    id: "do-first-bytes",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 160,
    title: "the first two bytes come as exactly those bytes",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Delivery Optimization knows the size of a file from the metadata of the update \
                  and sends no HEAD. It begins with bytes=0-1. This tool plans the blocks by the \
                  total in the Content-Range of the answer, and judges that total by the size that \
                  the server states without the proxy, or by HEAD. An answer of 200 shows that \
                  Range does not get through: the name of 0x80D05011 says that, while Microsoft's \
                  KB3175743 names 0x80D05001 for such proxies.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes],
    history: None,
    judge: do_first_bytes::judge,
};

pub(crate) static DO_LAST_BLOCK: Check = Check {
    id: "do-last-block",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 350,
    title: "the last block, short in most files, comes as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "The last block ends with the file, and is shorter than 1 MiB unless the size is \
                  a multiple of that. It shows whether positions at the end are counted right, \
                  and whether the size that the first answer stated is true.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoLastBlock],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::DoLastBlock),
};

pub(crate) static DO_MIDDLE_BLOCK: Check = Check {
    id: "do-middle-block",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 340,
    title: "a block from the middle comes as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed with Windows 11; Microsoft, KB3175743",
    explanation: "Delivery Optimization asks its blocks in no order, so that most begin far from \
                  0. Filters and caches that serve only what begins at 0 break here. Judged on \
                  files of three blocks or more, and by the second block where nothing tells the \
                  size; the answer is cut off once its head and beginning are seen.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoMiddleBlock],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::DoMiddleBlock),
};

pub(crate) static DO_OVERLAP: Check = Check {
    id: "do-overlap",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 176,
    title: "a piece within the first block comes as exactly that piece",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed: blocks smaller than 1 MiB in sequence in logs of Windows",
    explanation: "Delivery Optimization was seen to ask for blocks smaller than 1 MiB as well, one \
                  after the other. This piece is the fourth request on the connection of the first \
                  ones. Its bytes are compared with those of the first block by range-bytes-agree.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoOverlap],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::DoOverlap),
};

pub(crate) static DO_TAIL_BLOCK: Check = Check {
    id: "do-tail-block",
    group: Group::Range,
    level: Level::Required,
    jobs: &[JobKind::Download],
    order: 174,
    title: "the last bytes, from an unaligned position, come as exactly that block",
    rfc: "RFC 9110 15.3.7.1",
    source: "Observed: a log of Windows shows the block 21202006+66560",
    explanation: "The last block can begin at a position that is no multiple of 1 MiB. It is the \
                  third request on the connection of the first two, is read to its end, and does \
                  not begin at 0 in a small file either: a proxy that refuses or ignores ranges \
                  after the start, or after the second request of a connection, fails here.",
    profiles: &[Profile::Do],
    probes: &[Purpose::DoFirstBytes, Purpose::DoTailBlock],
    history: None,
    judge: |evidence| single_range::judge(evidence, Purpose::DoTailBlock),
};
