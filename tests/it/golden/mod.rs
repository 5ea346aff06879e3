//! Golden answers: what a proxy puts on the wire, byte by byte, for a fixed list of requests as BITS
//! sends them, to a fixed origin. `tests/real` records real programs with it and holds them to the
//! stored recordings; `recordings.rs` holds the emulations to the same.
//!
//! The way: [`requests`] lists what is asked, [`exchange`] asks at the socket, [`origin`] answers
//! behind the proxy and tells what arrived, [`recording`] writes it down with everything replaced
//! that must vary ([`normal`]), and [`difference`] says how two recordings differ.

pub(crate) mod difference;
pub(crate) mod emulated;
pub(crate) mod exchange;
pub(crate) mod normal;
pub(crate) mod origin;
pub(crate) mod pages;
pub(crate) mod recording;
pub(crate) mod requests;
