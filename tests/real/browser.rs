//! The HTML report in a real browser: at the width of a desk and of a phone, light and dark,
//! nothing runs over the edge of the page, and every text stands out from what is behind it.
//!
//! A page with one frame for each report opens all folds, measures, and writes what is wrong into
//! itself; Chromium prints that page when its scripts are done. The report itself runs no script.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::binary::{self, finish, run};
use crate::support::program::folder;
use crate::support::require;

#[test]
fn the_page_fits_and_can_be_read() {
    if !require::programs(&["chromium"]) {
        return;
    }
    let folder = folder();
    let few = ["mock:no-length-head", "mock:range-ignored", "mock:get-503", "mock:"];
    write_report(&folder.path().join("few.html"), &few, &["mock:"], &["--profile", "all"]);
    // Enough results that not all are shown in full, and one that nobody answers, of a long name.
    let refused =
        format!("http://127.0.0.1:1/Content/{}.cab?{}", "8B1A".repeat(10), "q".repeat(300));
    let targets = ["mock:", &refused, "mock:?size=5GiB", "mock:no-validators"];
    let many = ["mock:range-ignored", "mock:multi-416", "direct"];
    write_report(&folder.path().join("many.html"), &many, &targets, &["--legs", "cold,direct"]);
    fs::write(folder.path().join("measure.html"), MEASURE).expect("a page that measures");

    for scheme in ["light", "dark"] {
        let measured = measure(folder.path(), scheme);
        assert_eq!(measured.lines().count(), 4, "{scheme}: {measured}");
        for line in measured.lines() {
            assert!(line.contains(&format!(" {scheme}: ")), "asked for {scheme}: {line}");
            assert!(line.ends_with(": fine"), "{measured}");
        }
    }
}

/// A measure that finds nothing in a page that is wrong proves nothing.
#[test]
fn a_page_that_does_not_fit_is_found() {
    if !require::programs(&["chromium"]) {
        return;
    }
    let folder = folder();
    let wide = "<!DOCTYPE html><body><details><pre>x</pre><p style='width:2000px'>wide</details>";
    let pale = "<!DOCTYPE html><body style='background:#fff'><p style='color:#bbb'>pale";
    fs::write(folder.path().join("few.html"), wide).expect("a page");
    fs::write(folder.path().join("many.html"), pale).expect("a page");
    fs::write(folder.path().join("measure.html"), MEASURE).expect("a page that measures");
    let measured = measure(folder.path(), "light");
    assert_eq!(measured.matches("too wide: P").count(), 2, "{measured}");
    assert_eq!(measured.matches("too pale: P").count(), 2, "{measured}");
}

fn write_report(path: &Path, proxies: &[&str], targets: &[&str], more: &[&str]) {
    let mut arguments = vec!["check", "--format", "html"];
    arguments.extend(proxies.iter().flat_map(|proxy| ["--proxy", proxy]));
    arguments.extend(targets);
    arguments.extend(more);
    let finished = run(arguments);
    assert!(finished.stdout.starts_with("<!DOCTYPE html>"), "{finished:#?}");
    fs::write(path, finished.stdout).expect("a report");
}

/// One line for each report and width, as `few.html 375 light: fine`.
fn measure(folder: &Path, scheme: &str) -> String {
    let path = require::find("chromium").expect("it was found before");
    let mut command = Command::new(path);
    binary::scrub(&mut command);
    command
        .args(["--headless=new", "--disable-gpu", "--no-first-run", "--disable-extensions"])
        // The frames are files too: only so may the page look into them.
        .arg("--allow-file-access-from-files")
        .args(["--virtual-time-budget=20000", "--window-size=1400,1000"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(scheme == "light")));
    if require::is_root() {
        // Its sandbox refuses to run as root.
        command.arg("--no-sandbox");
    }
    command.arg("--dump-dom").arg(format!("file://{}", folder.join("measure.html").display()));
    let finished = finish(&mut command);
    let inside = finished.stdout.split_once("<pre id=\"measured\">");
    let measured = inside.and_then(|(_, rest)| rest.split_once("</pre>"));
    measured.unwrap_or_else(|| panic!("nothing measured: {finished:#?}")).0.trim().to_owned()
}

const MEASURE: &str = include_str!("browser/measure.html");
