//! The integration tests: the binary as a user starts it, against scripted servers.

mod cli;
mod faults;
mod hostile;
mod readme;
mod requests;
mod support;
