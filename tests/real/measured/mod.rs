//! What real proxies and servers do with BITS, setting by setting, and what the tool says of it.
//!
//! Every case states twice what is true: on the wire, looked at without the tool, and in the
//! report. So a wrong verdict is told from a program that behaves otherwise in its version. The
//! cases are data, one file for each product; the README's table "Measured" is made of them.
//!
//! `BITSGATE_BLESS=1` writes the table's rows instead of comparing them. `BITSGATE_REAL_SHOW=1` fails
//! every product with all that was seen of it.

mod apache;
mod caddy;
mod case;
mod haproxy;
mod lighttpd;
mod mitmproxy;
mod nginx;
mod observe;
mod privoxy;
mod repair;
mod report;
mod scene;
pub(crate) mod squid;
mod table;
mod tinyproxy;
mod traffic_server;
mod varnish;
pub(crate) mod version;

use case::Product;

#[test]
fn apache() {
    case::run(&Product {
        name: "Apache httpd",
        program: "apache2",
        recognised: None,
        id: "apache",
        cases: apache::cases,
    });
}

#[test]
fn caddy() {
    case::run(&Product {
        name: "Caddy",
        program: "caddy",
        recognised: Some("caddy"),
        id: "caddy",
        cases: caddy::cases,
    });
}

#[test]
fn haproxy() {
    case::run(&Product {
        name: "HAProxy",
        program: "haproxy",
        recognised: Some("haproxy"),
        id: "haproxy",
        cases: haproxy::cases,
    });
}

#[test]
fn lighttpd() {
    case::run(&Product {
        name: "lighttpd",
        program: "lighttpd",
        recognised: Some("lighttpd"),
        id: "lighttpd",
        cases: lighttpd::cases,
    });
}

#[test]
fn mitmproxy() {
    case::run(&Product {
        name: "mitmproxy",
        program: "mitmdump",
        recognised: None,
        id: "mitmproxy",
        cases: mitmproxy::cases,
    });
}

#[test]
fn nginx() {
    case::run(&Product {
        name: "nginx",
        program: "nginx",
        recognised: Some("nginx"),
        id: "nginx",
        cases: nginx::cases,
    });
}

#[test]
fn privoxy() {
    case::run(&Product {
        name: "Privoxy",
        program: "privoxy",
        recognised: None,
        id: "privoxy",
        cases: privoxy::cases,
    });
}

#[test]
fn squid() {
    case::run(&Product {
        name: "Squid",
        program: "squid",
        recognised: Some("squid"),
        id: "squid",
        cases: squid::cases,
    });
}

#[test]
fn tinyproxy() {
    case::run(&Product {
        name: "Tinyproxy",
        program: "tinyproxy",
        recognised: Some("tinyproxy"),
        id: "tinyproxy",
        cases: tinyproxy::cases,
    });
}

#[test]
fn traffic_server() {
    case::run(&Product {
        name: "Traffic Server",
        program: "traffic_server",
        recognised: Some("traffic-server"),
        id: "traffic-server",
        cases: traffic_server::cases,
    });
}

#[test]
fn varnish() {
    case::run(&Product {
        name: "Varnish",
        program: "varnishd",
        recognised: Some("varnish"),
        id: "varnish",
        cases: varnish::cases,
    });
}
