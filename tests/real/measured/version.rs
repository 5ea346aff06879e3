//! Which version a program says that it is.

use std::process::Command;

use crate::support::require;

/// The version of an installed program, such as `2.6.12`.
pub(crate) fn of(program: &str) -> String {
    let flag = match program {
        "apache2" | "haproxy" | "lighttpd" | "nginx" | "squid" | "tinyproxy" => "-v",
        "caddy" => "version",
        "traffic_server" | "varnishd" => "-V",
        _ => "--version",
    };
    let path = require::find(program).expect("an installed program");
    let output = Command::new(path).arg(flag).output().expect("its version");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    first_version(&text).unwrap_or_else(|| panic!("no version of {program}: {text}")).to_owned()
}

/// The first run of digits and dots that has both.
fn first_version(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|run| run.trim_matches('.'))
        .find(|run| run.contains('.'))
}
