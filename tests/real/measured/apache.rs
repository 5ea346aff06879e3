//! Apache httpd as a forward proxy, as a reverse proxy, and as the server of the files.

use super::case::{Case, Checks, IGNORED, MERGED, ONE, RIGHT, SEVERAL};
use super::scene::Scene;
use crate::support::apache::Apache;
use crate::support::origin::Origin;

pub(super) fn cases() -> Vec<Case> {
    vec![
        // It merges ranges that touch: a note.
        Case::good("server: default", || Scene::server(Origin::apache(&[], "")))
            .always(RIGHT, MERGED),
        Case::bad("server: `MaxRanges none`", "0x80200013", || {
            Scene::server(Origin::apache(&[], "MaxRanges none"))
        })
        .always("range 200, several 200", IGNORED)
        .blames("origin")
        .advises("MaxRanges default"),
        Case::bad("server: `SetEnv force-gzip`, `DEFLATE`", "0x80200011", || {
            Scene::server(Origin::apache(&["env", "filter", "deflate"], FORCE_GZIP))
        })
        .cold(GZIPPED, &[&["head-coding", "head-content-length", "range-first"]])
        .warm(GZIPPED, &[&["head-coding", "head-content-length", "plain-get", "range-first"]])
        .blames("origin")
        .advises("SetEnv force-gzip"),
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
        .blames("proxy")
        .advises("RequestHeader unset Range"),
        // Only requests for many ranges fail: a note.
        Case::good("forward: Range unset above 5 ranges", || {
            forward(
                &["headers", "setenvif"],
                "SetEnvIf Range (?:,.*?){5,5} bad-range=1
RequestHeader unset Range env=bad-range",
            )
        })
        .always(RIGHT, &[&["multi-many"]]),
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
        .always("HEAD without length, range 206 chunked, file 200 chunked", FILTERED)
        .blames("proxy, response")
        .advises("AddOutputFilterByType SUBSTITUTE text/html"),
        Case::good("forward: `SetOutputFilter DEFLATE`", || {
            forward(&["filter", "deflate"], "SetOutputFilter DEFLATE")
        }),
        Case::several_only("forward: `SetEnv force-gzip`, `DEFLATE`", || {
            forward(&["env", "filter", "deflate"], FORCE_GZIP)
        })
        .cold(PARTS_GZIPPED, &[SEVERAL])
        .warm(PARTS_GZIPPED, &[SEVERAL, &["plain-get"]])
        .blames("proxy")
        .advises("SetEnv force-gzip"),
        Case::good("forward: the same, `no-gzip` for update files", || {
            let exempt = format!("{FORCE_GZIP}\n{NO_GZIP}");
            forward(&["env", "setenvif", "filter", "deflate"], &exempt)
        }),
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
        .advises("max_ranges"),
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

/// A part of one byte fits into the first read, and so has a length.
const FILTERED: Checks = &[
    SEVERAL,
    &[
        "head-content-length",
        "range-clamped",
        "range-first",
        "range-large",
        "range-middle",
        "range-next",
        "range-open-end",
        "range-repeated",
        "range-suffix",
        "range-whole",
    ],
];

const GZIPPED: &str =
    "HEAD without length, range 200 chunked gzip, several 200 chunked gzip, file 200 chunked gzip";

const PARTS_GZIPPED: &str = "several 206 with other parts, file 200 chunked gzip";

const FORCE_GZIP: &str = "SetEnv force-gzip 1\nSetOutputFilter DEFLATE";

/// As the advice has it.
const NO_GZIP: &str = r#"SetEnvIf Request_URI "\.(cab|exe|psf|msu|esd)$" no-gzip=1"#;
