//! Squid as a forward proxy.

use crate::support::certificate::Certificates;
use crate::support::check::{SINGLE_RANGES, WITHOUT_RANGES, check};
use crate::support::origin::Origin;
use crate::support::squid::{PASSWORD, Squid, USER};
use crate::support::{address, require, wire};

#[test]
fn default_settings_pass() {
    if !require::programs(&["nginx", "squid"]) {
        return;
    }
    let origin = Origin::start();
    let squid = Squid::start();
    for path in [&origin.content.medium, &origin.content.large] {
        check(&["--proxy", &squid.url(), &origin.url(path)]).assert_transfers(&[]);
    }
    // A small file is stored in memory. Then Squid answers descending ranges, and those past the
    // end, with 200: notes.
    let url = origin.url(&origin.content.small);
    let report = check(&["--proxy", &squid.url(), &url]);
    report.assert_transfers_with_notes(&["multi-descending", "range-past-end"]);
}

/// "The virus scanner must see whole files."
#[test]
fn range_removed_from_requests_fails() {
    if !require::programs(&["nginx", "squid"]) {
        return;
    }
    let origin = Origin::start();
    let squid = Squid::with("request_header_access Range deny all");
    let url = origin.medium();
    assert_eq!(wire::head(Some(squid.address()), &url).field("Content-Length"), Some("1048576"));
    assert_eq!(wire::get(Some(squid.address()), &url, "bytes=0-5690").status, 200);

    let report = check(&["--proxy", &squid.url(), &url]);
    report.assert_fails("0x80200013", "range-first", &WITHOUT_RANGES);
}

/// The anonymizer's list of allowed reply fields, which lacks Content-Range.
#[test]
fn content_range_removed_from_answers_fails() {
    if !require::programs(&["nginx", "squid"]) {
        return;
    }
    let origin = Origin::start();
    let squid = Squid::with("reply_header_access Content-Range deny all");
    let url = origin.medium();
    let answer = wire::get(Some(squid.address()), &url, "bytes=0-5690");
    assert_eq!((answer.status, answer.field("Content-Range")), (206, None));
    assert_eq!(answer.field("Content-Length"), Some("5691"));
    // Several ranges carry the field in their parts, where Squid does not look.
    let several = wire::get(Some(squid.address()), &url, "bytes=0-99,500-599");
    let body = String::from_utf8_lossy(&several.body).into_owned();
    assert!(body.contains("Content-Range: bytes 500-599/1048576"), "{several:?}");

    let report = check(&["--proxy", &squid.url(), &url]);
    report.assert_fails("0x80200013", "range-first", &SINGLE_RANGES);
}

#[test]
fn a_password_that_is_missing_is_inconclusive_and_the_right_one_passes() {
    if !require::programs(&["nginx", "squid"]) {
        return;
    }
    let origin = Origin::start();
    let squid = Squid::with_password();
    let url = origin.medium();
    let refusal = wire::head(Some(squid.address()), &url);
    assert_eq!(refusal.status, 407);
    assert_eq!(refusal.field("Proxy-Authenticate"), Some("Basic realm=\"updates\""));
    // The length of the error page, never the size of the file.
    assert_ne!(refusal.field("Content-Length"), Some("1048576"));

    let report = check(&["--proxy", &squid.url(), &url]);
    report.assert_inconclusive("0x80190197", "proxy-authentication");

    let wrong = format!("http://{USER}:not-{PASSWORD}@{}", squid.address());
    let report = check(&["--proxy", &wrong, &url]);
    report.assert_inconclusive("0x80190197", "proxy-authentication");
    report.assert_silent_about(PASSWORD);

    let right = format!("http://{USER}:{PASSWORD}@{}", squid.address());
    let report = check(&["--proxy", &right, &url]);
    report.assert_transfers(&[]);
    report.assert_silent_about(PASSWORD);
}

#[test]
fn a_tls_target_passes_through_connect() {
    if !require::programs(&["nginx", "squid"]) {
        return;
    }
    let certificates = Certificates::for_host((*address::fresh().ip()).into());
    let origin = Origin::with_tls(&certificates);
    let squid = Squid::start();
    let authority = certificates.authority();
    let authority = authority.to_str().expect("a path in UTF-8");

    let report = check(&["--cacert", authority, "--proxy", &squid.url(), &origin.medium()]);
    report.assert_transfers(&[]);

    // Nobody vouches for that certificate unless told to.
    let report = check(&["--proxy", &squid.url(), &origin.medium()]);
    report.assert_inconclusive("0x80072F8F", "reachable");
}

#[test]
fn a_proxy_that_is_not_there_is_inconclusive() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let origin = Origin::start();
    let proxy = format!("http://{}", address::fresh());
    let report = check(&["--proxy", &proxy, &origin.medium()]);
    report.assert_inconclusive("0x80072EFD", "reachable");
}
