//! Starts Tinyproxy.

use std::fs;
use std::net::SocketAddrV4;

use super::address;
use super::program::{self, Program};

/// Starts one with more directives.
pub(crate) fn with(directives: &str) -> (Program, SocketAddrV4) {
    let folder = program::folder();
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let address = address::fresh();
    let configuration = format!(
        "Port {}
Listen {}
Timeout 60
MaxClients 50
LogFile \"{place}/tinyproxy.log\"
LogLevel Info
{directives}
",
        address.port(),
        address.ip()
    );
    let file = format!("{place}/tinyproxy.conf");
    fs::write(&file, configuration).expect("Tinyproxy's configuration");
    (Program::start("tinyproxy", &["-d", "-c", &file], folder, address), address)
}
