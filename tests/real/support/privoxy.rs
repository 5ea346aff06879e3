//! Starts Privoxy.

use std::fs;
use std::net::SocketAddrV4;

use super::address;
use super::program::{self, Program};

/// Starts one with the actions and filters that the package installs.
pub(crate) fn packaged() -> (Program, SocketAddrV4) {
    launch(
        "actionsfile /etc/privoxy/match-all.action
actionsfile /etc/privoxy/default.action
actionsfile /etc/privoxy/user.action
filterfile /etc/privoxy/default.filter
filterfile /etc/privoxy/user.filter",
        "",
    )
}

/// Starts one with no actions but `actions`. They may name the filters that the package installs.
pub(crate) fn with(actions: &str) -> (Program, SocketAddrV4) {
    launch(
        "actionsfile {folder}/user.action
filterfile /etc/privoxy/default.filter",
        actions,
    )
}

fn launch(files: &str, actions: &str) -> (Program, SocketAddrV4) {
    let folder = program::folder();
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let address = address::fresh();
    let configuration = format!(
        "confdir {place}
templdir /etc/privoxy/templates
logdir {place}
logfile privoxy.log
debug 1
debug 4096
debug 8192
listen-address {address}
accept-intercepted-requests 0
keep-alive-timeout 5
socket-timeout 60
{}
",
        files.replace("{folder}", &place)
    );
    fs::write(format!("{place}/user.action"), actions).expect("Privoxy's actions");
    let file = format!("{place}/privoxy.conf");
    fs::write(&file, configuration).expect("Privoxy's configuration");
    (Program::start("privoxy", &["--no-daemon", &file], folder, address), address)
}
