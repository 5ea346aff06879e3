//! Rows of the checks of the response to HEAD.

use crate::checks::head::head_coding;
use crate::checks::head::head_content_length;
use crate::checks::head::head_length_matches_ranges;
use crate::checks::head::head_length_not_zero;
use crate::checks::head::head_length_valid;
use crate::checks::head::head_no_body;
use crate::checks::head::head_status;
use crate::checks::head::head_validators;
use crate::model::check::{Check, Group};
use crate::model::finding::Level;
use crate::model::job_kind::JobKind;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

pub(crate) static HEAD_CODING: Check = Check {
    id: "head-coding",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 100,
    title: "HEAD announces no transfer coding and no content coding",
    rfc: "RFC 9110 8.4, 9112 6.1",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "BITS says Accept-Encoding: identity: it needs the file as it is. A coding on \
                  HEAD means that its length is that of something else, or that there will be \
                  no length at all.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
    history: None,
    judge: head_coding::judge,
};

pub(crate) static HEAD_CONTENT_LENGTH: Check = Check {
    id: "head-content-length",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 70,
    title: "HEAD states the size of the file",
    rfc: "RFC 9110 8.6, 9.3.2",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "BITS learns the size from the Content-Length of HEAD. Without it the job ends \
                  with 0x80200011. HTTP allows to leave it out, and some versions of the Apache \
                  2.0 proxy do, as does anything that rewrites or unpacks bodies on the way.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
    history: None,
    judge: head_content_length::judge,
};

pub(crate) static HEAD_LENGTH_MATCHES_RANGES: Check = Check {
    id: "head-length-matches-ranges",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 180,
    title: "the size of HEAD is the size that ranges state",
    rfc: "RFC 9110 8.6, 14.4",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "The total after the slash of Content-Range must be the Content-Length of \
                  HEAD. When they differ, one answer is stale, rewritten, or of another thing: \
                  a cached HEAD beside fresh ranges, a block page made to look like a range.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::RangeMiddle],
    history: None,
    judge: head_length_matches_ranges::judge,
};

pub(crate) static HEAD_LENGTH_NOT_ZERO: Check = Check {
    id: "head-length-not-zero",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 90,
    title: "HEAD does not say 0 for a file that has bytes",
    rfc: "RFC 9110 8.6",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "A proxy that rewrites bodies may answer HEAD with Content-Length: 0, since a \
                  HEAD has no body to measure. BITS would take the file for empty.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst],
    history: None,
    judge: head_length_not_zero::judge,
};

pub(crate) static HEAD_LENGTH_VALID: Check = Check {
    id: "head-length-valid",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 80,
    title: "the Content-Length of HEAD is a number",
    rfc: "RFC 9110 8.6",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "The size must be a decimal number that fits in 63 bits. A value with a sign, \
                  a unit or too many digits is read differently by each proxy on the way.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
    history: None,
    judge: head_length_valid::judge,
};

pub(crate) static HEAD_NO_BODY: Check = Check {
    id: "head-no-body",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 110,
    title: "nothing follows the head of an answer to HEAD",
    rfc: "RFC 9112 6.3",
    source: "RFC 9112",
    explanation: "An answer to HEAD has no body. Bytes that come all the same are read as the \
                  beginning of the next answer on a kept connection, which then is garbage. \
                  Error pages of some proxies do this.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
    history: None,
    judge: head_no_body::judge,
};

pub(crate) static HEAD_STATUS: Check = Check {
    id: "head-status",
    group: Group::Head,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 60,
    title: "HEAD is answered with 200",
    rfc: "RFC 9110 9.3.2",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "BITS asks for size and time with HEAD before it downloads. Any status but 200 \
                  ends the job with 0x80190000 plus the status. 403 points to access rights, \
                  405 and 501 to a proxy that does not let HEAD pass.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head],
    history: None,
    judge: head_status::judge,
};

pub(crate) static HEAD_VALIDATORS: Check = Check {
    id: "head-validators",
    group: Group::Head,
    level: Level::Recommended,
    jobs: JobKind::ALL,
    order: 190,
    title: "HEAD and ranges have Last-Modified, the same on all",
    rfc: "RFC 9110 8.8, 15.3.7",
    source: "Microsoft, [MC-BUP] 3.5.5.1; File transfer consistency",
    explanation: "BITS tells versions of a file apart by size and Last-Modified, which Microsoft \
                  requires on every 200 and 206. Without it only the size is left to compare. When HEAD and ranges differ in it, \
                  BITS takes that for a change and begins anew.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst],
    history: None,
    judge: head_validators::judge,
};
