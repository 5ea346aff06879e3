//! Varnish as a caching reverse proxy.

use super::case::{Case, IGNORED, ONE, SEVERAL, UNSIZED};
use super::scene::Scene;
use crate::support::origin::Origin;
use crate::support::varnish;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::several_only("default", || before(Origin::start(), &[], ""))
            .always("several 416", &[SEVERAL])
            .blames("proxy")
            .advises("return (pipe)"),
        Case::good("several ranges piped", || {
            before(
                Origin::start(),
                &[],
                "sub vcl_recv { if (req.http.Range ~ \",\") { return (pipe); } }",
            )
        }),
        Case::bad("origin sends the file compressed", "0x80200011", || {
            before(Origin::with(GZIP), &[], "")
        })
        .cold(UNKNOWN_LENGTH, UNSIZED)
        .warm("several 416", &[SEVERAL])
        .blames("proxy")
        .advises("unset bereq.http.Accept-Encoding")
        .named_server("origin", "unset bereq.http.Accept-Encoding"),
        Case::bad("`do_gzip`", "0x80200011", || {
            before(
                Origin::with(SLOW),
                &[],
                "sub vcl_backend_response {\n    set beresp.do_gzip = true;\n}",
            )
        })
        .cold(UNKNOWN_LENGTH, UNSIZED)
        .warm("several 416", &[SEVERAL])
        .blames("proxy")
        .advises("set beresp.do_gzip")
        .named_server("origin", "set beresp.do_gzip"),
        Case::bad("origin sends the file chunked", "0x80200011", || {
            before(Origin::with(CHUNKED), &[], "")
        })
        .cold(UNKNOWN_LENGTH, UNSIZED)
        .warm("several 416", &[SEVERAL])
        .blames("origin")
        .also_blames("proxy")
        .advises("sub_filter_types text/html")
        .also_advises("return (pipe)")
        .named_server("origin", "sub_filter_types text/html"),
        Case::several_only("`return(pass)` for Range", || {
            before(Origin::start(), &[], "sub vcl_recv { if (req.http.Range) { return (pass); } }")
        })
        .always("several 503", &[SEVERAL])
        .blames("proxy")
        .advises("return (pipe)"),
        Case::bad("Range in the hash", "0x801901F7", || {
            before(Origin::start(), &[], RANGE_IN_HASH)
        })
        .always("range 503", ONE)
        .blames("proxy")
        .advises("hash_data"),
        Case::bad("`http_range_support=off`", "0x80200013", || {
            before(Origin::start(), &["-p", "http_range_support=off"], "")
        })
        .always("range 200, several 200", IGNORED)
        .blames("proxy")
        .advises("http_range_support on"),
    ]
}

fn before(origin: Origin, arguments: &[&str], vcl: &str) -> Scene {
    let proxy = varnish::before(origin.address(), arguments, vcl);
    Scene::reverse(origin, proxy)
}

/// Slow enough that a first answer begins before the length is known.
const SLOW: &str = "limit_rate 600k;";

/// Compresses for those who accept it, as Varnish asks on its own account. Slow enough that a first
/// answer begins before the length is known.
const GZIP: &str = "gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1; limit_rate 600k;";

const UNKNOWN_LENGTH: &str =
    "HEAD without length, range 200 chunked, several 416, file 200 chunked";

/// Filters the file, so that its length is not known beforehand.
const CHUNKED: &str = "sub_filter nothing nothing; sub_filter_types *; limit_rate 600k;";

const RANGE_IN_HASH: &str = "
sub vcl_hash {
    hash_data(req.http.Range);
}
sub vcl_recv { if (req.http.Range) { set req.http.X-Range = req.http.Range; } }
sub vcl_backend_fetch {
    if (bereq.http.X-Range) {
        set bereq.http.Range = bereq.http.X-Range;
    }
}
sub vcl_backend_response { if (beresp.status == 206) { set beresp.ttl = 1h; } }";
