//! `HAProxy` as a reverse proxy.

use super::case::{Case, Checks, IGNORED, ONE, RIGHT};
use super::scene::Scene;
use crate::support::haproxy;
use crate::support::origin::Origin;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::good("default, no cache", || before("")),
        Case::bad("`cache`", "0x80200013", || {
            before("http-request cache-use updates\n    http-response cache-store updates")
        })
        .cold(RIGHT, WHILE_FILLING)
        .warm("range 200, several 200", IGNORED)
        .blames("proxy, cache")
        .advises("cache-use ... if !")
        .named_server("origin, cache", "cache-use ... if !"),
        Case::good("`cache`, `cache-use` only without Range", || {
            before(
                "http-request cache-use updates if !{ req.hdr(Range) -m found }
    http-response cache-store updates",
            )
        }),
        Case::bad("`del-header Range`", "0x80200013", || before("http-request del-header Range"))
            .always("range 200, several 200", IGNORED)
            .blames("proxy")
            .advises("with: http-request del-header Range"),
        Case::bad("`del-header Content-Range`", "0x80200013", || {
            before("http-response del-header Content-Range")
        })
        .always("range 206 without Content-Range", ONE)
        .blames("proxy, response")
        .advises("del-header Content-Range"),
    ]
}

/// It stores the file as fast as it comes, and answers from its cache while the client that asked for it
/// is still reading.
const WHILE_FILLING: Checks = &[&["multi-while-filling", "range-while-filling"]];

fn before(directives: &str) -> Scene {
    let origin = Origin::start();
    let proxy = haproxy::before(origin.address(), directives);
    Scene::reverse(origin, proxy)
}
