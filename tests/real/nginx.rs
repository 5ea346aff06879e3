//! nginx: as the server itself, and as a caching reverse proxy in front of it.

use std::net::SocketAddrV4;

use crate::support::check::{SEVERAL, SINGLE_RANGES, WITHOUT_RANGES, check};
use crate::support::origin::Origin;
use crate::support::program::Program;
use crate::support::{nginx, require, wire};

#[test]
fn a_content_store_passes_directly() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let origin = Origin::start();
    for path in [&origin.content.small, &origin.content.medium, &origin.content.large] {
        check(&[&origin.url(path)]).assert_transfers(&[]);
    }
}

#[test]
fn a_server_without_ranges_fails() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let origin = Origin::with("max_ranges 0;");
    let url = origin.medium();
    assert_eq!(wire::get(None, &url, "bytes=0-5690").status, 200);

    let report = check(&[&url]);
    report.assert_fails("0x80200013", "range-first", &WITHOUT_RANGES);
}

#[test]
fn a_filter_that_takes_the_length_from_head_fails() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let origin = Origin::start();
    let (_proxy, address) = reverse_proxy(
        &origin,
        "sub_filter http:// https://; sub_filter_types *; sub_filter_once off;",
    );
    let url = format!("http://{address}{}", origin.content.medium);
    let answer = wire::head(None, &url);
    assert_eq!((answer.status, answer.field("Content-Length")), (200, None));
    let answer = wire::get(None, &url, "bytes=0-5690");
    assert_eq!((answer.status, answer.field("Transfer-Encoding")), (206, Some("chunked")));

    let report = check(&[&url]);
    let failing = [&["head-content-length"], SINGLE_RANGES.as_slice(), &SEVERAL].concat();
    report.assert_fails("0x80200011", "head-content-length", &failing);
}

#[test]
fn a_caching_reverse_proxy_that_holds_the_file_warns_of_first_requests() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let origin = Origin::start();
    let (_proxy, address) = reverse_proxy(&origin, CACHE);
    let url = format!("http://{address}{}", origin.content.medium);
    wire::fetch(None, &url);
    let answer = wire::get(None, &url, "bytes=0-99,500-599");
    assert_eq!((answer.status, answer.field("X-Cache-Status")), (206, Some("HIT")));

    let report = check(&[&url]);
    report.assert_transfers(&["multi-first-contact"]);
    assert!(report.failing("warm").is_empty(), "{}", report.explain());
}

/// As caches for game and update downloads do: every slice is an object of its own.
#[test]
fn a_slicing_reverse_proxy_warns_of_several_ranges() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let origin = Origin::start();
    let (_proxy, address) = reverse_proxy(&origin, &format!("{CACHE} {SLICE}"));
    let url = format!("http://{address}{}", origin.content.medium);
    assert_eq!(wire::get(None, &url, "bytes=0-5690").status, 206);
    assert_eq!(wire::get(None, &url, "bytes=0-99,500-599").status, 200);

    let report = check(&[&url]);
    report.assert_warns_of_several_ranges(&SEVERAL);
}

fn reverse_proxy(origin: &Origin, directives: &str) -> (Program, SocketAddrV4) {
    let status = "add_header X-Cache-Status $upstream_cache_status;";
    nginx::before(origin.address(), &format!("{status} {directives}"))
}

const CACHE: &str = "proxy_cache updates; proxy_cache_valid 200 206 1h;";

const SLICE: &str = "slice 256k; proxy_cache_key $uri$slice_range;
            proxy_set_header Range $slice_range;";
