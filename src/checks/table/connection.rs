//! Rows of the checks of the connection.

use crate::checks::connection::block_page;
use crate::checks::connection::framing_fields;
use crate::checks::connection::header_size;
use crate::checks::connection::http_version;
use crate::checks::connection::keep_alive;
use crate::checks::connection::parallel_requests;
use crate::checks::connection::proxy_authentication;
use crate::checks::connection::reachable;
use crate::checks::connection::redirects;
use crate::checks::connection::stray_bytes;
use crate::model::check::{Check, Group};
use crate::model::finding::Level;
use crate::model::job_kind::JobKind;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

pub(crate) static BLOCK_PAGE: Check = Check {
    id: "block-page",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 130,
    title: "no HTML page comes in place of the file",
    rfc: "RFC 9110 8.3",
    source: "Observed with captive portals, filters and relabelling proxies",
    explanation: "A captive portal, a filter or a login form answers with a page and status 200, \
                  or a proxy relabels such a page as 206. BITS and Delivery Optimization would \
                  take the page for the file, or stop because the sizes disagree. A target that \
                  really is an HTML file is only a warning, and so are a type of HTML on the \
                  right bytes and a page for a range that no ordinary download asks. Where the \
                  URL names a program or a package, bytes that begin as HTML are a page, \
                  whatever the sizes say.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::DoFirstBytes, Purpose::DoFirstBlock],
    history: None,
    judge: block_page::judge,
};

pub(crate) static FRAMING_FIELDS: Check = Check {
    id: "framing-fields",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 50,
    title: "the fields that tell where a body ends do not contradict each other",
    rfc: "RFC 9112 6.1 to 6.3",
    source: "RFC 9112",
    explanation: "Two Content-Lengths that differ, or Content-Length together with Transfer- \
                  Encoding, are read differently by each program on the way; proxies refuse \
                  such answers or cut them. Equal repeats are legal. Lines without CR, folded \
                  lines, blanks before colons and control characters are warnings.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::DoFirstBytes, Purpose::DoFirstBlock],
    history: None,
    judge: framing_fields::judge,
};

pub(crate) static HEADER_SIZE: Check = Check {
    id: "header-size",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 55,
    title: "the header section of each answer has at most 64 KB",
    rfc: "RFC 9112 5",
    source: "Microsoft, WinHTTP option flags: WINHTTP_OPTION_MAX_RESPONSE_HEADER_SIZE",
    explanation: "BITS and Delivery Optimization use WinHTTP, which accepts header sections of \
                  64 KB by default. HTTP sets no limit, so programs that add many or long fields, \
                  such as cookies or policies, break no rule. That BITS keeps the default is \
                  likely, not documented.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::DoFirstBytes, Purpose::DoFirstBlock],
    history: None,
    judge: header_size::judge,
};

pub(crate) static HTTP_VERSION: Check = Check {
    id: "http-version",
    group: Group::Connection,
    level: Level::Recommended,
    jobs: JobKind::ALL,
    order: 40,
    title: "the answers are HTTP/1.1, or HTTP/1.0 with working ranges",
    rfc: "RFC 9112 2.3",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "For BITS, Microsoft asks for HTTP/1.1 but accepts an HTTP/1.0 server that \
                  states sizes and honours ranges; HTTP/1.0 without ranges is what 0x80200012 \
                  speaks of. Delivery Optimization sends HTTP/1.1 and asks for ranges only, so \
                  the same is demanded for it.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::DoFirstBytes, Purpose::DoFirstBlock],
    history: None,
    judge: http_version::judge,
};

pub(crate) static KEEP_ALIVE: Check = Check {
    id: "keep-alive",
    group: Group::Connection,
    level: Level::Informational,
    jobs: JobKind::ALL,
    order: 120,
    title: "the connection of the first request carries the second as well",
    rfc: "RFC 9112 9.3",
    source: "Microsoft, HTTP requirements for BITS downloads",
    explanation: "BITS and Delivery Optimization ask for Keep-Alive and send one request after \
                  the other on a connection. A peer that announces the close, or an HTTP/1.0 \
                  peer, is fine: the client connects anew. One that closes without a word costs \
                  a failed request each time.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeNext,
        Purpose::DoFirstBytes,
        Purpose::DoFirstBlock,
    ],
    history: None,
    judge: keep_alive::judge,
};

