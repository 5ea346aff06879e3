//! lighttpd as the server of the files and as a reverse proxy.

use super::case::{Case, IGNORED};
use super::scene::Scene;
use crate::support::lighttpd;
use crate::support::origin::Origin;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::good("server: default", || Scene::server(Origin::lighttpd(""))),
        Case::bad("server: `server.range-requests = \"disable\"`", "0x80200013", || {
            Scene::server(Origin::lighttpd("server.range-requests = \"disable\""))
        })
        .always("range 200, several 200", IGNORED)
        .blames("origin")
        .advises("server.range-requests"),
        Case::good("reverse: default", || before(Origin::start(), "")),
        Case::good("reverse: `server.range-requests = \"disable\"`", || {
            before(Origin::start(), "server.range-requests = \"disable\"")
        }),
        Case::good("reverse: default before an origin without ranges", || {
            before(Origin::with("max_ranges 0;"), "")
        }),
    ]
}

fn before(origin: Origin, directives: &str) -> Scene {
    let proxy = lighttpd::before(origin.address(), directives);
    Scene::reverse(origin, proxy)
}
