//! Apache httpd as a forward proxy (`mod_proxy`).

use crate::support::apache::Apache;
use crate::support::check::{SINGLE_RANGES, WITHOUT_RANGES, check};
use crate::support::origin::Origin;
use crate::support::{require, wire};

#[test]
fn default_settings_pass() {
    if !require::programs(&["apache2", "nginx"]) {
        return;
    }
    let origin = Origin::start();
    let apache = Apache::start();
    for path in [&origin.content.small, &origin.content.medium, &origin.content.large] {
        check(&["--proxy", &apache.url(), &origin.url(path)]).assert_transfers(&[]);
    }
}

/// The first advice against CVE-2011-3192, still found in configurations.
#[test]
fn range_removed_from_requests_fails() {
    if !require::programs(&["apache2", "nginx"]) {
        return;
    }
    let origin = Origin::start();
    let apache = Apache::with(&["headers"], "RequestHeader unset Range");
    let url = origin.medium();
    assert_eq!(wire::head(Some(apache.address()), &url).field("Content-Length"), Some("1048576"));
    assert_eq!(wire::get(Some(apache.address()), &url, "bytes=0-5690").status, 200);

    let report = check(&["--proxy", &apache.url(), &url]);
    report.assert_fails("0x80200013", "range-first", &WITHOUT_RANGES);
}

#[test]
fn content_range_removed_from_answers_fails() {
    if !require::programs(&["apache2", "nginx"]) {
        return;
    }
    let origin = Origin::start();
    let apache = Apache::with(&["headers"], "Header unset Content-Range");
    let url = origin.medium();
    let answer = wire::get(Some(apache.address()), &url, "bytes=0-5690");
    assert_eq!((answer.status, answer.field("Content-Range")), (206, None));

    let report = check(&["--proxy", &apache.url(), &url]);
    report.assert_fails("0x80200013", "range-first", &SINGLE_RANGES);
}
