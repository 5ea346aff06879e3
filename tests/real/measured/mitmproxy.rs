//! mitmproxy as a forward proxy.

use super::case::{Case, IGNORED};
use super::scene::Scene;
use crate::support::mitmproxy;
use crate::support::origin::Origin;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::good("default", || forward(&[])),
        Case::bad("`--modify-body`", "0x80200011", || {
            forward(&["--modify-body", "/~s/nothing/something"])
        })
        .always("HEAD with length 0", &[])
        .blames("proxy, response"),
        Case::bad("addon that takes Range away", "0x80200013", || {
            addon("def request(flow):\n    flow.request.headers.pop('Range', None)\n")
        })
        .always("range 200, several 200", IGNORED)
        .blames("proxy, request"),
        Case::bad("addon that appends bytes", "0x80200013", || {
            addon(
                "def response(flow):
    if flow.request.method == 'GET':
        flow.response.content += b'appended'\n",
            )
        })
        .blames("proxy, response"),
        Case::good("`body_size_limit=512k`", || forward(&["--set", "body_size_limit=512k"])),
    ]
}

fn forward(arguments: &[&str]) -> Scene {
    Scene::forward(Origin::start(), mitmproxy::with(arguments))
}

fn addon(text: &str) -> Scene {
    Scene::forward(Origin::start(), mitmproxy::with_addon(text))
}
