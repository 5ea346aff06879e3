//! Tinyproxy as a forward proxy.

use super::case::{Case, Checks, RIGHT};
use super::scene::Scene;
use crate::support::check::WITHOUT_RANGES;
use crate::support::origin::Origin;
use crate::support::tinyproxy;

pub(super) fn cases() -> Vec<Case> {
    vec![
        // It closes kept connections and does not say so: a note.
        Case::good("default", || forward("")).always(RIGHT, CLOSES),
        Case::bad("`Anonymous \"Host\"`", "0x80200013", || forward("Anonymous \"Host\""))
            .always("range 200, several 200", &[&WITHOUT_RANGES, &["keep-alive"]])
            .blames("proxy")
            .advises("Anonymous \"Range\""),
        Case::good("`Anonymous` with the fields of BITS", || {
            forward(
                "Anonymous \"Host\"\nAnonymous \"Range\"\nAnonymous \"If-Unmodified-Since\"
Anonymous \"Accept-Encoding\"",
            )
        })
        .always(RIGHT, CLOSES),
    ]
}

const CLOSES: Checks = &[&["keep-alive"]];

fn forward(directives: &str) -> Scene {
    Scene::forward(Origin::start(), tinyproxy::with(directives))
}
