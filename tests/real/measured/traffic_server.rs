//! Apache Traffic Server as a forward proxy.

use super::case::{Case, Checks, RIGHT, SEVERAL};
use super::scene::Scene;
use crate::support::origin::Origin;
use crate::support::traffic_server;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::several_only("default", || forward("", ""))
            .cold(RIGHT, &[&["multi-while-filling"]])
            .warm("several 200", &[FORWARD_SEVERAL])
            .blames("proxy, cache")
            .advises("proxy.config.http.allow_multi_range INT 1"),
        Case::good("default, origin without lifetime: nothing is stored", || {
            Scene::forward(Origin::start(), traffic_server::start("", ""))
        }),
        Case::good("`allow_multi_range 1`", || {
            forward("CONFIG proxy.config.http.allow_multi_range INT 1", "")
        }),
        Case::good("cache off", || forward("CONFIG proxy.config.http.cache.http INT 0", "")),
        Case::bad("`cache_range_requests` for everything", "0x8020001B", || {
            forward("", "cache_range_requests.so\n")
        })
        .cold(FIRST_ONLY, POISONED)
        // The tool's own ranges came before: what it warms up is the piece, taken for the file.
        .warm("range 200, several 200", PIECE)
        .blames("proxy")
        .advises("cache_range_requests"),
    ]
}

/// Ranges that do not ascend bypass the cache.
const FORWARD_SEVERAL: &[&str] =
    &["multi-adjacent", "multi-five", "multi-many", "multi-near", "multi-repeated", "multi-two"];

const FIRST_ONLY: &str = "several 206 with bytes 0-199/1048576; after a range: HEAD with length 5691, later range 206 with bytes 0-5690/1048576, several 206 with bytes 0-5690/1048576, file with length 5691";

const POISONED: Checks = &[
    SEVERAL,
    &[
        "range-before-head",
        "range-clamped",
        "range-large",
        "range-last-byte",
        "range-middle",
        "range-next",
        "range-open-end",
        "range-past-end",
        "range-repeated",
        "range-suffix",
        "range-whole",
        "unchanged-size",
    ],
];

/// HEAD states the 5691 bytes of the piece; the legs before agreed on the real size.
const PIECE: Checks = &[
    SEVERAL,
    &[
        "head-length-matches-ranges",
        "plain-get",
        "range-clamped",
        "range-large",
        "range-last-byte",
        "range-middle",
        "range-next",
        "range-open-end",
        "range-past-end",
        "range-repeated",
        "range-suffix",
        "range-whole",
    ],
];

fn forward(records: &str, plugins: &str) -> Scene {
    // Only what tells its lifetime is stored by default.
    Scene::forward(Origin::with("expires 1h;"), traffic_server::start(records, plugins))
}
