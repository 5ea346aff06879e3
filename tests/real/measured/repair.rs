//! Proof by repair: applies the first fix that a report prints to the broken configuration, exactly
//! where it says, makes it effective as it says, and checks again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::report::{self, Judged};
use super::scene::Scene;
use crate::support::program::Program;

/// What became of a broken configuration.
#[derive(Debug)]
pub(super) struct Repair {
    /// The texts of the fixes that were applied.
    pub(super) applied: Vec<String>,
    /// Why the check does not pass now; none when it does.
    pub(super) problem: Option<String>,
}

/// Applies the first fix until the check passes; a second one may be needed where a configuration
/// is wrong in two ways. `leaves`: what fails afterwards as well, by design.
pub(super) fn repair(scene: &mut Scene, judged: &Judged, leaves: &BTreeSet<String>) -> Repair {
    let mut applied = Vec::new();
    let mut last = judged.first_fix();
    for _ in 0..MOST_FIXES {
        let Some(fix) = last.filter(|fix| fix["proof"] == "tested") else {
            return Repair {
                applied,
                problem: Some("the first fix is not a tested one".to_owned()),
            };
        };
        if let Err(problem) = apply(scene, &fix) {
            return Repair { applied, problem: Some(problem) };
        }
        applied.push(text(&fix, "text").to_owned());
        let after = report::judge(scene);
        if after.is_right(leaves) {
            return Repair { applied, problem: None };
        }
        last = after.first_fix();
        if last.as_ref().is_some_and(|fix| applied.contains(&text(fix, "text").to_owned())) {
            let problem = format!("the same fix is advised again: {}", after.explained);
            return Repair { applied, problem: Some(problem) };
        }
    }
    Repair { applied, problem: Some("several fixes were not enough".to_owned()) }
}

fn apply(scene: &mut Scene, fix: &Value) -> Result<(), String> {
    let product = text(fix, "product");
    let edits = fix["edits"].as_array().cloned().unwrap_or_default();
    let mut changed = false;
    for program in scene.programs(program_of(product)?) {
        if edits.is_empty() {
            changed |= command(program, text(fix, "setting"))?;
            continue;
        }
        let path = program.folder().join(file_of(product, text(fix, "file"))?);
        let Ok(before) = fs::read_to_string(&path) else { continue };
        let after = edits.iter().try_fold(before.clone(), |text, edit| edited(&text, edit))?;
        if after == before {
            continue;
        }
        changed = true;
        if product == "privoxy" {
            // It looks at the time of the file, in seconds.
            thread::sleep(Duration::from_millis(1100));
        }
        fs::write(&path, after).expect("the repaired configuration");
        reload(program, product, fix["reload"].as_str());
    }
    if changed { Ok(()) } else { Err(format!("the fix changes nothing: {}", text(fix, "setting"))) }
}

/// Makes a changed file effective, as the fix says.
fn reload(program: &mut Program, product: &str, command: Option<&str>) {
    match command {
        Some("squid -k reconfigure") => {
            program.signal_and_wait("HUP", "cache.log", "Accepting HTTP Socket connections");
        }
        Some("nginx -s reload") => {
            program.signal_and_wait("HUP", "error.log", "gracefully shutting down");
        }
        Some("apachectl graceful") => {
            program.signal_and_wait("USR1", "error.log", "resuming normal operations");
        }
        Some("varnishreload") => {
            // What the script of this name does.
            let file = program.folder().join("default.vcl");
            let name = format!("fixed{}", fs::metadata(&file).map_or(0, |data| data.len()));
            let file = file.to_string_lossy().into_owned();
            varnishadm(program, &["vcl.load", &name, &file]).expect("the VCL loads");
            varnishadm(program, &["vcl.use", &name]).expect("the VCL is used");
        }
        None => assert_eq!(product, "privoxy", "it reads a changed file by itself"),
        // No service manager runs here: the program is started again in its place.
        Some(_) => program.kill_and_start_again(Duration::ZERO),
    }
}

