//! Starts `HAProxy` as a reverse proxy.

use std::fs;
use std::net::SocketAddrV4;

use super::address;
use super::program::{self, Program};

/// Starts `HAProxy` in front of `origin`, with `directives` in its only backend. They may use the
/// cache named `updates`.
pub(crate) fn before(origin: SocketAddrV4, directives: &str) -> (Program, SocketAddrV4) {
    let folder = program::folder();
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let address = address::fresh();
    let configuration = format!(
        "global
    maxconn 256
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
cache updates
    total-max-size 64
    max-object-size 16000000
    max-age 3600
frontend clients
    bind {address}
    default_backend store
backend store
    server origin {origin}
    {directives}
"
    );
    let file = format!("{place}/haproxy.cfg");
    fs::write(&file, configuration).expect("HAProxy's configuration");
    let program = Program::start("haproxy", &["-db", "-f", &file], folder, address);
    (program, address)
}
