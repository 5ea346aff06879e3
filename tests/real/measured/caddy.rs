//! Caddy as the server of the files and as a reverse proxy.

use super::case::{Case, IGNORED};
use super::scene::Scene;
use crate::support::caddy;
use crate::support::origin::Origin;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::good("server: default", || Scene::server(Origin::caddy())),
        Case::good("reverse: default", || before("")),
        Case::good("reverse: `encode gzip`", || before("encode gzip")),
        Case::bad("reverse: `request_header -Range`", "0x80200013", || {
            before("request_header -Range")
        })
        .always("range 200, several 200", IGNORED)
        .blames("proxy")
        .advises("request_header -Range"),
    ]
}

fn before(directives: &str) -> Scene {
    let origin = Origin::start();
    let proxy = caddy::before(origin.address(), directives);
    Scene::reverse(origin, proxy)
}
