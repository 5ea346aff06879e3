//! Starts lighttpd.

use std::fs;
use std::net::SocketAddrV4;

use tempfile::TempDir;

use super::address;
use super::program::{self, Program};

/// Starts a reverse proxy in front of `origin` with more directives.
pub(crate) fn before(origin: SocketAddrV4, directives: &str) -> (Program, SocketAddrV4) {
    let address = address::fresh();
    let text = format!(
        "server.modules += (\"mod_proxy\")
proxy.server = (\"\" => ((\"host\" => \"{}\", \"port\" => {})))
{directives}",
        origin.ip(),
        origin.port()
    );
    (launch(program::folder(), address, &text), address)
}

/// Starts lighttpd at `address` with `text` as the rest of its configuration. Files are served
/// from `root` in `folder`.
pub(super) fn launch(folder: TempDir, address: SocketAddrV4, text: &str) -> Program {
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let configuration = format!(
        "server.document-root = \"{place}/root\"
server.bind = \"{}\"
server.port = {}
server.errorlog = \"{place}/error.log\"
server.upload-dirs = (\"{place}\")
server.modules += (\"mod_rewrite\")
mimetype.assign = (\"\" => \"application/octet-stream\")
{text}
",
        address.ip(),
        address.port()
    );
    let _ = fs::create_dir(folder.path().join("root"));
    let file = format!("{place}/lighttpd.conf");
    fs::write(&file, configuration).expect("lighttpd's configuration");
    Program::start("lighttpd", &["-D", "-f", &file], folder, address)
}
