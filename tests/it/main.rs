//! The integration tests: the binary as a user starts it, against scripted servers.

// The fuzz targets import their macro from there: see `fuzz`.
extern crate self as libfuzzer_sys;

mod architecture;
mod broken_off;
mod captures;
#[allow(dead_code, reason = "each test binary uses its part")]
#[path = "../scenarios/cases/mod.rs"]
mod cases;
mod chance;
mod cli;
mod config;
mod delivery;
mod emulations;
mod ending;
mod explain;
mod fetch;
mod fingerprint;
mod fleet;
#[cfg(target_os = "linux")]
mod fleet_memory;
mod fresh;
mod fuzz;
mod gate;
mod generate;
#[allow(dead_code, reason = "each test binary uses its part")]
mod golden;
mod grammar;
mod hostile;
mod limits;
mod metrics;
mod parties;
mod pipelines;
mod process_title;
mod readme;
mod recordings;
mod reference;
mod repeats;
mod reports;
mod requests;
mod routes;
mod scenarios;
mod secrets;
mod support;
mod verdicts;
mod watch;
mod wsus;
