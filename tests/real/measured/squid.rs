//! Squid as a forward proxy.

use super::case::{Case, Checks, IGNORED, ONE, RIGHT, SEVERAL, UNSIZED};
use super::scene::Scene;
use crate::support::check::SINGLE_RANGES;
use crate::support::origin::Origin;
use crate::support::squid::Squid;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::good("default", || forward(Origin::start(), "")),
        Case::bad("`request_header_access Range deny all`", "0x80200013", || {
            forward(Origin::start(), "request_header_access Range deny all")
        })
        .always("range 200, several 200", IGNORED)
        .blames("proxy")
        .advises("request_header_access Range allow all"),
        Case::bad("anonymizer's request list", "0x80200013", || {
            forward(Origin::start(), REQUEST_LIST)
        })
        .always("range 200, several 200", IGNORED)
        .blames("proxy")
        .advises("request_header_access Range allow all"),
        Case::bad("anonymizer's request list, files of this size in memory", "0x80200013", || {
            // Slow enough that only a fetch to the end stores the file.
            let memory = "maximum_object_size_in_memory 4 MB";
            forward(Origin::with("limit_rate 600k;"), &format!("{REQUEST_LIST}\n{memory}"))
        })
        .cold("range 200, several 200", IGNORED)
        .warm(RIGHT, DESCENDING)
        .blames("proxy")
        .advises("request_header_access Range allow all"),
        Case::bad("anonymizer's reply list", "0x80200013", || forward(Origin::start(), REPLY_LIST))
            .always("range 206 without Content-Range", ONE)
            .blames("proxy")
            .advises("reply_header_access Content-Range allow all"),
        Case::bad("`http_reply_access deny` for 206", "0x80190193", || {
            forward(Origin::start(), "acl parts http_status 206\nhttp_reply_access deny parts")
        })
        .always("range 403, several 403", &[&SINGLE_RANGES, SEVERAL])
        .blames("proxy")
        .advises("http_access allow update_files"),
        Case::bad("`http_access deny` for Range", "0x80190193", || {
            forward(Origin::start(), "acl ranged req_header Range .\nhttp_access deny ranged")
        })
        .always("range 403, several 403", &[&SINGLE_RANGES, SEVERAL])
        .blames("proxy")
        .advises("http_access allow update_files"),
        // Ranges in descending order get the file from memory: a note.
        Case::good("default, files of this size in memory", || {
            forward(Origin::start(), "maximum_object_size_in_memory 4 MB")
        })
        .warm(RIGHT, DESCENDING),
        Case::bad("`reply_body_max_size 512 KB`", "0x80190193", || {
            forward(Origin::start(), "reply_body_max_size 512 KB")
        })
        .cold("file 403", &[&["range-whole"]])
        .warm("file 403", &[&["plain-get", "range-whole"]])
        .blames("proxy")
        .advises("reply_body_max_size none update_files"),
        // What Squid's wiki advises for Windows Update. Ranges in descending order get the file: a
        // note.
        Case::good("`range_offset_limit none`, `quick_abort_min -1`", || {
            forward(Origin::start(), REPAIRS)
        })
        .always(RIGHT, DESCENDING),
        Case::good("`range_offset_limit none` before an origin without ranges", || {
            forward(Origin::with("max_ranges 0;"), REPAIRS)
        })
        .always(RIGHT, DESCENDING)
        .notes("The proxy hides a fault of the server"),
        Case::bad("default before an origin without ranges", "0x80200013", || {
            forward(Origin::with("max_ranges 0;"), "")
        })
        .always("range 200, several 200", IGNORED)
        .blames("origin")
        .advises("max_ranges"),
        // Squid never ends such a 206. The tool waits for that, and says so.
        Case::bad("default before an origin with 206 in chunks", "0x80200011", || {
            forward(Origin::chunking(), "")
        })
        .always(CHUNKED, &[&["head-content-length", "range-first", "range-next"]])
        .blames("origin")
        .also_blames("proxy, response")
        .advises("sub_filter_types text/html"),
        Case::bad("default before an origin without length", "0x80200011", || {
            forward(Origin::apache(&["filter", "substitute"], "SetOutputFilter SUBSTITUTE"), "")
        })
        .needs(&["apache2"])
        .always(
            "HEAD without length, range 200 chunked, several 200 chunked, file 200 chunked",
            UNSIZED,
        )
        .blames("origin")
        .advises("AddOutputFilterByType SUBSTITUTE"),
    ]
}

fn forward(origin: Origin, directives: &str) -> Scene {
    Scene::forward(origin, Squid::with(directives))
}

const CHUNKED: &str = "HEAD without length, range 206 chunked, file 200 chunked";

/// Squid cuts ranges out of what it holds in ascending order only.
const DESCENDING: Checks = &[&["multi-descending"]];

/// As squid.conf.documented has it for those who want to be anonymous.
pub(crate) const REQUEST_LIST: &str = "request_header_access Authorization allow all
request_header_access Proxy-Authorization allow all
request_header_access Cache-Control allow all
request_header_access Content-Length allow all
request_header_access Content-Type allow all
request_header_access Date allow all
request_header_access Host allow all
request_header_access If-Modified-Since allow all
request_header_access Pragma allow all
request_header_access Accept allow all
request_header_access Accept-Charset allow all
request_header_access Accept-Encoding allow all
request_header_access Accept-Language allow all
request_header_access Connection allow all
request_header_access All deny all";

/// The same for answers.
pub(crate) const REPLY_LIST: &str = "reply_header_access Allow allow all
reply_header_access WWW-Authenticate allow all
reply_header_access Proxy-Authenticate allow all
reply_header_access Cache-Control allow all
reply_header_access Content-Encoding allow all
reply_header_access Content-Length allow all
reply_header_access Content-Type allow all
reply_header_access Date allow all
reply_header_access Expires allow all
reply_header_access Last-Modified allow all
reply_header_access Location allow all
reply_header_access Pragma allow all
reply_header_access Content-Language allow all
reply_header_access Retry-After allow all
reply_header_access Title allow all
reply_header_access Content-Disposition allow all
reply_header_access Connection allow all
reply_header_access All deny all";

/// The settings that Squid's wiki gives for Windows Update.
pub(crate) const REPAIRS: &str = "range_offset_limit none\nquick_abort_min -1 KB";
