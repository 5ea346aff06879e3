//! The programs in their settings: one test for each program.

use std::any::Any;
use std::net::{SocketAddr, SocketAddrV4};

use super::{Original, hold};
use crate::golden::origin::Origin;
use crate::golden::recording::Before;
use crate::measured::squid::{REPAIRS, REPLY_LIST, REQUEST_LIST};
use crate::support::apache::Apache;
use crate::support::squid::Squid;
use crate::support::{haproxy, nginx, privoxy, program, tinyproxy, traffic_server, varnish};

/// A started program, and where it listens.
type Started = (Box<dyn Any>, SocketAddrV4);

#[test]
fn apache() {
    let apache = Original {
        name: "apache-2.4",
        product: "Apache httpd",
        version: "2.4.71",
        setting: "forward proxy, defaults",
        program: "apache2",
        origin: Before::Right,
        start: |_| forward_apache(&[], ""),
        hosts: &["apache.test"],
    };
    hold(&[
        apache,
        Original {
            name: "apache-2.4-max-ranges-none",
            setting: "forward proxy, `MaxRanges none`",
            start: |_| forward_apache(&[], "MaxRanges none"),
            ..apache
        },
        Original {
            name: "apache-2.4-force-gzip",
            setting: "forward proxy, `SetOutputFilter DEFLATE`, `SetEnv force-gzip 1`",
            start: |_| {
                let directives = "SetOutputFilter DEFLATE\nSetEnv force-gzip 1";
                forward_apache(&["env", "filter", "deflate"], directives)
            },
            ..apache
        },
        Original {
            name: "apache-2.4-unset-range",
            setting: "forward proxy, `RequestHeader unset Range`",
            start: |_| forward_apache(&["headers"], "RequestHeader unset Range"),
            ..apache
        },
    ]);
}

#[test]
fn haproxy() {
    hold(&[Original {
        name: "haproxy-2.6-cache",
        product: "HAProxy",
        version: "2.6.12",
        setting: "`http-request cache-use`, `http-response cache-store`",
        program: "haproxy",
        origin: Before::Right,
        start: |origin| {
            let cache = "http-request cache-use updates\n    http-response cache-store updates";
            boxed(haproxy::before(v4(origin), cache))
        },
        hosts: &[],
    }]);
}

#[test]
fn nginx() {
    let nginx = Original {
        name: "nginx-1.22-cache",
        product: "nginx",
        version: "1.22.1",
        setting: "`proxy_cache`, `proxy_cache_valid 200 206 1h`",
        program: "nginx",
        origin: Before::Right,
        start: |origin| start_nginx(origin, CACHE),
        hosts: &[],
    };
    hold(&[
        nginx,
        Original {
            name: "nginx-1.22-cache-no-accept-ranges",
            setting: "`proxy_cache` before an origin that sends no Accept-Ranges",
            origin: Before::Silent,
            ..nginx
        },
        Original {
            name: "nginx-1.22-slice",
            setting: "`proxy_cache`, `slice 1m`, `proxy_set_header Range $slice_range`",
            start: |origin| {
                let slice = "proxy_cache updates; proxy_cache_valid 200 206 1h; slice 1m;
                    proxy_cache_key $uri$slice_range; proxy_set_header Range $slice_range;";
                start_nginx(origin, slice)
            },
            ..nginx
        },
    ]);
}

#[test]
fn privoxy() {
    hold(&[Original {
        name: "privoxy-3.0.34-filter",
        product: "Privoxy",
        version: "3.0.34",
        setting: "`+filter` for all URLs",
        program: "privoxy",
        origin: Before::Right,
        start: |_| boxed(privoxy::with("{+filter{banners-by-size}}\n/\n")),
        hosts: &[],
    }]);
}

