//! nginx as the server of the files and as a caching reverse proxy.

use super::case::{Case, Checks, IGNORED, SEVERAL, UNSIZED};
use super::scene::Scene;
use crate::support::check::SINGLE_RANGES;
use crate::support::nginx;
use crate::support::origin::Origin;

pub(super) fn cases() -> Vec<Case> {
    caches().into_iter().chain(rules()).collect()
}

fn caches() -> Vec<Case> {
    vec![
        Case::good("server: default", || Scene::server(Origin::start())),
        Case::bad("server: `max_ranges 0`", "0x80200013", || {
            Scene::server(Origin::with("max_ranges 0;"))
        })
        .always("range 200, several 200", IGNORED)
        .blames("origin")
        .advises("max_ranges"),
        Case::bad("server: `sub_filter_types *`", "0x80200011", || {
            Scene::server(Origin::with("sub_filter nothing nothing; sub_filter_types *;"))
        })
        .always(UNKNOWN_LENGTH, UNSIZED)
        .blames("origin")
        .advises("sub_filter_types text/html;"),
        Case::good("default, no cache", || before(Origin::start(), "")),
        Case::good("`max_ranges 0`, no cache", || before(Origin::start(), "max_ranges 0;")),
        // Several ranges as the first request get the file.
        Case::several_only("`proxy_cache`", || before(Origin::start(), CACHE))
            .cold("several 200", FIRST_CONTACT)
            .blames("proxy")
            .advises("proxy_cache off;")
            .named_server("origin", "proxy_cache off;"),
        Case::bad("`proxy_cache`, origin sends no Accept-Ranges", "0x80200013", || {
            before(without_accept_ranges(), CACHE)
        })
        .needs(&["apache2"])
        .always("range 200, several 200", IGNORED)
        .blames("proxy")
        .advises("proxy_force_ranges on;"),
        Case::several_only(
            "`proxy_cache`, `proxy_force_ranges on`, origin sends no Accept-Ranges",
            || {
                before(
                    without_accept_ranges(),
                    "proxy_cache updates; proxy_cache_valid 200 206 1h; proxy_force_ranges on;",
                )
            },
        )
        .needs(&["apache2"])
        .cold("several 200", FIRST_CONTACT)
        .blames("proxy")
        .advises("proxy_cache off;"),
        Case::several_only("`proxy_cache`, `proxy_force_ranges on`, origin without ranges", || {
            before(
                Origin::with("max_ranges 0;"),
                "proxy_cache updates; proxy_cache_valid 200 1h; proxy_force_ranges on;",
            )
        })
        .cold("several 200", FIRST_CONTACT)
        .blames("proxy")
        .advises("max_ranges")
        .notes("The proxy hides a fault of the server"),
        Case::several_only("`proxy_cache`, slow origin", || {
            before(Origin::with("limit_rate 600k;"), CACHE)
        })
        .cold("several 200", &[&["multi-first-contact", "multi-while-filling"]])
        .blames("proxy")
        .advises("proxy_cache off;"),
        Case::bad("`proxy_cache`, `max_ranges 0`", "0x80200013", || {
            before(Origin::caddy(), "proxy_cache updates; proxy_cache_valid 200 1h; max_ranges 0;")
        })
        .needs(&["caddy"])
        .always("range 200, several 200", IGNORED)
        .blames("proxy")
        .advises("max_ranges"),
        Case::several_only("`proxy_cache`, `slice`", || {
            before(
                Origin::caddy(),
                "proxy_cache updates; proxy_cache_valid 200 206 1h; slice 256k;
            proxy_cache_key $uri$slice_range; proxy_set_header Range $slice_range;",
            )
        })
        .needs(&["caddy"])
        .always("several 200", &[SEVERAL])
        .blames("proxy")
        .advises("slice 0;"),
        // Whatever comes first is what every client gets. BITS sends HEAD first, and so does the
        // tool for one file. A new query shows no other order here, since the key leaves the query
        // out; `orders` asks for files of its own in both orders.
        Case::good("`proxy_cache` of 206, key without Range", || {
            before(
                Origin::start(),
                "proxy_cache updates; proxy_cache_key $uri; proxy_set_header Range $http_range;
            proxy_cache_valid 200 206 1h;",
            )
        })
        .cold(
            "right; after a range: HEAD 206, later range 206 with bytes 0-5690/1048576, \
             several 206 with bytes 0-5690/1048576, file 206",
            &[],
        ),
        Case::good("`proxy_cache` of 206, Range in the key", || {
            before(
                Origin::start(),
                "proxy_cache updates; proxy_cache_key $uri$http_range;
            proxy_set_header Range $http_range; proxy_cache_valid 200 206 1h;",
            )
        }),
    ]
}

/// What filters and header rules do, with and without a cache.
fn rules() -> Vec<Case> {
    vec![
        Case::bad("`sub_filter_types *`", "0x80200011", || {
            before(
                Origin::start(),
                "sub_filter http:// https://; sub_filter_types *; sub_filter_once off;",
            )
        })
        .always(
            "HEAD without length, range 206 chunked, file 200 chunked",
            &[&["head-content-length"], &SINGLE_RANGES, SEVERAL],
        )
        .blames("proxy")
        .advises("sub_filter_types text/html;"),
        Case::bad("`gunzip on`, asks the origin for gzip", "0x80200011", || {
            before(
                Origin::with("gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1;"),
                "gunzip on; proxy_set_header Accept-Encoding gzip;",
            )
        })
        .always(UNKNOWN_LENGTH, UNSIZED)
        .blames("proxy")
        .advises("gunzip off;")
        .named_server("origin", "gunzip off;"),
        Case::bad("`proxy_set_header Range ''`", "0x80200013", || {
            before(Origin::caddy(), "proxy_set_header Range '';")
        })
        .needs(&["caddy"])
        .always("range 200, several 200", IGNORED)
        .blames("proxy")
        .advises("proxy_set_header Range $http_range;"),
        Case::several_only("`proxy_set_header Range ''`, `proxy_force_ranges on`", || {
            before(Origin::start(), "proxy_set_header Range ''; proxy_force_ranges on;")
        })
        .always("several 200", &[SEVERAL])
        .blames("proxy")
        .advises("proxy_set_header Range $http_range;"),
    ]
}

fn before(origin: Origin, directives: &str) -> Scene {
    let proxy = nginx::before(origin.address(), directives);
    Scene::reverse(origin, proxy)
}

const UNKNOWN_LENGTH: &str =
    "HEAD without length, range 200 chunked, several 200 chunked, file 200 chunked";

/// Serves ranges, but does not say so.
fn without_accept_ranges() -> Origin {
    Origin::apache(&["headers"], "Header unset Accept-Ranges")
}

/// The file is small, and the server fast: at the next request nginx has all of it.
const FIRST_CONTACT: Checks = &[&["multi-first-contact"]];

const CACHE: &str = "proxy_cache updates; proxy_cache_valid 200 206 1h;";
