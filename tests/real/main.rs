//! `bitsgate check` against real programs from Debian's packages. Each case starts what it needs
//! with a configuration of its own, states what that does on the wire, and asserts the verdict.

mod apache;
mod browser;
mod fetch;
#[allow(dead_code, reason = "each test binary uses its part")]
#[path = "../it/golden/mod.rs"]
mod golden;
mod measured;
mod nginx;
mod orders;
mod prometheus;
mod recorded;
mod squid;
mod support;
