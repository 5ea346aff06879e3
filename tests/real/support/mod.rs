//! The harness: starts real programs with configurations of its own, looks at what they put on
//! the wire, runs `bitsgate check` and reads its report.
//!
//! To add a program, give it a launcher here (as `squid.rs`) that ends in [`program::Program`],
//! its name in [`require`], and a module of cases beside `main.rs`.

pub(crate) mod address;
pub(crate) mod apache;
#[allow(dead_code, reason = "each test binary uses its part")]
#[path = "../../it/support/binary.rs"]
pub(crate) mod binary;
pub(crate) mod caddy;
pub(crate) mod certificate;
pub(crate) mod check;
pub(crate) mod content;
pub(crate) mod haproxy;
pub(crate) mod lighttpd;
pub(crate) mod mitmproxy;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod nginx;
pub(crate) mod origin;
pub(crate) mod privoxy;
pub(crate) mod program;
pub(crate) mod require;
pub(crate) mod squid;
pub(crate) mod tinyproxy;
pub(crate) mod traffic_server;
pub(crate) mod varnish;
pub(crate) mod wire;
