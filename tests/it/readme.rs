//! README shows what the binary prints: its tables are compared with it.

use std::fs;
use std::path::Path;

use crate::support::binary::run;

/// The text between the markers `<!-- NAME:start -->` and `<!-- NAME:end -->`.
fn section(readme: &str, name: &str) -> String {
    let (start, end) = (format!("<!-- {name}:start -->"), format!("<!-- {name}:end -->"));
    let after = readme.split_once(&start).unwrap_or_else(|| panic!("no {start} in README")).1;
    after.split_once(&end).unwrap_or_else(|| panic!("no {end} in README")).0.trim().to_owned()
}

#[test]
fn the_tables_are_those_of_the_binary() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(path).expect("README.md");
    for name in ["checks", "emulations", "faults", "variations"] {
        let printed = run(["list", name, "--format", "markdown"]).stdout;
        let advice = format!("README: put `bitsgate list {name} --format markdown` there");
        assert_eq!(section(&readme, name), printed.trim(), "{advice}");
    }
    let help = run(["check", "--help"]).stdout;
    let shown = section(&readme, "help").replace("```text", "").replace("```", "");
    assert_eq!(shown.trim(), help.trim(), "README: put `bitsgate check --help` there");
}
