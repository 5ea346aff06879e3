//! Privoxy as a forward proxy.

use super::case::{Case, Checks, IGNORED, ONE};
use super::scene::Scene;
use crate::support::origin::Origin;
use crate::support::privoxy;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::good("as packaged", || Scene::forward(Origin::start(), privoxy::packaged())),
        Case::good("no actions", || forward("")),
        Case::bad("`+filter`", "0x80200013", || forward("{+filter{banners-by-size}}\n/\n"))
            .always("later range 200", AFTER_THE_FIRST)
            .blames("proxy")
            .advises("TAG:^RANGE-REQUEST$"),
        Case::good("`+filter`, not for ranges", || {
            forward(
                "{+filter{banners-by-size} +client-header-tagger{range-requests}}\n/\n
{-filter}\nTAG:^RANGE-REQUEST$\n",
            )
        }),
        Case::bad("`+filter`, `+force-text-mode`", "0x80200013", || {
            forward("{+filter{banners-by-size} +force-text-mode}\n/\n")
        })
        .always("later range 200", AFTER_THE_FIRST)
        .blames("proxy")
        .advises("TAG:^RANGE-REQUEST$"),
        Case::bad("`+crunch-client-header{Range:}`", "0x80200013", || {
            forward("{+crunch-client-header{Range:}}\n/\n")
        })
        .always("range 200, several 200", IGNORED)
        .blames("proxy")
        .advises("-crunch-client-header"),
        Case::bad("`+crunch-server-header{Content-Range:}`", "0x80200013", || {
            forward("{+crunch-server-header{Content-Range:}}\n/\n")
        })
        .always("range 206 without Content-Range", ONE)
        .blames("proxy, response")
        .advises("-crunch-server-header"),
        Case::good("`+downgrade-http-version`", || forward("{+downgrade-http-version}\n/\n")),
    ]
}

/// Privoxy keeps a Range that begins with `bytes=0-`.
const AFTER_THE_FIRST: Checks = &[&[
    "multi-descending",
    "multi-near",
    "range-clamped",
    "range-large",
    "range-last-byte",
    "range-middle",
    "range-next",
    "range-open-end",
    "range-repeated",
    "range-suffix",
]];

fn forward(actions: &str) -> Scene {
    Scene::forward(Origin::start(), privoxy::with(actions))
}
