//! The integration tests: the binary as a user starts it, against scripted servers.

mod support;
