//! lighttpd as the server of the files and as a reverse proxy.

use super::case::{Case, Checks, IGNORED, RIGHT};
use super::scene::Scene;
use crate::support::lighttpd;
use crate::support::origin::Origin;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::good("server: default", || Scene::server(Origin::lighttpd("")))
            .verdict("warn")
            .always(RIGHT, MERGED_AND_TEN)
            .blames("origin")
            .advises("does not merge ranges")
            .not_repaired("not-tried"),
        Case::bad("server: `server.range-requests = \"disable\"`", "0x80200013", || {
            Scene::server(Origin::lighttpd("server.range-requests = \"disable\""))
        })
        .always("range 200, several 200", IGNORED)
        .blames("origin")
        .advises("server.range-requests")
        .leaves(MERGED_AND_TEN),
        Case::good("reverse: default", || before(Origin::start(), "")).unrecognised(),
        Case::good("reverse: `server.range-requests = \"disable\"`", || {
            before(Origin::start(), "server.range-requests = \"disable\"")
        })
        .unrecognised(),
        Case::good("reverse: default before an origin without ranges", || {
            before(Origin::with("max_ranges 0;"), "")
        })
        .verdict("warn")
        .always(RIGHT, MERGED_AND_TEN)
        .blames("proxy")
        .advises("max_ranges")
        .notes("The proxy hides a fault of the server"),
    ]
}

/// Ranges that touch or are near each other are merged, and of a dozen only the first ten are
/// answered.
const MERGED_AND_TEN: Checks = &[&["multi-adjacent", "multi-many", "multi-near"]];

fn before(origin: Origin, directives: &str) -> Scene {
    let proxy = lighttpd::before(origin.address(), directives);
    Scene::reverse(origin, proxy)
}
