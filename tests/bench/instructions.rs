//! Instructions that the hot paths take, counted by valgrind: figures that no load of the machine
//! changes, to within a percent where several threads share the work.

use std::net::Ipv4Addr;
use std::process::{Command, ExitCode, Stdio};

use bitsgate::mock::{self, Behaviour};
use tokio::runtime::Runtime;

use super::support::binary;
use super::table::{Row, Unit};
use super::{grammar, measure};

pub(crate) fn rows() -> Vec<Row> {
    let missing = measure::missing(&["valgrind"]);
    if !missing.is_empty() {
        return vec![Row::left_out("instructions", &missing)];
    }
    let runtime = Runtime::new().expect("a runtime");
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    let origin =
        runtime.block_on(mock::start_origin(listen, Behaviour::default())).expect("an origin");
    let bitsgate = |arguments: &[&str]| {
        let binary = env!("CARGO_BIN_EXE_bitsgate");
        count(binary, arguments)
    };
    let check = bitsgate(&["check", "--timeout", "30s", &origin.object_url(1 << 20)]);
    let fetch = bitsgate(&["fetch", "-q", &origin.object_url(64 << 20)]);
    let this = std::env::current_exe().expect("the path of the benchmark");
    let this = this.to_str().expect("a path in UTF-8");
    // The difference leaves out how the process starts and how the body comes about.
    let parse = count(this, &[PARSE, "2"]) - count(this, &[PARSE, "1"]);
    vec![
        Row::alone("instructions: check of a file of 1 MiB", Unit::Instructions, check),
        Row::alone("instructions: fetch of 64 MiB", Unit::Instructions, fetch),
        Row::alone("instructions: parse of 5000 parts", Unit::Instructions, parse),
    ]
}

/// What this program does instead when valgrind runs it: parses as often as is said.
pub(crate) fn parse(words: &[String]) -> ExitCode {
    let body = grammar::byteranges();
    let times = words.first().and_then(|word| word.parse().ok()).unwrap_or(1);
    let parts: usize = (0..times).map(|_| grammar::parse_parts(body.as_bytes())).sum();
    ExitCode::from(u8::from(parts == 0))
}

/// The instructions of a run that must succeed.
fn count(program: &str, arguments: &[&str]) -> f64 {
    let mut command = Command::new("valgrind");
    binary::scrub(&mut command);
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", program]).args(arguments);
    let output = command.stdin(Stdio::null()).output().expect("valgrind starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} fails: {said}");
    let counted = said.lines().find_map(|line| line.split_once("Collected : "));
    counted.and_then(|(_, count)| count.trim().parse().ok()).expect("valgrind's count")
}

/// The word that starts [`parse`].
pub(crate) const PARSE: &str = "parse-under-valgrind";
