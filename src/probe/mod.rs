//! Sends probes and records exchanges: the only part of the tool that speaks to the network
//! under test. Called by [`crate::run`].

pub mod client;
pub mod cookies;
pub mod dial;
mod echo;
pub mod evidence;
pub mod exchange;
pub mod failure;
pub mod login;
#[allow(clippy::module_inception)]
pub mod probe;
pub mod reception;
pub mod redirect;
pub mod tls;
pub mod whole_file;
pub mod witness;
