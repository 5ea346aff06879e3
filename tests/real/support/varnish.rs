//! Starts Varnish as a caching reverse proxy.

use std::fs;
use std::net::SocketAddrV4;

use super::address;
use super::program::{self, Program};

/// Starts Varnish in front of `origin`, with more `arguments` and with `vcl` after the backend.
pub(crate) fn before(
    origin: SocketAddrV4,
    arguments: &[&str],
    vcl: &str,
) -> (Program, SocketAddrV4) {
    let folder = program::folder();
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let address = address::fresh();
    let configuration = format!(
        "vcl 4.1;
backend origin {{ .host = \"{}\"; .port = \"{}\"; }}
{vcl}
",
        origin.ip(),
        origin.port()
    );
    let file = format!("{place}/default.vcl");
    fs::write(&file, configuration).expect("Varnish's configuration");
    let (listen, workdir) = (address.to_string(), format!("{place}/varnish"));
    // Without a jail it stays the user that started it. `varnishadm -n` finds the control port.
    let fixed =
        ["-F", "-j", "none", "-T", "127.0.0.1:0", "-a", &listen, "-n", &workdir, "-f", &file];
    let storage = ["-s", "malloc,64m", "-p", "thread_pool_min=5", "-p", "thread_pools=1"];
    let arguments = [&fixed, storage.as_slice(), arguments].concat();
    (Program::start("varnishd", &arguments, folder, address), address)
}
