//! The integration tests: the binary as a user starts it, against scripted servers.

mod cli;
mod delivery;
mod explain;
mod fingerprint;
mod hostile;
mod readme;
mod reports;
mod requests;
mod routes;
mod scenarios;
mod support;
mod wsus;
