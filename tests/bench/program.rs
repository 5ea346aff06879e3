//! The program itself: how soon it starts, its size, and the crates that it is made of.

use std::fs;
use std::process::Command;

use super::measure;
use super::support::binary;
use super::table::{Row, Unit};

pub(crate) fn rows() -> Vec<Row> {
    vec![start(), size(), crates()]
}

fn start() -> Row {
    let what = "start: `--version`";
    let missing = measure::missing(&["curl"]);
    if !missing.is_empty() {
        return Row::left_out(what, &missing);
    }
    let mut ours = binary::bitsgate();
    ours.arg("--version");
    let mut curl = Command::new("curl");
    curl.args(["-q", "--version"]);
    let [ours, theirs] = measure::fastest(100, [ours, curl]);
    Row::beside(what, Unit::Seconds, ours, ("curl --version", theirs)).within(1.0)
}

/// Benchmarks are built as a release is: stripped.
fn size() -> Row {
    let size = fs::metadata(env!("CARGO_BIN_EXE_bitsgate")).expect("the built binary").len();
    Row::alone("size of the stripped binary", Unit::Bytes, size as f64)
}

fn crates() -> Row {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--no-dedupe"]);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut crates: Vec<_> = text.lines().collect();
    crates.sort_unstable();
    crates.dedup();
    // One of them is bitsgate.
    let count = crates.len().checked_sub(1).expect("cargo tree prints crates");
    Row::alone("crates that it is built from", Unit::Crates, count as f64)
}
