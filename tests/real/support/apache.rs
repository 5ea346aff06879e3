//! Starts Apache httpd.

use std::fs;
use std::net::SocketAddrV4;

use tempfile::TempDir;

use super::program::{self, Program};
use super::{address, require};

/// Apache httpd as a proxy. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Apache {
    address: SocketAddrV4,
    program: Program,
}

impl Apache {
    /// Starts a forward proxy with nothing but what that takes.
    pub(crate) fn start() -> Self {
        Self::with(&[], "")
    }

    /// Starts a forward proxy with more `modules` (`headers`, for `mod_headers.so`) and directives.
    pub(crate) fn with(modules: &[&str], directives: &str) -> Self {
        let modules = [&["proxy", "proxy_http", "proxy_connect"], modules].concat();
        let body = format!(
            "ProxyRequests On
AllowCONNECT 0-65535
<Proxy *>
    Require all granted
</Proxy>
{directives}"
        );
        let address = address::fresh();
        Self { address, program: launch(program::folder(), address, &modules, &body) }
    }

    /// Starts a reverse proxy in front of `origin` with more modules and directives.
    pub(crate) fn before(origin: SocketAddrV4, modules: &[&str], directives: &str) -> Self {
        let modules = [&["proxy", "proxy_http"], modules].concat();
        let body = format!("ProxyPass / http://{origin}/\n{directives}");
        let address = address::fresh();
        Self { address, program: launch(program::folder(), address, &modules, &body) }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// The running program.
    pub(crate) fn program(&mut self) -> &mut Program {
        &mut self.program
    }

    /// Its URL as a proxy.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Starts httpd at `address`; `{folder}` in `body` becomes the path of `folder`.
pub(crate) fn launch(
    folder: TempDir,
    address: SocketAddrV4,
    modules: &[&str],
    body: &str,
) -> Program {
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    // httpd refuses to serve as root, and only root may choose another.
    let user = if require::is_root() { "User nobody\nGroup nogroup" } else { "" };
    let modules = ["mpm_event", "authz_core"]
        .iter()
        .chain(modules)
        .map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so"))
        .collect::<Vec<_>>()
        .join("\n");
    let body = body.replace("{folder}", &place);
    let configuration = format!(
        "ServerRoot {place}
ServerName apache.test
Listen {address}
PidFile {place}/apache.pid
DefaultRuntimeDir {place}
Mutex pthread
ErrorLog {place}/error.log
LogLevel info
{modules}
{user}
StartServers 1
ThreadsPerChild 25
MinSpareThreads 5
MaxSpareThreads 30
MaxRequestWorkers 50
KeepAlive On
KeepAliveTimeout 30
{body}
"
    );
    let file = format!("{place}/apache.conf");
    fs::write(&file, configuration).expect("httpd's configuration");
    let arguments = ["-d", &place, "-f", &file, "-DFOREGROUND"];
    Program::start("apache2", &arguments, folder, address)
}

const MODULES: &str = "/usr/lib/apache2/modules";
