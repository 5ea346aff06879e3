//! The integration tests: the binary as a user starts it, against scripted servers.

mod captures;
mod cli;
mod delivery;
mod emulations;
mod explain;
mod fingerprint;
#[allow(dead_code, reason = "each test binary uses its part")]
mod golden;
mod hostile;
mod readme;
mod recordings;
mod requests;
mod routes;
mod scenarios;
mod support;
mod wsus;