#[test]
fn squid() {
    let squid = Original {
        name: "squid-5.7",
        product: "Squid",
        version: "5.7",
        setting: "defaults, objects in memory",
        program: "squid",
        origin: Before::Right,
        start: |_| start_squid(""),
        hosts: &["squid.test"],
    };
    hold(&[
        squid,
        Original {
            name: "squid-5.7-anonymizer-request",
            setting: "the request list of `http_anonymizer paranoid` in squid.conf.documented",
            start: |_| start_squid(REQUEST_LIST),
            ..squid
        },
        Original {
            name: "squid-5.7-anonymizer-reply",
            setting: "the reply list of `http_anonymizer paranoid` in squid.conf.documented",
            start: |_| start_squid(REPLY_LIST),
            ..squid
        },
        Original {
            name: "squid-5.7-range-offset-limit-none",
            setting: "`range_offset_limit none`, `quick_abort_min -1 KB`",
            start: |_| start_squid(REPAIRS),
            ..squid
        },
    ]);
}

#[test]
fn tinyproxy() {
    hold(&[Original {
        name: "tinyproxy-1.11-anonymous",
        product: "Tinyproxy",
        version: "1.11.1",
        setting: "`Anonymous \"Host\"`",
        program: "tinyproxy",
        origin: Before::Right,
        start: |_| boxed(tinyproxy::with("ViaProxyName \"tinyproxy.test\"\nAnonymous \"Host\"")),
        hosts: &["tinyproxy.test"],
    }]);
}

#[test]
fn traffic_server() {
    let lasting = Original {
        name: "trafficserver-9.2",
        product: "Traffic Server",
        version: "9.2.9",
        setting: "forward proxy, defaults, an origin that tells a lifetime",
        program: "traffic_server",
        origin: Before::Lasting,
        start: |_| start_traffic_server(""),
        hosts: &["traffic_server"],
    };
    hold(&[
        lasting,
        Original {
            name: "trafficserver-9.2-allow-multi-range",
            setting: "`proxy.config.http.allow_multi_range 1`, an origin that tells a lifetime",
            start: |_| {
                let records = "CONFIG proxy.config.http.allow_multi_range INT 1";
                start_traffic_server(records)
            },
            ..lasting
        },
    ]);
}

#[test]
fn varnish() {
    let varnish = Original {
        name: "varnish-7.1",
        product: "Varnish",
        version: "7.1.1",
        setting: "defaults",
        program: "varnishd",
        origin: Before::Right,
        start: |origin| boxed(varnish::before(v4(origin), &[], "")),
        hosts: &[],
    };
    hold(&[
        varnish,
        Original {
            name: "varnish-7.1-do-gzip",
            setting: "`set beresp.do_gzip = true;`, an origin slower than the client",
            origin: Before::Slow,
            start: |origin| {
                let vcl = "sub vcl_backend_response { set beresp.do_gzip = true; }";
                boxed(varnish::before(v4(origin), &[], vcl))
            },
            ..varnish
        },
    ]);
}

fn forward_apache(modules: &[&str], directives: &str) -> Started {
    let apache = Apache::with(modules, directives);
    let address = apache.address();
    (Box::new(apache), address)
}

fn start_squid(directives: &str) -> Started {
    let squid = Squid::with(directives);
    let address = squid.address();
    (Box::new(squid), address)
}

fn start_traffic_server(records: &str) -> Started {
    boxed(traffic_server::start(records, ""))
}

fn start_nginx(origin: &Origin, directives: &str) -> Started {
    boxed(nginx::before(origin.address(), directives))
}

fn boxed((program, address): (program::Program, SocketAddrV4)) -> Started {
    (Box::new(program), address)
}

fn v4(origin: &Origin) -> SocketAddrV4 {
    match origin.address() {
        SocketAddr::V4(address) => address,
        SocketAddr::V6(address) => panic!("the origin listens on 127.0.0.1, not {address}"),
    }
}

const CACHE: &str = "proxy_cache updates; proxy_cache_valid 200 206 1h;";
