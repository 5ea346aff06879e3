//! Apache Traffic Server as a forward proxy.

use super::case::{Case, SEVERAL};
use super::scene::Scene;
use crate::support::origin::Origin;
use crate::support::traffic_server;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::several_only("default", || forward("", ""))
            .warm("several 200", &[SEVERAL])
            .blames("proxy, cache"),
        Case::good("default, origin without lifetime: nothing is stored", || {
            Scene::forward(Origin::start(), traffic_server::start("", ""))
        }),
        Case::good("`allow_multi_range 1`", || {
            forward("CONFIG proxy.config.http.cache.allow_multi_range INT 1", "")
        }),
        Case::good("cache off", || forward("CONFIG proxy.config.http.cache.http INT 0", "")),
        Case::bad("`cache_range_requests` for everything", "0x80200011", || {
            forward("", "cache_range_requests.so\n")
        })
        .blames("proxy, cache"),
    ]
}

fn forward(records: &str, plugins: &str) -> Scene {
    // Only what tells its lifetime is stored by default.
    Scene::forward(Origin::with("expires 1h;"), traffic_server::start(records, plugins))
}
