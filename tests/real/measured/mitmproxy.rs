//! mitmproxy as a forward proxy.

use super::case::{Case, IGNORED};
use super::scene::Scene;
use crate::support::check::SINGLE_RANGES;
use crate::support::mitmproxy;
use crate::support::origin::Origin;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::good("default", || forward(&[])),
        // BITS takes the file for an empty one.
        Case::spoils("`--modify-body`", || configured("modify_body: ['/~s/nothing/something']\n"))
            .always("HEAD with length 0", &[&["head-length-not-zero"]])
            .advises("modify_body")
            .blames("proxy"),
        Case::bad("addon that takes Range away", "0x80200013", || {
            addon("def request(flow):\n    flow.request.headers.pop('Range', None)\n")
        })
        .always("range 200, several 200", IGNORED)
        .blames("proxy")
        .advises("flow.request.host"),
        Case::bad("addon that appends bytes", "0x8020001B", || {
            addon(
                "def response(flow):
    if flow.request.method == 'GET':
        flow.response.content += b'appended'\n",
            )
        })
        .cold(APPENDED, &[&SINGLE_RANGES, &["range-complete"]])
        .warm(APPENDED, &[&SINGLE_RANGES, &["plain-get", "range-complete"]])
        .blames("proxy")
        .advises("flow.request.host"),
        Case::bad("`body_size_limit=512k`", "0x801901F6", || configured("body_size_limit: 512k\n"))
            .cold("file 502", &[&["range-whole"]])
            .warm("file 502", &[&["plain-get", "range-whole"]])
            .blames("proxy")
            .advises("body_size_limit"),
    ]
}

const APPENDED: &str =
    "first range 206 with length 5699, later range 206 with length 2056, file with length 1048584";

fn forward(arguments: &[&str]) -> Scene {
    Scene::forward(Origin::start(), mitmproxy::with(arguments))
}

fn configured(text: &str) -> Scene {
    Scene::forward(Origin::start(), mitmproxy::with_config(text))
}

fn addon(text: &str) -> Scene {
    Scene::forward(Origin::start(), mitmproxy::with_addon(text))
}
