//! Apache httpd as a forward proxy, as a reverse proxy, and as the server of the files.

use super::case::{Case, IGNORED, ONE};
use super::scene::Scene;
use crate::support::apache::Apache;
use crate::support::check::SINGLE_RANGES;
use crate::support::origin::Origin;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::good("server: default", || Scene::server(Origin::apache(&[], ""))),
        Case::bad("server: `MaxRanges none`", "0x80200013", || {
            Scene::server(Origin::apache(&[], "MaxRanges none"))
        })
        .always("range 200, several 200", IGNORED)
        .blames("origin")
        .advises("MaxRanges default"),
        Case::bad("server: `SetEnv force-gzip`, `DEFLATE`", "0x80200011", || {
            Scene::server(Origin::apache(&["env", "filter", "deflate"], FORCE_GZIP))
        })
        .blames("origin")
        .advises("no-gzip"),
        Case::good("forward: default", || forward(&[], "")),
        Case::good("forward: `MaxRanges none`", || forward(&[], "MaxRanges none")),
        Case::good("forward: `mod_cache_disk`", || {
            let origin = Origin::start();
            let proxy = Apache::with(&["cache", "cache_disk"], &cache_of(&origin));
            Scene::forward(origin, proxy)
        }),
        Case::bad("forward: `RequestHeader unset Range`", "0x80200013", || {
            forward(&["headers"], "RequestHeader unset Range")
        })
        .always("range 200, several 200", IGNORED)
        .blames("proxy, request")
        .advises("RequestHeader unset Range"),
        Case::good("forward: Range unset above 5 ranges", || {
            forward(
                &["headers", "setenvif"],
                "SetEnvIf Range (?:,.*?){5,5} bad-range=1
RequestHeader unset Range env=bad-range",
            )
        }),
        Case::bad("forward: `Header unset Content-Range`", "0x80200013", || {
            forward(&["headers"], "Header unset Content-Range")
        })
        .always("range 206 without Content-Range", ONE)
        .blames("proxy, response")
        .advises("Header unset Content-Range"),
        Case::bad("forward: `SetOutputFilter SUBSTITUTE`", "0x80200011", || {
            forward(
                &["filter", "substitute"],
                "SetOutputFilter SUBSTITUTE\nSubstitute s/nothing/nothing/",
            )
        })
        .always(
            "HEAD without length, range 206 chunked",
            &[&["head-content-length"], &SINGLE_RANGES],
        )
        .blames("proxy, response")
        .advises("AddOutputFilterByType SUBSTITUTE text/html"),
        Case::good("forward: `SetOutputFilter DEFLATE`", || {
            forward(&["filter", "deflate"], "SetOutputFilter DEFLATE")
        }),
        Case::bad("forward: `SetEnv force-gzip`, `DEFLATE`", "0x80200011", || {
            forward(&["env", "filter", "deflate"], FORCE_GZIP)
        })
        .blames("proxy, response")
        .advises("no-gzip"),
        Case::good("reverse: default", || {
            let origin = Origin::start();
            let proxy = Apache::before(origin.address(), &[], "");
            Scene::reverse(origin, proxy)
        }),
        Case::bad("forward: default before an origin without ranges", "0x80200013", || {
            Scene::forward(Origin::with("max_ranges 0;"), Apache::start())
        })
        .always("range 200, several 200", IGNORED)
        .blames("origin")
        .advises("max_ranges 0"),
    ]
}

fn forward(modules: &[&str], directives: &str) -> Scene {
    Scene::forward(Origin::start(), Apache::with(modules, directives))
}

fn cache_of(origin: &Origin) -> String {
    // A forward proxy's `CacheEnable disk http://` means port 80 only.
    format!(
        "CacheRoot {{folder}}
CacheEnable disk http://{}/
CacheMaxFileSize 16000000
CacheHeader on",
        origin.address()
    )
}

const FORCE_GZIP: &str = "SetEnv force-gzip 1\nSetOutputFilter DEFLATE";
