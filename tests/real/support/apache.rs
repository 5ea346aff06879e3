//! Starts Apache httpd as a forward proxy.

use std::fs;
use std::net::SocketAddrV4;

use super::program::{self, Program};
use super::{address, require};

/// A running Apache httpd. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Apache {
    address: SocketAddrV4,
    _program: Program,
}

impl Apache {
    /// Starts a forward proxy with nothing but what that takes.
    pub(crate) fn start() -> Self {
        Self::with(&[], "")
    }

    /// Starts a forward proxy with more `modules` (`headers`, for `mod_headers.so`) and directives.
    pub(crate) fn with(modules: &[&str], directives: &str) -> Self {
        let folder = program::folder();
        let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
        let address = address::fresh();
        // httpd refuses to serve as root, and only root may choose another.
        let user = if require::is_root() { "User nobody\nGroup nogroup" } else { "" };
        let modules = ["mpm_event", "authz_core", "proxy", "proxy_http", "proxy_connect"]
            .iter()
            .chain(modules)
            .map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so"))
            .collect::<Vec<_>>()
            .join("\n");
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
ProxyRequests On
AllowCONNECT 0-65535
<Proxy *>
    Require all granted
</Proxy>
{directives}
"
        );
        let file = format!("{place}/apache.conf");
        fs::write(&file, configuration).expect("httpd's configuration");
        let arguments = ["-d", &place, "-f", &file, "-DFOREGROUND"];
        let program = Program::start("apache2", &arguments, folder, address);
        Self { address, _program: program }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// Its URL as a proxy.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

const MODULES: &str = "/usr/lib/apache2/modules";
