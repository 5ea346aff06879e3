//! Starts mitmproxy's `mitmdump` as a forward proxy.

use std::fs;
use std::net::SocketAddrV4;

use tempfile::TempDir;

use super::address;
use super::program::{self, Program};

/// Starts one with more arguments.
pub(crate) fn with(arguments: &[&str]) -> (Program, SocketAddrV4) {
    launch(arguments, None)
}

/// Starts one with a text for its `config.yaml`.
pub(crate) fn with_config(config: &str) -> (Program, SocketAddrV4) {
    let folder = program::folder();
    fs::write(folder.path().join("config.yaml"), config).expect("the configuration");
    launch_in(folder, &[], None)
}

/// Starts one with an addon, the text of a Python module.
pub(crate) fn with_addon(addon: &str) -> (Program, SocketAddrV4) {
    launch(&[], Some(addon))
}

fn launch(arguments: &[&str], addon: Option<&str>) -> (Program, SocketAddrV4) {
    launch_in(program::folder(), arguments, addon)
}

fn launch_in(folder: TempDir, arguments: &[&str], addon: Option<&str>) -> (Program, SocketAddrV4) {
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let address = address::fresh();
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    let confdir = format!("confdir={place}");
    let fixed = ["--listen-host", &host, "--listen-port", &port, "--set", &confdir];
    let file = format!("{place}/addon.py");
    let scripts = ["-s", &file];
    let scripts: &[&str] = if let Some(addon) = addon {
        fs::write(&file, addon).expect("the addon");
        &scripts
    } else {
        &[]
    };
    let arguments = [fixed.as_slice(), scripts, arguments].concat();
    (Program::start("mitmdump", &arguments, folder, address), address)
}