/// One edit, as the schema of the report describes it.
fn edited(text: &str, edit: &Value) -> Result<String, String> {
    let begins = edit["line"].as_str().unwrap_or_default().to_owned();
    let is_meant = |line: &&str| line.trim_start().starts_with(&begins);
    let new: Vec<String> = edit["lines"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| Some(line.as_str()?.to_owned()))
        .collect();
    let lines: Vec<&str> = text.lines().collect();
    let own = |line: &&str| (*line).to_owned();
    let changed: Vec<String> = match edit["action"].as_str().unwrap_or_default() {
        "insert-start" => new.into_iter().chain(lines.iter().map(own)).collect(),
        "insert-end" => lines.iter().map(own).chain(new).collect(),
        "insert-before" => {
            let at = lines.iter().position(&is_meant).unwrap_or(lines.len());
            let (before, after) = lines.split_at(at);
            before.iter().map(own).chain(new).chain(after.iter().map(own)).collect()
        }
        "insert-after" => lines
            .iter()
            .flat_map(|line| {
                let more = if is_meant(line) { new.as_slice() } else { &[] };
                std::iter::once(own(line)).chain(more.iter().cloned())
            })
            .collect(),
        "replace" => lines
            .iter()
            .flat_map(|line| match line.trim_start().strip_prefix(&begins) {
                Some(rest) => {
                    let filled = new.iter().map(|one| one.replace("{rest}", rest));
                    filled.collect::<Vec<_>>()
                }
                None => vec![own(line)],
            })
            .collect(),
        "remove" => lines.iter().filter(|line| !is_meant(line)).map(own).collect(),
        other => return Err(format!("unknown action {other}")),
    };
    Ok(changed.join("\n") + "\n")
}

/// Runs a fix that is a command; only Varnish has such a one.
fn command(program: &Program, setting: &str) -> Result<bool, String> {
    let Some(arguments) = setting.strip_prefix("varnishadm ") else {
        return Err(format!("not to be applied by a program: {setting}"));
    };
    varnishadm(program, &arguments.split(' ').collect::<Vec<_>>()).map(|()| true)
}

fn varnishadm(program: &Program, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("varnishadm")
        .arg("-n")
        .arg(program.folder().join("varnish"))
        .args(arguments)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(format!("{output:?}")) }
}

fn program_of(product: &str) -> Result<&'static str, String> {
    Ok(match product {
        "apache" => "apache2",
        "caddy" => "caddy",
        "haproxy" => "haproxy",
        "lighttpd" => "lighttpd",
        "mitmproxy" => "mitmdump",
        "nginx" => "nginx",
        "privoxy" => "privoxy",
        "squid" => "squid",
        "tinyproxy" => "tinyproxy",
        "traffic-server" => "traffic_server",
        "varnish" => "varnishd",
        other => return Err(format!("a fix of {other:?}, which does not run here")),
    })
}

/// Where the harness keeps the file that a fix names.
fn file_of(product: &str, named: &str) -> Result<&'static Path, String> {
    let file = match product {
        "apache" => "apache.conf",
        "caddy" => "Caddyfile",
        "haproxy" => "haproxy.cfg",
        "lighttpd" => "lighttpd.conf",
        "mitmproxy" if named.contains("script") => "addon.py",
        "mitmproxy" => "config.yaml",
        "nginx" => "nginx.conf",
        "privoxy" => "user.action",
        "squid" => "squid.conf",
        "tinyproxy" => "tinyproxy.conf",
        "traffic-server" if named.contains("plugin.config") => "config/plugin.config",
        "traffic-server" => "config/records.config",
        "varnish" => "default.vcl",
        other => return Err(format!("no file of {other:?}")),
    };
    Ok(Path::new(file))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// Fixes for one configuration.
const MOST_FIXES: usize = 3;

#[test]
fn edits_change_what_they_name() {
    let edit = |action: &str, line: &str, lines: &[&str]| {
        let value = serde_json::json!({"action": action, "line": line, "lines": lines});
        edited("one a\n  two b\none c\n", &value).expect("an edit")
    };
    assert_eq!(edit("insert-start", "", &["x"]), "x\none a\n  two b\none c\n");
    assert_eq!(edit("insert-end", "", &["x"]), "one a\n  two b\none c\nx\n");
    assert_eq!(edit("insert-before", "two", &["x"]), "one a\nx\n  two b\none c\n");
    assert_eq!(edit("insert-before", "three", &["x"]), "one a\n  two b\none c\nx\n");
    assert_eq!(edit("insert-after", "one", &["x"]), "one a\nx\n  two b\none c\nx\n");
    assert_eq!(edit("replace", "one", &["y{rest}"]), "y a\n  two b\ny c\n");
    assert_eq!(edit("remove", "one ", &[]), "  two b\n");
}
