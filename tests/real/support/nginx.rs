//! Starts nginx.

use std::fs;
use std::net::SocketAddrV4;

use tempfile::TempDir;

use super::program::Program;
use super::require;

/// Starts nginx with `http`, the text of its `http` block, which must listen at `address`.
/// `folder` may hold files that the text names; `{folder}` in the text becomes its path.
pub(crate) fn start(folder: TempDir, address: SocketAddrV4, http: &str) -> Program {
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let http = http.replace("{folder}", &place);
    // Only root may name a user; without one root's workers become nobody, who may not read here.
    let user = if require::is_root() { "user root;" } else { "" };
    let configuration = format!(
        "{user}
daemon off;
worker_processes 1;
pid {place}/nginx.pid;
error_log {place}/error.log info;
events {{ worker_connections 256; }}
http {{
    access_log {place}/access.log;
    client_body_temp_path {place}/client-body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    default_type application/octet-stream;
    keepalive_timeout 60;
    {http}
}}
"
    );
    let file = format!("{place}/nginx.conf");
    fs::write(&file, configuration).expect("nginx's configuration");
    // Without `-e` nginx first tries the log that it was built with, which is not ours to open.
    let log = format!("{place}/error.log");
    Program::start("nginx", &["-p", &place, "-c", &file, "-e", &log], folder, address)
}
