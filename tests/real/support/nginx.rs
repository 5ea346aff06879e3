//! Starts nginx.

use std::fmt::Display;
use std::fs;
use std::net::SocketAddrV4;
use std::path::Path;

use tempfile::TempDir;

use super::program::{self, Program};
use super::{address, require};

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
    log_format wire \"{LOG_FORMAT}\";
    access_log {place}/{LOG} wire;
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

/// Starts nginx as a reverse proxy before `origin`, with these directives for every file and a
/// cache `updates` that they may use.
pub(crate) fn before(origin: impl Display, directives: &str) -> (Program, SocketAddrV4) {
    let address = address::fresh();
    let directives = one_on_each_line(directives);
    let http = format!(
        "proxy_cache_path {{folder}}/cache keys_zone=updates:1m max_size=64m;
    server {{
        listen {address};
        location / {{
            proxy_pass http://{origin};
            proxy_http_version 1.1;
            proxy_set_header Connection '';
            {directives}
        }}
    }}"
    );
    (start(program::folder(), address, &http), address)
}

/// Directives as an admin writes them, so that each can be changed as a line.
pub(crate) fn one_on_each_line(directives: &str) -> String {
    directives.replace("; ", ";\n            ")
}

/// One line of the access log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Logged {
    /// Which connection carried the request.
    pub(crate) connection: u64,
    /// `HEAD` or `GET`.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// The fields that matter, those that came, with their names.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// Bytes of body that nginx gave to the network.
    pub(crate) body_bytes: u64,
}

/// What the access log of an nginx with `folder` says.
pub(crate) fn logged(folder: &Path) -> Vec<Logged> {
    let text = fs::read_to_string(folder.join(LOG)).expect("nginx's access log");
    text.lines().map(parse).collect()
}

fn parse(line: &str) -> Logged {
    let mut values = line.split('\t').map(str::to_owned);
    let mut next = || values.next().expect("a value in the log");
    Logged {
        connection: next().parse().expect("a connection's number"),
        body_bytes: next().parse().expect("a number of bytes"),
        method: next(),
        path: next(),
        fields: LOGGED_FIELDS
            .iter()
            .map(|name| (*name, next()))
            .filter(|(_, value)| value != "-")
            .collect(),
    }
}

const LOG: &str = "access.log";

const LOG_FORMAT: &str = "$connection\\t$body_bytes_sent\\t$request_method\\t$request_uri\\t$http_range\
    \\t$http_if_unmodified_since\\t$http_user_agent\\t$http_accept_encoding\\t$status";

const LOGGED_FIELDS: [&str; 4] = ["Range", "If-Unmodified-Since", "User-Agent", "Accept-Encoding"];
