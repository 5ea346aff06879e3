//! Starts Caddy.

use std::fs;
use std::net::SocketAddrV4;

use tempfile::TempDir;

use super::address;
use super::program::{self, Program};

/// Starts a reverse proxy in front of `origin` with more directives.
pub(crate) fn before(origin: SocketAddrV4, directives: &str) -> (Program, SocketAddrV4) {
    let address = address::fresh();
    let site = format!("reverse_proxy {origin}\n    {directives}");
    (launch(program::folder(), address, &site), address)
}

/// Starts Caddy with one site at `address`; `{folder}` in `site` becomes the path of `folder`.
pub(super) fn launch(folder: TempDir, address: SocketAddrV4, site: &str) -> Program {
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let site = site.replace("{folder}", &place);
    let configuration = format!(
        "{{
    admin off
    auto_https off
    storage file_system {place}/storage
}}
http://:{} {{
    bind {}
    {site}
}}
",
        address.port(),
        address.ip()
    );
    let file = format!("{place}/Caddyfile");
    fs::write(&file, configuration).expect("Caddy's configuration");
    let arguments = ["run", "--config", &file, "--adapter", "caddyfile"];
    Program::start("caddy", &arguments, folder, address)
}