pub(crate) static PARALLEL_REQUESTS: Check = Check {
    id: "parallel-requests",
    group: Group::Connection,
    level: Level::Recommended,
    jobs: JobKind::ALL,
    order: 125,
    title: "no request fails that succeeds when it is sent alone",
    rfc: "RFC 9112 9.4",
    source: "RFC 6585 4; measured with limits of connections",
    explanation: "The tool keeps a few connections open at the same time (--connections), BITS \
                  sends the requests for one file one after the other. A request that fails with \
                  429, 5xx, a refusal or a reset is therefore sent again when no other connection \
                  is open, and only that answer is judged. When it succeeds, the peer limits \
                  connections or fails now and then. A limit ends no job of BITS, but many clients \
                  behind one address may meet it; BITS tries again after 500, 502, 503 and 504, and \
                  no document says that it does after 429.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::RangeFirst, Purpose::DoFirstBytes],
    history: None,
    judge: parallel_requests::judge,
};

pub(crate) static PROXY_AUTHENTICATION: Check = Check {
    id: "proxy-authentication",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 20,
    title: "the proxy asks for no credentials that a service cannot give",
    rfc: "RFC 9110 11.7.1, 15.5.8",
    source: "Microsoft, Authentication in BITS",
    explanation: "BITS answers Negotiate and NTLM by itself with the account of the job; Basic, \
                  Digest and Passport only when the application set credentials; Bearer and \
                  others never. An unanswered 407 ends the job with 0x80190197. BITS under WSUS \
                  and Delivery Optimization run as services, whose account the proxy may not \
                  know: exempt the update servers from authentication.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::DoFirstBytes],
    history: None,
    judge: proxy_authentication::judge,
};

pub(crate) static REACHABLE: Check = Check {
    id: "reachable",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 10,
    title: "somebody answers in HTTP",
    rfc: "RFC 9112",
    source: "Microsoft, WSUS operations guide: Issues with BITS",
    explanation: "Name, connection, handshake, TLS, and an answer that is HTTP. When nothing at \
                  all can be reached, nothing can be said of a download either: the result is \
                  inconclusive and its code is what Windows would show now. A proxy that refuses \
                  the tunnel, or answers in something that is not HTTP, has answered: the \
                  download would fail.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::DoFirstBytes],
    history: None,
    judge: reachable::judge,
};

pub(crate) static REDIRECTS: Check = Check {
    id: "redirects",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 30,
    title: "redirects lead to the file in at most ten hops",
    rfc: "RFC 9110 15.4",
    source: "Microsoft, IBackgroundCopyJobHttpOptions::SetSecurityFlags",
    explanation: "BITS follows redirects silently by default, though never from https to http \
                  unless the application allows it; the requests of Delivery Optimization are \
                  followed in the same way here. A circle, more than ten hops or a redirect \
                  without a usable Location ends the download. The file at the end of the chain \
                  is what the other checks judge.",
    profiles: Profile::ALL,
    probes: &[Purpose::Head, Purpose::DoFirstBytes],
    history: None,
    judge: redirects::judge,
};

pub(crate) static STRAY_BYTES: Check = Check {
    id: "stray-bytes",
    group: Group::Connection,
    level: Level::Required,
    jobs: JobKind::ALL,
    order: 200,
    title: "nothing follows the body of an answer to GET",
    rfc: "RFC 9112 9.2",
    source: "RFC 9112",
    explanation: "Bytes beyond Content-Length are read as the beginning of the next answer on a \
                  kept connection, which then is garbage to any client: BITS shows 0x80072F78 \
                  and tries again for ever.",
    profiles: Profile::ALL,
    probes: &[
        Purpose::Head,
        Purpose::RangeFirst,
        Purpose::RangeNext,
        Purpose::DoFirstBytes,
        Purpose::DoFirstBlock,
    ],
    history: None,
    judge: stray_bytes::judge,
};
