//! What only shows in another order than BITS asks in, or while a cache is filling. The files come
//! from the tool's own origin, which has as many fresh ones as are wanted.

use std::collections::BTreeSet;
use std::net::SocketAddrV4;

use crate::support::apache::Apache;
use crate::support::check::{Report, check};
use crate::support::squid::Squid;
use crate::support::{
    address, haproxy, mitmproxy, nginx, privoxy, require, tinyproxy, traffic_server,
};

#[test]
fn nginx_that_keeps_the_first_range_fails() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let report = before_nginx(
        "proxy_cache updates; proxy_cache_key $uri; proxy_set_header Range $http_range;
            proxy_cache_valid 200 206 1h;",
    );
    // Of what is asked while the file is on its way, whatever comes second gets the first, too.
    let failing = failing(&report);
    assert!(failing.contains("range-before-head"), "{}", report.explain());
    let possible = ["multi-while-filling", "range-before-head", "range-while-filling"];
    assert!(failing.is_subset(&of(&possible)), "{failing:?}");
    assert_eq!(
        report.result()["jobs"]["download"]["hresult"],
        "0x801900CE",
        "{}",
        report.explain()
    );
    assert_eq!(report.result()["at_fault"]["direction"], "cache", "{}", report.explain());
}

#[test]
fn nginx_that_has_range_in_its_key_passes() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let report = before_nginx(
        "proxy_cache updates; proxy_cache_key $uri$http_range;
            proxy_set_header Range $http_range; proxy_cache_valid 200 206 1h;",
    );
    passes("nginx", &report);
}

#[test]
fn nginx_that_caches_warns_of_several_ranges_until_it_has_the_file() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let report = before_nginx(CACHE);
    let expected = of(&["multi-first-contact", "multi-while-filling"]);
    assert_eq!(failing(&report), expected, "{}", report.explain());
    assert_eq!(report.result()["verdict"], "warn", "{}", report.explain());
    assert_eq!(report.result()["jobs"]["download"]["state"], "transferred", "{}", report.explain());
    assert_eq!(report.result()["jobs"]["ranges"]["state"], "error", "{}", report.explain());
}

#[test]
fn nginx_that_lets_others_wait_fails_on_first_contact_only() {
    if !require::programs(&["nginx"]) {
        return;
    }
    let report = before_nginx(&format!("{CACHE} proxy_cache_lock on;"));
    assert_eq!(failing(&report), of(&["multi-first-contact"]), "{}", report.explain());
}

#[test]
fn traffic_server_that_stores_ranges_as_files_fails_in_both_orders() {
    if !require::programs(&["traffic_server"]) {
        return;
    }
    let (_program, address) = traffic_server::start(LIFETIME, "cache_range_requests.so\n");
    let report = through(address);
    let failing = failing(&report);
    for check in ["range-before-head", "multi-two"] {
        assert!(failing.contains(check), "{}", report.explain());
    }
}

#[test]
fn default_settings_pass_in_every_order() {
    let programs =
        ["apache2", "haproxy", "mitmdump", "privoxy", "squid", "tinyproxy", "traffic_server"];
    if !require::programs(&programs) {
        return;
    }
    let apache = Apache::start();
    pass("Apache httpd", apache.address());
    let (_program, address) = mitmproxy::with(&[]);
    pass("mitmproxy", address);
    let (_program, address) = privoxy::packaged();
    pass("Privoxy", address);
    let squid = Squid::start();
    pass("Squid", squid.address());
    let wiki = Squid::with("range_offset_limit none\nquick_abort_min -1 KB");
    pass("Squid as its wiki advises", wiki.address());
    let (_program, address) = tinyproxy::with("");
    pass("Tinyproxy", address);
    let (_program, address) = traffic_server::start("", "");
    pass("Traffic Server", address);
    let origin = address::fresh();
    let (_program, address) = haproxy::before(origin, "");
    passes("HAProxy", &in_front_of(origin, address));
}

fn pass(name: &str, proxy: SocketAddrV4) {
    passes(name, &through(proxy));
}

/// None of the other orders fails, and all of them were judged.
fn passes(name: &str, report: &Report) {
    let checks = report.result()["checks"].as_array().expect("a list of checks");
    for id in ORDERS {
        let of_cold = checks.iter().find(|check| check["id"] == id && check["phase"] == "cold");
        let status = &of_cold.expect("a finding")["status"];
        assert_eq!(status, "pass", "{name}, {id}: {}", report.explain());
    }
}

fn failing(report: &Report) -> BTreeSet<String> {
    report.failing("cold")
}

fn of(checks: &[&str]) -> BTreeSet<String> {
    checks.iter().map(|&check| check.to_owned()).collect()
}

/// Checks a forward proxy.
fn through(proxy: SocketAddrV4) -> Report {
    check(&["--deadline", DEADLINE, "--proxy", &format!("http://{proxy}")]).of_first_file()
}

/// Checks a reverse proxy in front of `origin`, where nobody listens yet.
fn in_front_of(origin: SocketAddrV4, proxy: SocketAddrV4) -> Report {
    let (origin, url) = (origin.to_string(), format!("http://{proxy}/"));
    check(&["--deadline", DEADLINE, "--origin-listen", &origin, &url]).of_first_file()
}

fn before_nginx(directives: &str) -> Report {
    let origin = address::fresh();
    let (_program, address) = nginx::before(origin, directives);
    in_front_of(origin, address)
}

const ORDERS: [&str; 4] =
    ["multi-first-contact", "multi-while-filling", "range-before-head", "range-while-filling"];

/// The first file, of 1 MiB, takes little time. Those after it, up to 5 GiB, are of no interest
/// here, and caches fetch them whole: their results, and so the verdict of the whole run, may be
/// inconclusive.
const DEADLINE: &str = "12s";

const CACHE: &str = "proxy_cache updates; proxy_cache_valid 200 206 1h;";

/// Stores what tells no lifetime of its own, as the tool's origin does not.
const LIFETIME: &str = "CONFIG proxy.config.http.cache.required_headers INT 0";
