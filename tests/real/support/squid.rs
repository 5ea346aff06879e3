//! Starts Squid as a forward proxy.

use std::fs;
use std::net::SocketAddrV4;
use std::process;
use std::time::Duration;

use tempfile::TempDir;

use super::program::{self, Program};
use super::{address, require};

/// A running Squid. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Squid {
    address: SocketAddrV4,
    // In this order: the segments go after the program.
    program: Program,
    _segments: Segments,
}

/// Shared memory that Squid leaves behind when it is ended by force.
#[derive(Debug)]
struct Segments {
    service: String,
}

impl Drop for Segments {
    fn drop(&mut self) {
        for name in ["metadata", "queues", "readers"] {
            let _ = fs::remove_file(format!("/dev/shm/{}-cf__{name}.shm", self.service));
        }
    }
}

impl Squid {
    /// Starts one as Debian's default would cache, open to everybody.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// Starts one with more directives, which come before the rule that lets everybody in.
    pub(crate) fn with(directives: &str) -> Self {
        Self::launch(program::folder(), directives)
    }

    /// Starts one that lets in only [`USER`] with [`PASSWORD`] (Basic).
    pub(crate) fn with_password() -> Self {
        let folder = program::folder();
        let passwords = folder.path().join("passwords");
        fs::write(passwords, format!("{USER}:{PASSWORD_HASH}\n")).expect("the passwords");
        let directives =
            "auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords
auth_param basic children 1 startup=1
auth_param basic realm updates
acl known proxy_auth REQUIRED
http_access deny !known";
        Self::launch(folder, directives)
    }

    /// Kills it in the midst of whatever it does, and starts it again.
    pub(crate) fn kill_and_start_again(&mut self, pause: Duration) {
        self.program.kill_and_start_again(pause);
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

    fn launch(folder: TempDir, directives: &str) -> Self {
        let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
        let address = address::fresh();
        let directives = directives.replace("{folder}", &place);
        // Squid refuses to run as root, and only root may choose another.
        let user = if require::is_root() { "cache_effective_user proxy" } else { "" };
        let configuration = format!(
            "{user}
http_port {address}
visible_hostname squid.test
pid_filename none
access_log stdio:{place}/access.log
cache_log {place}/cache.log
cache_store_log none
netdb_filename none
coredump_dir {place}
pinger_enable off
shutdown_lifetime 0 seconds
cache_mem 16 MB
{directives}
http_access allow all
"
        );
        let file = format!("{place}/squid.conf");
        fs::write(&file, configuration).expect("Squid's configuration");
        // The name tells the shared memory of one Squid from that of another.
        let service = format!("bitsgate{}x{}", process::id(), address.port());
        let segments = Segments { service };
        let arguments = ["-N", "-n", &segments.service, "-f", &file];
        let program = Program::start("squid", &arguments, folder, address);
        Self { address, program, _segments: segments }
    }
}

/// The user that [`Squid::with_password`] knows.
pub(crate) const USER: &str = "updates";
/// The password of that user.
pub(crate) const PASSWORD: &str = "s3cret-word";

/// [`PASSWORD`] as `openssl passwd -apr1` writes it.
const PASSWORD_HASH: &str = "$apr1$bitsgate$Qxzc8Ragzy/OKde4jPYUY/";
