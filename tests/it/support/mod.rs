//! What the integration tests share: the binary with a scrubbed environment, and a scripted server.

#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod binary;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod server;
