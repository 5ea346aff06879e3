//! All benchmarks: `cargo bench` prints one table, bitsgate beside its peers, both measured in the
//! same run. Words after `--` choose groups: `cargo bench -- check fetch`.
//!
//! With `BITSGATE_BLESS=1` and no group chosen the table also goes into README. What a missing
//! program would have measured is left out, and says so. A broken limit fails the run.

#[allow(dead_code, unused_imports, reason = "a benchmark uses a part and runs no tests")]
#[path = "../real/support/mod.rs"]
mod support;

mod check;
mod fetch;
mod fleet;
mod grammar;
mod instructions;
mod measure;
mod program;
mod relay;
mod round_trips;
mod table;

use std::process::ExitCode;

use table::Row;

fn main() -> ExitCode {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if words.first().is_some_and(|word| word == instructions::PARSE) {
        return instructions::parse(&words[1..]);
    }
    if let Some(word) = words.iter().find(|word| GROUPS.iter().all(|(name, _)| name != word)) {
        let names: Vec<_> = GROUPS.iter().map(|(name, _)| *name).collect();
        eprintln!("error: there is no group {word}\n\nhint: one of {}", names.join(", "));
        return ExitCode::from(2);
    }
    let mut rows = Vec::new();
    for (name, measure) in GROUPS {
        if words.is_empty() || words.iter().any(|word| word == name) {
            eprintln!("measuring {name} …");
            rows.extend(measure());
        }
    }
    let text = table::markdown(&rows);
    print!("{text}");
    if words.is_empty() && std::env::var_os("BITSGATE_BLESS").is_some() {
        table::write_to_readme(&text);
    }
    let broken: Vec<_> = rows.iter().filter_map(Row::broken_limit).collect();
    for limit in &broken {
        eprintln!("error: {limit}");
    }
    ExitCode::from(u8::from(!broken.is_empty()))
}

/// A name, and what measures.
type Group = (&'static str, fn() -> Vec<Row>);

/// The groups in the order of the table.
const GROUPS: [Group; 7] = [
    ("check", check::rows),
    ("round-trips", round_trips::rows),
    ("fleet", fleet::rows),
    ("fetch", fetch::rows),
    ("grammar", grammar::rows),
    ("instructions", instructions::rows),
    ("program", program::rows),
];
