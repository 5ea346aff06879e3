//! The integration tests: the binary as a user starts it, against scripted servers.

mod cli;
mod config;
mod delivery;
mod explain;
mod fingerprint;
mod fleet;
mod gate;
mod hostile;
mod readme;
mod requests;
mod routes;
mod scenarios;
mod support;
mod wsus;
